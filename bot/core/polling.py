"""When to look at a link again, and what a look certifies.

Spotify shows the newest 50 plays and nothing older. A look therefore certifies the time from its oldest row to now;
spans of looks that overlap join. Where the oldest row is not one we had, plays may have been pushed out unseen below
it, and that is a gap; so is the time of which late rows may have come and gone since the look before. A play that is
told later than that and stays in the rows only from one look to the next leaves no trace, and nothing here claims
otherwise (`docs/decisions/0015-what-a-look-vouches-for.md`).

Where nothing new is shown for longer than this member is ever silent, the feed may stand still. Looks vouch then only
for the time up to there; the first one that shows the feed moving again, and overlaps, vouches for all of it.

What the rules cost and lose is measured by `python -m benchmarks.polling`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.core.model import Gap, NewPlay, Span

ROWS = 50
KNOWN = 4 * ROWS  # how many of the newest stored plays a look is compared with

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
LATE_MS = 10 * MINUTE_MS  # rows may be told so much later than others that ended after them
SAME_PLAY_MS = 30_000

HABIT_PLAYS = 20  # fewer tell nothing of how long somebody is ever silent
SILENT_MS = 24 * HOUR_MS

LONGEST_MS = HOUR_MS
STRETCHED_MS = 140 * MINUTE_MS


@dataclass(frozen=True, slots=True)
class Look:
    """What one look showed: the plays we did not have, the time it vouches for, and where plays may be missing."""

    new: tuple[NewPlay, ...]
    certified: Span | None
    gap: Gap | None


@dataclass(frozen=True, slots=True)
class Pace:
    """A rule for how far away the next look may be: that the fastest run of the rows shown may come again.

    Of the rows not older than `within_ms`, the fastest `runs` (so many in a row) tell how soon `rows` of the 50 would
    be new, or `rows_when_tight` when the budget is used up. `least_ms` is the least distance that follows from it.
    """

    within_ms: int
    runs: tuple[int, ...]
    rows: int
    rows_when_tight: int
    least_ms: int

    def distance_ms(self, rows: Sequence[NewPlay], now_ms: int, tight: float) -> float:
        """The distance that these rows allow: infinite where they are too few to tell."""
        times = sorted(row.at_ms for row in rows if now_ms - self.within_ms < row.at_ms <= now_ms)
        paces = [(times[at] - times[at - run]) / run for run in self.runs for at in range(run, len(times))]
        if not paces:
            return float("inf")
        return max(self.least_ms, min(paces) * (self.rows + tight * (self.rows_when_tight - self.rows)))


# What is playing: 60 % of the rows. 30 plays of 30 seconds fit into 15 minutes; what is faster is no rate of plays.
PLAYING = Pace(3 * HOUR_MS, runs=(20, 30), rows=30, rows_when_tight=42, least_ms=15 * MINUTE_MS)
# What was played lately may begin again right after a look. 48 plays of 30 seconds fit into 24 minutes.
HABIT = Pace(48 * HOUR_MS, runs=(30,), rows=45, rows_when_tight=45, least_ms=24 * MINUTE_MS)


def look(
    rows: Sequence[NewPlay],
    known: Iterable[tuple[int, str]],
    *,
    now_ms: int,
    last_ms: int,
    authorized_at_ms: int,
    failed: bool,
) -> Look:
    """What the rows of a look at `now_ms` say.

    `known` are the newest stored plays (at_ms, raw track key), at least the newest 200. `last_ms` is the last look
    that succeeded, 0 if there was none; `failed` whether looks since then failed. The first look certifies from its
    oldest row, or from the consent (`authorized_at_ms`) if that is earlier and the rows hold all there is.
    """
    stored = _Stored(known)
    if not rows:
        # An empty list is a whole answer only where nothing was ever known.
        whole = None if stored.count else Span(min(last_ms or authorized_at_ms, now_ms), now_ms)
        return Look((), _span(whole), None)
    unusual = unusual_ms(stored.times)
    new = tuple(sorted(stored.unknown(rows), reverse=True))
    until_ms = now_ms if new or unusual is None else min(now_ms, unusual)
    oldest_ms = min(play.at_ms for play in rows)
    left_ms = stored.newest_before(oldest_ms)  # what has left the rows
    if left_ms is None and stored.count >= KNOWN:
        return Look(new, None, None)  # an old state of the feed, from before all that it is compared with
    if left_ms is None and len(rows) < ROWS:
        return Look(new, _span(Span(min(oldest_ms, last_ms or authorized_at_ms), until_ms)), None)
    # Of plays that ended in the same millisecond as the oldest row, some may be below it.
    start_ms = end_ms = oldest_ms + 1
    if new and new[-1].at_ms == oldest_ms:
        begun_ms = min(last_ms or authorized_at_ms, authorized_at_ms)
        start_ms = begun_ms if left_ms is None else left_ms
    if left_ms is not None and last_ms:
        start_ms = min(start_ms, last_ms - LATE_MS)
    gap = None
    if start_ms < end_ms:
        gap = Gap(start_ms, end_ms, _cause(oldest_ms, last_ms, authorized_at_ms, failed))
    return Look(new, _span(Span(end_ms, until_ms)), gap)


def unusual_ms(times: Sequence[int]) -> int | None:
    """When a silence after these plays, oldest first, becomes unusual; None where they are too few to tell.

    That is after a day, and after twice the longest silence between any two of them.
    """
    if len(times) < HABIT_PLAYS:
        return None
    longest_ms = max(after - before for before, after in pairwise(times))
    return times[-1] + max(SILENT_MS, 2 * longest_ms)


def next_look_ms(rows: Sequence[NewPlay], *, now_ms: int, tightness: float, jitter: float) -> int:
    """When to look again after a look that showed these rows.

    As soon as the paces of `PLAYING` and `HABIT` ask for, at most 60 minutes away. `tightness` is the used share of
    the background's budget: from three quarters on looks move apart, to at most 140 minutes at 1. `jitter` in [0, 1)
    takes up to a tenth off, so that links do not stay in step.
    """
    tight = min(1.0, max(0.0, tightness - 0.75) * 4)
    distance = min(
        LONGEST_MS + tight * (STRETCHED_MS - LONGEST_MS),
        PLAYING.distance_ms(rows, now_ms, tight),
        HABIT.distance_ms(rows, now_ms, tight),
    )
    return now_ms + round(distance * (1 - 0.1 * jitter))


def retry_ms(*, now_ms: int, fails: int, jitter: float) -> int:
    """When to look again after the `fails`th failure in a row: 2, 4, 8 … at most 60 minutes, less up to a tenth."""
    distance = min(LONGEST_MS, 2 * MINUTE_MS << min(fails - 1, 10))
    return now_ms + round(distance * (1 - 0.1 * jitter))


def _cause(oldest_ms: int, last_ms: int, authorized_at_ms: int, failed: bool) -> str:
    if last_ms and authorized_at_ms > last_ms:
        return "expired"
    if failed:
        return "outage"
    # Rows that had ended long before the last look, which did not show them.
    return "stale" if oldest_ms < last_ms - LATE_MS else "overflow"


def _span(span: Span | None) -> Span | None:
    return span if span is not None and span.start_ms < span.end_ms else None


class _Stored:
    """Stored plays, to compare rows with. Each of them answers for one row at most.

    A row is the play of its track at the same instant, else the nearest one less than 30 seconds (or half the track's
    length) away: Spotify counts a play only after 30 seconds, and may tell the same play again with another time. In
    one answer it tells none twice, save in equal rows.
    """

    def __init__(self, plays: Iterable[tuple[int, str]]) -> None:
        self.times: list[int] = []
        self._by_track: defaultdict[str, list[int]] = defaultdict(list)
        for at_ms, key in plays:
            self.times.append(at_ms)
            self._by_track[key].append(at_ms)
        self.times.sort()
        self.count = len(self.times)

    def newest_before(self, at_ms: int) -> int | None:
        """The instant of the newest play before this one."""
        index = bisect_left(self.times, at_ms)
        return self.times[index - 1] if index else None

    def unknown(self, rows: Iterable[NewPlay]) -> list[NewPlay]:
        """The rows that are no stored play; of equal rows one. Uses the stored plays up."""
        distinct = {(row.at_ms, row.track.key): row for row in rows}.values()
        others = [row for row in distinct if not self._take(row, 1)]
        return [row for row in others if not self._take(row, min(SAME_PLAY_MS, row.track.duration_ms // 2))]

    def _take(self, row: NewPlay, within_ms: int) -> bool:
        times = self._by_track.get(row.track.key)
        if not times:
            return False
        nearest = min(times, key=lambda at_ms: abs(at_ms - row.at_ms))
        if abs(nearest - row.at_ms) >= within_ms:
            return False
        times.remove(nearest)
        return True
