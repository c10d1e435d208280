"""The sample listeners: computed alike every time, believable, never two songs at once, with their stories."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import groupby, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sandbox import SAMPLE_LISTENERS, Catalogue, Listening, Play, read_catalogue
from bot.sandbox.stories import TIMES_IN_A_ROW

NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
DAY_MS = 86_400_000
PRACTICE = Listening(7, read_catalogue(), SAMPLE_LISTENERS)
NAMES = [listener.id for listener in SAMPLE_LISTENERS]
ZONES = {listener.id: ZoneInfo(listener.zone) for listener in SAMPLE_LISTENERS}


def ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def counted(plays: list[Play]) -> list[Play]:
    return [play for play in plays if play.played_ms >= 30_000]


def eight_weeks(name: str, end: datetime = NOW) -> list[Play]:
    return PRACTICE.history(name, ms(end - timedelta(weeks=8)), ms(end))


def test_the_same_seed_gives_the_same_listening_and_another_seed_another(catalogue: Catalogue) -> None:
    again = Listening(7, catalogue, SAMPLE_LISTENERS)
    other = Listening(8, catalogue, SAMPLE_LISTENERS)
    start, end = ms(NOW - timedelta(days=3)), ms(NOW)
    for name in NAMES:
        assert again.history(name, start, end) == PRACTICE.history(name, start, end)
        assert other.history(name, start, end) != PRACTICE.history(name, start, end)


@settings(max_examples=40, deadline=None)
@given(
    name=st.sampled_from(NAMES),
    start=st.integers(ms(datetime(2025, 1, 1, tzinfo=UTC)), ms(datetime(2028, 1, 1, tzinfo=UTC))),
    parts=st.lists(st.integers(0, 40 * 3_600_000), min_size=1, max_size=5),
)
def test_any_window_can_be_cut_anywhere(name: str, start: int, parts: list[int]) -> None:
    edges = [start]
    for part in parts:
        edges.append(edges[-1] + part)
    whole = PRACTICE.history(name, edges[0], edges[-1])
    assert [play for a, b in pairwise(edges) for play in PRACTICE.history(name, a, b)] == whole
    assert all(edges[0] <= play.ended_ms < edges[-1] for play in whole)


@pytest.mark.parametrize("name", NAMES)
def test_nobody_plays_two_songs_at_once_even_when_the_clocks_change(name: str) -> None:
    year = PRACTICE.history(name, ms(NOW - timedelta(days=400)), ms(NOW))
    assert len(year) > 3000
    for one, other in pairwise(year):
        assert one.started_ms < one.ended_ms <= other.started_ms
    for play in year:
        assert 0 < play.played_ms <= play.ended_ms - play.started_ms
        assert play.played_ms <= play.track.duration_ms
        assert play.skipped == (play.reason_end == "fwdbtn")


@pytest.mark.parametrize(("name", "least", "most"), [("noor", 11, 25), ("ben", 35, 70), ("ana", 20, 50)])
def test_how_much_they_play(name: str, least: int, most: int) -> None:
    plays = eight_weeks(name)
    assert least <= len(counted(plays)) / 56 <= most
    assert any(play.played_ms < 30_000 for play in plays)
    days = {datetime.fromtimestamp(play.ended_ms / 1000, ZONES[name]).date() for play in counted(plays)}
    assert len(days) >= 50


def test_habits_show() -> None:
    def share(name: str, hours: set[int]) -> float:
        plays = counted(eight_weeks(name))
        inside = [p for p in plays if datetime.fromtimestamp(p.started_ms / 1000, ZONES[name]).hour in hours]
        return len(inside) / len(plays)

    assert share("lukasz", {22, 23, 0, 1, 2, 3}) > 0.5
    assert share("ben", {9, 10, 11, 12, 13, 14, 15, 16}) > 0.6
    weekend = [
        p
        for p in counted(eight_weeks("chidi"))
        if datetime.fromtimestamp(p.started_ms / 1000, ZONES["chidi"]).weekday() >= 5
    ]
    assert len(weekend) > 0.45 * len(counted(eight_weeks("chidi")))
    loops = [len(list(run)) for _, run in groupby(eight_weeks("misaki"), key=lambda p: p.track.id)]
    assert sum(length >= 3 for length in loops) > 20


def test_tastes_meet_but_differ() -> None:
    heard = {name: {play.track.id for play in counted(eight_weeks(name))} for name in NAMES}
    for one in NAMES:
        for other in NAMES:
            shared = len(heard[one] & heard[other]) / len(heard[one] | heard[other])
            assert shared == 1 if one == other else 0.01 < shared < 0.6


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 3 * 365 * 24))
def test_whenever_it_starts_the_last_full_week_has_its_night(hours: int) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
    monday = (now.astimezone(ZoneInfo("Europe/Berlin")) - timedelta(days=now.weekday() + 7)).date()
    nights = []
    for name in NAMES:
        zone = ZONES[name]
        start = datetime.combine(monday - timedelta(days=1), datetime.min.time(), UTC)
        plays = PRACTICE.history(name, ms(start), ms(start + timedelta(days=9)))
        for _, group in groupby(plays, key=lambda play: play.track.id):
            run = list(group)
            if len(run) < TIMES_IN_A_ROW:
                continue
            first = datetime.fromtimestamp(run[0].started_ms / 1000, zone)
            last = datetime.fromtimestamp(run[-1].ended_ms / 1000, zone)
            if monday <= first.date() < monday + timedelta(days=7):
                nights.append((name, len(run), first, last))
    assert len(nights) == 1
    _, length, first, last = nights[0]
    assert length == TIMES_IN_A_ROW
    assert (first.hour, first.minute) >= (1, 40)
    assert (last.hour, last.minute) <= (3, 10)
    assert first.date() == last.date()


def test_neighbouring_weeks_have_different_nights() -> None:
    nights = [PRACTICE.stories.night(week) for week in range(2960, 2972)]
    assert all(night is not None for night in nights)
    for one, other in pairwise(night for night in nights if night is not None):
        assert one.listener_id != other.listener_id
        assert one.track != other.track


def test_discoveries_travel_in_the_order_they_are_told() -> None:
    """One plays a song first, others follow days later, and nobody had played it by accident before."""
    week = (NOW.date() - datetime(1970, 1, 5, tzinfo=UTC).date()).days // 7 - 3
    followed = 0
    for discovery in [d for w in range(week - 3, week) for d in PRACTICE.stories.discoveries(w)]:
        first: dict[str, int] = {}
        for name in NAMES:
            for play in PRACTICE.history(name, ms(NOW - timedelta(weeks=10)), ms(NOW)):
                if play.track == discovery.track:
                    first.setdefault(name, play.started_ms)
        told = [name for name, _ in discovery.adopters]
        assert sorted(first, key=lambda name: first[name]) == told
        followed += len(told) - 1
    assert followed >= 6


def test_the_feed_is_the_newest_fifty_that_count() -> None:
    by_start: defaultdict[str, int] = defaultdict(int)
    for name in NAMES:
        feed = PRACTICE.feed(name, ms(NOW))
        assert len(feed) == 50
        whole = [p for p in counted(eight_weeks(name)) if not p.private]
        assert feed == whole[-50:][::-1]
        by_start[name] = feed[0].ended_ms
    assert max(by_start.values()) > ms(NOW) - DAY_MS


def test_what_plays_now_is_in_the_feed_once_it_has_ended() -> None:
    for name in NAMES:
        at = next(
            p.started_ms + 1000 for p in eight_weeks(name)[-30:] if p.played_ms > 60_000 and not p.private
        )
        playing = PRACTICE.playing(name, at)
        assert playing is not None
        assert playing not in PRACTICE.feed(name, at)
        assert PRACTICE.feed(name, playing.ended_ms)[0] == playing
        assert PRACTICE.playing(name, playing.ended_ms) != playing


def test_private_plays_are_in_the_history_and_in_no_feed() -> None:
    private = [play for name in NAMES for play in eight_weeks(name) if play.private]
    assert private
    sample = private[0]
    for name in NAMES:
        assert sample not in PRACTICE.feed(name, sample.ended_ms + 1)
        assert PRACTICE.playing(name, sample.started_ms + 1) != sample
