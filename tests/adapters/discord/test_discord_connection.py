"""Starting, staying connected, stopping; and the commands that Discord is sent only when they changed."""

from __future__ import annotations

import asyncio
import logging

import pytest

from bot.adapters.discord.client import INTENTS
from bot.chat import Card, Cog, Context, command
from bot.chat.features import Features
from bot.errors import ConfigError, Unavailable
from bot.text import t
from tests.adapters.discord.conftest import Build, House, soon
from tests.twins.discord import DiscordTwin

COMMANDS = "/applications/{application_id}/commands"


class Renamed(Cog):
    @command("Another set of commands")
    async def other(self, ctx: Context) -> Card:
        return Card(t("ok"))


async def test_it_starts_with_no_privileged_intent_and_is_connected(house: House) -> None:
    assert house.discord.connected
    assert house.discord.name == "discord"
    assert INTENTS.value == 1 << 0 | 1 << 9 | 1 << 12


@pytest.mark.parametrize("twin", [2], indirect=True)
async def test_every_shard_has_to_be_there(house: House) -> None:
    assert house.discord.connected
    assert house.twin.identifies == 2
    house.twin.refuse_sockets()
    house.twin.drop_sockets()
    await soon(lambda: not house.discord.connected)


@pytest.mark.parametrize("token", ["wrong.token", ""])
async def test_a_wrong_token_stops_the_start_and_says_where_to_get_a_good_one(
    build: Build, token: str
) -> None:
    house = await build(start=False, token=token)
    with pytest.raises(ConfigError) as raised:
        await house.discord.start()
    (problem,) = raised.value.problems
    assert problem.startswith("discord.token: Discord does not take it.")
    assert "“Reset Token”" in problem
    assert not house.discord.connected


async def test_a_token_without_an_application_stops_the_start(build: Build, twin: DiscordTwin) -> None:
    house = await build(start=False)
    twin.fail("GET", "/oauth2/applications/@me", status=404, code=10002)
    twin.fail("GET", "/applications/@me", status=404, code=10002)
    with pytest.raises(ConfigError, match="belongs to no application"):
        await house.discord.start()


async def test_a_token_that_dies_while_starting_stops_the_start(build: Build, twin: DiscordTwin) -> None:
    house = await build(start=False)
    twin.slow(0.2, "PUT", COMMANDS)
    starting = asyncio.create_task(house.discord.start())
    await soon(lambda: twin.traffic.of("/gateway/bot"))
    twin.revoke_token()
    with pytest.raises(ConfigError):
        await starting


async def test_a_discord_that_is_not_there_is_said(build: Build) -> None:
    house = await build(start=False, api_url="http://127.0.0.1:9/api/v10")
    with pytest.raises(Unavailable, match="not to be reached"):
        await house.discord.start()


async def test_it_can_be_started_again_after_it_could_not(build: Build, twin: DiscordTwin) -> None:
    house = await build(start=False)
    twin.fail("GET", "/users/@me", status=403)
    with pytest.raises(ConfigError):
        await house.discord.start()
    await house.discord.start()
    assert (await (await house.ana.types(house.room, "/whoami")).answer()).text.startswith("## Ana")


async def test_commands_are_sent_once_and_again_when_they_change(house: House, build: Build) -> None:
    assert house.twin.syncs == 1
    await house.discord.stop()
    same = await build(store=house.store)
    assert house.twin.syncs == 1
    # Their ids are remembered, too, so that they can be pressed in a sentence.
    hint = await (await same.ana.types(same.room, "/hint")).answer()
    top = next(it for it in house.twin.commands if it["name"] == "top")
    assert hint.text == f"## Try </top:{top['id']}>, or /top"
    await same.discord.stop()
    await build(store=house.store, features=Features([Renamed()]))
    assert house.twin.syncs == 2
    assert [it["name"] for it in house.twin.commands] == ["other"]


async def test_commands_that_discord_refuses_do_not_stop_the_start(
    build: Build, twin: DiscordTwin, caplog: pytest.LogCaptureFixture
) -> None:
    house = await build(start=False)
    twin.fail("PUT", COMMANDS, status=403, code=50001)
    await house.discord.start()
    assert house.discord.connected
    assert "Discord keeps the commands it has" in caplog.text
    assert await house.store.memo(f"discord:tree:{twin.application_id}") is None


async def test_a_command_of_another_version_says_so(house: House, build: Build) -> None:
    await house.discord.stop()
    other = await build(start=False, store=house.store, features=Features([Renamed()]))
    house.twin.fail("PUT", COMMANDS, status=403, code=50001)
    await other.discord.start()
    key = f"discord:tree:{house.twin.application_id}"
    assert await house.store.memo(key) is not None
    answer = await (await other.ana.types(other.room, "/whoami")).answer()
    assert "another version of me" in answer.text
    assert answer.ephemeral
    # What Discord was sent last is not to be relied on.
    assert await house.store.memo(key) is None


async def test_a_lost_connection_is_mended_and_nothing_is_lost(house: House) -> None:
    house.sample.gate.clear()
    asked = await house.ana.types(house.room, "/play", prompt="late drive")
    await soon(house.sample.at_work.is_set)
    house.twin.drop_sockets()
    house.sample.gate.set()
    assert (await asked.answer(lambda it: "“late" in it.text)).text == "## “late drive”, 20 songs"
    await soon(lambda: house.twin.resumes == 1 and house.discord.connected, 20)
    assert (await (await house.ana.types(house.room, "/whoami")).answer()).text.startswith("## Ana")


async def test_a_forgotten_session_is_begun_anew(house: House) -> None:
    house.twin.drop_sockets(resume=False)
    await soon(lambda: house.twin.identifies == 2 and house.discord.connected, 20)
    assert (await (await house.ana.types(house.room, "/whoami")).answer()).text.startswith("## Ana")


async def test_a_revoked_token_is_told_to_whoever_runs_it_and_ends_the_connection(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.twin.revoke_token()
    await soon(lambda: "Discord has revoked the token" in caplog.text)
    assert not house.discord.connected
    assert "“Reset Token”" in caplog.text
    errors = [it for it in caplog.records if it.levelno >= logging.ERROR and it.name.startswith("bot")]
    assert len(errors) == 1
    identifies = house.twin.identifies
    await house.discord.stop()
    assert house.twin.identifies == identifies


async def test_stopping_finishes_answers_in_flight(build: Build) -> None:
    house = await build(finish_s=5.0)
    house.sample.gate.clear()
    asked = await house.ana.types(house.room, "/play", prompt="late drive")
    await soon(house.sample.at_work.is_set)
    stopping = asyncio.create_task(house.discord.stop())
    await asyncio.sleep(0)
    new = await house.ben.types(house.room, "/whoami")
    assert "just being restarted" in (await new.answer()).text
    house.sample.gate.set()
    assert (await asked.answer(lambda it: "“late" in it.text)).text == "## “late drive”, 20 songs"
    await stopping
    assert not house.discord.connected


async def test_stopping_does_not_wait_for_ever_and_says_what_was_cut_off(house: House) -> None:
    house.sample.gate.clear()
    asked = await house.ana.types(house.room, "/play", prompt="late drive")
    await soon(house.sample.at_work.is_set)
    await house.discord.stop()
    assert house.meter.answers == []
    answer = await asked.answer()
    assert answer.text == "## I was restarted before I could finish this; please ask again."


async def test_stopping_twice_or_before_the_start_does_no_harm(build: Build) -> None:
    house = await build(start=False)
    await house.discord.stop()
    await house.discord.start()
    assert house.discord.connected
    await house.discord.stop()
    await house.discord.stop()
    assert not house.discord.connected
