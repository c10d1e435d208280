"""Plays by the clock on the wall: 24 hours, 168 hours of the week, and the busiest hour there was.

Counted by pieces of time with one UTC offset each, so that a clock change is exact and no date is made per play.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import NamedTuple

from bot.core.calendar import HOUR_MS, segments
from bot.core.model import Period, Play, Span
from bot.core.recap.model import BusyHour

# 1 January 1970 was a Thursday, and weeks begin on Monday.
_EPOCH_HOURS = 3 * 24

WEEK_HOURS = 168

_at_ms = itemgetter(0)


class Piece(NamedTuple):
    """Plays by local hour while the zone's clock had one UTC offset: hours since the epoch on that clock.

    Where clocks are put back an hour comes twice, in two pieces; those are two hours.
    """

    offset_ms: int
    counts: Counter[int]


def by_hour(plays: Sequence[Play], zone: str, period: Period) -> list[Piece]:
    """How many plays ended in each local hour. All plays lie in the period, in order of time.

    The pieces of two members in one zone and period are the same pieces.
    """
    instants = list(map(_at_ms, plays))
    found = []
    for start_ms, end_ms, offset_ms in segments(zone, period.start_ms, period.end_ms):
        low, high = bisect_left(instants, start_ms), bisect_left(instants, end_ms)
        found.append(
            Piece(offset_ms, Counter([(at_ms + offset_ms) // HOUR_MS for at_ms in instants[low:high]]))
        )
    return found


def hour_of_week(local_ms: int) -> int:
    """Which of the week's 168 hours an instant is in, by the clock that its milliseconds are of."""
    return (local_ms // HOUR_MS + _EPOCH_HOURS) % WEEK_HOURS


def clock(week_counts: Sequence[int]) -> tuple[int, ...]:
    """24 counts of a week's 168, the hour from midnight first."""
    return tuple(sum(week_counts[hour::24]) for hour in range(24))


def week(pieces: Iterable[Piece]) -> tuple[int, ...]:
    """168 counts, Monday's hour from midnight first."""
    counts = [0] * WEEK_HOURS
    for piece in pieces:
        for number, count in piece.counts.items():
            counts[hour_of_week(number * HOUR_MS)] += count
    return tuple(counts)


def together(many: Iterable[Sequence[int]], length: int) -> tuple[int, ...]:
    """Counts added place by place."""
    rows = list(many)
    return tuple(map(sum, zip(*rows, strict=True))) if rows else (0,) * length


def merged(many: Sequence[Sequence[Piece]]) -> list[Piece]:
    """The pieces of several members in one zone and period, added."""
    found = []
    for same in zip(*many, strict=True):
        counts: Counter[int] = Counter()
        for piece in same:
            counts.update(piece.counts)
        found.append(Piece(same[0].offset_ms, counts))
    return found


def busiest(pieces: Iterable[Piece], zone: str) -> BusyHour | None:
    """The hour with the most plays, the earliest among equals; None without plays."""
    best: tuple[int, int] | None = None
    for offset_ms, counts in pieces:
        if counts:
            most = max(counts.values())
            first = min(number for number, count in counts.items() if count == most)
            candidate = (-most, first * HOUR_MS - offset_ms)
            best = candidate if best is None else min(best, candidate)
    return None if best is None else BusyHour(best[1], zone, -best[0])


def span_of(hour: BusyHour, period: Period) -> Span:
    """The instants that the clock hour really had: fewer than 60 minutes where clocks change by less or inside it."""
    whole = Span(hour.start_ms, hour.start_ms + HOUR_MS)
    same_clock = [
        Span(max(piece.start_ms, whole.start_ms), min(piece.end_ms, whole.end_ms))
        for piece in segments(hour.zone, period.start_ms, period.end_ms)
        if (hour.start_ms + piece.offset_ms) % HOUR_MS == 0
    ]
    return max(same_clock, key=lambda span: span.end_ms - span.start_ms, default=whole)
