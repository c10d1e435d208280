"""A run of posts: few at a time, one platform alone, and a bug in one holds up no other."""

from __future__ import annotations

import asyncio
import logging
from datetime import date

import pytest

from bot.core import calendar
from bot.core.model import Group, RoomRef
from bot.core.schedule import Schedule, slot
from bot.jobs import Delivering
from bot.ports import Delivery, NewDelivery, Planned, Settled, Stage, Weekly
from bot.services.posting import Posting
from bot.services.recap import Recaps
from tests.fakes import FakeChance, FakeClock, FakeStore

WEEK = slot(Schedule("UTC"), calendar.week_of(date(2026, 11, 16), "UTC"))


class Watched(Posting):
    """Posts nothing, but says what it would have."""

    def __init__(self, store: FakeStore) -> None:
        clock = FakeClock(WEEK.at_ms)
        recaps = Recaps(store, store, store, store, store, clock, FakeChance())
        super().__init__(store, store, store, recaps, clock, self, self._nothing, self._nothing)  # type: ignore[arg-type]
        self.store = store
        self.made: list[str] = []
        self.gate, self.busy = asyncio.Event(), asyncio.Event()
        self.gate.set()
        self.now = self.most_at_once = 0

    async def _nothing(self, *what: object) -> None:
        raise AssertionError(what)

    async def post(self, delivery: Delivery) -> None:
        self.now += 1
        self.most_at_once = max(self.most_at_once, self.now)
        self.busy.set()
        await self.gate.wait()
        await asyncio.sleep(0)
        self.now -= 1
        if delivery.room.channel == "3":
            raise ZeroDivisionError("a bug")
        self.made.append(delivery.room.channel)
        await self.store.settle(delivery, Settled(Stage.SENT, message="m"))


@pytest.fixture
async def posting() -> Watched:
    store = FakeStore()
    rooms = [RoomRef("discord", "G", str(n)) for n in range(8)] + [RoomRef("slack", "T", "C")]
    group: Group = await store.open_room(rooms[0], "Club", "UTC")
    wanted = await store.begin_weekly(Weekly(group.id, Schedule("UTC")))
    await store.plan([Planned(wanted, wanted, [NewDelivery(it, WEEK) for it in rooms])], 0)
    return Watched(store)


async def test_a_lane_is_a_platform_and_posts_are_made_a_few_at_a_time(posting: Watched) -> None:
    delivering = Delivering(posting, at_once=3)
    assert await delivering.due() == ["discord", "slack"]
    await delivering.run("discord")
    assert sorted(posting.made) == ["0", "1", "2", "4", "5", "6", "7"]
    assert posting.most_at_once == 3
    assert await delivering.due() == ["slack"]


async def test_a_bug_in_one_is_written_down_and_holds_up_nobody(
    posting: Watched, caplog: pytest.LogCaptureFixture
) -> None:
    await Delivering(posting, at_once=1).run("discord")
    assert len(posting.made) == 7
    assert [it.levelno for it in caplog.records if "failed" in it.getMessage()] == [logging.ERROR]


async def test_stop_finishes_what_is_under_way_and_begins_nothing_else(posting: Watched) -> None:
    posting.gate.clear()
    delivering = Delivering(posting, at_once=2)
    run = asyncio.create_task(delivering.run("discord"))
    await asyncio.wait_for(posting.busy.wait(), 5)
    delivering.stop()
    posting.gate.set()
    await run
    assert len(posting.made) == 2
    assert await delivering.due() == ["discord", "slack"]


async def test_a_run_ends_when_its_time_is_over(posting: Watched) -> None:
    await Delivering(posting, within_s=0).run("discord")
    assert posting.made == []
