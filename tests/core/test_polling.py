"""What a look certifies and when the next one comes. Whole feeds are in `tests/benchmarks`."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.model import Gap, NewPlay, RawTrack, Span
from bot.core.polling import (
    HABIT,
    HOUR_MS,
    KNOWN,
    LATE_MS,
    LONGEST_MS,
    MINUTE_MS,
    PLAYING,
    STRETCHED_MS,
    look,
    next_look_ms,
    retry_ms,
    unusual_ms,
)

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
    assert said.certified == Span(rows[-1].at_ms + 1, T0)
    assert said.gap is None


def test_a_first_look_with_less_than_fifty_rows_certifies_from_the_consent_too():
    rows = row_of(3, newest_ms=T0 - MINUTE_MS, every_ms=1000)
    assert seen(rows, authorized_at_ms=T0 - HOUR_MS).certified == Span(T0 - HOUR_MS, T0)


def test_an_overlap_certifies_and_only_new_rows_are_new():
    rows = row_of(50, newest_ms=T0 - MINUTE_MS)
    said = seen(rows, rows[10:], last_ms=T0 - HOUR_MS)
    assert said.new == tuple(rows[:10])
    assert said.certified == Span(rows[-1].at_ms + 1, T0)
    assert said.gap is None


def test_a_silence_that_is_unusual_is_vouched_for_only_until_it_was():
    rows = row_of(50, newest_ms=T0 - 3 * DAY_MS)
    silent = seen(rows, rows, last_ms=T0 - HOUR_MS)
    assert (silent.new, silent.gap) == ((), None)
    assert silent.certified == Span(rows[-1].at_ms + 1, T0 - 2 * DAY_MS)
    moved = seen([play(T0 - MINUTE_MS), *rows[:49]], rows, last_ms=T0 - HOUR_MS)
    assert moved.certified == Span(rows[48].at_ms + 1, T0)
    assert moved.gap is None


def test_of_a_few_rows_too():
    rows = row_of(25, newest_ms=T0 - 3 * DAY_MS)
    assert seen(rows, rows, last_ms=T0 - HOUR_MS).certified == Span(rows[-1].at_ms, T0 - 2 * DAY_MS)


def test_a_silence_like_others_before_is_vouched_for():
    rows = [*row_of(25, newest_ms=T0 - 3 * DAY_MS), *row_of(25, newest_ms=T0 - 5 * DAY_MS)]
    assert seen(rows, rows, last_ms=T0 - HOUR_MS).certified == Span(rows[-1].at_ms + 1, T0)


def test_a_silence_is_unusual_after_a_day_and_twice_the_longest_before():
    assert unusual_ms([]) is None
    assert unusual_ms([at * MINUTE_MS for at in range(19)]) is None
    assert unusual_ms([at * MINUTE_MS for at in range(20)]) == 19 * MINUTE_MS + DAY_MS
    times = [at * MINUTE_MS for at in range(20)] + [3 * DAY_MS]
    assert unusual_ms(times) == 3 * DAY_MS + 2 * (3 * DAY_MS - 19 * MINUTE_MS)


@pytest.mark.parametrize(
    ("failed", "authorized_at_ms", "cause"),
    [(False, 0, "overflow"), (True, 0, "outage"), (False, T0 - MINUTE_MS, "expired")],
)
def test_fifty_rows_that_are_all_new_leave_a_gap(failed: bool, authorized_at_ms: int, cause: str):
    before = row_of(50, newest_ms=T0 - 10 * HOUR_MS)
    rows = row_of(50, newest_ms=T0 - MINUTE_MS)
    said = seen(rows, before, last_ms=T0 - 9 * HOUR_MS, failed=failed, authorized_at_ms=authorized_at_ms)
    assert said.gap == Gap(before[0].at_ms, rows[-1].at_ms + 1, cause)
    assert said.certified == Span(rows[-1].at_ms + 1, T0)
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
    assert said.gap == Gap(T0 - 2 * HOUR_MS, rows[-1].at_ms + 1, "overflow")


def test_a_late_row_between_known_ones_is_new():
    rows = row_of(20, newest_ms=T0 - MINUTE_MS)
    assert seen(rows, rows[:5] + rows[6:], last_ms=T0 - HOUR_MS).new == (rows[5],)


def test_late_rows_down_to_the_last_leave_a_gap_below_them():
    known = [*row_of(30, newest_ms=T0 - MINUTE_MS), *row_of(50, newest_ms=T0 - DAY_MS)]
    late = row_of(20, newest_ms=T0 - 10 * HOUR_MS)
    said = seen([*known[:30], *late], known, last_ms=T0 - HOUR_MS, authorized_at_ms=0)
    assert said.new == tuple(late)
    assert said.gap == Gap(T0 - DAY_MS, late[-1].at_ms + 1, "stale")


def test_rows_that_do_not_reach_back_far_enough_leave_a_gap_where_late_ones_may_have_been():
    rows = row_of(50, newest_ms=T0, every_ms=MINUTE_MS)
    last_ms = rows[-1].at_ms + LATE_MS
    known = rows[40:] + row_of(9, newest_ms=rows[-1].at_ms - MINUTE_MS)
    assert seen(rows, known, last_ms=last_ms + 1, authorized_at_ms=0).gap is None
    said = seen(rows, known, last_ms=last_ms - 3 * MINUTE_MS, authorized_at_ms=0)
    assert said.gap == Gap(rows[-1].at_ms - 3 * MINUTE_MS, rows[-1].at_ms + 1, "overflow")


def test_plays_of_one_millisecond_may_be_cut_apart():
    rows = [*row_of(49, newest_ms=T0 - MINUTE_MS), play(T0 - DAY_MS, "one of two")]
    said = seen(rows, [play(T0 - 2 * DAY_MS)], last_ms=T0 - HOUR_MS, authorized_at_ms=0)
    assert said.certified == Span(T0 - DAY_MS + 1, T0)
    assert said.gap == Gap(T0 - 2 * DAY_MS, T0 - DAY_MS + 1, "stale")


def test_fewer_than_fifty_rows_that_hold_all_we_have_leave_no_gap():
    rows = row_of(12, newest_ms=T0 - MINUTE_MS)
    said = seen(rows, rows[3:-2], last_ms=T0 - HOUR_MS)
    assert said.gap is None
    assert said.certified == Span(T0 - HOUR_MS, T0)


def test_fifty_rows_of_which_the_oldest_is_older_than_all_we_have_leave_a_gap_back_to_the_consent():
    rows = row_of(50, newest_ms=T0 - MINUTE_MS)
    said = seen(rows, rows[3:-2], last_ms=T0 - HOUR_MS, authorized_at_ms=T0 - DAY_MS)
    assert said.gap == Gap(T0 - DAY_MS, rows[-1].at_ms + 1, "stale")


def test_an_old_state_of_the_feed_says_nothing_of_now():
    known = row_of(KNOWN, newest_ms=T0 - MINUTE_MS)
    said = seen(row_of(50, newest_ms=T0 - 5 * DAY_MS), known, last_ms=T0 - HOUR_MS)
    assert said.certified is None
    assert said.gap is None
    slightly = seen(known[60:110], known, last_ms=T0 - HOUR_MS)
    assert slightly.new == ()
    assert slightly.gap is None


def test_the_same_play_told_again_a_little_later_is_not_new():
    known = play(T0 - HOUR_MS, "hit")
    shifted = play(T0 - HOUR_MS + 29_000, "hit")
    again = play(T0 - HOUR_MS + 180_000, "hit")
    assert seen([again, shifted], [known], last_ms=T0 - MINUTE_MS).new == (again,)
    assert seen([play(T0 - HOUR_MS + 30_000, "hit")], [known]).new != ()


def test_of_two_rows_near_a_stored_play_one_is_new():
    """As where a song loops over the change from times of ends to times of starts."""
    known = play(T0 - HOUR_MS, "hit")
    shifted = play(T0 - HOUR_MS + 200, "hit")
    assert seen([shifted, known], [known], last_ms=T0 - MINUTE_MS).new == (shifted,)
    assert seen([shifted, known]).new == (shifted, known)
    assert seen([known, known, known]).new == (known,)


def test_the_same_instant_comes_before_a_nearer_order():
    stored = play(T0 - HOUR_MS, "hit")
    earlier = play(T0 - HOUR_MS - 20_000, "hit")
    assert seen([stored, earlier], [stored], last_ms=T0 - MINUTE_MS).new == (earlier,)


def test_a_track_of_unknown_length_is_the_same_play_at_the_same_instant_only():
    known = play(T0 - HOUR_MS, "hit", 0)
    assert seen([known], [known]).new == ()
    assert seen([play(T0 - HOUR_MS + 1, "hit", 0)], [known]).new != ()


def test_a_short_track_on_repeat_is_counted_each_time():
    rows = [play(T0 - at * 31_000, "jingle", 31_000) for at in range(10)]
    assert len(seen(rows).new) == 10


# --- when to look again -----------------------------------------------------------------------------------


def test_nobody_is_looked_at_later_than_an_hour_while_the_budget_has_room():
    assert next_look_ms([], now_ms=T0, tightness=0.3, jitter=0) == T0 + LONGEST_MS
    assert next_look_ms(row_of(50, newest_ms=T0), now_ms=T0, tightness=0.3, jitter=0) == T0 + LONGEST_MS


def test_fast_rows_bring_the_next_look_before_they_are_pushed_out():
    rows = row_of(50, newest_ms=T0, every_ms=40_000)
    assert next_look_ms(rows, now_ms=T0, tightness=0, jitter=0) == T0 + 30 * 40_000
    assert next_look_ms(rows[:20], now_ms=T0, tightness=0, jitter=0) == T0 + LONGEST_MS
    assert next_look_ms(rows[:21], now_ms=T0, tightness=0, jitter=0) == T0 + 30 * 40_000
    faster = row_of(50, newest_ms=T0, every_ms=5_000)
    assert next_look_ms(faster, now_ms=T0, tightness=0, jitter=0) == T0 + PLAYING.least_ms


def test_what_was_fast_may_come_again_for_two_days():
    def distance(hours: int) -> int:
        rows = row_of(50, newest_ms=T0 - hours * HOUR_MS, every_ms=40_000)
        return next_look_ms(rows, now_ms=T0, tightness=0, jitter=0) - T0

    assert distance(4) == distance(47) == 45 * 40_000
    assert distance(48) == LONGEST_MS
    burst = row_of(50, newest_ms=T0 - 4 * HOUR_MS, every_ms=5_000)
    assert next_look_ms(burst, now_ms=T0, tightness=0, jitter=0) == T0 + HABIT.least_ms


def test_rows_of_the_future_are_no_pace():
    rows = row_of(50, newest_ms=T0 + DAY_MS, every_ms=1)
    assert next_look_ms(rows, now_ms=T0, tightness=0, jitter=0) == T0 + LONGEST_MS


def test_a_tight_budget_moves_looks_apart():
    def distances(rows: Sequence[NewPlay]) -> list[float]:
        return [
            next_look_ms(rows, now_ms=T0, tightness=tightness, jitter=0) - T0
            for tightness in (0.5, 0.75, 0.875, 1, 9)
        ]

    assert distances([]) == [LONGEST_MS, LONGEST_MS, 100 * MINUTE_MS, STRETCHED_MS, STRETCHED_MS]
    fast = row_of(50, newest_ms=T0, every_ms=MINUTE_MS)
    assert distances(fast) == [it * MINUTE_MS for it in (30, 30, 36, 42, 42)]


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
    assert 0.9 * PLAYING.least_ms <= distance <= STRETCHED_MS
    assert MINUTE_MS < retry_ms(now_ms=T0, fails=fails, jitter=jitter) - T0 <= LONGEST_MS
