"""What looking at 50 rows costs and loses: the scheduler's own code over listening as it was.

`python -m benchmarks.polling [--history FILE.csv]...` prints one JSON object. A history has a line a play,
`played_at_ms,track_id,duration_ms`: when it ended, what, and how long it sounded; a header may come first. Without any,
three made-up listeners are taken. All figures are of all listeners together.

A listener is linked before the first play and looked at until three hours after the last, as `services.polling` does
it (`look`, `next_look_ms`, `retry_ms` of `core.polling`), once more at the end as before a recap. The feed shows the
newest 50 of the rows it has been told by then:

- `plain`: each play of 30 seconds or more, 5 seconds after it ended;
- `lag`: in order, 1 to 20 minutes late;
- `out_of_order`: every fifth play up to 10 minutes later than the others; every other day rows bear the start;
- `stall`: every ten days or so, for 1 to 48 hours, nothing new is shown, or (every other time) every call fails;
- `offline_device`: one session in twenty is told hours later, all at once: right before the next play, or (every other
  time) while another device plays on;
- `skips_take_slots`: plays of less than 30 seconds are rows too;
- `tight_budget`: plain, with the background's budget used up all the time.

Of the plays that count (30 seconds or more) and were told before the last look,

- `lost` were among the 50 rows at some instant, and were never stored;
- `lost_undetected` of these lie in no recorded gap;
- `lost_unseen` were told so late (or so many at once) that they never were among the 50 rows;
- `lost_traceless` were told late and were among the rows, but no look saw them, nor anything that was told with them,
  and no gap has them: every look showed what it would have shown without them. They are not in `lost`.

`certified_share` of the time is vouched for and in no gap. The oracle knows the future: it looks right before a row
that it has not seen is pushed out, and at the end.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
from bisect import bisect_right, insort
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from bot.core.model import Gap, NewPlay, RawTrack, Span
from bot.core.polling import KNOWN, LATE_MS, MINUTE_MS, ROWS, look, next_look_ms, retry_ms
from bot.core.precedence import subtract, union

HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
COUNTS_MS = 30_000
SESSION_MS = 30 * MINUTE_MS  # a silence that ends a session

MADE_UP = ((230, 0.18, 25), (70, 0.1, 14), (28, 0.4, 9))
"""Plays a day, the share of skips, plays in a session: the range of the real listeners in our research."""
MADE_UP_DAYS = 60


class Heard(NamedTuple):
    """A line of a history."""

    ended_ms: int
    track: str
    played_ms: int


@dataclass(slots=True)
class Row:
    """A row of the feed: when it was told, and what came of it."""

    told_ms: int
    play: NewPlay
    counts: bool
    shown: bool = False
    stored: bool = False


@dataclass(frozen=True, slots=True)
class Scenario:
    """What the feed is told and when, when every call fails, and how much of the budget is used."""

    rows: Sequence[Row]
    down: Sequence[Span] = ()
    tightness: float = 0.0


# --- listening --------------------------------------------------------------------------------------------


def read_history(path: Path) -> list[Heard]:
    """The plays of a file in order of time. Ends the program at a line that is none."""
    history = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        for number, line in enumerate(csv.reader(file), start=1):
            try:
                at, track, played = line[:3]
                history.append(Heard(int(float(at)), track, int(float(played))))
            except ValueError:
                if line and number > 1:
                    raise SystemExit(
                        f"{path}, line {number}: not played_at_ms,track_id,duration_ms"
                    ) from None
    if not any(heard.played_ms >= COUNTS_MS for heard in history):
        raise SystemExit(f"{path}: no play of 30 seconds or more")
    return history


def made_up(chance: random.Random, days: int, plays_a_day: int, skips: float, session: int) -> list[Heard]:
    """Days of sessions of some plays (some loop one song, some skip through), heavy and light days, nights without."""
    history: list[Heard] = []
    at_ms = 1_700_000_000_000
    for day in range(days):
        left = round(chance.gauss(plays_a_day, plays_a_day / 2))
        lengths = []
        while left > 0:
            lengths.append(min(left, 1 + round(chance.lognormvariate(0, 0.9) * session)))
            left -= lengths[-1]
        starts = sorted(
            1_700_000_000_000 + day * DAY_MS + round(chance.random() * 17 * HOUR_MS) for _ in lengths
        )
        for start_ms, length in zip(starts, lengths, strict=True):
            at_ms = max(at_ms, start_ms)
            loop = chance.randrange(3000) if chance.random() < 0.15 else None
            for _ in range(length):
                if chance.random() < skips / 3:
                    for _ in range(1 + round(chance.expovariate(0.25))):
                        played_ms = min(COUNTS_MS - 1, 500 + round(chance.expovariate(1 / 8000)))
                        at_ms += played_ms
                        history.append(Heard(at_ms, str(chance.randrange(3000)), played_ms))
                track = chance.randrange(3000) if loop is None else loop
                whole_ms = 60_000 + track * 100
                played_ms = whole_ms if chance.random() < 0.85 else chance.randint(COUNTS_MS, whole_ms)
                at_ms += played_ms
                history.append(Heard(at_ms, str(track), played_ms))
    return history


def set_apart(history: Iterable[Heard]) -> list[Heard]:
    """The plays with a track ending no sooner after itself than it sounded.

    Where only the minute is known, plays of one track may bear the same instant; Spotify's rows do not.
    """
    ended: dict[str, int] = {}
    apart = []
    for heard in sorted(history, key=lambda it: it.ended_ms):
        at_ms = max(
            heard.ended_ms, ended.get(heard.track, heard.ended_ms - heard.played_ms) + heard.played_ms
        )
        ended[heard.track] = at_ms
        apart.append(heard._replace(ended_ms=at_ms))
    return sorted(apart, key=lambda it: it.ended_ms)


# --- what the feed is told --------------------------------------------------------------------------------


def told(history: Sequence[Heard], *, skips: bool = False, starts: bool = False) -> list[Row]:
    """A row a play, told 5 seconds after it ended: `skips` too, every other day dated by their start if `starts`."""
    lengths: dict[str, int] = {}
    for heard in history:
        lengths[heard.track] = max(heard.played_ms, lengths.get(heard.track, 0))
    rows = []
    taken = set()
    for heard in history:
        if skips or heard.played_ms >= COUNTS_MS:
            at_ms = heard.ended_ms
            if starts and at_ms // DAY_MS % 2:
                at_ms -= heard.played_ms
            while (at_ms, heard.track) in taken:
                at_ms += 1
            taken.add((at_ms, heard.track))
            track = RawTrack(
                f"spotify:track:{heard.track}", heard.track, "", duration_ms=lengths[heard.track]
            )
            rows.append(Row(heard.ended_ms + 5_000, NewPlay(at_ms, track), heard.played_ms >= COUNTS_MS))
    return rows


def plain(history: Sequence[Heard], chance: random.Random) -> Scenario:
    return Scenario(told(history))


def lag(history: Sequence[Heard], chance: random.Random) -> Scenario:
    rows = told(history)
    before_ms = 0
    for row in rows:
        row.told_ms = before_ms = max(before_ms, row.told_ms + chance.randint(MINUTE_MS, 20 * MINUTE_MS))
    return Scenario(rows)


def out_of_order(history: Sequence[Heard], chance: random.Random) -> Scenario:
    rows = told(history, starts=True)
    for row in rows:
        if chance.random() < 0.2:
            row.told_ms += chance.randint(0, 10 * MINUTE_MS)
    return Scenario(rows)


def stall(history: Sequence[Heard], chance: random.Random) -> Scenario:
    rows = told(history)
    stalls = []
    at_ms = rows[0].told_ms + round(chance.expovariate(0.1) * DAY_MS)
    while at_ms < rows[-1].told_ms:
        stalls.append(Span(at_ms, at_ms + chance.randint(HOUR_MS, 48 * HOUR_MS)))
        at_ms = stalls[-1].end_ms + round(chance.expovariate(0.1) * DAY_MS)
    for row in rows:
        for span in stalls[::2]:
            if span.start_ms <= row.told_ms < span.end_ms:
                row.told_ms = span.end_ms
    return Scenario(rows, down=stalls[1::2])


def offline_device(history: Sequence[Heard], chance: random.Random) -> Scenario:
    rows = told(history)
    alone = True
    sessions = list(sessions_of(rows))
    for at, session in enumerate(sessions):
        if chance.random() < 0.05:
            back_ms = session[-1].told_ms + round(chance.expovariate(1 / 6) * HOUR_MS)
            if alone and at + 1 < len(sessions):
                back_ms = min(back_ms, sessions[at + 1][0].told_ms - 1)
            for row in session:
                row.told_ms = back_ms
            alone = not alone
    return Scenario(rows)


def skips_take_slots(history: Sequence[Heard], chance: random.Random) -> Scenario:
    return Scenario(told(history, skips=True))


def tight_budget(history: Sequence[Heard], chance: random.Random) -> Scenario:
    return Scenario(told(history), tightness=1.0)


def sessions_of(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """The rows cut where nothing ended for half an hour."""
    session: list[Row] = []
    for row in rows:
        if session and row.play.at_ms - session[-1].play.at_ms > SESSION_MS:
            yield session
            session = []
        session.append(row)
    yield session


SCENARIOS: Sequence[Callable[[Sequence[Heard], random.Random], Scenario]] = (
    plain, lag, out_of_order, stall, offline_device, skips_take_slots, tight_budget,
)  # fmt: skip


# --- the feed, the bot, the oracle ------------------------------------------------------------------------


class Feed:
    """The newest 50 of the rows that were told. The oracle reads along: `oracle_calls` so far."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.oracle_calls = 0
        self._rows = sorted(rows, key=lambda row: row.told_ms)
        self._next = 0
        self._newest: list[tuple[int, int]] = []  # instant and index, oldest first
        self._unread: set[int] = set()

    def newest(self, now_ms: int) -> list[NewPlay]:
        """What is shown at this time, newest first. Time goes forward only."""
        while self._next < len(self._rows) and self._rows[self._next].told_ms <= now_ms:
            self._tell_those_of(self._rows[self._next].told_ms)
        return [self._rows[index].play for _, index in reversed(self._newest)]

    def _tell_those_of(self, told_ms: int) -> None:
        first = self._next
        while self._next < len(self._rows) and self._rows[self._next].told_ms == told_ms:
            insort(self._newest, (self._rows[self._next].play.at_ms, self._next))
            self._next += 1
        pushed_out = {index for _, index in self._newest[:-ROWS]}
        del self._newest[:-ROWS]
        if pushed_out & self._unread:
            self.oracle_calls += 1
            self._unread.clear()
        for index in range(first, self._next):
            if index not in pushed_out:
                self._rows[index].shown = True
                self._unread.add(index)


