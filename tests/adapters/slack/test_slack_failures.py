"""What Slack refuses, and what breaks: each has its sentence for whoever can act, and nothing is said twice."""

from __future__ import annotations

import logging

import pytest

from tests.adapters.slack.conftest import Build, House


async def test_where_we_are_not_in_the_channel_the_request_itself_is_answered(house: House) -> None:
    house.room.remove_bot()
    asked = await house.ana.types(house.room, "/play late drive")
    answer = await asked.answer("“late drive”, 20 songs")
    assert not answer.ephemeral
    assert "Ana: /earshot play" in answer.text
    assert len(house.ben.sees(house.room)) == 1


async def test_such_an_answer_is_replaced_by_its_button(house: House) -> None:
    house.room.remove_bot()
    card = await (await house.ana.types(house.room, "/top")).answer()
    await house.ben.clicks(card, "Vote")
    await card.human.team.changes.until(
        lambda: "1 votes" in house.ana.sees(house.room)[0].text or None, 5, "no vote"
    )
    assert len(house.ben.sees(house.room)) == 1


async def test_a_card_that_our_token_cannot_change_is_replaced_through_the_request(house: House) -> None:
    card = await (await house.ana.types(house.room, "/top")).answer()
    house.twin.fail("chat.update", error="channel_not_found")
    pressed = await house.ben.clicks(card, "Vote")
    assert (await pressed.answer("1 votes")).ts == card.ts


async def test_slow_work_where_we_are_not_says_privately_that_it_is_on_it(house: House) -> None:
    house.room.remove_bot()
    house.sample.gate.clear()
    asked = await house.ana.types(house.room, "/play late drive")
    first = await asked.shown()
    assert (first.text, first.ephemeral) == ("On it …", True)
    house.sample.gate.set()
    assert not (await asked.answer("“late drive”, 20 songs")).ephemeral


async def test_where_nothing_reaches_the_channel_the_asker_is_told_how_to_invite(house: House) -> None:
    house.room.remove_bot()
    house.sample.gate.clear()
    asked = await house.ana.types(house.room, "/play late drive")
    await asked.shown()
    house.twin.expire_response_urls()
    house.sample.gate.set()
    answer = await asked.answer("/invite @Earshot")
    assert answer.ts in [it.ts for it in house.ana.sees(house.ana.dm())]


async def test_an_archived_channel(house: House) -> None:
    house.sample.gate.clear()
    asked = await house.ana.types(house.room, "/play late drive")
    await asked.answer("Looking for")
    house.room.archive()
    house.sample.gate.set()
    answer = await asked.answer("That channel is archived.")
    assert answer.ephemeral


async def test_a_channel_where_only_some_may_post(house: House) -> None:
    house.room.restrict()
    asked = await house.ana.types(house.room, "/play late drive")
    answer = await asked.answer("Only some may post in that channel.")
    assert answer.ephemeral


@pytest.mark.parametrize("expired", [False, True])
async def test_a_deleted_channel(house: House, expired: bool) -> None:
    house.sample.gate.clear()
    asked = await house.ana.types(house.room, "/play late drive")
    await asked.answer("Looking for")
    house.room.delete()
    if expired:
        house.twin.expire_response_urls()
    house.sample.gate.set()
    answer = await asked.answer("I cannot find that channel (any more).")
    assert answer.ts in [it.ts for it in house.ana.sees(house.ana.dm())]


async def test_a_missing_permission_is_named(house: House) -> None:
    house.team.installation.scopes = tuple(it for it in house.team.installation.scopes if it != "chat:write")
    asked = await house.ana.types(house.room, "/play late drive")
    answer = await asked.answer("I lack a permission here (chat:write).")
    assert answer.ephemeral


async def test_a_permission_less_does_not_stop_the_rest(house: House) -> None:
    kept = {"chat:write", "commands"}
    house.team.installation.scopes = tuple(kept)
    asked = await house.ana.types(house.room, "/whoami")
    answer = await asked.answer("no admin")
    assert "ana slack/" in answer.text


async def test_a_user_who_left_in_the_middle(house: House) -> None:
    house.sample.gate.clear()
    asked = await house.ana.types(house.room, "/me")
    await asked.shown()
    house.ana.leaves(house.team)
    house.twin.expire_response_urls()
    house.sample.gate.set()
    await asked.answer()
    other = await house.ben.types(house.room, "/whoami")
    assert "Ben slack/" in (await other.answer()).text


