"""When Discord refuses, forgets, or does not say what became of an answer: the answer is said once, or why not."""

from __future__ import annotations

import logging

import pytest

from bot.chat import Card
from bot.core.model import Identity
from bot.text import t
from tests.adapters.discord.conftest import House, soon
from tests.twins.discord import Answer, NoAnswer

CALLBACK = "/interactions/{interaction_id}/{interaction_token}/callback"
ORIGINAL = "/webhooks/{webhook_id}/{webhook_token}/messages/@original"
FOLLOW_UP = "/webhooks/{webhook_id}/{webhook_token}"
MESSAGES = "/channels/{channel_id}/messages"


def said(house: House) -> list[str]:
    """What everybody in the room sees of the bot."""
    return [it.text for it in house.ben.sees(house.room) if it.author == "Earshot"]


async def begun(house: House, line: str, **options: object) -> Answer:
    """A command whose work is held back after Discord was told that it goes on."""
    house.sample.gate.clear()
    asked = await house.ana.types(house.room, line, **options)
    first = await asked.shown()
    assert isinstance(first, Answer)
    assert first.is_thinking
    return first


async def test_after_the_token_has_died_the_placeholder_becomes_the_answer_all_the_same(house: House) -> None:
    await begun(house, "/play", prompt="late drive")
    house.twin.clock.move(901)
    house.sample.gate.set()
    await soon(lambda: house.meter.answers)
    assert said(house) == ["## “late drive”, 20 songs"]


async def test_a_private_answer_after_the_token_has_died_is_private(house: House) -> None:
    await begun(house, "/me")
    house.twin.expire_interactions()
    house.sample.gate.set()
    answer = await house.ana.dm().message()
    assert answer.text == "## Your own numbers, Ana"
    assert said(house) == []


async def test_a_private_answer_that_cannot_be_delivered_waits(house: House) -> None:
    await house.store.add_member("Ana", "UTC", Identity("discord", str(house.ana.id)), 0)
    house.ana.blocks_dms()
    await begun(house, "/me")
    house.twin.expire_interactions()
    house.sample.gate.set()
    await soon(lambda: house.meter.answers)
    asked = await house.ana.types(house.room, "/privacy")
    answer = await asked.answer(lambda it: "Your own numbers" in it.text)
    assert answer.ephemeral


async def test_a_late_answer_where_the_bot_is_not_goes_to_whoever_asked(house: House) -> None:
    house.ana.installs()
    elsewhere = house.twin.guild("Elsewhere", bot=False)
    elsewhere.welcomes(house.ana)
    house.sample.gate.clear()
    asked = await house.ana.types(elsewhere.channel("music"), "/play", prompt="late drive")
    await asked.shown()
    house.twin.expire_interactions()
    house.sample.gate.set()
    assert (await house.ana.dm().message()).text == "## “late drive”, 20 songs"


async def test_an_interaction_that_is_too_old_already_is_answered_all_the_same(house: House) -> None:
    house.sample.gate.clear()
    await house.ana.types(house.room, "/play", prompt="late drive")
    house.twin.clock.move(4)
    await soon(house.sample.at_work.is_set)
    house.sample.gate.set()
    answer = await house.room.message(lambda it: "“late drive”" in it.text)
    assert said(house) == [answer.text]


async def test_a_first_word_whose_reply_was_lost_is_not_said_twice(house: House) -> None:
    house.twin.hang_up("POST", CALLBACK)
    asked = await house.ana.types(house.room, "/who_plays", artist="Low")
    assert (await asked.answer()).text == "## Nobody plays Low yet"
    await soon(lambda: house.meter.answers)
    assert said(house) == ["## Nobody plays Low yet"]
    assert [it.status for it in house.twin.traffic.of(CALLBACK)] == [200, 400]


async def test_a_first_word_that_never_gets_a_reply_is_not_said_twice(house: House) -> None:
    house.twin.hang_up("POST", CALLBACK, times=9)
    asked = await house.ana.types(house.room, "/who_plays", artist="Low")
    assert (await asked.answer()).text == "## Nobody plays Low yet"
    await soon(lambda: house.meter.answers, 10)
    assert said(house) == ["## Nobody plays Low yet"]