class Ledger:
    """What the bot keeps of its looks: the plays, what they vouch for, the gaps."""

    def __init__(self, rows: Iterable[Row], authorized_at_ms: int) -> None:
        self.spans: list[Span] = []
        self._gaps: list[Gap] = []
        self._authorized_at_ms = authorized_at_ms
        self._last_ms = 0
        self._keys: list[tuple[int, str]] = []  # as stored, oldest first
        self._rows = {(row.play.at_ms, row.play.track.key): row for row in rows}

    def look(self, plays: Sequence[NewPlay], now_ms: int, *, failed: bool) -> None:
        """Keep what a look at these rows says."""
        said = look(
            plays,
            self._keys[: -KNOWN - 1 : -1],
            now_ms=now_ms,
            last_ms=self._last_ms,
            authorized_at_ms=self._authorized_at_ms,
            failed=failed,
        )
        for play in said.new:
            key = (play.at_ms, play.track.key)
            if not self._rows[key].stored:
                self._rows[key].stored = True
                insort(self._keys, key)
        self.spans += [said.certified] if said.certified else []
        self._gaps += [said.gap] if said.gap else []
        self._last_ms = now_ms

    def gap_spans(self) -> list[Span]:
        """The time in which plays may be missing."""
        return union(Span(gap.start_ms, gap.end_ms) for gap in self._gaps)


