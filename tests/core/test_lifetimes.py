"""The life of a link: whatever the clock and the order of runs, nothing is said twice, or deleted early, or kept."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.lifetimes import (
    DAY_MS,
    GRANT_MS,
    KEPT_MS,
    TAKEN_BACK_MS,
    Due,
    Life,
    Said,
    deleted_ms,
    due,
)
from bot.core.model import LinkState

ALIVE = Life(0, LinkState.ACTIVE, 0, Said.NOTHING)


def ended(day: float, said: Said = Said.NOTHING) -> Life:
    return Life(0, LinkState.EXPIRED, round(day * DAY_MS), said)


@pytest.mark.parametrize(
    ("life", "day", "say", "until_day"),
    [
        (ALIVE, 149, Said.NOTHING, 180),
        (ALIVE, 150, Said.SOON, 180),
        (replace(ALIVE, said=Said.SOON), 169, Said.NOTHING, 180),
        (replace(ALIVE, said=Said.SOON), 170, Said.SOONER, 180),
        (ALIVE, 175, Said.SOONER, 180),
        (replace(ALIVE, said=Said.SOONER), 400, Said.NOTHING, 180),
        (ended(183, Said.SOONER), 183, Said.OVER, 213),
        (ended(183, Said.OVER), 205, Said.NOTHING, 213),
        (ended(183, Said.OVER), 206, Said.LAST, 213),
        (ended(90), 90, Said.TAKEN_BACK, 94),
        (ended(175, Said.SOONER), 175, Said.TAKEN_BACK, 179),
        (ended(90, Said.TAKEN_BACK), 93, Said.NOTHING, 94),
        (Life(0, LinkState.NOT_ALLOWLISTED, 0, Said.NOTHING), 170, Said.NOTHING, 210),
        (Life(0, LinkState.NOT_ALLOWLISTED, 0, Said.NOTHING), 180, Said.OVER, 210),
    ],
)
def test_what_is_said_when(life: Life, day: int, say: Said, until_day: int) -> None:
    it = due(life, day * DAY_MS)
    assert (it.say, it.delete, it.until_ms) == (say, False, until_day * DAY_MS)


@pytest.mark.parametrize(
    ("life", "day"),
    [(ended(183), 213), (ended(90), 94), (Life(0, LinkState.NOT_ALLOWLISTED, 0, Said.OVER), 210)],
)
def test_when_it_goes(life: Life, day: int) -> None:
    assert not due(life, day * DAY_MS - 1).delete
    gone = due(life, day * DAY_MS)
    assert (gone.delete, gone.say) == (True, Said.NOTHING)


def test_a_grant_that_is_taken_back_goes_within_five_days_one_that_is_over_has_a_month() -> None:
    assert TAKEN_BACK_MS < 5 * DAY_MS
    assert KEPT_MS == 30 * DAY_MS


lives = st.builds(
    Life,
    st.integers(0, 10 * DAY_MS),
    st.sampled_from([LinkState.ACTIVE, LinkState.EXPIRED, LinkState.NOT_ALLOWLISTED]),
    st.integers(0, 300 * DAY_MS),
    st.sampled_from(Said),
).map(lambda it: it if it.state is LinkState.EXPIRED and it.ended_ms else replace(it, ended_ms=0))


@given(lives, st.integers(0, 400 * DAY_MS))
def test_whoever_asks_again_when_told_misses_nothing(life: Life, now_ms: int) -> None:
    it = due(life, now_ms)
    assert it.next_ms > now_ms
    if it.delete:
        return
    noted = replace(life, said=it.say or life.said)
    for moment_ms in (now_ms, (now_ms + it.next_ms) // 2, it.next_ms - 1):
        then = due(noted, moment_ms)
        assert (then.say, then.delete) == (Said.NOTHING, False)


@given(
    data=st.data(),
    ends_day=st.none() | st.floats(0, 190),
    renewed_day=st.none() | st.floats(1, 230),
)
def test_any_clock_and_any_order_of_runs(
    data: Any, ends_day: float | None, renewed_day: float | None
) -> None:
    """Runs at any times, late or often, with a clock that may jump back; the grant ends and is renewed somewhere."""
    ends_ms = None if ends_day is None else round(ends_day * DAY_MS)
    renewed_ms = None if renewed_day is None else round(renewed_day * DAY_MS)
    runs = sorted(data.draw(st.lists(st.integers(0, 450 * DAY_MS), min_size=1, max_size=60)))
    life, said, deleted_at = ALIVE, list[tuple[int, Said]](), None
    for run_ms in runs:
        if renewed_ms is not None and run_ms >= renewed_ms:
            life, ends_ms, renewed_ms = Life(renewed_ms, LinkState.ACTIVE, 0, Said.NOTHING), None, None
        if ends_ms is not None and run_ms >= ends_ms and not life.ended_ms:
            life = replace(life, state=LinkState.EXPIRED, ended_ms=max(1, ends_ms))
        for now_ms in (run_ms, run_ms - data.draw(st.integers(0, 5 * DAY_MS)), run_ms):
            it: Due = due(life, now_ms)
            if it.delete:
                deleted_at = now_ms
                break
            if it.say:
                said.append((life.authorized_at_ms, it.say))
                life = replace(life, said=it.say)
        if deleted_at is not None:
            break
    assert len(said) == len(set(said)), "told twice"
    gone_ms = deleted_ms(life)
    if deleted_at is not None:
        assert gone_ms is not None
        assert deleted_at >= gone_ms >= life.ended_ms + TAKEN_BACK_MS, "deleted early"
        if life.ended_ms >= life.authorized_at_ms + GRANT_MS:
            assert deleted_at >= life.ended_ms + KEPT_MS, "deleted early"
    else:
        assert gone_ms is None or all(run_ms < gone_ms for run_ms in runs), "kept too long"