async def test_an_acknowledgement_whose_reply_was_lost_still_gets_its_answer(house: House) -> None:
    house.twin.hang_up("POST", CALLBACK)
    house.sample.gate.clear()
    asked = await house.ana.types(house.room, "/play", prompt="late drive")
    await asked.shown()
    house.sample.gate.set()
    assert (await asked.answer(lambda it: "“late drive”" in it.text)).text == "## “late drive”, 20 songs"
    assert said(house) == ["## “late drive”, 20 songs"]


async def test_a_first_word_that_a_server_error_swallowed_is_repeated(house: House) -> None:
    house.twin.fail("POST", CALLBACK, status=500)
    asked = await house.ana.types(house.room, "/who_plays", artist="Low")
    assert (await asked.answer()).text == "## Nobody plays Low yet"
    assert said(house) == ["## Nobody plays Low yet"]


async def test_a_first_word_that_is_refused_is_a_message(house: House) -> None:
    house.twin.fail("POST", CALLBACK, status=403, code=50001)
    await house.ana.types(house.room, "/who_plays", artist="Low")
    await house.room.message(lambda it: "Low" in it.text)
    house.twin.fail("POST", CALLBACK, status=403, code=50001)
    await house.ana.types(house.room, "/me")
    assert (await house.ana.dm().message()).text == "## Your own numbers, Ana"


async def test_a_refused_acknowledgement_stops_no_work(house: House) -> None:
    house.twin.fail("POST", CALLBACK, status=404, code=10062)
    house.sample.gate.clear()
    await house.ana.types(house.room, "/play", prompt="late drive")
    await soon(lambda: house.twin.traffic.of(CALLBACK))
    house.sample.gate.set()
    await house.room.message(lambda it: "“late drive”" in it.text)
    assert said(house) == ["## “late drive”, 20 songs"]


@pytest.mark.parametrize("status", [500, 502])
async def test_an_edit_that_failed_is_tried_again(house: House, status: int) -> None:
    await begun(house, "/me")
    house.twin.fail("PATCH", ORIGINAL, status=status)
    house.sample.gate.set()
    await soon(lambda: house.meter.answers)
    (seen,) = house.ana.sees(house.room)
    assert seen.text == "## Your own numbers, Ana"


async def test_an_edit_whose_reply_was_lost_is_repeated_and_changes_nothing(house: House) -> None:
    await begun(house, "/me")
    house.twin.hang_up("PATCH", ORIGINAL)
    house.sample.gate.set()
    await soon(lambda: house.meter.answers)
    assert [it.text for it in house.ana.sees(house.room)] == ["## Your own numbers, Ana"]


async def test_a_storm_of_429_delays_an_answer(house: House) -> None:
    await begun(house, "/play", prompt="late drive")
    house.twin.rate_limit("PATCH", ORIGINAL, times=3, retry_after=0.05)
    house.sample.gate.set()
    await house.room.message(lambda it: "“late drive”" in it.text)
    assert said(house) == ["## “late drive”, 20 songs"]


async def test_a_ban_by_cloudflare_sends_an_answer_the_other_way(house: House) -> None:
    await begun(house, "/play", prompt="late drive")
    await soon(lambda: house.twin.traffic.of(ORIGINAL, "PATCH"))
    house.twin.rate_limit("PATCH", ORIGINAL, via=False)
    house.sample.gate.set()
    answer = await house.room.message(lambda it: "“late drive”" in it.text)
    assert answer.text.startswith("## “late drive”, 20 songs")


async def test_a_placeholder_that_somebody_deleted_stays_deleted(house: House) -> None:
    await begun(house, "/me")
    await soon(lambda: house.twin.traffic.of(ORIGINAL, "PATCH"))
    house.twin.fail("PATCH", ORIGINAL, status=404, code=10008)
    house.sample.gate.set()
    await soon(lambda: house.meter.answers)
    with pytest.raises(NoAnswer):
        await house.ana.dm().message(within=0.1)


async def test_files_that_are_too_large_after_all_become_words(house: House) -> None:
    house.twin.fail("POST", CALLBACK, status=413, code=40005)
    answer = await (await house.ana.types(house.room, "/wrapped")).answer()
    assert answer.pictures == ()
    assert "Ana played 120 songs this week." in answer.text