def replay(scenario: Scenario, chance: random.Random) -> Counter[str]:
    """Look at one listener from before the first play until after the last. What it cost, and what was lost."""
    rows = scenario.rows
    start_ms = min(row.play.at_ms for row in rows) - HOUR_MS
    end_ms = max(row.play.at_ms for row in rows) + 3 * HOUR_MS
    feed = Feed(rows)
    ledger = Ledger(rows, start_ms)
    calls = fails = 0
    now_ms = start_ms
    while now_ms < end_ms:
        calls += 1
        if any(span.start_ms <= now_ms < span.end_ms for span in scenario.down):
            fails += 1
            now_ms = retry_ms(now_ms=now_ms, fails=fails, jitter=chance.random())
        else:
            plays = feed.newest(now_ms)
            ledger.look(plays, now_ms, failed=fails > 0)
            fails = 0
            now_ms = next_look_ms(plays, now_ms=now_ms, tightness=scenario.tightness, jitter=chance.random())
    ledger.look(feed.newest(end_ms), end_ms, failed=fails > 0)
    gaps = ledger.gap_spans()
    certified = subtract(union(ledger.spans), gaps)
    return Counter(
        calls=calls + 1,
        oracle_calls=feed.oracle_calls + 1,
        time_ms=end_ms - start_ms,
        certified_ms=sum(span.end_ms - max(span.start_ms, start_ms) for span in certified),
        **losses([row for row in rows if row.told_ms <= end_ms], gaps),
    )


