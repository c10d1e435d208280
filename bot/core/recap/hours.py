"""Plays by the clock on the wall: 24 hours, 168 hours of the week, and the busiest hour there was.

Counted by pieces of time with one UTC offset each, so that a clock change is exact and no date is made per play.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import NamedTuple

from bot.core.calendar import HOUR_MS, segments
from bot.core.model import Period, Play, Span
from bot.core.recap.model import BusyHour

# 1 January 1970 was a Thursday, and weeks begin on Monday.
_EPOCH_HOURS = 3 * 24

_at_ms = itemgetter(0)


class Hour(NamedTuple):
    """A local clock hour: hours since the epoch on the zone's clock, and the offset that the clock had.

    Where clocks are put back an hour comes twice, with two offsets; those are two hours.
    """

    number: int
    offset_ms: int

    @property
    def start_ms(self) -> int:
        """When the clock showed its first minute."""
        return self.number * HOUR_MS - self.offset_ms


def by_hour(plays: Sequence[Play], zone: str, period: Period) -> Counter[Hour]:
    """How many plays ended in each local hour. All plays lie in the period, in order of time."""
    found: Counter[Hour] = Counter()
    instants = list(map(_at_ms, plays))
    for start_ms, end_ms, offset_ms in segments(zone, period.start_ms, period.end_ms):
        low, high = bisect_left(instants, start_ms), bisect_left(instants, end_ms)
        numbers = Counter([(at_ms + offset_ms) // HOUR_MS for at_ms in instants[low:high]])
        for number, count in numbers.items():
            found[Hour(number, offset_ms)] += count
    return found


def clock(hours: Mapping[Hour, int]) -> tuple[int, ...]:
    """24 counts, the hour from midnight first."""
    counts = [0] * 24
    for hour, count in hours.items():
        counts[hour.number % 24] += count
    return tuple(counts)


def week(hours: Mapping[Hour, int]) -> tuple[int, ...]:
    """168 counts, Monday's hour from midnight first."""
    counts = [0] * 168
    for hour, count in hours.items():
        counts[(hour.number + _EPOCH_HOURS) % 168] += count
    return tuple(counts)


def together(many: Iterable[Sequence[int]], length: int) -> tuple[int, ...]:
    """Counts added place by place."""
    rows = list(many)
    return tuple(map(sum, zip(*rows, strict=True))) if rows else (0,) * length


def busiest(hours: Mapping[Hour, int], zone: str) -> BusyHour | None:
    """The hour with the most plays, the earliest among equals; None without plays."""
    if not hours:
        return None
    hour, count = min(hours.items(), key=lambda item: (-item[1], item[0].start_ms))
    return BusyHour(hour.start_ms, zone, count)


def span_of(hour: BusyHour, period: Period) -> Span:
    """The instants that the clock hour really had: fewer than 60 minutes where clocks change by less or inside it."""
    whole = Span(hour.start_ms, hour.start_ms + HOUR_MS)
    same_clock = [
        Span(max(piece.start_ms, whole.start_ms), min(piece.end_ms, whole.end_ms))
        for piece in segments(hour.zone, period.start_ms, period.end_ms)
        if (hour.start_ms + piece.offset_ms) % HOUR_MS == 0
    ]
    return max(same_clock, key=lambda span: span.end_ms - span.start_ms, default=whole)
