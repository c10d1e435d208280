"""What a look certifies and when the next one comes, against simulated listeners and a feed of 50 rows."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.core.model import Gap, NewPlay, RawTrack, Span
from bot.core.polling import (
    FULL_ENOUGH,
    KNOWN,
    LONGEST_MS,
    MINUTE_MS,
    ROWS,
    SHORTEST_MS,
    STRETCHED_MS,
    look,
    next_look_ms,
    retry_ms,
)

HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
T0 = 1_795_000_000_000


def play(at_ms: int, name: str = "", duration_ms: int = 180_000) -> NewPlay:
    name = name or f"song {at_ms}"
    return NewPlay(at_ms, RawTrack(f"spotify:track:{name}", name, "Somebody", duration_ms=duration_ms))


def keys(plays: Sequence[NewPlay]) -> list[tuple[int, str]]:
    return [(it.at_ms, it.track.key) for it in plays]


def row_of(count: int, *, newest_ms: int, every_ms: int = 3 * MINUTE_MS) -> list[NewPlay]:
    return [play(newest_ms - at * every_ms) for at in range(count)]


def seen(rows: Sequence[NewPlay], known: Sequence[NewPlay] = (), **changed: int | bool):
    given_ = {"now_ms": T0, "last_ms": 0, "authorized_at_ms": T0, "failed": False, **changed}
    return look(rows, keys(known), **given_)  # type: ignore[arg-type]


# --- what a look says -------------------------------------------------------------------------------------


def test_the_first_look_certifies_from_its_oldest_row():
    rows = row_of(50, newest_ms=T0 - HOUR_MS)
    said = seen(rows)
    assert said.new == tuple(rows)
    assert said.certified == Span(rows[-1].at_ms, T0)
    assert said.gap is None


def test_a_first_look_with_less_than_fifty_rows_certifies_from_the_consent_too():
    rows = row_of(3, newest_ms=T0 - MINUTE_MS, every_ms=1000)
    assert seen(rows, authorized_at_ms=T0 - HOUR_MS).certified == Span(T0 - HOUR_MS, T0)


def test_an_overlap_certifies_and_only_new_rows_are_new():
    rows = row_of(50, newest_ms=T0 - MINUTE_MS)
    said = seen(rows, rows[10:], last_ms=T0 - HOUR_MS)
    assert said.new == tuple(rows[:10])
    assert said.certified == Span(rows[-1].at_ms, T0)
    assert said.gap is None


@pytest.mark.parametrize(
    ("failed", "authorized_at_ms", "cause"),
    [(False, 0, "overflow"), (True, 0, "outage"), (False, T0 - MINUTE_MS, "expired")],
)
def test_fifty_rows_that_are_all_new_leave_a_gap(failed: bool, authorized_at_ms: int, cause: str):
    before = row_of(50, newest_ms=T0 - 10 * HOUR_MS)
    rows = row_of(50, newest_ms=T0 - MINUTE_MS)
    said = seen(rows, before, last_ms=T0 - 9 * HOUR_MS, failed=failed, authorized_at_ms=authorized_at_ms)
    assert said.gap == Gap(before[0].at_ms, rows[-1].at_ms, cause)
    assert said.certified == Span(rows[-1].at_ms, T0)
    assert len(said.new) == 50


def test_an_empty_feed_is_whole_only_where_nothing_was_known():
    assert seen([], authorized_at_ms=T0 - HOUR_MS).certified == Span(T0 - HOUR_MS, T0)
    assert seen([], last_ms=T0 - MINUTE_MS).certified == Span(T0 - MINUTE_MS, T0)
    silent = seen([], [play(T0 - DAY_MS)], last_ms=T0 - MINUTE_MS)
    assert silent.certified is None
    assert silent.gap is None


def test_fifty_new_rows_after_an_empty_look_leave_a_gap():
    rows = row_of(50, newest_ms=T0 - MINUTE_MS, every_ms=MINUTE_MS)
    said = seen(rows, last_ms=T0 - HOUR_MS, authorized_at_ms=T0 - 2 * HOUR_MS)
    assert said.gap == Gap(T0 - 2 * HOUR_MS, rows[-1].at_ms, "overflow")


def test_a_late_row_between_known_ones_is_new():
    rows = row_of(20, newest_ms=T0 - MINUTE_MS)
    assert seen(rows, rows[:5] + rows[6:], last_ms=T0 - HOUR_MS).new == (rows[5],)


def test_the_same_play_told_again_a_little_later_is_not_new():
    known = play(T0 - HOUR_MS, "hit")
    shifted = play(T0 - HOUR_MS + 29_000, "hit")
    again = play(T0 - HOUR_MS + 180_000, "hit")
    assert seen([again, shifted], [known], last_ms=T0 - MINUTE_MS).new == (again,)
    assert seen([shifted, known]).new == (known,)


def test_a_short_track_on_repeat_is_counted_each_time():
    rows = [play(T0 - at * 31_000, "jingle", 31_000) for at in range(10)]
    assert len(seen(rows).new) == 10


# --- when to look again -----------------------------------------------------------------------------------


def test_nobody_is_looked_at_later_than_an_hour_while_the_budget_has_room():
    assert next_look_ms([], now_ms=T0, tightness=0.3, jitter=0) == T0 + LONGEST_MS
    assert next_look_ms(row_of(50, newest_ms=T0), now_ms=T0, tightness=0.3, jitter=0) == T0 + LONGEST_MS


def test_fast_rows_bring_the_next_look_before_they_are_pushed_out():
    rows = row_of(50, newest_ms=T0, every_ms=40_000)
    assert next_look_ms(rows, now_ms=T0, tightness=0, jitter=0) == T0 + FULL_ENOUGH * 40_000
    old = row_of(50, newest_ms=T0 - 4 * HOUR_MS, every_ms=40_000)
    assert next_look_ms(old, now_ms=T0, tightness=0, jitter=0) == T0 + LONGEST_MS


def test_a_tight_budget_moves_looks_apart():
    distances = [
        next_look_ms([], now_ms=0, tightness=tightness, jitter=0) for tightness in (0.5, 0.75, 0.875, 1, 9)
    ]
    assert distances == [LONGEST_MS, LONGEST_MS, 90 * MINUTE_MS, STRETCHED_MS, STRETCHED_MS]


def test_failures_back_off_to_an_hour():
    distances = [retry_ms(now_ms=0, fails=fails, jitter=0) // MINUTE_MS for fails in range(1, 8)]
    assert distances == [2, 4, 8, 16, 32, 60, 60]


@given(
    times=st.lists(st.integers(T0 - DAY_MS, T0), max_size=50),
    tightness=st.floats(0, 5),
    jitter=st.floats(0, 0.999),
    fails=st.integers(1, 500),
)
def test_the_next_look_is_always_in_bounds(times: list[int], tightness: float, jitter: float, fails: int):
    rows = [play(at_ms) for at_ms in times]
    distance = next_look_ms(rows, now_ms=T0, tightness=tightness, jitter=jitter) - T0
    assert 0.9 * SHORTEST_MS <= distance <= STRETCHED_MS
    assert MINUTE_MS < retry_ms(now_ms=T0, fails=fails, jitter=jitter) - T0 <= LONGEST_MS


# --- a listener, a feed, a bot ----------------------------------------------------------------------------


class Bot:
    """Looks at a feed as `services.polling` does, and keeps what `PlayStore` would."""

    def __init__(self, authorized_at_ms: int) -> None:
        self.authorized_at_ms = authorized_at_ms
        self.plays: list[NewPlay] = []
        self.covered: list[Span] = []
        self.gaps: list[Gap] = []
        self.last_ms = 0
        self.failed = False
        self.calls = 0

    def look(self, rows: Sequence[NewPlay], now_ms: int) -> None:
        known = sorted(keys(self.plays), reverse=True)[:KNOWN]
        said = look(
            rows,
            known,
            now_ms=now_ms,
            last_ms=self.last_ms,
            authorized_at_ms=self.authorized_at_ms,
            failed=self.failed,
        )
        self.calls += 1
        self.plays += said.new
        self.covered += [said.certified] if said.certified else []
        self.gaps += [said.gap] if said.gap else []
        self.last_ms, self.failed = now_ms, False

    def vouches_for(self, at_ms: int) -> bool:
        return any(it.start_ms <= at_ms < it.end_ms for it in self.covered) and not any(
            it.start_ms <= at_ms < it.end_ms for it in self.gaps
        )


def a_day(chance: random.Random, days: int, plays_a_day: float, shortest_ms: int) -> list[NewPlay]:
    """Sessions of 1 to 60 tracks with silence between, at least `shortest_ms` a track."""
    at_ms, plays = T0, []
    while at_ms < T0 + days * DAY_MS:
        length = min(60, 1 + int(chance.expovariate(1 / 12)))
        for _ in range(length):
            at_ms += max(shortest_ms, round(chance.gauss(200_000, 60_000)))
            plays.append(play(at_ms, f"{len(plays)}"))
        at_ms += round(chance.expovariate(plays_a_day / length / DAY_MS))
    return plays


def newest(plays: Sequence[NewPlay], now_ms: int, lag_ms: int) -> list[NewPlay]:
    """The 50 rows of Spotify's feed: what ended long enough ago to show, newest first."""
    return [it for it in reversed(plays) if it.at_ms + lag_ms <= now_ms][:ROWS]


