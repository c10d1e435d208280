"""Slash commands, mentions and buttons: what is asked in a channel, and what is seen of the answer."""

from __future__ import annotations

import asyncio

import pytest

from bot.adapters.slack.draw import draw
from bot.chat import Button, Card
from bot.text import t
from tests.adapters.slack.conftest import Build, House


async def test_a_command_is_answered_in_the_channel(house: House) -> None:
    asked = await house.ana.types(house.room, "/earshot top what:track count:5")
    answer = await asked.answer()
    assert "Top tracks of music" in answer.text
    assert not answer.ephemeral
    assert "1. Song 1 — 39 plays" in answer.text
    assert answer.labels == ("Vote",)
    assert answer.links == {"Open in Spotify": "https://example.org/"}
    assert "Ana: /earshot top what:track count:5" in answer.text
    assert answer.raw["text"] == "Top tracks of music"
    assert house.meter.answers == [("slack", "/top", "answered")]
    assert [it.text for it in house.ben.sees(house.room)] == [answer.text]


async def test_links_are_not_unfolded(house: House) -> None:
    await (await house.ana.types(house.room, "/top")).answer()
    (body,) = house.called("chat.postMessage")
    assert (body["unfurl_links"], body["unfurl_media"]) == (False, False)


async def test_a_short_command_needs_no_earshot(house: House) -> None:
    asked = await house.ana.types(house.room, "/play don't stop me “now”")
    answer = await asked.answer()
    assert "“don't stop me “now””, 20 songs" in answer.text


async def test_without_words_the_help_answers(build: Build) -> None:
    house = await build()
    asked = await house.ana.types(house.room, "/earshot")
    assert "I have no command “/help”" in (await asked.answer()).text


async def test_who_asks_is_known_by_name_zone_and_rights(house: House) -> None:
    where = f"slack/{house.team.id}/{house.room.id} music"
    asked = await house.ana.types(house.room, "/whoami")
    assert f"Ana {where} admin" in (await asked.answer()).text
    asked = await house.ben.types(house.room, "/whoami")
    assert f"Ben {where} no admin" in (await asked.answer()).text
    await (await house.ben.types(house.room, "/whoami")).answer()
    assert len(house.called("users.info")) == 2


async def test_a_private_channel_is_called_by_its_name(house: House) -> None:
    room = house.team.channel("secret-gigs", private=True)
    asked = await house.ana.types(room, "/whoami")
    assert f"Ana slack/{house.team.id}/{room.id} secret-gigs admin" in (await asked.answer()).text


async def test_work_that_takes_longer_shows_that_it_goes_on_and_becomes_the_answer(house: House) -> None:
    house.sample.gate.clear()
    asked = await house.ana.types(house.room, "/play late drive")
    first = await asked.shown()
    assert first.text == "On it …"
    assert first.after_s < 3
    await asked.answer("Looking for 20 songs …")
    house.sample.gate.set()
    answer = await asked.answer("“late drive”, 20 songs")
    assert answer.ts == first.ts
    assert len(house.ben.sees(house.room)) == 1


async def test_progress_keeps_its_pace(build: Build) -> None:
    house = await build()
    house.sample.gate.clear()
    asked = [await house.ana.types(house.team.channel(f"room-{n}"), "/play late drive") for n in range(3)]
    for it in asked:
        await it.answer("Looking for")
    house.sample.gate.set()
    for it in asked:
        await it.answer("“late drive”, 20 songs")
    assert len(house.called("chat.update")) == 6


async def test_a_command_that_is_none_is_said_privately(house: House) -> None:
    asked = await house.ana.types(house.room, "/earshot plya late drive")
    answer = await asked.answer()
    assert answer.ephemeral
    assert "I have no command “/plya”" in answer.text
    assert "Near it: /earshot play" in answer.text
    assert "/earshot help" in answer.text
    assert house.ben.sees(house.room) == []


