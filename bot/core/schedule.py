"""When a group's posts are due: one for each week, month, quarter and year that has closed, each exactly once.

A period closes at midnight of the group's zone. Its post goes out at the group's hour of the group's weekday (for
months, quarters and years: of the first day after), but never sooner than `settle_h` hours after the close, so that
late plays have landed. What is more than 48 hours late is skipped and said so in the next post. A period's key is its
name for ever, and periods are handled in order: wherever the wishes move a slot, no week comes twice or is left out.
Nothing here reads a clock.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import takewhile

from bot.core import calendar
from bot.core.calendar import HOUR_MS
from bot.core.model import Period, PeriodKind
from bot.text import t

LATE_MS = 48 * HOUR_MS
SETTLE_H = 18
WEEKDAYS = 7
WEEKDAY_NAMES = (
    t("Monday"), t("Tuesday"), t("Wednesday"), t("Thursday"), t("Friday"), t("Saturday"), t("Sunday"),
)  # fmt: skip
# How many periods back are looked through for what was never posted.
_LOOK_BACK = 60


@dataclass(frozen=True, slots=True)
class Schedule:
    """A group's wishes. `weekday` is 0 for Monday; `settle_h` hours have to pass after a close."""

    zone: str
    weekday: int = 0
    hour: int = 18
    minute: int = 0
    settle_h: int = SETTLE_H
    kinds: frozenset[PeriodKind] = frozenset({PeriodKind.WEEK})


@dataclass(frozen=True, slots=True)
class Slot:
    """A closed period and the instant its post is due."""

    period: Period
    at_ms: int

    @property
    def key(self) -> str:
        """The name of its period (`key_of`)."""
        return key_of(self.period)

    def skipped(self, now_ms: int) -> bool:
        """Whether it is too late for it."""
        return now_ms - self.at_ms > LATE_MS


def key_of(period: Period) -> str:
    """The name of a period: `2026-W47`, `2026-11`, `2026-Q4`, `2026`, or its days."""
    match period.kind:
        case PeriodKind.WEEK:
            year, week, _ = period.first.isocalendar()
            return f"{year}-W{week:02d}"
        case PeriodKind.MONTH:
            return f"{period.first:%Y-%m}"
        case PeriodKind.QUARTER:
            return f"{period.first.year}-Q{(period.first.month + 2) // 3}"
        case PeriodKind.YEAR:
            return str(period.first.year)
        case PeriodKind.DAYS:
            return f"{period.first}..{period.last}"


def slot(schedule: Schedule, period: Period) -> Slot:
    """When the post about this period is due."""
    day = period.last + timedelta(days=1)
    if period.kind is PeriodKind.WEEK:
        day += timedelta(days=schedule.weekday)
    wished_ms = calendar.at_local(day, schedule.hour, schedule.minute, period.zone)
    return Slot(period, max(wished_ms, period.end_ms + schedule.settle_h * HOUR_MS))


def first_possible(schedule: Schedule) -> Schedule | None:
    """The earliest weekly time that lies `settle_h` hours after the close; None where the wish is late enough."""
    wished_h = schedule.weekday * 24 + schedule.hour
    if wished_h >= schedule.settle_h:
        return None
    days, hour = divmod(schedule.settle_h, 24)
    return replace(schedule, weekday=days % WEEKDAYS, hour=hour, minute=0)


def due(schedule: Schedule, *, after: Mapping[PeriodKind, date], now_ms: int) -> list[Slot]:
    """The slots that have come of periods later than `after` (the first day of the last one that was handled).

    The earliest first; also the too late ones. A kind of which nothing is known to be handled has none.
    """
    found = [
        at
        for kind in schedule.kinds & after.keys()
        for period in takewhile(lambda it: it.first > after[kind], _closed(kind, schedule.zone, now_ms))  # noqa: B023
        if (at := slot(schedule, period)).at_ms <= now_ms
    ]
    return sorted(found, key=lambda it: (it.at_ms, it.period.end_ms - it.period.start_ms))


def handled(schedule: Schedule, now_ms: int) -> dict[PeriodKind, date]:
    """Where to begin from now on, for `due`: the first day of the last period of each kind whose slot has passed."""
    return {
        kind: next(
            it.first for it in _closed(kind, schedule.zone, now_ms) if slot(schedule, it).at_ms <= now_ms
        )
        for kind in schedule.kinds
    }


def next_slot(schedule: Schedule, after: Mapping[PeriodKind, date], now_ms: int) -> Slot | None:
    """The next slot after now, as `due` will find it; None where nothing is to be posted."""
    today = calendar.local_day(now_ms, schedule.zone)
    coming = [
        at
        for kind in schedule.kinds & after.keys()
        for period in _from(kind, today - timedelta(days=14), schedule.zone, 4)
        if period.first > after[kind] and (at := slot(schedule, period)).at_ms > now_ms
    ]
    return min(coming, key=lambda it: it.at_ms, default=None)


def last_closed(kind: PeriodKind, zone: str, now_ms: int) -> Period:
    """The last period of this kind that is over: what *post now* posts."""
    return next(_closed(kind, zone, now_ms))


def _closed(kind: PeriodKind, zone: str, now_ms: int) -> Iterator[Period]:
    """The periods of this kind that are over, the last one first."""
    today = calendar.local_day(now_ms, zone)
    period = calendar.holding(kind, today, zone)
    for _ in range(_LOOK_BACK):
        if period.end_ms <= now_ms:
            yield period
        period = calendar.holding(kind, period.first - timedelta(days=1), zone)


def _from(kind: PeriodKind, day: date, zone: str, count: int) -> Iterator[Period]:
    for _ in range(count):
        period = calendar.holding(kind, day, zone)
        yield period
        day = period.last + timedelta(days=1)
