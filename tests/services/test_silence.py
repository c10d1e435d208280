"""Whose Spotify has told of no play for longer than usual reads so in the panel."""

from __future__ import annotations

import pytest

from bot.core.model import Member
from bot.services.panel import Panels
from tests.feeds import HOUR_MS, House

DAY_MS = 24 * HOUR_MS


@pytest.fixture
def house() -> House:
    return House()


async def _silent_since(house: House, member: Member) -> int | None:
    panels = Panels(*[house.store] * 6, house.clock)
    [view] = (await panels.of(member)).links
    return view.silent_since_ms


async def test_silence_is_told_once_it_is_unusual_and_until_the_feed_moves(house: House):
    ana = await house.linked("ana")
    house.feed.play("ana", 40)
    last_ms = house.clock.now
    await house.polling.poll(await house.look(ana))
    house.clock.advance(DAY_MS - 1)
    assert await _silent_since(house, ana) is None
    house.clock.advance(DAY_MS)
    await house.polling.poll(await house.look(ana))
    assert await _silent_since(house, ana) == last_ms
    assert (await house.kept(ana)).covered[-1].end_ms == last_ms + DAY_MS
    house.feed.play("ana", 1)
    await house.polling.poll(await house.look(ana))
    assert await _silent_since(house, ana) is None
    assert (await house.kept(ana)).covered[-1].end_ms == house.clock.now


async def test_who_has_hardly_played_or_pauses_is_not_told_so(house: House):
    ana, ben = await house.linked("ana"), await house.linked("ben")
    house.feed.play("ana", 5)
    house.feed.play("ben", 40)
    for member in (ana, ben):
        await house.polling.poll(await house.look(member))
    await house.store.pause(ben.id, house.clock.now)
    house.clock.advance(9 * DAY_MS)
    assert await _silent_since(house, ana) is None
    assert await _silent_since(house, ben) is None
