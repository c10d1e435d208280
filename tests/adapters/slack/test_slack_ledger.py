"""Which message an answer is, so that it can be changed later; what came through a request is none."""

from __future__ import annotations

from bot.chat.features import Features
from tests.adapters.posting import Posting
from tests.adapters.slack.conftest import Build, House, eventually, room_of
from tests.fakes import FakeStore


async def posting(build: Build, **more: object) -> tuple[House, Posting]:
    cog = Posting(FakeStore())
    return await build(store=cog.store, features=Features([cog]), **more), cog


async def test_an_answer_at_once_or_in_the_place_of_its_placeholder_is_known(build: Build) -> None:
    house, cog = await posting(build, grace_s=0.05)
    quick = await (await house.ana.types(house.room, "/earshot numbers")).answer()
    asked = await house.ana.types(house.room, "/earshot later")
    await eventually(lambda: len(house.ben.sees(house.room)) == 2)
    cog.gate.set()
    late = await asked.answer(lambda it: "7 plays" in it.text)
    await eventually(lambda: len(house.meter.answers) == 2)
    assert [(it.room, it.message) for it in await cog.noted()] == [
        (room_of(house), late.message.ts), (room_of(house), quick.message.ts)
    ]  # fmt: skip


async def test_a_card_that_took_another_ones_place_is_one_message(build: Build) -> None:
    house, cog = await posting(build)
    answer = await (await house.ana.types(house.room, "/earshot numbers")).answer()
    await (await house.ana.clicks(answer, "Again")).answer()
    await eventually(lambda: len(house.meter.answers) == 2)
    assert [it.message for it in await cog.noted()] == [answer.message.ts]


async def test_where_we_are_no_member_the_answer_cannot_be_changed_and_that_is_known(build: Build) -> None:
    house, cog = await posting(build)
    room = house.team.channel("secret", private=True, bot=False)
    answer = await (await house.ana.types(room, "/earshot numbers")).answer()
    assert not answer.ephemeral
    await eventually(lambda: len(house.meter.answers) == 1)
    [post] = await cog.noted()
    assert (post.room.channel, post.message) == (room.id, "")


async def test_what_one_pair_of_eyes_saw_is_not_written_down(build: Build) -> None:
    house, cog = await posting(build)
    assert (await (await house.ana.types(house.room, "/earshot quietly")).answer()).ephemeral
    await (await house.ana.says(house.ana.dm(), "numbers")).answer()
    await eventually(lambda: len(house.meter.answers) == 2)
    assert await cog.noted() == []
