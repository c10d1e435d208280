"""Days and hours in words, put together of pieces that can each be said in another language."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from bot.core.calendar import DAY_MS, HOUR_MS, local_time
from bot.core.model import Gap, Origin, Period, PeriodKind, Span
from bot.text import Text, t

WEEKDAYS = (t("Mon"), t("Tue"), t("Wed"), t("Thu"), t("Fri"), t("Sat"), t("Sun"))
MONTHS = (
    t("January"), t("February"), t("March"), t("April"), t("May"), t("June"), t("July"), t("August"), t("September"),
    t("October"), t("November"), t("December"),
)  # fmt: skip
SHORT_MONTHS = (
    t("Jan"), t("Feb"), t("Mar"), t("Apr"), t("May"), t("Jun"), t("Jul"), t("Aug"), t("Sep"), t("Oct"), t("Nov"),
    t("Dec"),
)  # fmt: skip
_MINUTE_MS = 60_000
_WEEK_MS = 7 * DAY_MS + HOUR_MS  # the longest, with a clock put back


def period_name(period: Period) -> Text:
    """`Week 47`, `November 2026`, `2026`, or the days."""
    year = str(period.first.year)
    if period.kind is PeriodKind.WEEK:
        return t("Week {n}", n=period.first.isocalendar().week)
    if period.kind is PeriodKind.MONTH:
        return t("{month} {year}", month=MONTHS[period.first.month - 1], year=year)
    if period.kind is PeriodKind.QUARTER:
        return t("Quarter {n} of {year}", n=(period.first.month + 2) // 3, year=year)
    if period.kind is PeriodKind.YEAR:
        return t("{year}", year=year)
    return days(period.first, period.last)


def days(first: date, last: date) -> Text:
    """`16–22 Nov 2026`, with as much said twice as needed."""
    if first == last:
        return on(first)
    if (first.year, first.month) == (last.year, last.month):
        return t("{first}–{last}", first=str(first.day), last=on(last))
    since = _of_year(first) if first.year == last.year else on(first)
    return t("{first} – {last}", first=since, last=on(last))


def on(day: date) -> Text:
    """`22 Nov 2026`."""
    return t("{day} {month} {year}", day=str(day.day), month=SHORT_MONTHS[day.month - 1], year=str(day.year))


def from_to(start_ms: int, end_ms: int, zone: str) -> Text:
    """`Tue 17 Nov, 01:40 to 03:10` by the clock of the zone; the second day is named where it is another one."""
    start, end = local_time(start_ms, zone), local_time(end_ms, zone)
    same_day = start.date() == end.date() or (end - start <= timedelta(hours=1) and f"{end:%H:%M}" == "00:00")
    until = _clock(end) if same_day else t("{day}, {clock}", day=_weekday(end), clock=_clock(end))
    return t("{day}, {since} to {until}", day=_weekday(start), since=_clock(start), until=until)


def stretch(span: Span | Gap | Origin, period: Period, zone: str) -> Text:
    """`Tue 14:10–16:40` by the clock of the zone, in whole minutes; `17 Nov` where the period is longer than a week."""
    start = local_time(span.start_ms - span.start_ms % _MINUTE_MS, zone)
    end = local_time(span.end_ms + -span.end_ms % _MINUTE_MS, zone)
    in_a_week = period.end_ms - period.start_ms <= _WEEK_MS
    midnight = f"{end:%H:%M}" == "00:00"
    last = end - timedelta(days=1) if midnight else end
    until = "24:00" if midnight else _clock(end)

    def day(it: datetime) -> Text:
        return WEEKDAYS[it.weekday()] if in_a_week else _of_year(it)

    if start.date() == last.date():
        return t("{day} {since}–{until}", day=day(start), since=_clock(start), until=until)
    return t(
        "{day} {since} – {last} {until}", day=day(start), since=_clock(start), last=day(last), until=until
    )


def _weekday(it: datetime) -> Text:
    return t("{weekday} {day}", weekday=WEEKDAYS[it.weekday()], day=_of_year(it))


def _of_year(it: date) -> Text:
    return t("{day} {month}", day=str(it.day), month=SHORT_MONTHS[it.month - 1])


def _clock(it: datetime) -> str:
    return f"{it:%H:%M}"