async def test_being_asked_to_wait_is_waited_for(house: House) -> None:
    house.twin.fail("chat.postMessage", error="ratelimited", retry_after=1, times=2)
    asked = await house.ana.types(house.room, "/play late drive")
    await asked.answer("“late drive”, 20 songs")
    assert len(house.called("chat.postMessage")) == 3


async def test_a_storm_of_429_is_not_answered_by_a_storm(house: House) -> None:
    house.twin.fail("chat.postMessage", error="ratelimited", retry_after=3600, times=100)
    asked = await house.ana.types(house.room, "/play late drive")
    answer = await asked.answer("Slack has me wait a little.")
    assert answer.ephemeral
    assert len(house.called("chat.postMessage")) == 1


async def test_an_outage_while_posting_is_said_through_the_request(house: House) -> None:
    house.twin.fail("chat.postMessage", status=500, times=100)
    asked = await house.ana.types(house.room, "/play late drive")
    answer = await asked.answer("Slack did not answer.")
    assert answer.ephemeral
    assert len(house.called("chat.postMessage")) == 1


async def test_an_outage_while_editing_is_waited_out(house: House) -> None:
    house.sample.gate.clear()
    asked = await house.ana.types(house.room, "/play late drive")
    await asked.answer("Looking for")
    house.twin.fail("chat.update", status=500, times=2)
    house.sample.gate.set()
    await asked.answer("“late drive”, 20 songs")
    assert len(house.ana.sees(house.room)) == 1


async def test_an_answer_that_may_have_arrived_is_not_said_again(house: House) -> None:
    house.twin.fail("chat.postMessage", lost=True)
    asked = await house.ana.types(house.room, "/play late drive")
    answer = await asked.answer("If you do not see the answer, please ask again.")
    assert answer.ephemeral
    assert len(house.ben.sees(house.room)) == 1
    assert len(house.called("chat.postMessage")) == 1


async def test_a_placeholder_that_somebody_deleted_is_no_loss(house: House) -> None:
    house.sample.gate.clear()
    asked = await house.ana.types(house.room, "/play late drive")
    placeholder = await asked.answer("Looking for")
    placeholder.message.deleted = True
    house.sample.gate.set()
    assert (await asked.answer("“late drive”, 20 songs")).ts != placeholder.ts


async def test_a_card_that_somebody_deleted_is_answered_by_a_new_one(house: House) -> None:
    card = await (await house.ana.types(house.room, "/top")).answer()
    house.twin.fail("chat.update", error="message_not_found")
    house.twin.fail("respond", status=404)
    pressed = await house.ben.clicks(card, "Vote")
    assert (await pressed.answer("1 votes")).ts != card.ts


async def test_a_workspace_that_takes_us_out_is_said_to_whoever_runs_us(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    assert house.slack.connected
    house.sample.gate.clear()
    asked = await house.ana.types(house.room, "/play late drive")
    await asked.answer("Looking for")
    house.team.installation.refusal = "token_revoked"
    house.sample.gate.set()
    answer = await asked.answer("This workspace has taken me out.")
    assert answer.ephemeral
    (said,) = [it for it in caplog.records if it.levelno == logging.ERROR]
    assert "slack.bot_token" in said.message
    assert not house.slack.connected


@pytest.mark.parametrize("method", ["users.info", "conversations.info", "conversations.open"])
async def test_what_slack_does_not_tell_is_done_without(build: Build, method: str) -> None:
    house = await build()
    house.twin.fail(method, status=500, times=100)
    asked = await house.ana.types(house.team.channel("gigs", private=True), "/play late drive")
    assert not (await asked.answer("“late drive”, 20 songs")).ephemeral


async def test_no_word_and_no_token_is_logged(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    asked = await house.ana.types(house.room, "/play marzipan sunday")
    await asked.answer("“marzipan sunday”, 20 songs")
    await house.ana.says(house.room, "@Earshot play marzipan sunday")
    house.twin.fail("chat.postMessage", error="ratelimited", retry_after=3600)
    await (await house.ana.types(house.room, "/play marzipan sunday")).answer()
    said = "\n".join(
        it.getMessage() for it in caplog.records if not it.name.startswith(("tests", "asyncio", "aiohttp"))
    )
    assert "in " in said
    for secret in (
        "marzipan",
        house.twin.bot_token,
        house.twin.app_token,
        house.ana.id,
        "hooks",
        "response_url: http",
    ):
        assert secret not in said
