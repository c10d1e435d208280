"""Start and stop: what is wrong with the configuration is said, a lost connection is mended, answers are finished."""

from __future__ import annotations

import asyncio
import logging

import pytest

from bot.errors import ConfigError, Unavailable
from tests.adapters.slack.conftest import HEARTBEAT_S, Build, House, eventually


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"bot_token": "xapp-1"}, ["slack.bot_token: this is an app token. The bot token starts with xoxb-"]),
        ({"app_token": "xoxb-1"}, ["slack.app_token: this is a bot token. The app token starts with xapp-"]),
        ({"bot_token": "xoxp-1"}, ["slack.bot_token: this is a user's token."]),
        (
            {"bot_token": "hello", "app_token": "world"},
            ["slack.bot_token: this is none", "slack.app_token: this is none"],
        ),
        (
            {"bot_token": "xoxb-wrong"},
            ["slack.bot_token: Slack does not take it (invalid_auth). The bot token"],
        ),
        (
            {"app_token": "xapp-wrong"},
            ["slack.app_token: Slack does not take it (invalid_auth). The app token"],
        ),
    ],
)
async def test_a_wrong_token_stops_the_start_and_says_which(
    build: Build, given: dict[str, str], says: list[str]
) -> None:
    house = await build(start=False, **given)
    with pytest.raises(ConfigError) as wrong:
        await house.slack.start()
    assert len(wrong.value.problems) == len(says)
    for problem, said in zip(wrong.value.problems, says, strict=True):
        assert problem.startswith(said)
        assert not any(token in problem for token in given.values() if len(token) > 6)
    assert not house.slack.connected


@pytest.mark.parametrize("method", ["auth.test", "apps.connections.open"])
async def test_a_slack_that_is_not_there_is_told_apart_from_a_wrong_token(build: Build, method: str) -> None:
    house = await build(start=False)
    house.twin.fail(method, lost=True, times=9)
    with pytest.raises(Unavailable, match="cannot be reached"):
        await house.slack.start()


async def test_connected_tells_the_truth(build: Build) -> None:
    house = await build(start=False)
    assert not house.slack.connected
    await house.slack.start()
    assert house.slack.connected
    house.twin.refuse_sockets()
    house.twin.drop_sockets()
    await eventually(lambda: not house.slack.connected)
    house.twin.accept_sockets()
    await eventually(lambda: house.slack.connected)
    asked = await house.ana.types(house.room, "/whoami")
    await asked.answer("Ana slack/")
    await house.slack.stop()
    assert not house.slack.connected


async def test_an_answer_is_not_lost_with_the_connection(house: House) -> None:
    house.sample.gate.clear()
    asked = await house.ana.types(house.room, "/play late drive")
    await asked.answer("Looking for")
    house.twin.drop_sockets()
    house.sample.gate.set()
    await asked.answer("“late drive”, 20 songs")
    await house.twin.connected()
    assert house.sample.begun == 1


async def test_slack_asks_to_come_back_on_another_socket(house: House) -> None:
    (before,) = house.twin.sockets.open
    await house.twin.disconnect()
    await eventually(lambda: before not in house.twin.sockets.open and house.slack.connected)
    asked = await house.ana.types(house.room, "/whoami")
    await asked.answer("Ana slack/")
    assert len(house.twin.sockets.open) == 1


async def test_an_app_token_that_is_revoked_is_said_once_and_not_tried_for_ever(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.twin.app.app_token = "xapp-1-new"
    house.twin.drop_sockets()
    await eventually(lambda: any("slack.app_token" in it.message for it in caplog.records))
    calls = len(house.called("apps.connections.open"))
    await asyncio.sleep(3 * HEARTBEAT_S)  # in each of which it would have been tried again
    assert len(house.called("apps.connections.open")) == calls
    said = [
        it
        for it in caplog.records
        if it.levelno == logging.ERROR and it.name.startswith("bot.adapters.slack.socket")
    ]
    assert len(said) == 1
    assert not house.slack.connected


async def test_stopping_finishes_the_answers_in_flight(build: Build) -> None:
    house = await build(finish_s=5.0)
    house.sample.gate.clear()
    asked = await house.ana.types(house.room, "/play late drive")
    await asked.answer("Looking for")
    stopping = asyncio.create_task(house.slack.stop())
    await house.twin.connected(0)
    assert not stopping.done()
    house.sample.gate.set()
    await stopping
    await asked.answer("“late drive”, 20 songs")


async def test_what_was_cut_off_says_so_after_the_restart(build: Build) -> None:
    house = await build()
    house.sample.gate.clear()
    asked = await house.ana.types(house.room, "/play late drive")
    placeholder = await asked.answer("Looking for")
    await house.slack.stop()
    await build(store=house.store)
    await eventually(lambda: "I was restarted" in house.ana.sees(house.room)[0].text)
    (seen,) = house.ana.sees(house.room)
    assert seen.ts == placeholder.ts
    assert seen.text == "I was restarted in the middle of this. Please ask again."
    await build(store=house.store)
    asked = await house.ana.types(house.room, "/whoami")
    await asked.answer("Ana slack/")
    assert len(house.called("chat.update")) == 2


async def test_what_cannot_be_mended_stops_nothing(build: Build) -> None:
    house = await build()
    house.sample.gate.clear()
    await (await house.ana.types(house.room, "/play late drive")).answer("Looking for")
    await house.slack.stop()
    house.room.archive()
    await build(store=house.store)
    await eventually(lambda: len(house.called("chat.update")) == 2)
    other = house.team.channel("other")
    await (await house.ana.types(other, "/whoami")).answer("Ana slack/")
    assert await house.store.memo("slack:unfinished") == "[]"


async def test_stopping_twice_or_before_the_start_does_no_harm(build: Build) -> None:
    house = await build(start=False)
    await house.slack.stop()
    await house.slack.start()
    await house.slack.stop()
    await house.slack.stop()
    assert not house.slack.connected


async def test_a_start_that_failed_can_be_tried_again(build: Build) -> None:
    house = await build(start=False)
    house.twin.fail("auth.test", error="invalid_auth")
    with pytest.raises(ConfigError):
        await house.slack.start()
    await house.slack.start()
    assert house.slack.connected
