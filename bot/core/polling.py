"""When to look at a link again, and what a look certifies.

Spotify shows the newest 50 plays and nothing older. A look therefore certifies the time from its oldest row to now
against overflow; spans of looks that overlap join. Where no row is one we had, plays may have been pushed out unseen,
and that is a gap. What arrives later than the 50 rows reach back, no look can see, and nothing here claims otherwise.

The figures are from replaying four member-years of real listening (134,366 plays): "60 % of 50 at the fastest recent
rate, at most 60 minutes" makes 24 calls per member and day and lost none of them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.core.model import Gap, NewPlay, Span

ROWS = 50
KNOWN = 4 * ROWS  # how many of the newest stored plays a look is compared with

MINUTE_MS = 60_000
LONGEST_MS = 60 * MINUTE_MS
SHORTEST_MS = 15 * MINUTE_MS  # 30 plays of the 30 seconds that make a play; faster is a late sync, not a rate
STRETCHED_MS = 120 * MINUTE_MS
FULL_ENOUGH = 30  # 60 % of the rows
RECENT_MS = 3 * 60 * MINUTE_MS
BURSTS = (10, 20, FULL_ENOUGH)  # over how many plays in a row a rate is taken
SAME_PLAY_MS = 30_000


@dataclass(frozen=True, slots=True)
class Look:
    """What one look showed: the plays we did not have, the time it vouches for, and where plays may be missing."""

    new: tuple[NewPlay, ...]
    certified: Span | None
    gap: Gap | None


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
    stored = _Plays(known)
    had_some = stored.newest_ms
    new = []
    overlap = False
    for play in sorted(rows):
        if stored.has(play):
            overlap = True
        else:
            new.append(play)
    distinct = []
    seen = _Plays(())
    for play in new:
        if not seen.has(play):
            seen.add(play)
            distinct.append(play)
    if not rows:
        # An empty list is a whole answer only where nothing was ever known.
        whole = None if had_some is not None else Span(min(last_ms or authorized_at_ms, now_ms), now_ms)
        return Look((), _span(whole), None)
    oldest_ms = min(play.at_ms for play in rows)
    certified = Span(oldest_ms, now_ms)
    gap = None
    if had_some is not None and not overlap:
        gap = _gap(min(had_some, oldest_ms), oldest_ms, _cause(last_ms, authorized_at_ms, failed))
    elif had_some is None and len(rows) < ROWS:
        certified = Span(min(oldest_ms, last_ms or authorized_at_ms), now_ms)
    elif had_some is None and last_ms:
        # The feed lags: what ended shortly before an empty look may have come after it, and been pushed out.
        gap = _gap(min(last_ms, authorized_at_ms), oldest_ms, _cause(last_ms, authorized_at_ms, failed))
    return Look(tuple(reversed(distinct)), _span(certified), gap)


def next_look_ms(rows: Sequence[NewPlay], *, now_ms: int, tightness: float, jitter: float) -> int:
    """When to look again after a look that showed these rows.

    In time before 60 % of the rows are new at the fastest rate of the last three hours, at most 60 minutes away.
    `tightness` is the used share of the background's budget: from three quarters on, looks move apart, to twice the
    distance at 1. `jitter` in [0, 1) takes up to a tenth off, so that links do not stay in step.
    """
    distance = float(min(LONGEST_MS, max(SHORTEST_MS, _filling_ms(rows, now_ms))))
    distance *= 1 + min(1.0, max(0.0, tightness - 0.75) * 4)
    return now_ms + round(min(distance, STRETCHED_MS) * (1 - 0.1 * jitter))


def retry_ms(*, now_ms: int, fails: int, jitter: float) -> int:
    """When to look again after the `fails`th failure in a row: 2, 4, 8 … at most 60 minutes, less up to a tenth."""
    distance = min(LONGEST_MS, 2 * MINUTE_MS << min(fails - 1, 10))
    return now_ms + round(distance * (1 - 0.1 * jitter))


def _filling_ms(rows: Sequence[NewPlay], now_ms: int) -> float:
    """How long 30 plays take at the fastest rate seen in the last three hours."""
    times = sorted(play.at_ms for play in rows if play.at_ms > now_ms - RECENT_MS)
    paces = [(times[at] - times[at - plays]) / plays for plays in BURSTS for at in range(plays, len(times))]
    return min(paces) * FULL_ENOUGH if paces else LONGEST_MS


def _cause(last_ms: int, authorized_at_ms: int, failed: bool) -> str:
    if last_ms and authorized_at_ms > last_ms:
        return "expired"
    return "outage" if failed else "overflow"


def _gap(start_ms: int, end_ms: int, cause: str) -> Gap | None:
    return Gap(start_ms, end_ms, cause) if start_ms < end_ms else None


def _span(span: Span | None) -> Span | None:
    return span if span is not None and span.start_ms < span.end_ms else None


class _Plays:
    """Plays to compare with, by track. The same track within 30 s (or half its length) is the same play.

    Spotify counts a play only after 30 seconds, so two real plays of a track cannot be that close; the same play told
    again with another time can.
    """

    def __init__(self, plays: Iterable[tuple[int, str]]) -> None:
        self._times: defaultdict[str, list[int]] = defaultdict(list)
        self.newest_ms: int | None = None
        for at_ms, key in sorted(plays):
            self._times[key].append(at_ms)
            self.newest_ms = at_ms if self.newest_ms is None else max(self.newest_ms, at_ms)

    def has(self, play: NewPlay) -> bool:
        times = self._times.get(play.track.key)
        if not times:
            return False
        near = min(SAME_PLAY_MS, play.track.duration_ms // 2)
        at = bisect_left(times, play.at_ms)
        return any(abs(play.at_ms - other) <= near for other in times[max(0, at - 1) : at + 1])

    def add(self, play: NewPlay) -> None:
        """In order of time only."""
        self._times[play.track.key].append(play.at_ms)