def losses(rows: Sequence[Row], gaps: Sequence[Span]) -> Counter[str]:
    """How many of the rows that count were lost in which way."""
    traces = {row.told_ms for row in rows if row.stored}
    tally: Counter[str] = Counter()
    for row in rows:
        if row.counts:
            tally["plays"] += 1
            if row.stored:
                continue
            at = bisect_right(gaps, (row.play.at_ms, float("inf"))) - 1
            in_gap = at >= 0 and row.play.at_ms < gaps[at].end_ms
            late = row.told_ms - row.play.at_ms > LATE_MS
            if not row.shown:
                tally["lost_unseen"] += 1
            elif late and not in_gap and row.told_ms not in traces:
                tally["lost_traceless"] += 1
            else:
                tally["lost"] += 1
                tally["lost_undetected"] += not in_gap
    return tally


def figures(histories: Iterable[Sequence[Heard]]) -> dict[str, list[dict[str, object]]]:
    """The figures of every scenario, of all these listeners together."""
    apart = [set_apart(history) for history in histories]
    scenarios: list[dict[str, object]] = []
    for scenario in SCENARIOS:
        tally: Counter[str] = Counter()
        for history in apart:
            chance = random.Random(7)
            tally.update(replay(scenario(history, chance), chance))
        days = tally["time_ms"] / DAY_MS
        scenarios.append(
            {
                "name": scenario.__name__,
                "member_days": round(days, 1),
                "plays": tally["plays"],
                "calls_per_member_day": round(tally["calls"] / days, 2),
                "lost": tally["lost"],
                "lost_undetected": tally["lost_undetected"],
                "lost_unseen": tally["lost_unseen"],
                "lost_traceless": tally["lost_traceless"],
                "certified_share": round(tally["certified_ms"] / tally["time_ms"], 4),
                "oracle_calls_per_member_day": round(tally["oracle_calls"] / days, 2),
            }
        )
    return {"scenarios": scenarios}


def main() -> None:
    """Print the figures of the histories that are named, or of made-up listeners."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.polling")
    parser.add_argument("--history", type=Path, action="append", default=[], metavar="FILE.csv")
    paths = parser.parse_args().history
    histories = [read_history(path) for path in paths] or [
        made_up(random.Random(seed), MADE_UP_DAYS, *habits) for seed, habits in enumerate(MADE_UP)
    ]
    print(json.dumps(figures(histories), indent=1))


if __name__ == "__main__":
    main()
