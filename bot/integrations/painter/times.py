"""Periods, hours and stretches of time in the pictures' words, without the machine's locale."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from bot.core.calendar import HOUR_MS, local_time
from bot.core.model import Period, PeriodKind
from bot.core.recap.model import BusyHour
from bot.text import Text, t

_MONTHS = tuple(
    map(t, (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ))
)  # fmt: skip
_SHORT = tuple(map(t, ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")))
WEEKDAYS = tuple(map(t, ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")))


def headline(period: Period) -> Text:
    """`Week 47`, `November`, `2026`, or the days: `12–19 Nov`."""
    match period.kind:
        case PeriodKind.WEEK:
            return t("Week {n}", n=period.first.isocalendar().week)
        case PeriodKind.MONTH:
            return _MONTHS[period.first.month - 1]
        case PeriodKind.QUARTER:
            return t("Quarter {n}", n=_quarter(period))
        case PeriodKind.YEAR:
            return t("{year}", year=str(period.first.year))
        case PeriodKind.DAYS:
            return dates(period, years=False)


def before(period: Period) -> Text:
    """What the period is compared with: `Week 46`, `October`, `2025`."""
    if period.kind is PeriodKind.DAYS:
        return t("before")
    last = period.first - timedelta(days=1)
    return headline(replace(period, first=last, last=last))


def dates(period: Period, *, years: bool = True) -> Text:
    """The first and last day: `16–22 Nov 2026`, or without the years."""
    first, last = period.first, period.last
    if first == last:
        return _day(first, years=years)
    if (first.year, first.month) == (last.year, last.month):
        return t("{first}–{last}", first=str(first.day), last=_day(last, years=years))
    return t(
        "{first} – {last}",
        first=_day(first, years=years and first.year != last.year), last=_day(last, years=years),
    )  # fmt: skip


def short(month: Period) -> Text:
    """The month, `Nov`."""
    return _SHORT[month.first.month - 1]


def from_to(period: Period) -> Text:
    """The first and the last month: `Jan – Mar`."""
    return t("{first} – {last}", first=_SHORT[period.first.month - 1], last=_SHORT[period.last.month - 1])


def corner(period: Period) -> Text:
    """The figure on top of the spine: week, month, year in two digits, or the number of days."""
    match period.kind:
        case PeriodKind.WEEK:
            return t("{n}", n=period.first.isocalendar().week)
        case PeriodKind.MONTH:
            return t("{month}", month=f"{period.first.month:02}")
        case PeriodKind.QUARTER:
            return t("Q{n}", n=_quarter(period))
        case PeriodKind.YEAR:
            return t("’{year}", year=f"{period.first.year % 100:02}")
        case PeriodKind.DAYS:
            return t("{n}d", n=(period.last - period.first).days + 1)


def stretch(first_ms: int, last_ms: int, zone: str) -> Text:
    """`Tue 17 Nov, 01:40–03:10` by the clock of the zone, with the second day where it is another one."""
    first, last = local_time(first_ms, zone), local_time(last_ms, zone)
    if first.date() == last.date():
        return t("{day}, {start}–{end}", day=_named(first), start=f"{first:%H:%M}", end=f"{last:%H:%M}")
    return t(
        "{day}, {start} – {last}, {end}",
        day=_named(first), start=f"{first:%H:%M}", last=_named(last), end=f"{last:%H:%M}",
    )  # fmt: skip


def hour(busy: BusyHour) -> Text:
    """`Mon 16 Nov, 20:00–21:00`, in the hour's zone."""
    start, end = local_time(busy.start_ms, busy.zone), local_time(busy.start_ms + HOUR_MS, busy.zone)
    return t("{day}, {start}–{end}", day=_named(start), start=f"{start:%H:%M}", end=f"{end:%H:%M}")


def hour_of_week(number: int) -> Text:
    """`Mon 20:00–21:00`; 0 is Monday's first hour."""
    day, start = divmod(number, 24)
    return t(
        "{day} {start}:00–{end}:00", day=WEEKDAYS[day], start=f"{start:02}", end=f"{(start + 1) % 24:02}"
    )


def _quarter(period: Period) -> int:
    return (period.first.month + 2) // 3


def _day(day: date, *, years: bool) -> Text:
    month = _SHORT[day.month - 1]
    if not years:
        return t("{day} {month}", day=str(day.day), month=month)
    return t("{day} {month} {year}", day=str(day.day), month=month, year=str(day.year))


def _named(at: datetime) -> Text:
    return t(
        "{weekday} {day} {month}",
        weekday=WEEKDAYS[at.weekday()], day=str(at.day), month=_SHORT[at.month - 1],
    )  # fmt: skip
