"""`@Earshot play rainy sunday`, and lines in the private chat."""

from __future__ import annotations

import pytest

from tests.adapters.discord.conftest import House, soon
from tests.twins.discord import NoAnswer


async def quiet(house: House) -> bool:
    """Whether the bot has said nothing, once everything before has been heard."""
    await (await house.ana.types(house.room, "/whoami")).answer()
    return len([it for it in house.ana.sees(house.room) if it.author == "Earshot"]) == 1


async def test_a_mention_is_answered_by_a_reply(house: House) -> None:
    asked = await house.ana.says(house.room, "@Earshot play rainy sunday count:7")
    answer = await asked.answer(lambda it: "“rainy" in it.text)
    assert answer.text == "## “rainy sunday”, 7 songs"
    assert answer.raw["message_reference"]["message_id"] == str(house.ana.sees(house.room)[0].id)
    assert answer.pings == ()
    assert len(house.ben.sees(house.room)) == 2


async def test_progress_of_a_mention_becomes_its_answer(house: House) -> None:
    house.sample.gate.clear()
    asked = await house.ana.says(house.room, "@Earshot play rainy sunday")
    progress = await asked.answer(lambda it: "Looking" in it.text)
    house.sample.gate.set()
    answer = await asked.answer(lambda it: "“rainy" in it.text)
    assert answer.id == progress.id
    typing = house.twin.traffic.of("/channels/{channel_id}/typing")
    assert len(typing) == 1


async def test_whom_a_mention_mentions_is_known(house: House) -> None:
    answer = await (await house.ana.says(house.room, "@Earshot match @Ben")).answer()
    assert answer.text.startswith("## Ana and Ben")


async def test_who_says_it_and_where(house: House) -> None:
    here = f"discord/{house.guild.id}/{house.room.id}"
    assert (
        await (await house.ana.says(house.room, "@Earshot whoami")).answer()
    ).text == f"## Ana {here} listening admin"
    assert (await (await house.ben.says(house.room, "@Earshot whoami")).answer()).text == (
        f"## Ben {here} listening no admin"
    )
    assert (
        await (await house.ana.says(house.ana.dm(), "whoami")).answer()
    ).text == "## Ana in private  no admin"


@pytest.mark.parametrize(
    "greeting", ["hey", "Hello there, dear", "OK,", "Guten Morgen", "¡Hola!", "Buenos días"]
)
async def test_a_greeting_may_come_before_the_mention(house: House, greeting: str) -> None:
    asked = await house.ana.says(house.room, f"{greeting} @Earshot, who_plays Low")
    assert (await asked.answer()).text == "## Nobody plays Low yet"


@pytest.mark.parametrize(
    "line",
    [
        "hello everybody",
        "@Ben look at this",
        "thanks @Earshot!",
        "thanks @Earshot for the playlist",
        "tell him to ask @Earshot top of all",
        "I asked @Earshot top of all",
        "hey I asked @Earshot top of all",
        "@Ben and @Earshot play well together",
        "@everyone play something",
    ],
)
async def test_nothing_else_is_heard(house: House, line: str) -> None:
    await house.ana.says(house.room, line)
    assert await quiet(house)


async def test_a_reply_to_the_bot_is_talk(house: House) -> None:
    top = await (await house.ana.types(house.room, "/top")).answer()
    asked = await house.ben.says(house.room, "nice one", reply_to=top)
    with pytest.raises(NoAnswer):
        await asked.answer(within=0.2)


async def test_a_line_that_is_no_command_is_told_what_is_near(house: House) -> None:
    answer = await (await house.ana.says(house.room, "@Earshot plya something")).answer()
    assert answer.text.startswith("## I have no command “/plya”")
    assert "/play" in answer.text
    talk = await (await house.ana.says(house.ana.dm(), "hello there")).answer()
    assert talk.text.startswith("## I only listen to commands")
    alone = await (await house.ana.says(house.room, "@Earshot")).answer()
    assert "Type / to see everything" in alone.text


async def test_what_is_missing_is_asked_for_behind_a_button(house: House) -> None:
    incomplete = await (await house.ana.says(house.room, "@Earshot play")).answer()
    assert "“prompt” is missing" in incomplete.text
    assert "/play \\<prompt\\>" in incomplete.text
    form = await (await house.ben.clicks(incomplete, "Fill it in")).form()
    answer = await (await house.ben.fills(form, {"What it should feel like": "calm"})).answer(
        lambda it: "calm" in it.text
    )
    assert answer.text == "## “calm”, 20 songs"


async def test_a_wrong_option_is_explained(house: House) -> None:
    answer = await (await house.ana.says(house.room, "@Earshot top count:99")).answer()
    assert "“count” goes from 3 to 25." in answer.text


async def test_a_private_command_is_answered_in_private(house: House) -> None:
    await house.ana.says(house.room, "@Earshot me")
    answer = await house.ana.dm().message()
    assert answer.text == "## Your own numbers, Ana"
    assert [it for it in house.ben.sees(house.room) if it.author == "Earshot"] == []


async def test_where_no_private_word_is_possible_the_slash_command_is(house: House) -> None:
    house.ana.blocks_dms()
    answer = await (await house.ana.says(house.room, "@Earshot me")).answer()
    assert answer.text == "## I cannot write to you in private. Use /me here: only you will see it."
    assert "Your own numbers" not in answer.text


async def test_a_form_is_offered_where_it_was_asked_for(house: House) -> None:
    ready = await (await house.ana.says(house.room, "@Earshot ask_all")).answer()
    form = await (await house.ana.clicks(ready, "Open it")).form()
    answer = await (await house.ana.fills(form, {"Your mood": "calm"})).answer()
    assert answer.text == "## Ana feels calm"


async def test_the_private_chat_needs_no_mention(house: House) -> None:
    dm = house.ana.dm()
    assert (
        await (await house.ana.says(dm, "/play something calm")).answer(lambda it: "“" in it.text)
    ).text == ("## “something calm”, 20 songs")
    assert "What the group sees" in (await (await house.ana.says(dm, "@Earshot privacy")).answer()).text


async def test_two_people_at_once_get_their_own_answers(house: House) -> None:
    lines = [(house.ana, "one"), (house.ben, "two"), (house.ana, "three")]
    asked = [await who.says(house.room, f"@Earshot who_plays {words}") for who, words in lines]
    await soon(lambda: len([it for it in house.ana.sees(house.room) if it.author == "Earshot"]) == 3)
    said = {it.text for it in house.ana.sees(house.room) if it.author == "Earshot"}
    assert said == {f"## Nobody plays {words} yet" for _, words in lines}
    assert len(asked) == 3


async def test_a_reply_without_the_permission_to_read_what_was_said(house: House) -> None:
    house.room.forbid("READ_MESSAGE_HISTORY")
    answer = await (await house.ana.says(house.room, "@Earshot who_plays Low")).answer()
    assert answer.text == "## Nobody plays Low yet"


async def test_where_the_bot_may_not_write_it_says_so_in_private(house: House) -> None:
    house.room.forbid("SEND_MESSAGES")
    await house.ana.says(house.room, "@Earshot who_plays Low")
    why = await house.ana.dm().message()
    assert (
        why.text
        == "## I cannot post in that channel. In its permissions, allow me: Send Messages, Attach Files."
    )
