"""Times as typed, against the zone database itself: gaps, hours that come twice, and what is no time at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.model import Span
from bot.core.spans import span_between, typed
from bot.errors import BadOption

# Readings of a clock, which have no zone.
FIRST, LAST = datetime(1971, 1, 1), datetime(2037, 1, 1)  # noqa: DTZ001
ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "Africa/Casablanca",
]
HOUR_MS = 3_600_000


def utc(*at: int) -> int:
    return int(datetime(*at, tzinfo=UTC).timestamp()) * 1000


@pytest.mark.parametrize(
    ("since", "until", "hours"),
    [
        ("2026-11-24 23:00", "2026-11-25 07:00", 8),
        ("24.11.2026 23:00", "25. 11. 2026 7.00", 8),
        ("2026-11-24T23:00", "2026/11/25, 07:00", 8),
        ("2026-11-24", "2026-11-24", 24),
        ("2026-11-24", "2026-11-25 00:00", 24),
        (" 2026-10-25 ", "2026-10-25", 25),  # clocks are put back
        ("2026-03-29", "2026-03-29", 23),
        (
            "2026-10-25 02:30",
            "2026-10-25 02:30",
            1,
        ),  # the hour that comes twice, from the first to the second time
        ("2026-03-29 02:30", "2026-03-29 04:00", 1),  # a time that no clock showed
    ],
)
def test_readings(since: str, until: str, hours: int) -> None:
    span = span_between(since, until, "Europe/Berlin")
    assert span.end_ms - span.start_ms == hours * HOUR_MS


def test_a_night_is_read_on_the_members_own_clock() -> None:
    said = ("2026-11-24 23:00", "2026-11-25 07:00")
    assert span_between(*said, "Europe/Berlin") == Span(utc(2026, 11, 24, 22), utc(2026, 11, 25, 6))
    assert span_between(*said, "Asia/Kolkata") == Span(utc(2026, 11, 24, 17, 30), utc(2026, 11, 25, 1, 30))


@pytest.mark.parametrize(
    "words", ["", "last night", "23:00", "2026-13-01", "2026-02-30", "2026-11-24 24:00", "24.11.", "1066-10-14",
              "2026-11-24 7:60", "٢٠٢٦-11-24", "2026-11-24 23:00 to 2026-11-25 07:00"],
)  # fmt: skip
@pytest.mark.parametrize("name", ["since", "until"])
def test_what_is_no_time_is_told_how_to_write_one(words: str, name: str) -> None:
    said = {"since": "2026-11-24", "until": "2026-11-24", name: words}
    with pytest.raises(BadOption, match="like 2026-11-24 23:00") as raised:
        span_between(**said, zone="UTC")
    assert raised.value.option == name


@pytest.mark.parametrize("until", ["2026-11-24 22:59", "2026-11-24 23:00", "2026-11-23"])
def test_an_end_comes_after_its_beginning(until: str) -> None:
    with pytest.raises(BadOption, match="is not after “2026-11-24 23:00”"):
        span_between("2026-11-24 23:00", until, "UTC")


@given(st.datetimes(FIRST, LAST), st.integers(1, 5000), st.sampled_from(ZONES))
def test_every_instant_with_such_a_reading_is_in_it(since: datetime, minutes: int, zone: str) -> None:
    since = since.replace(second=0, microsecond=0)
    until = since + timedelta(minutes=minutes)
    info = ZoneInfo(zone)
    span = span_between(f"{since:%Y-%m-%d %H:%M}", f"{until:%Y-%m-%d %H:%M}", zone)
    for reading in (since, until - timedelta(minutes=1), since + (until - since) // 2):
        for fold in (0, 1):
            at = reading.replace(tzinfo=info, fold=fold)
            if at.astimezone(UTC).astimezone(info).replace(tzinfo=None) != reading:
                continue  # no clock showed it
            assert span.start_ms <= at.timestamp() * 1000 < span.end_ms


@given(st.integers(0, 2**41), st.sampled_from(ZONES))
def test_what_is_offered_can_be_typed(at_ms: int, zone: str) -> None:
    words = typed(at_ms, zone)
    span = span_between(words, "2199-01-01", zone)
    assert span.start_ms <= at_ms < span.start_ms + 2 * HOUR_MS + 60_000
