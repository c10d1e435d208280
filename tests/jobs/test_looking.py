"""A run of looks: few at a time, within the budget, and what it does not come to is given back."""

from __future__ import annotations

import asyncio
import logging

import pytest

from bot.jobs import Looking
from tests.feeds import HOUR_MS, House

DAY_MS = 24 * HOUR_MS


@pytest.fixture
def house() -> House:
    return House()


async def _run(looking: Looking) -> None:
    for lane in await looking.due():
        await looking.run(lane)


async def _looks_left(house: House) -> int:
    return len((await house.polling.claim("host", 99)).links)


async def test_a_run_looks_at_what_is_due_few_at_a_time(house: House):
    names = [f"member-{n}" for n in range(120)]
    for name in names:
        await house.linked(name)
    house.clock.advance(1)
    await _run(Looking(house.polling, at_once=3))
    assert sorted(house.feed.asked) == sorted(names)
    assert house.feed.most_at_once == 3
    assert await house.polling.due_developers() == []


async def test_an_account_is_called_by_a_name_that_does_not_tell_whose_it_is(house: House):
    await house.linked("ana")
    [lane] = await Looking(house.polling).due()
    assert "host" not in lane
    await Looking(house.polling).run("somebody else's")
    assert house.feed.asked == []
    await Looking(house.polling).run(lane)
    assert house.feed.asked == ["ana"]


async def test_a_bug_in_one_look_is_written_down_and_stops_nobody(
    house: House, caplog: pytest.LogCaptureFixture
):
    for name in ("ana", "ben"):
        await house.linked(name)
    house.feed.fails["ana"] = ZeroDivisionError("a bug")
    await _run(Looking(house.polling))
    assert sorted(house.feed.asked) == ["ana", "ben"]
    assert [it.levelno for it in caplog.records if "failed" in it.getMessage()] == [logging.ERROR]
    assert await house.polling.due_developers() == []


async def test_stop_finishes_what_is_in_flight_and_gives_the_rest_back(house: House):
    for n in range(5):
        await house.linked(f"member-{n}")
    house.feed.slow.clear()
    looking = Looking(house.polling, at_once=2)
    run = asyncio.create_task(_run(looking))
    await asyncio.wait_for(house.feed.busy.wait(), 5)
    looking.stop()
    house.feed.slow.set()
    await run
    assert len(house.feed.asked) == 2
    assert await _looks_left(house) == 3


async def test_a_run_ends_when_its_time_is_over(house: House):
    for n in range(60):
        await house.linked(f"member-{n}")
    await _run(Looking(house.polling, within_s=0))
    assert house.feed.asked == []
    assert await _looks_left(house) == 60


async def test_no_more_is_claimed_than_the_background_may_spend(house: House):
    for n in range(30):
        await house.linked(f"member-{n}")
    await house.store.spend("host", house.clock.now, 400)  # of 420
    await _run(Looking(house.polling))
    assert len(house.feed.asked) == 20
    assert await house.polling.due_developers() == []
    assert await _looks_left(house) == 0
    house.clock.advance(DAY_MS + 1)
    await _run(Looking(house.polling))
    assert len(house.feed.asked) == 50


async def test_nothing_is_claimed_of_an_account_that_was_asked_to_pause(house: House):
    await house.linked("ana")
    await house.store.block("host", house.clock.now + HOUR_MS)
    assert await Looking(house.polling).due() == []
    assert await _looks_left(house) == 0
    house.clock.advance(HOUR_MS)
    await _run(Looking(house.polling))
    assert house.feed.asked == ["ana"]


async def test_what_a_dead_process_had_taken_is_looked_at_a_quarter_of_an_hour_later(house: House):
    await house.linked("ana")
    assert await _looks_left(house) == 1
    house.clock.advance(HOUR_MS // 4 - 1)
    await _run(Looking(house.polling))
    assert house.feed.asked == []
    house.clock.advance(1)
    await _run(Looking(house.polling))
    assert house.feed.asked == ["ana"]
