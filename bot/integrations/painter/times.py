"""Periods, hours and loops in the card's words. English, without the machine's locale."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from bot.core.model import Period, PeriodKind
from bot.core.recap.model import BusyHour, Loop

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
BEFORE = {
    PeriodKind.WEEK: "the week before", PeriodKind.MONTH: "the month before", PeriodKind.YEAR: "the year before",
    PeriodKind.QUARTER: "the quarter before", PeriodKind.DAYS: "the time before",
}  # fmt: skip
"""What a period is compared with."""


def headline(period: Period) -> str:
    """`Week 47`, `November`, `2026`, or the days: `12–19 Nov`."""
    match period.kind:
        case PeriodKind.WEEK:
            return f"Week {period.first.isocalendar().week}"
        case PeriodKind.MONTH:
            return _MONTHS[period.first.month - 1]
        case PeriodKind.QUARTER:
            return f"Quarter {_quarter(period)}"
        case PeriodKind.YEAR:
            return str(period.first.year)
        case PeriodKind.DAYS:
            return _days(period.first, period.last, years=False)


def _quarter(period: Period) -> int:
    return (period.first.month + 2) // 3


def dates(period: Period) -> str:
    """The first and last day with their years: `16–22 Nov 2026`."""
    return _days(period.first, period.last, years=True)


def _days(first: date, last: date, *, years: bool) -> str:
    def one(day: date, *, month: bool = True, year: bool = years) -> str:
        return f"{day.day}{' ' + _MONTHS[day.month - 1][:3] if month else ''}{f' {day.year}' if year else ''}"

    if first == last:
        return one(first)
    if first.year != last.year:
        return f"{one(first)} – {one(last)}"
    if first.month != last.month:
        return f"{one(first, year=False)} – {one(last)}"
    return f"{one(first, month=False, year=False)}–{one(last)}"


def corner(period: Period) -> str:
    """The figure on top of the spine: week, month, year in two digits, or the number of days."""
    match period.kind:
        case PeriodKind.WEEK:
            return str(period.first.isocalendar().week)
        case PeriodKind.MONTH:
            return f"{period.first.month:02}"
        case PeriodKind.QUARTER:
            return f"Q{_quarter(period)}"
        case PeriodKind.YEAR:
            return f"’{period.first.year % 100:02}"
        case PeriodKind.DAYS:
            return f"{(period.last - period.first).days + 1}d"


def loop_time(loop: Loop) -> str:
    """From the first to the last end of a play, by the member's own clock: `Tue 17 Nov, 01:40–03:10`."""
    first, last = _local(loop.first_ms, loop.member.zone), _local(loop.last_ms, loop.member.zone)
    start = f"{_day(first)}, {first:%H:%M}"
    return f"{start}–{last:%H:%M}" if first.date() == last.date() else f"{start} – {_day(last)}, {last:%H:%M}"


def hour(busy: BusyHour) -> str:
    """`Mon 16 Nov, 20:00–21:00`, in the hour's zone."""
    start, end = _local(busy.start_ms, busy.zone), _local(busy.start_ms + 3_600_000, busy.zone)
    return f"{_day(start)}, {start:%H:%M}–{end:%H:%M}"


def _local(at_ms: int, zone: str) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(ZoneInfo(zone))


def _day(at: datetime) -> str:
    return f"{_DAYS[at.weekday()]} {at.day} {_MONTHS[at.month - 1][:3]}"
