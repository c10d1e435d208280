"""How a long time changed, against a slow count play by play."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta

from bot.core import calendar
from bot.core.model import Listening, Member, MemberId, Period, Play, Track, TrackId
from bot.core.recap import origin_words
from bot.core.recap.months import months, seasons
from bot.core.recap.tops import Names

ANA, BEN = Member(MemberId(1), "Ana", "Asia/Tokyo"), Member(MemberId(2), "Ben", "UTC")
ZONE = "Europe/Berlin"
YEAR = calendar.year(2024, ZONE)
TRACKS = {
    TrackId(n): Track(TrackId(n), f"spotify:track:{n}", f"Song {n}", f"Band {n // 2}", "Album")
    for n in range(2, 12)
}
NAMES = Names(TRACKS)


def listening(member: Member, plays: list[tuple[int, int]]) -> Listening:
    told = [Play(at_ms, TrackId(track), 200_000) for at_ms, track in sorted(plays)]
    return Listening(member, told, told, {}, [], [])


def made_up(seed: int, period: Period) -> list[Listening]:
    chance = random.Random(seed)
    return [
        listening(
            it,
            [(chance.randrange(period.start_ms, period.end_ms), chance.randrange(2, 12)) for _ in range(400)],
        )
        for it in (ANA, BEN)
    ]


def test_each_month_of_a_year_has_its_plays_and_its_artist() -> None:
    heard = made_up(1, YEAR)
    found = months(heard, NAMES, YEAR)
    assert [it.period.first for it in found] == [date(2024, n, 1) for n in range(1, 13)]
    for month in found:
        inside = [
            (it.member.id, play.track_id)
            for it in heard
            for play in it.plays
            if calendar.local_day(play.at_ms, ZONE).month == month.period.first.month
        ]
        assert month.plays == len(inside)
        assert dict(month.shares) == Counter(who for who, _ in inside)
        artists = Counter(f"Band {track // 2}" for _, track in inside)
        assert month.top is not None
        assert (month.top.artist, month.top.plays) == min(artists.items(), key=lambda it: (-it[1], it[0]))
        assert sum(n for _, n in month.top.shares) == month.top.plays


def test_only_time_made_of_two_or_more_whole_months_is_cut() -> None:
    heard = made_up(2, YEAR)
    quarter = calendar.quarter_of(date(2024, 5, 5), ZONE)
    assert [it.period.first.month for it in months(heard, NAMES, quarter)] == [4, 5, 6]
    two = calendar.days(date(2024, 1, 1), date(2024, 2, 29), ZONE)
    assert len(months(heard, NAMES, two)) == 2
    for first, last in ((date(2024, 1, 2), date(2024, 2, 29)), (date(2024, 1, 1), date(2024, 2, 28))):
        assert months(heard, NAMES, calendar.days(first, last, ZONE)) == ()
    assert months(heard, NAMES, calendar.month(2024, 5, ZONE)) == ()
    assert months(heard, NAMES, calendar.week_of(date(2024, 5, 5), ZONE)) == ()
    assert seasons(heard, NAMES, quarter) == ()


def test_a_quarter_is_told_by_what_it_had_far_more_of() -> None:
    days = [YEAR.first + timedelta(days=n) for n in range(366)]
    at = {day: calendar.day_start(day, ZONE) + 43_200_000 for day in days}
    plays = [(at[day], 2) for day in days]  # Band 1, every day alike
    plays += [(at[day] + 1, 4) for day in days if day.month == 2]  # Band 2, in February alone
    plays += [(at[day] + 2, 6) for day in days if day.month in (7, 12)][:40]  # Band 3, mostly in July
    plays += [(at[day] + 3, 8) for day in days if day.month == 10][:7]  # Band 4, too few plays
    found = seasons([listening(ANA, plays)], NAMES, YEAR)
    assert [str(origin_words.season(it)) for it in found] == [
        "January to March: Band 2, 29 of the 29 plays of the year",
        "July to September: Band 3, 31 of the 40 plays of the year",
    ]
    only = [(at[day], 2) for day in days if day.month == 2]
    assert seasons([listening(ANA, only)], NAMES, YEAR) == ()


def test_an_empty_month_says_so() -> None:
    quarter = calendar.quarter_of(date(2024, 5, 5), ZONE)
    found = months([listening(ANA, [(quarter.start_ms, 2)])], NAMES, quarter)
    assert [str(origin_words.month(it)) for it in found] == [
        "April 2024: 1 play, most of Band 1 (1)", "May 2024: 0 plays", "June 2024: 0 plays",
    ]  # fmt: skip
    assert months([], NAMES, quarter)[0].top is None