async def test_what_is_not_understood_is_said_privately(house: House) -> None:
    asked = await house.ana.types(house.room, "/top count:99")
    answer = await asked.answer()
    assert answer.ephemeral
    assert "“count” goes from 3 to 25." in answer.text
    assert "/earshot top [what:artist] [count:10]" in answer.text


async def test_a_mistake_and_a_bug_are_said(house: House) -> None:
    asked = await house.ana.types(house.room, "/earshot refuse")
    assert "Only who asked may do that." in (await asked.answer()).text
    asked = await house.ana.types(house.room, "/crash")
    answer = await asked.answer()
    assert "That went wrong on my side" in answer.text
    assert "secret detail" not in answer.text


async def test_hostile_words_stay_words(house: House) -> None:
    asked = await house.ana.types(
        house.room, "/play <!channel> @everyone <https://evil.example|x> *b* \u202e\0\ud800 &amp;"
    )
    answer = await asked.answer()
    assert answer.pings == []
    assert "<!channel> @everyone" in answer.text
    asked = await house.ana.types(house.room, "/hostile")
    answer = await asked.answer()
    assert answer.pings == []
    assert "<script>" in answer.text
    assert "Left out here: 1 button." in answer.text


# --- somebody as an option


async def test_somebody_is_mentioned(house: House) -> None:
    asked = await house.ana.types(house.room, "/match @Ben loud:yes")
    answer = await asked.answer("Ana and Ben")
    assert "Ana: /earshot match friend:Ben loud:yes" in answer.text
    assert answer.pings == []
    again = await house.ben.clicks(answer, "Again")
    assert "Ben and Ben" in (await again.answer("Ben and Ben")).text


async def test_somebody_unknown_is_said(house: House) -> None:
    asked = await house.ana.types(house.room, "/match friend:@zoe")
    answer = await asked.answer()
    assert answer.ephemeral
    assert "I know nobody here called “@zoe”" in answer.text


async def test_mentions_in_free_words_are_names(house: House) -> None:
    asked = await house.ana.types(house.room, "/play songs for @Ben in #music")
    assert "“songs for @ben in #music”, 20 songs" in (await asked.answer()).text


# --- buttons


async def test_a_button_whose_card_replaces_is_pressed(house: House) -> None:
    card = await (await house.ana.types(house.room, "/top")).answer()
    pressed = await house.ben.clicks(card, "Vote")
    voted = await pressed.answer("1 votes")
    assert voted.ts == card.ts
    pressed = await house.ana.clicks(voted, "Vote")
    assert (await pressed.answer("2 votes")).ts == card.ts
    assert len(house.ana.sees(house.room)) == 1


async def test_a_slow_button_shows_that_it_works_and_leaves_nothing_behind(house: House) -> None:
    card = await (await house.ana.types(house.room, "/top")).answer()
    house.sample.gate.clear()
    pressed = await house.ben.clicks(card, "Vote")
    first = await pressed.shown()
    assert first.text == "On it …"
    assert first.after_s < 3
    house.sample.gate.set()
    await pressed.answer("1 votes")
    await pressed.answer()
    assert [it.ts for it in house.ana.sees(house.room)] == [card.ts]


async def test_a_row_is_chosen_in_its_menu(house: House) -> None:
    card = await (await house.ana.types(house.room, "/top")).answer()
    assert card.selects == {"Who else? …": tuple(f"{n}. Song {n} — {40 - n} plays" for n in range(1, 5))}
    picked = await house.ben.picks(card, "Who else? …", "3. Song 3 — 37 plays")
    answer = await picked.answer("Ben asks who else plays song 3")
    assert answer.ts != card.ts
    assert not answer.ephemeral


async def test_a_double_press_runs_once(house: House) -> None:
    card = await (await house.ana.types(house.room, "/top")).answer()
    house.sample.gate.clear()
    first = await house.ana.clicks(card, "Vote")
    await asyncio.wait_for(house.sample.at_work.wait(), 5)
    second = await house.ana.clicks(card, "Vote")
    await second.acknowledged()
    other = await house.ben.clicks(card, "Vote")
    await other.acknowledged()
    house.sample.gate.set()
    await first.answer("2 votes")
    assert house.sample.begun == 2


