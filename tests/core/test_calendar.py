"""Local days are exact: against zoneinfo play by play, in gaps and folds, where midnight does not exist."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import calendar
from bot.core.calendar import When
from bot.core.model import Period, PeriodKind
from bot.errors import BadOption

ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Asia/Kolkata",
    "Asia/Tehran",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
    "Asia/Gaza",
    "America/Havana",
    "America/Asuncion",
]
zones = st.sampled_from(ZONES)
instants = st.integers(1_200_000_000_000, 1_830_000_000_000)
dates = st.dates(date(2008, 1, 1), date(2027, 12, 31))


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)


@given(zones, instants, st.integers(0, 400 * calendar.DAY_MS), st.data())
def test_segments_say_what_zoneinfo_says_at_every_instant(
    zone: str, start: int, length: int, data: st.DataObject
) -> None:
    pieces = calendar.segments(zone, start, start + length)
    assert [piece.start_ms for piece in pieces[1:]] == [piece.end_ms for piece in pieces[:-1]]
    assert all(one.offset_ms != other.offset_ms for one, other in pairwise(pieces))
    if not length:
        assert pieces == ()
        return
    assert (pieces[0].start_ms, pieces[-1].end_ms) == (start, start + length)
    edges = [edge for piece in pieces for edge in (piece.start_ms, piece.end_ms - 1)]
    for at in [*edges, data.draw(st.integers(start, start + length - 1))]:
        local = datetime.fromtimestamp(at / 1000, ZoneInfo(zone))
        offset = local.utcoffset()
        assert offset is not None
        assert calendar.offset_at(pieces, at) == offset // timedelta(milliseconds=1)


@given(zones, dates)
def test_a_day_starts_at_the_first_instant_of_its_date(zone: str, day: date) -> None:
    start = calendar.day_start(day, zone)
    assert calendar.local_day(start, zone) >= day
    before = [
        calendar.local_day(start - step, zone)
        for step in (1, 1000, 60_000, calendar.HOUR_MS, calendar.DAY_MS)
    ]
    assert all(earlier < day for earlier in before)


@given(zones, dates, st.integers(0, 23), st.integers(0, 59))
def test_a_local_time_is_never_before_the_clock_shows_it(
    zone: str, day: date, hour: int, minute: int
) -> None:
    at = calendar.at_local(day, hour, minute, zone)
    wanted = datetime(day.year, day.month, day.day, hour, minute)  # noqa: DTZ001
    assert calendar.local_time(at, zone).replace(tzinfo=None) >= wanted
    assert calendar.local_time(at - 1, zone).replace(tzinfo=None) < wanted


@pytest.mark.parametrize(
    ("zone", "day", "starts"),
    [
        ("America/Sao_Paulo", date(2018, 11, 4), "2018-11-04T01:00:00-02:00"),
        ("America/Sao_Paulo", date(2018, 2, 18), "2018-02-18T00:00:00-03:00"),
        ("Africa/Cairo", date(2023, 4, 28), "2023-04-28T01:00:00+03:00"),
        ("Africa/Cairo", date(2023, 10, 27), "2023-10-27T00:00:00+02:00"),
        ("Asia/Beirut", date(2024, 3, 31), "2024-03-31T01:00:00+03:00"),
        ("America/Havana", date(2024, 11, 3), "2024-11-03T00:00:00-04:00"),
        ("America/St_Johns", date(2010, 11, 7), "2010-11-07T00:00:00-02:30"),
        ("Pacific/Apia", date(2011, 12, 30), "2011-12-31T00:00:00+14:00"),
        ("Pacific/Apia", date(2011, 12, 31), "2011-12-31T00:00:00+14:00"),
        ("Asia/Kathmandu", date(2024, 1, 1), "2024-01-01T00:00:00+05:45"),
    ],
)
def test_days_that_do_not_start_at_an_ordinary_midnight(zone: str, day: date, starts: str) -> None:
    assert calendar.day_start(day, zone) == ms(starts)


def test_a_date_that_a_zone_never_had_is_an_empty_day() -> None:
    skipped = calendar.days(date(2011, 12, 30), date(2011, 12, 30), "Pacific/Apia")
    assert skipped.start_ms == skipped.end_ms


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 7, 1), 24)]
)
def test_days_are_as_long_as_their_clock_changes_make_them(day: date, hours: int) -> None:
    period = calendar.days(day, day, "Europe/Berlin")
    assert period.end_ms - period.start_ms == hours * calendar.HOUR_MS


@given(zones, dates)
def test_weeks_months_years_hold_their_day_and_touch_the_one_before(zone: str, day: date) -> None:
    for period in (
        calendar.week_of(day, zone),
        calendar.month_of(day, zone),
        calendar.year(day.year, zone),
        calendar.days(day, day, zone),
    ):
        assert period.first <= day <= period.last
        assert period.start_ms <= calendar.day_start(day, zone) <= period.end_ms
        earlier = calendar.before(period)
        assert earlier.kind is period.kind
        assert earlier.end_ms == period.start_ms
        assert earlier.last == period.first - timedelta(days=1)
        if period.kind in (PeriodKind.DAYS, PeriodKind.WEEK):
            assert earlier.last - earlier.first == period.last - period.first


@given(zones, dates, st.integers(0, 40))
def test_the_days_of_a_period_follow_each_other(zone: str, day: date, more: int) -> None:
    period = calendar.days(day, day + timedelta(days=more), zone)
    listed = calendar.days_in(period)
    assert [one for one, _, _ in listed] == [day + timedelta(days=n) for n in range(more + 1)]
    assert listed[0][1] == period.start_ms
    assert listed[-1][2] == period.end_ms
    assert all(one[2] == other[1] for one, other in pairwise(listed))


def spoken(period: Period) -> tuple[PeriodKind, date, date]:
    return period.kind, period.first, period.last


def test_the_times_people_ask_for() -> None:
    now = ms("2026-11-22T23:30:00+00:00")  # Monday already in Berlin
    asked = {when: spoken(calendar.period_of(when, now, "Europe/Berlin")) for when in When}
    assert asked == {
        When.WEEK: (PeriodKind.WEEK, date(2026, 11, 16), date(2026, 11, 22)),
        When.THIS_WEEK: (PeriodKind.WEEK, date(2026, 11, 23), date(2026, 11, 29)),
        When.MONTH: (PeriodKind.MONTH, date(2026, 10, 1), date(2026, 10, 31)),
        When.THIS_MONTH: (PeriodKind.MONTH, date(2026, 11, 1), date(2026, 11, 30)),
        When.YEAR: (PeriodKind.YEAR, date(2025, 1, 1), date(2025, 12, 31)),
        When.THIS_YEAR: (PeriodKind.YEAR, date(2026, 1, 1), date(2026, 12, 31)),
    }
    for when in (When.THIS_WEEK, When.THIS_MONTH, When.THIS_YEAR):
        assert calendar.period_of(when, now, "Europe/Berlin").end_ms == now
    assert spoken(calendar.last_week(now, "UTC")) == (PeriodKind.WEEK, date(2026, 11, 9), date(2026, 11, 15))
    assert spoken(calendar.month(2024, 2, "UTC")) == (PeriodKind.MONTH, date(2024, 2, 1), date(2024, 2, 29))


@pytest.mark.parametrize("name", ["", "Berlin", "../etc/passwd", "Europe", "Europe/Berlin\x00", "CEST+1"])
def test_a_zone_that_is_not_there_is_said_so(name: str) -> None:
    with pytest.raises(BadOption, match="no time zone I know"):
        calendar.zone_of(name)


def test_days_that_cannot_be_counted_are_said_so() -> None:
    with pytest.raises(BadOption, match="lies before"):
        calendar.days(date(2026, 2, 2), date(2026, 2, 1), "UTC")
    with pytest.raises(BadOption, match="from 1900 to 2199"):
        calendar.year(1899, "UTC")
    with pytest.raises(BadOption, match="from 1900 to 2199"):
        calendar.days(date(2300, 1, 1), date(2300, 1, 1), "UTC")
    with pytest.raises(BadOption, match="no month 13"):
        calendar.month(2026, 13, "UTC")


def test_all_of_time_is_a_period_with_nothing_before_it() -> None:
    assert calendar.days(date(1970, 1, 1), date(2026, 12, 31), "Europe/Berlin").start_ms == -3_600_000
    assert calendar.before(calendar.days(date(1900, 1, 1), date(2199, 12, 31), "Europe/Berlin")) is None
    last = calendar.before(calendar.days(date(2026, 3, 30), date(2026, 3, 31), "Europe/Berlin"))
    assert last == calendar.days(date(2026, 3, 28), date(2026, 3, 29), "Europe/Berlin")


def test_instants_as_text() -> None:
    at = int(datetime(2026, 3, 29, 1, 30, 59, 999_000, UTC).timestamp() * 1000)
    assert calendar.iso_utc(at) == "2026-03-29T01:30:59Z"
    assert calendar.iso_local(at, "Europe/Berlin") == "2026-03-29T03:30:59+02:00"
