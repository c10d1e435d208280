"""Earshot as it is plugged together, in the lounge: a group's post comes by itself, and whoever leaves is not in it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.adapters.lounge import EveryResident
from bot.app import Earshot, open_earshot
from bot.chat import Context, Person
from bot.chat.features import Features
from bot.config import Data, Settings, Web
from bot.config import Lounge as LoungeSettings
from bot.core import schedule
from bot.core.consent import Previewed
from bot.core.model import (
    Group,
    Identity,
    Member,
    NewPlay,
    PeriodKind,
    Place,
    RawTrack,
    RoomRef,
    Source,
    Span,
)
from bot.ports import Delivery, Stage
from bot.serving import make_lounge, serving

ROOM = RoomRef("lounge", "", "club")
SONG = RawTrack("spotify:track:1", "Yxgtrackone", "Jqvartistone", "Kwzalbumone", 200_000)


@pytest.fixture
async def earshot(tmp_path: Path) -> AsyncIterator[Earshot]:
    settings = Settings(data=Data(str(tmp_path)), web=Web(port=0), lounge=LoungeSettings(0, ROOM.channel))
    async with open_earshot(settings, tmp_path) as earshot:
        residents = EveryResident(earshot.store, earshot.people, earshot.chance)
        async with serving(earshot, [make_lounge(earshot, residents, choosing=True)]):
            yield earshot


async def member(earshot: Earshot, group: Group, name: str) -> Member:
    """Somebody who played last week, shares it, and has said that their part is fine."""
    store = earshot.store
    made = await store.add_member(name, "UTC", Identity("lounge", name.lower()), 1)
    week = schedule.last_closed(PeriodKind.WEEK, "UTC", earshot.clock.now_ms())
    link = await store.export_link(made.id, Source.EXTENDED)
    await store.record(link.id, [NewPlay(week.start_ms + 36_000_000, SONG, 200_000)])
    await store.cover(link.id, [Span(week.start_ms, week.end_ms)])
    await store.join(group.id, made.id, {"recap"}, [ROOM], 1)
    await store.answer_preview(group.id, made.id, Previewed(fine=True))
    return made


async def delivered(earshot: Earshot, group: Group) -> Delivery:
    """The post of last week, once it is there."""
    week = schedule.last_closed(PeriodKind.WEEK, "UTC", earshot.clock.now_ms())
    async with asyncio.timeout(60):
        while True:
            made = await earshot.store.deliveries(group.id, schedule.key_of(week))
            if made and made[0].stage is Stage.SENT:
                return made[0]
            await asyncio.sleep(0.05)


async def said(earshot: Earshot) -> str:
    messages = await earshot.store.messages(ROOM.channel, "", 0, 9)
    return "\n".join(it.body for it in messages)


async def test_a_post_goes_out_and_changes_when_somebody_leaves(earshot: Earshot) -> None:
    group = await earshot.store.open_room(ROOM, "Club", "UTC")
    ana, ben = await member(earshot, group, "Qwxanthe"), await member(earshot, group, "Zvkbernd")
    ctx = Context(
        Person(Identity("lounge", "qwxanthe"), ana.name, "UTC", admin=True), Place(ROOM, "Club"), "r1"
    )
    features = Features(earshot.cogs)
    assert await said(earshot) == ""
    await features.action("weekly.now").run(ctx)
    delivery = await delivered(earshot, group)
    there = await said(earshot)
    assert all(it in there for it in ("Qwxanthe", "Zvkbernd", "Jqvartistone"))
    await earshot.store.leave(group.id, ben.id)
    await earshot.redaction.take_back(ben.id, group.id)
    left = await said(earshot)
    assert "Jqvartistone" in left
    assert "Zvkbernd" not in left
    assert str(delivery.message) == str((await earshot.store.messages(ROOM.channel, "", 0, 9))[0].id)
    proof = await earshot.recaps.facts(delivery.recap_id, ana)
    assert proof.facts.withdrawn == 1
