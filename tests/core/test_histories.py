"""What is read of a whole history, and what a reading changes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.core.histories import (
    DAY_MS,
    HOUR_MS,
    MIRRORED_MS,
    Doubt,
    mirrored_span,
    missing,
    newest_span,
    tallied,
    unread_span,
)
from bot.core.model import NewPlay, RawTrack, Span
from bot.core.precedence import union

NOW = 100 * DAY_MS

keys = st.sets(st.tuples(st.integers(0, 20), st.sampled_from("abc")))
spans = st.lists(st.tuples(st.integers(0, 50), st.integers(1, 20)).map(lambda it: Span(it[0], it[0] + it[1])))


def plays(some: set[tuple[int, str]]) -> list[NewPlay]:
    return [NewPlay(at_ms, RawTrack(name, name, "Somebody")) for at_ms, name in some]


@given(keys, keys)
def test_after_a_reading_exactly_what_was_read_is_there(
    stored: set[tuple[int, str]], read: set[tuple[int, str]]
) -> None:
    said = missing(stored, plays(read))
    assert (stored | read) - set(said.gone) == read
    assert said.doubtful is (len(stored - read) > len(stored) / 2)


@given(spans, st.integers(0, 50), st.integers(1, 9))
def test_steps_downwards_read_all_of_a_history(covered: list[Span], since_ms: int, step: int) -> None:
    covered = union([*covered, Span(60, 70)])
    before = covered
    for _ in range(100):
        left = unread_span(covered, since_ms)
        if left is None:
            break
        assert left.start_ms >= since_ms
        part = Span(max(left.start_ms, left.end_ms - step), left.end_ms)
        assert union([part, *covered]) != covered
        covered = union([part, *covered])
    assert unread_span(covered, since_ms) is None
    assert covered == union([*before, Span(since_ms, 70)])


def test_a_history_that_was_never_looked_at_has_no_end_to_go_on_from() -> None:
    assert unread_span([], 0) is None
    assert unread_span([Span(5, 9)], 20) is None


def test_the_mirrored_days_begin_with_the_account() -> None:
    assert mirrored_span(0, NOW) == Span(NOW - MIRRORED_MS, NOW)
    assert mirrored_span(NOW - DAY_MS, NOW) == Span(NOW - DAY_MS, NOW)


def test_a_quick_look_overlaps_and_never_goes_further_back_than_the_mirror() -> None:
    seen = [Span(0, NOW - DAY_MS)]
    assert newest_span(seen, NOW) == Span(NOW - DAY_MS - HOUR_MS, NOW)
    assert newest_span([Span(0, 5)], NOW) == Span(NOW - MIRRORED_MS, NOW)


def test_a_doubt_is_confirmed_by_the_same_words_about_the_time_of_both() -> None:
    first = Doubt(1, Span(0, 10), frozenset({(1, "a"), (5, "b")}))
    assert first.confirmed_by(Doubt(2, Span(2, 12), frozenset({(5, "b"), (11, "c")})))
    assert not first.confirmed_by(Doubt(2, Span(2, 12), frozenset({(11, "c")})))
    assert not first.confirmed_by(Doubt(2, Span(10, 12), frozenset()))


def test_a_difference_is_told_when_it_has_lasted_for_days() -> None:
    first = tallied(None, told=12, stored=10, now_ms=NOW)
    again = tallied(first, told=15, stored=10, now_ms=NOW + DAY_MS)
    third = tallied(again, told=14, stored=10, now_ms=NOW + 2 * DAY_MS)
    assert [it.lasting for it in (first, again, third)] == [False, False, True]
    assert third.unread == 4
    assert not tallied(third, told=14, stored=14, now_ms=NOW + 3 * DAY_MS).lasting
