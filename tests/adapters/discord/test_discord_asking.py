"""Slash commands as people use them: typed options, private answers, progress, places."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated

import pytest

from bot.chat import Card, Cog, Context, Opt, command
from bot.chat.cards import Lines
from bot.chat.features import Features
from bot.core.model import Identity
from bot.text import t
from tests.adapters.discord.conftest import Build, House, soon
from tests.twins.discord import CannotDo


async def test_a_command_is_answered_where_it_was_asked(house: House) -> None:
    asked = await house.ana.types(house.room, "/top", what="track", count=5)
    answer = await asked.answer()
    assert answer.text.startswith(
        "## Top tracks of listening\n### Ranked by plays\n**1.** [Song 1 — 39 plays](https:"
    )
    assert not answer.ephemeral
    assert answer.pings == ()
    assert answer.accents != (None,)
    assert [it.id for it in house.ben.sees(house.room)] == [answer.id]
    await soon(lambda: house.meter.answers == [("discord", "/top", "answered")])


async def test_options_come_typed(house: House) -> None:
    asked = await house.ana.types(house.room, "/match", friend=house.ben, loud=True)
    text = (await asked.answer()).text
    assert text.startswith("## Ana and Ben")
    assert "Loud: yes" in text
    with pytest.raises(CannotDo):
        await house.ana.types(house.room, "/top", count=99)
    with pytest.raises(CannotDo):
        await house.ana.types(house.room, "/top", what="nonsense")


async def test_a_bot_is_nobody_to_compare_with(house: House) -> None:
    bot = house.guild.human("Beep")
    bot.is_bot = True
    answer = await (await house.ana.types(house.room, "/match", friend=bot)).answer()
    assert "I know nobody here" in answer.text
    assert answer.ephemeral


async def test_a_private_answer_is_seen_by_whoever_asked(house: House) -> None:
    answer = await (await house.ana.types(house.room, "/privacy")).answer()
    assert answer.ephemeral
    assert [it.id for it in house.ana.sees(house.room)] == [answer.id]
    assert house.ben.sees(house.room) == []


async def test_long_work_shows_that_it_goes_on_and_how_far_it_is(house: House) -> None:
    house.sample.gate.clear()
    asked = await house.ana.types(house.room, "/play", prompt="rainy sunday", count=7)
    first = await asked.shown()
    assert first.is_thinking
    progress = await asked.answer()
    assert progress.text == "-# Looking for 7 songs …"
    house.sample.gate.set()
    answer = await asked.answer(lambda it: "“rainy" in it.text)
    assert answer.text == "## “rainy sunday”, 7 songs"
    assert [it.id for it in house.ana.sees(house.room)] == [answer.id]


async def test_work_without_progress_is_acknowledged_in_time(build: Build) -> None:
    house = await build(grace_s=0.05)
    house.sample.gate.clear()
    asked = await house.ana.types(house.room, "/me")
    first = await asked.shown()
    assert first.is_thinking
    assert first.ephemeral
    house.sample.gate.set()
    assert (await asked.answer(lambda it: "Your own" in it.text)).ephemeral


class Chatty(Cog):
    @command("Says a lot on the way")
    async def chatty(self, ctx: Context) -> Card:
        for n in range(50):
            await ctx.progress(t("Step {n}", n=n))
        return Card(t("Done"))


async def test_progress_keeps_discords_pace(build: Build) -> None:
    house = await build(features=Features([Chatty()]))
    asked = await house.ana.types(house.room, "/chatty")
    await asked.answer(lambda it: "Done" in it.text)
    edits = [it for it in house.twin.traffic if it.method == "PATCH"]
    assert len(edits) <= 2


async def test_an_error_is_a_sentence_and_a_bug_an_id(house: House, caplog: pytest.LogCaptureFixture) -> None:
    refused = await (await house.ana.types(house.room, "/refuse")).answer()
    assert refused.text == "## Only who asked may do that."
    assert refused.ephemeral
    bug = await (await house.ana.types(house.room, "/crash")).answer()
    assert "That went wrong on my side" in bug.text
    assert "secret detail" not in bug.text
    assert not bug.ephemeral
    await soon(
        lambda: house.meter.answers == [("discord", "/refuse", "NotAllowed"), ("discord", "/crash", "bug")]
    )


async def test_a_late_refusal_is_seen_by_the_asker_alone(house: House) -> None:
    house.sample.gate.clear()
    asked = await house.ana.types(house.room, "/refuse")
    first = await asked.shown()
    assert first.is_thinking
    assert not first.ephemeral
    house.sample.gate.set()
    refused = await asked.answer(lambda it: "Only who asked" in it.text)
    assert refused.ephemeral
    await soon(lambda: house.ben.sees(house.room) == [])
    assert [it.id for it in house.ana.sees(house.room)] == [refused.id]


async def test_a_refusal_in_our_own_conversation_becomes_of_the_placeholder(house: House) -> None:
    house.sample.gate.clear()
    asked = await house.ana.types(house.ana.dm(), "/refuse")
    await asked.shown()
    house.sample.gate.set()
    await asked.answer(lambda it: "Only who asked" in it.text)
    assert len(house.ana.sees(house.ana.dm())) == 1


async def test_a_late_refusal_that_discord_takes_no_more_is_a_private_message(house: House) -> None:
    house.sample.gate.clear()
    await (await house.ana.types(house.room, "/refuse")).shown()
    house.twin.expire_interactions()
    house.sample.gate.set()
    assert (await house.ana.dm().message()).text == "## Only who asked may do that."
    assert not any("Only who asked" in it.text for it in house.ben.sees(house.room))


async def test_what_is_typed_can_be_completed(house: House) -> None:
    assert await house.ana.completes(house.room, "/who_plays", option="artist", typed="n") == [
        "Nina Simone",
        "Nick Drake",
    ]
    assert await house.ana.completes(house.room, "/who_plays", option="artist", typed="boom") == []


class Slow(Cog):
    async def never(self, ctx: Context, typed: str) -> Sequence[str]:
        await asyncio.Event().wait()
        return ()

    async def many(self, ctx: Context, typed: str) -> Sequence[str]:
        return ["", "x" * 101, *(f"{typed} {n} \u202e" for n in range(40))]

    @command("Takes its time to complete")
    async def slowly(
        self,
        ctx: Context,
        one: Annotated[str, Opt("One", suggest=never)] = "",
        two: Annotated[str, Opt("Two", suggest=many)] = "",
    ) -> Card:
        return Card(t("ok"))


async def test_a_feature_that_does_not_know_in_time_offers_nothing(build: Build) -> None:
    house = await build(features=Features([Slow()]))
    assert await house.ana.completes(house.room, "/slowly", option="one", typed="a") == []


async def test_what_is_offered_keeps_discords_limits(build: Build) -> None:
    house = await build(features=Features([Slow()]))
    offered = await house.ana.completes(house.room, "/slowly", option="two", typed="a")
    assert offered[0] == "a 0 \ufffd"
    assert len(offered) == 25


async def test_who_asks_and_where_is_told_to_the_feature(house: House) -> None:
    async def said(person: object, place: object) -> str:
        return (await (await person.types(place, "/whoami")).answer()).text  # type: ignore[attr-defined]

    here = f"discord/{house.guild.id}/{house.room.id}"
    assert await said(house.ana, house.room) == f"## Ana {here} listening admin"
    assert await said(house.ben, house.room) == f"## Ben {here} listening no admin"
    assert await said(house.ana, house.ana.dm()) == "## Ana in private  no admin"


async def test_whoever_brings_the_bot_along_can_use_it_anywhere(house: House) -> None:
    eve = house.twin.stranger("Eve")
    elsewhere = house.twin.guild("Elsewhere", bot=False)
    channel = elsewhere.channel("music")
    elsewhere.welcomes(eve)
    there = await (await eve.types(channel, "/whoami")).answer()
    assert there.text == f"## Eve discord/{elsewhere.id}/{channel.id} music no admin"
    chat = house.twin.private_chat(eve, house.ben)
    between_two = await (await eve.types(chat, "/whoami")).answer()
    assert between_two.text == f"## Eve discord//{chat.id} Private chat no admin"


async def test_hostile_words_ping_nobody_and_break_nothing(house: House) -> None:
    answer = await (await house.ana.types(house.room, "/hostile")).answer()
    assert answer.pings == ()
    assert "\u202e" not in answer.text
    assert "\0" not in answer.text
    evil = await (
        await house.ana.types(house.room, "/who_plays", artist="@everyone <@1> [x](https://e.example)")
    ).answer()
    assert evil.pings == ()
    assert r"\@everyone" in evil.text


async def test_what_waited_comes_with_the_next_private_answer(house: House) -> None:
    identity = Identity("discord", str(house.ana.id))
    await house.store.add_member("Ana", "UTC", identity, 0)
    await house.whispers.keep(
        identity, Card(t("While you were away"), (Lines((t("Your import is done."),)),))
    )
    asked = await house.ana.types(house.room, "/privacy")
    waited = await asked.answer(lambda it: "While you were away" in it.text)
    assert waited.ephemeral
    assert len(house.ana.sees(house.room)) == 2
    assert house.ben.sees(house.room) == []
    assert await house.whispers.take(identity) == []