@settings(max_examples=40, deadline=None)
@example(
    seed=5045, plays_a_day=300, shortest_ms=31_000, lag_ms=60_000, failing=0.9
)  # empty, then more than 50
@given(
    seed=st.integers(0, 10**6),
    plays_a_day=st.sampled_from([20, 80, 300]),
    shortest_ms=st.sampled_from([31_000, 90_000]),
    lag_ms=st.sampled_from([0, 60_000, 600_000]),
    failing=st.sampled_from([0.0, 0.3, 0.9]),
)
def test_no_play_is_lost_inside_certified_time(
    seed: int, plays_a_day: int, shortest_ms: int, lag_ms: int, failing: float
):
    chance = random.Random(seed)
    feed = a_day(chance, 3, plays_a_day, shortest_ms)
    bot = Bot(T0)
    now_ms, fails = T0 + chance.randrange(HOUR_MS), 0
    while now_ms < T0 + 3 * DAY_MS:
        if chance.random() < failing:
            fails, bot.failed = fails + 1, True
            now_ms = retry_ms(now_ms=now_ms, fails=fails, jitter=chance.random())
            continue
        fails = 0
        rows = newest(feed, now_ms, lag_ms)
        bot.look(rows, now_ms)
        now_ms = next_look_ms(rows, now_ms=now_ms, tightness=0, jitter=chance.random())
    kept = {it.at_ms for it in bot.plays}
    assert len(kept) == len(bot.plays)
    shown_by = bot.last_ms - lag_ms
    for it in feed:
        if it.at_ms <= shown_by and bot.vouches_for(it.at_ms):
            assert it.at_ms in kept
    for one, other in zip(bot.covered, bot.covered[1:], strict=False):
        joined = other.start_ms <= one.end_ms
        assert joined or any(gap.end_ms >= other.start_ms for gap in bot.gaps)


def test_an_ordinary_day_costs_some_twenty_five_looks_and_loses_nothing():
    chance = random.Random(7)
    for plays_a_day in (30, 70, 230):
        feed = a_day(chance, 10, plays_a_day, 60_000)
        bot = Bot(T0)
        now_ms = T0
        while now_ms < T0 + 10 * DAY_MS:
            rows = newest(feed, now_ms, 60_000)
            bot.look(rows, now_ms)
            now_ms = next_look_ms(rows, now_ms=now_ms, tightness=0.3, jitter=chance.random())
        assert 24 <= bot.calls / 10 <= 29
        assert not bot.gaps
        assert len(bot.plays) == len([it for it in feed if it.at_ms + 60_000 <= bot.last_ms])
