"""Local days, weeks, months and years as exact instants, in every zone and across every change of its clocks.

Instants are ms UTC. A local day starts at the first instant whose local reading is that date: where midnight is
skipped that is the end of the gap, where it comes twice the first one, and a date that a zone never had is empty.
Nothing here reads a clock; "now" comes in as an argument.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.core.model import Period, PeriodKind
from bot.errors import BadOption
from bot.text import t

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
FIRST_YEAR, LAST_YEAR = 1900, 2199

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - a wall clock reading has no zone
# No zone is further from UTC than a day, so this far before a reading its local clock has not come to it.
_REACH_MS = 36 * HOUR_MS


class Segment(NamedTuple):
    """From `start_ms` (included) to `end_ms` (excluded) the local clock reads UTC plus `offset_ms`."""

    start_ms: int
    end_ms: int
    offset_ms: int


class When(StrEnum):
    """The times that people ask for. The plain words mean the last one that is over."""

    WEEK = "week"
    THIS_WEEK = "this-week"
    MONTH = "month"
    THIS_MONTH = "this-month"
    YEAR = "year"
    THIS_YEAR = "this-year"


def zone_of(name: str) -> ZoneInfo:
    """The IANA zone of this name. Raises `BadOption` where there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise BadOption(
            t("“{zone}” is no time zone I know. Write it like Europe/Berlin or America/New_York.", zone=name),
            "zone",
        ) from None