async def test_buttons_of_old_messages_work_after_a_restart(build: Build) -> None:
    house = await build()
    card = await (await house.ana.types(house.room, "/top")).answer()
    await house.slack.stop()
    again = await build(store=house.store)
    await house.twin.connected()
    pressed = await house.ben.clicks(card, "Vote")
    assert (await pressed.answer("1 votes")).ts == card.ts
    assert again.sample.votes == 1


async def test_a_button_of_another_version_says_so(house: House) -> None:
    blocks = draw(Card(t("Old"), buttons=(Button(t("Old"), "gone.away", {"x": "1"}),)))
    message = house.team.post(house.room, house.team.bot, "Old", blocks=blocks)
    (card,) = [it for it in house.ana.sees(house.room) if it.ts == message.ts]
    pressed = await house.ana.clicks(card, "Old")
    answer = await pressed.answer()
    assert answer.ephemeral
    assert "another version of me" in answer.text


async def test_a_link_is_the_browsers(house: House) -> None:
    card = await (await house.ana.types(house.room, "/top")).answer()
    pressed = await house.ana.clicks(card, "Open in Spotify")
    await pressed.acknowledged()
    assert len(house.ana.sees(house.room)) == 1


async def test_in_a_thread_the_answer_is_in_the_thread(house: House) -> None:
    card = await (await house.ana.types(house.room, "/top")).answer()
    said = await house.ben.says(house.room, "@Earshot top", reply_to=card)
    inside = await said.answer("Top artists")
    assert inside.raw["thread_ts"] == card.ts
    picked = await house.ben.picks(inside, "Who else? …", "1. Song 1 — 39 plays")
    assert (await picked.answer("who else plays")).raw["thread_ts"] == card.ts


# --- mentions


async def test_a_mention_is_answered_in_the_channel(house: House) -> None:
    said = await house.ana.says(house.room, "@Earshot play rainy sunday")
    answer = await said.answer("“rainy sunday”, 20 songs")
    assert not answer.ephemeral
    assert "Ana:" not in answer.text


async def test_a_private_command_by_mention_is_answered_privately(house: House) -> None:
    said = await house.ana.says(house.room, "@Earshot privacy")
    answer = await said.answer("What the group sees of you")
    assert answer.ephemeral
    assert len(house.ben.sees(house.room)) == 1


async def test_a_mention_that_lacks_something_gets_a_button_to_the_form(house: House) -> None:
    said = await house.ana.says(house.room, "@Earshot who_plays")
    answer = await said.answer()
    assert answer.ephemeral
    form = await (await house.ana.clicks(answer, "Go on")).form()
    assert form.fields == ("The artist",)


async def test_what_slack_delivers_twice_is_answered_once(house: House) -> None:
    house.twin.repeat_events()
    said = await house.ana.says(house.room, "@Earshot play rainy sunday")
    await said.answer("“rainy sunday”, 20 songs")
    await said.answer()
    assert house.sample.begun == 1


async def test_talk_in_the_channel_is_nobodys_business(house: House) -> None:
    said = await house.ana.says(house.room, "play rainy sunday")
    mentioned = await house.ana.says(house.room, "@Earshot whoami")
    await mentioned.answer("Ana slack/")
    assert [it.raw["user"] for it in house.ana.sees(house.room)][:2] == [house.ana.id] * 2
    assert [it.text for it in said.seen] == [it.text for it in mentioned.seen]
    assert house.sample.begun == 0


@pytest.mark.parametrize("line", ["/top", "/privacy"])
async def test_a_first_sign_comes_in_time_when_slack_is_slow_to_say_who_asks(house: House, line: str) -> None:
    house.twin.slow("users.info", 4)
    asked = await house.ana.types(house.room, line)
    first = await asked.shown()
    assert first.text == "On it …"
    assert first.after_s < 3