async def test_what_discord_does_not_understand_is_our_bug_and_said_so(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.twin.fail("POST", CALLBACK, status=400, code=50035)
    answer = await (await house.ana.types(house.room, "/who_plays", artist="Low")).answer()
    assert answer.text.startswith("## That went wrong on my side")
    assert [it.levelno for it in caplog.records if "malformed" in it.getMessage()] == [logging.ERROR]


async def test_what_will_never_get_through_does_not_wait_for_ever(house: House) -> None:
    identity = Identity("discord", str(house.ana.id))
    await house.store.add_member("Ana", "UTC", identity, 0)
    await house.whispers.keep(identity, Card(t("Never understood")))
    house.twin.fail("POST", FOLLOW_UP, status=400, code=50035)
    await (await house.ana.types(house.room, "/privacy")).answer()
    await soon(lambda: house.twin.traffic.of(FOLLOW_UP))
    assert await house.whispers.take(identity) == []
    house.twin.fail("POST", MESSAGES, status=400, code=50035)
    await house.discord.whisper(identity, Card(t("Never understood")))
    assert await house.whispers.take(identity) == []


async def test_an_answer_on_its_way_is_not_called_cut_off(house: House) -> None:
    house.twin.slow(1.0, "POST", CALLBACK)
    asked = await house.ana.types(house.room, "/who_plays", artist="Low")
    await soon(lambda: house.twin._faults.pending[0].times == 0)
    await house.discord.stop()
    assert (await asked.answer()).text == "## Nobody plays Low yet"


async def test_a_message_that_is_gone_when_its_press_is_answered(house: House) -> None:
    top = await (await house.ana.types(house.room, "/top")).answer()
    house.sample.gate.clear()
    asked = await house.ana.clicks(top, "Vote")
    await asked.answer(lambda it: "On it" in it.text)
    house.twin.fail("PATCH", ORIGINAL, status=404, code=10008)
    house.sample.gate.set()
    answer = await asked.answer(lambda it: "votes" in it.text)
    assert answer.id != top.id


async def test_a_new_message_that_may_be_lost_is_not_sent_twice(house: House) -> None:
    house.sample.gate.clear()
    incomplete = await (await house.ana.says(house.room, "@Earshot play")).answer()
    form = await (await house.ana.clicks(incomplete, "Fill it in")).form()
    asked = await house.ana.fills(form, {"What it should feel like": "calm"})
    note = await asked.answer(lambda it: "Looking for" in it.text or "On it" in it.text)
    house.twin.hang_up("POST", FOLLOW_UP)
    house.sample.gate.set()
    lost = await asked.answer(lambda it: "may have got lost" in it.text)
    assert lost.id == note.id
    assert said(house).count("## “calm”, 20 songs") == 1


async def test_what_waits_beyond_five_follow_ups_goes_on_waiting(house: House) -> None:
    identity = Identity("discord", str(house.ana.id))
    await house.store.add_member("Ana", "UTC", identity, 0)
    for n in range(7):
        await house.whispers.keep(identity, Card(t("Waiting {n}", n=n)))
    house.ana.installs()
    elsewhere = house.twin.guild("Elsewhere", bot=False)
    elsewhere.welcomes(house.ana)
    room = elsewhere.channel("music")
    asked = await house.ana.types(room, "/privacy")
    await asked.answer(lambda it: "Waiting 4" in it.text)
    await soon(lambda: any(it.status == 400 for it in house.twin.traffic.of(FOLLOW_UP)))
    await (await house.ana.types(house.room, "/privacy")).answer(lambda it: "Waiting 6" in it.text)
    told = [it.text for place in (room, house.room) for it in house.ana.sees(place)]
    assert sorted(it for it in told if "Waiting" in it) == [f"## Waiting {n}" for n in range(7)]


async def test_suggestions_that_come_too_late_are_nobodys_business(house: House) -> None:
    house.twin.fail("POST", CALLBACK, status=404, code=10062)
    with pytest.raises(NoAnswer):
        await house.ana.completes(house.room, "/who_plays", option="artist", typed="n", within=0.2)
    assert await house.ana.completes(house.room, "/who_plays", option="artist", typed="lo") == ["Low"]


async def test_the_log_says_what_failed_and_nothing_of_anybody(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bot")
    await begun(house, "/play", prompt="a secret wish")
    house.twin.expire_interactions()
    house.room.forbid("VIEW_CHANNEL")
    house.ana.blocks_dms()
    house.sample.gate.set()
    await soon(lambda: house.meter.answers)
    ours = "\n".join(it.getMessage() for it in caplog.records if it.name.startswith("bot"))
    assert "401 50027" in ours
    assert "50007" in ours
    for secret in (str(house.ana.id), str(house.room.id), "secret wish", "Ana", "token-"):
        assert secret not in ours