@lru_cache(maxsize=512)
def segments(zone: str, start_ms: int, end_ms: int) -> tuple[Segment, ...]:
    """The pieces of [start, end) with one UTC offset each, in order and without holes.

    Found by looking once a day and halving where two days differ; no zone changes twice within a day.
    """
    info = zone_of(zone)
    found: list[Segment] = []
    since, offset = start_ms, _offset_ms(info, start_ms // 1000)
    at_s, end_s = start_ms // 1000, -(-end_ms // 1000)
    while at_s < end_s:
        next_s = min(at_s + 86_400, end_s)
        if _offset_ms(info, next_s) != offset:
            before_s, after_s = at_s, next_s
            while after_s - before_s > 1:
                middle_s = (before_s + after_s) // 2
                if _offset_ms(info, middle_s) == offset:
                    before_s = middle_s
                else:
                    after_s = middle_s
            if after_s * 1000 >= end_ms:
                break
            found.append(Segment(since, after_s * 1000, offset))
            since, offset = after_s * 1000, _offset_ms(info, after_s)
            at_s = after_s
        else:
            at_s = next_s
    if since < end_ms:
        found.append(Segment(since, end_ms, offset))
    return tuple(found)


def _offset_ms(info: ZoneInfo, at_s: int) -> int:
    offset = datetime.fromtimestamp(at_s, info).utcoffset()
    assert offset is not None
    return round(offset.total_seconds() * 1000)


def at_local(day: date, hour: int, minute: int, zone: str) -> int:
    """The first instant at which the zone's clock reads this time of this day, or later.

    A time inside a gap is the end of the gap; a time that comes twice is the first of the two.
    """
    reading_ms = (datetime(day.year, day.month, day.day, hour, minute) - _EPOCH) // timedelta(milliseconds=1)  # noqa: DTZ001
    for start_ms, end_ms, offset_ms in segments(zone, reading_ms - _REACH_MS, reading_ms + _REACH_MS):
        at_ms = max(start_ms, reading_ms - offset_ms)
        if at_ms < end_ms:
            return at_ms
    raise AssertionError("no zone is further than a day from UTC")


def day_start(day: date, zone: str) -> int:
    """The first instant of a local day."""
    return at_local(day, 0, 0, zone)


def local_day(at_ms: int, zone: str) -> date:
    """The local date of an instant."""
    return local_time(at_ms, zone).date()


def local_time(at_ms: int, zone: str) -> datetime:
    """An instant as the zone's clock shows it, with its offset; exact to the ms."""
    whole_s, rest_ms = divmod(at_ms, 1000)
    return datetime.fromtimestamp(whole_s, zone_of(zone)).replace(microsecond=rest_ms * 1000)


def iso_utc(at_ms: int) -> str:
    """`2026-11-22T02:10:03Z`: whole seconds, cut not rounded."""
    return datetime.fromtimestamp(at_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def iso_local(at_ms: int, zone: str) -> str:
    """`2026-11-22T03:10:03+01:00`: whole seconds with the zone's offset."""
    return local_time(at_ms, zone).isoformat(timespec="seconds")


def days(first: date, last: date, zone: str) -> Period:
    """The local days from first to last, both included."""
    return _period(PeriodKind.DAYS, first, last, zone)


def week_of(day: date, zone: str) -> Period:
    """The ISO week (Monday to Sunday) that holds this day."""
    monday = day - timedelta(days=day.weekday())
    return _period(PeriodKind.WEEK, monday, monday + timedelta(days=6), zone)


def last_week(now_ms: int, zone: str) -> Period:
    """The last ISO week that is over."""
    return week_of(local_day(now_ms, zone) - timedelta(days=7), zone)


def month_of(day: date, zone: str) -> Period:
    """The calendar month that holds this day."""
    first = day.replace(day=1)
    return _period(PeriodKind.MONTH, first, _next_month(first) - timedelta(days=1), zone)


def month(year: int, number: int, zone: str) -> Period:
    """A calendar month; January is 1."""
    return month_of(_first_of(year, number), zone)


def quarter_of(day: date, zone: str) -> Period:
    """The calendar quarter that holds this day."""
    first = day.replace(month=3 * ((day.month - 1) // 3) + 1, day=1)
    last = month_of(first.replace(month=first.month + 2), zone).last
    return _period(PeriodKind.QUARTER, first, last, zone)


def year(number: int, zone: str) -> Period:
    """A calendar year."""
    return _period(PeriodKind.YEAR, _first_of(number, 1), _first_of(number, 12).replace(day=31), zone)


def holding(kind: PeriodKind, day: date, zone: str) -> Period:
    """The period of this kind that a day lies in. Raises ValueError for days, which follow no calendar."""
    match kind:
        case PeriodKind.WEEK:
            return week_of(day, zone)
        case PeriodKind.MONTH:
            return month_of(day, zone)
        case PeriodKind.QUARTER:
            return quarter_of(day, zone)
        case PeriodKind.YEAR:
            return year(day.year, zone)
        case PeriodKind.DAYS:
            raise ValueError("days by themselves follow no calendar")


def before(period: Period) -> Period | None:
    """The period of the same kind right before; for days, as many days. None where nothing is counted any more."""
    days_long = (period.last - period.first).days + 1
    if period.first.year - days_long // 365 - 1 < FIRST_YEAR:
        return None
    eve = period.first - timedelta(days=1)
    if period.kind is PeriodKind.DAYS:
        return days(period.first - timedelta(days=days_long), eve, period.zone)
    return holding(period.kind, eve, period.zone)


def period_of(when: When, now_ms: int, zone: str) -> Period:
    """The time that is meant, seen from now."""
    today = local_day(now_ms, zone)
    match when:
        case When.WEEK:
            return last_week(now_ms, zone)
        case When.THIS_WEEK:
            return _until(now_ms, week_of(today, zone))
        case When.MONTH:
            return month_of(today.replace(day=1) - timedelta(days=1), zone)
        case When.THIS_MONTH:
            return _until(now_ms, month_of(today, zone))
        case When.YEAR:
            return year(today.year - 1, zone)
        case When.THIS_YEAR:
            return _until(now_ms, year(today.year, zone))


def _until(now_ms: int, period: Period) -> Period:
    """What of a period is over: nothing is missing from what has not been."""
    return replace(period, end_ms=min(period.end_ms, now_ms))


def whole_end_ms(period: Period) -> int:
    """When a period is over, also of one of which only what has been is meant."""
    return day_start(period.last + timedelta(days=1), period.zone)


def days_in(period: Period) -> list[tuple[date, int, int]]:
    """The local days of a period, each with its first instant and the first instant after it."""
    count = (period.last - period.first).days + 1
    dates = [period.first + timedelta(days=n) for n in range(count + 1)]
    starts = [day_start(day, period.zone) for day in dates]
    return list(zip(dates, starts, starts[1:], strict=False))


def offset_at(pieces: tuple[Segment, ...], at_ms: int) -> int:
    """The UTC offset in ms at an instant inside these pieces."""
    return pieces[bisect_right(pieces, at_ms, key=lambda piece: piece.start_ms) - 1].offset_ms


def _period(kind: PeriodKind, first: date, last: date, zone: str) -> Period:
    if last < first:
        raise BadOption(
            t("{last} lies before {first}: the first day comes first.", first=str(first), last=str(last)),
            "days",
        )
    if first.year < FIRST_YEAR - 1 or last.year > LAST_YEAR:
        raise _too_far()
    return Period(kind, first, last, zone, day_start(first, zone), day_start(last + timedelta(days=1), zone))


def _first_of(year_number: int, month_number: int) -> date:
    if not FIRST_YEAR <= year_number <= LAST_YEAR:
        raise _too_far()
    try:
        return date(year_number, month_number, 1)
    except ValueError:
        raise BadOption(
            t("There is no month {n}; January is 1, December is 12.", n=month_number), "month"
        ) from None


def _next_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def _too_far() -> BadOption:
    return BadOption(
        t("I count days from {first} to {last}.", first=str(FIRST_YEAR), last=str(LAST_YEAR)), "days"
    )
