"""When posts are due: every period once, never before it has settled, in every zone and over every clock change."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import calendar, schedule
from bot.core.calendar import DAY_MS, HOUR_MS
from bot.core.model import PeriodKind
from bot.core.schedule import Schedule, Slot

ZONES = sorted(available_timezones())
BERLIN = Schedule("Europe/Berlin", weekday=0, hour=18)


def ms(words: str) -> int:
    return round(datetime.fromisoformat(words).replace(tzinfo=UTC).timestamp() * 1000)


def keys(wishes: Schedule, after: str, now: str) -> list[str]:
    handled = dict.fromkeys(wishes.kinds, date.fromisoformat(after))
    return [it.key for it in schedule.due(wishes, after=handled, now_ms=ms(now))]


def up_to(slots: list[Slot], after: dict[PeriodKind, date]) -> dict[PeriodKind, date]:
    return {
        kind: max([day, *(it.period.first for it in slots if it.period.kind is kind)])
        for kind, day in after.items()
    }


wishes = st.builds(
    Schedule,
    zone=st.sampled_from(ZONES),
    weekday=st.integers(0, 6),
    hour=st.integers(0, 23),
    minute=st.integers(0, 59),
    settle_h=st.integers(0, 30),
)


@given(wishes, st.integers(2026, 2030))
def test_each_week_of_a_year_has_its_one_slot_a_week_after_the_one_before(it: Schedule, year: int) -> None:
    monday = date.fromisocalendar(year, 1, 1)
    slots = [schedule.slot(it, calendar.week_of(monday + timedelta(weeks=n), it.zone)) for n in range(53)]
    assert len({slot.key for slot in slots}) == 53
    for slot, following in pairwise(slots):
        assert slot.at_ms >= slot.period.end_ms + it.settle_h * HOUR_MS
        # A zone that leaves out a day (as Kwajalein did) would be further off; none has said so for these years.
        assert abs(following.at_ms - slot.at_ms - 7 * DAY_MS) <= 2 * HOUR_MS


@pytest.mark.slow
@pytest.mark.parametrize("year", range(2026, 2031))
def test_every_zone_posts_every_week_exactly_once(year: int) -> None:
    for zone in ZONES:
        it = Schedule(zone, weekday=6, hour=2, minute=30)
        mondays = [date.fromisocalendar(year, 1, 1) + timedelta(weeks=n) for n in range(52)]
        slots = [schedule.slot(it, calendar.week_of(monday, zone)) for monday in mondays]
        assert len({slot.key for slot in slots}) == len({slot.at_ms for slot in slots}) == 52
        assert all(
            5 * DAY_MS + 23 * HOUR_MS <= slot.at_ms - slot.period.end_ms <= 6 * DAY_MS + 4 * HOUR_MS
            for slot in slots
        )


@given(wishes, st.integers(0, 2_000), st.lists(st.integers(1, 20), min_size=1, max_size=8))
def test_however_often_it_is_asked_each_slot_comes_once(it: Schedule, day: int, pauses: list[int]) -> None:
    """A bot that is asked at odd times handles the same periods as one that is asked at once at the end."""
    it = replace(it, kinds=frozenset({PeriodKind.WEEK, PeriodKind.MONTH, PeriodKind.QUARTER}))
    now_ms = ms("2026-01-01") + day * DAY_MS // 2
    begin = after = schedule.handled(it, now_ms)
    assert schedule.due(it, after=after, now_ms=now_ms) == []
    handled: list[str] = []
    for pause in pauses:
        now_ms += pause * DAY_MS // 2
        found = schedule.due(it, after=after, now_ms=now_ms)
        handled += [slot.key for slot in found]
        after = up_to(found, after)
    at_once = [slot.key for slot in schedule.due(it, after=begin, now_ms=now_ms)]
    assert handled == at_once
    assert len(set(handled)) == len(handled)


@given(wishes, st.integers(0, 1_500))
def test_the_next_slot_is_the_next_that_becomes_due(it: Schedule, day: int) -> None:
    now_ms = ms("2026-01-01T11:00") + day * DAY_MS
    after = schedule.handled(it, now_ms)
    coming = schedule.next_slot(it, after, now_ms)
    assert coming is not None
    assert coming.at_ms > now_ms
    assert schedule.due(it, after=after, now_ms=coming.at_ms - 1) == []
    found = schedule.due(it, after=after, now_ms=coming.at_ms)
    assert [slot.key for slot in found] == [coming.key]


def test_what_was_handled_is_no_next_slot_even_if_the_wish_moves_later() -> None:
    sunday = replace(BERLIN, weekday=6)
    now_ms = ms("2026-11-25")
    after = {PeriodKind.WEEK: date(2026, 11, 16)}
    coming = schedule.next_slot(sunday, after, now_ms)
    assert coming is not None
    assert coming.key == "2026-W48"
    assert schedule.due(sunday, after=after, now_ms=ms("2026-11-30")) == []


def test_keys_are_names_for_ever() -> None:
    day = date(2026, 12, 31)
    told = [
        schedule.key_of(calendar.week_of(day, "UTC")),
        schedule.key_of(calendar.month_of(day, "UTC")),
        schedule.key_of(calendar.quarter_of(day, "UTC")),
        schedule.key_of(calendar.year(2026, "UTC")),
        schedule.key_of(calendar.days(day, day, "UTC")),
    ]
    assert told == ["2026-W53", "2026-12", "2026-Q4", "2026", "2026-12-31..2026-12-31"]


def test_a_week_is_posted_when_it_has_settled() -> None:
    assert keys(BERLIN, "2026-11-09", "2026-11-23T16:59:59") == []
    assert keys(BERLIN, "2026-11-09", "2026-11-23T17:00") == ["2026-W47"]
    assert keys(BERLIN, "2026-11-16", "2026-11-23T17:00") == []
    assert keys(BERLIN, "2026-11-16", "2026-11-24") == []


def test_a_wish_before_that_is_late_rather_than_early() -> None:
    early = Schedule("UTC", weekday=0, hour=9)
    assert schedule.first_possible(early) == replace(early, hour=18)
    assert schedule.slot(early, calendar.week_of(date(2026, 11, 16), "UTC")).at_ms == ms("2026-11-23T18:00")
    assert schedule.first_possible(replace(early, settle_h=30)) == replace(
        early, settle_h=30, weekday=1, hour=6
    )
    assert schedule.first_possible(BERLIN) is None
    assert schedule.first_possible(replace(early, weekday=1)) is None


def test_after_a_long_time_down_all_are_due_and_the_old_ones_skipped() -> None:
    now_ms = ms("2026-11-24T10:00")
    found = schedule.due(BERLIN, after={PeriodKind.WEEK: date(2026, 10, 26)}, now_ms=now_ms)
    assert [(it.key, it.skipped(now_ms)) for it in found] == [
        ("2026-W45", True),
        ("2026-W46", True),
        ("2026-W47", False),
    ]


def test_the_year_is_posted_on_new_years_day() -> None:
    every = replace(BERLIN, weekday=3, hour=20, kinds=frozenset(PeriodKind) - {PeriodKind.DAYS})
    after = schedule.handled(every, ms("2026-12-31T23:00"))
    found = schedule.due(every, after=after, now_ms=ms("2027-01-01T19:00"))
    assert [it.key for it in found] == ["2026-12", "2026-Q4", "2026"]
    year = found[-1]
    assert (year.period.first, year.period.last) == (date(2026, 1, 1), date(2026, 12, 31))
    assert year.at_ms == ms("2027-01-01T19:00")


def test_what_post_now_posts() -> None:
    at_ms = ms("2026-11-22T22:59:59")
    assert schedule.key_of(schedule.last_closed(PeriodKind.WEEK, "Europe/Berlin", at_ms)) == "2026-W46"
    assert schedule.key_of(schedule.last_closed(PeriodKind.WEEK, "Europe/Berlin", at_ms + 1000)) == "2026-W47"
    assert schedule.key_of(schedule.last_closed(PeriodKind.YEAR, "Europe/Berlin", at_ms)) == "2025"


def test_without_kinds_nothing_is_due() -> None:
    silent = replace(BERLIN, kinds=frozenset())
    assert keys(silent, "2026-01-01", "2026-12-01") == []
    assert schedule.next_slot(silent, {}, 0) is None
    assert schedule.due(BERLIN, after={}, now_ms=ms("2026-12-01")) == []
