"""Which message an answer is, so that it can be changed later: however Discord let us show it."""

from __future__ import annotations

from bot.chat import Card
from bot.chat.features import Features
from bot.chat.platform import PostRef
from bot.core.model import RoomRef
from bot.text import t
from tests.adapters.discord.conftest import Build, House, soon
from tests.adapters.posting import Posting
from tests.fakes import FakeStore


async def posting(build: Build, **more: object) -> tuple[House, Posting, RoomRef]:
    cog = Posting(FakeStore())
    house = await build(store=cog.store, features=Features([cog]), **more)
    return house, cog, RoomRef("discord", str(house.guild.id), str(house.room.id))


async def test_an_answer_at_once_or_in_the_place_of_its_placeholder_is_known(build: Build) -> None:
    house, cog, room = await posting(build, grace_s=0.05)
    quick = await (await house.ana.types(house.room, "/numbers")).answer()
    asked = await house.ana.types(house.room, "/later")
    assert (await asked.shown()).is_thinking
    cog.gate.set()
    late = await asked.answer()
    await soon(lambda: len(house.meter.answers) == 2)
    assert [(it.room, it.thread, it.message) for it in await cog.noted()] == [
        (room, "", str(late.id)), (room, "", str(quick.id))
    ]  # fmt: skip


async def test_a_card_that_took_another_ones_place_is_one_message(build: Build) -> None:
    house, cog, _ = await posting(build)
    answer = await (await house.ana.types(house.room, "/numbers")).answer()
    await (await house.ana.clicks(answer, "Again")).answer()
    await soon(lambda: len(house.meter.answers) == 2)
    assert [it.message for it in await cog.noted()] == [str(answer.id)]


async def test_what_one_pair_of_eyes_saw_is_not_written_down(build: Build) -> None:
    house, cog, _ = await posting(build)
    assert (await (await house.ana.types(house.room, "/quietly")).answer()).ephemeral
    await (await house.ana.types(house.ana.dm(), "/numbers")).answer()
    await soon(lambda: len(house.meter.answers) == 2)
    assert await cog.noted() == []


async def test_a_typed_line_is_answered_by_a_message_that_is_known(build: Build) -> None:
    house, cog, room = await posting(build)
    asked = await house.ana.says(house.room, "@Earshot numbers")
    answer = await asked.answer()
    await soon(lambda: len(house.meter.answers) == 1)
    [post] = await cog.noted()
    assert (post.room, post.message) == (room, str(answer.id))
    await house.discord.edit(PostRef(post.room, post.message), Card(t("Taken back")))
    assert [it.text for it in house.ben.sees(house.room)][-1] == "## Taken back"
