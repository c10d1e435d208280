"""What goes wrong on Discord's side, and how a real discord.py meets it."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator

import aiohttp
import discord as library
import pytest

from tests.twins.discord import DiscordTwin, NoAnswer, discord_twin
from tests.twins.discord.sample_bot import SampleBot, card, chart, redirect, running

MESSAGES = "/channels/{channel_id}/messages"


@pytest.fixture
async def discord(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[DiscordTwin]:
    async with discord_twin() as twin:
        redirect(monkeypatch, twin)
        yield twin
        assert twin.violations == []


@pytest.fixture
async def bot(discord: DiscordTwin) -> AsyncIterator[SampleBot]:
    async with running(discord) as bot:
        yield bot


async def failure(bot: SampleBot) -> library.HTTPException:
    """What the next command fails with."""
    failed = await asyncio.wait_for(bot.failures.get(), 10)
    assert isinstance(failed, library.HTTPException)
    return failed


async def test_a_wrong_token(discord: DiscordTwin) -> None:
    async with SampleBot() as bot:
        with pytest.raises(library.LoginFailure):
            await bot.login("made up")


async def test_a_token_that_is_revoked_while_the_bot_runs(discord: DiscordTwin) -> None:
    async with SampleBot() as bot:
        await bot.login(discord.token)
        connected = asyncio.create_task(bot.connect())
        await discord.online()
        discord.revoke_token()
        with pytest.raises(library.ConnectionClosed) as closed:
            await asyncio.wait_for(connected, 10)
        assert closed.value.code == 4004


async def test_a_privileged_intent_that_is_not_switched_on(discord: DiscordTwin) -> None:
    intents = library.Intents(guilds=True, message_content=True, guild_messages=True)
    async with SampleBot(intents=intents) as bot:
        await bot.login(discord.token)
        with pytest.raises(library.PrivilegedIntentsRequired):
            await asyncio.wait_for(bot.connect(), 10)
    discord.allow_privileged_intents(1 << 15)
    async with running(discord, intents=intents) as bot:
        assert discord.identifies == 1
        assert bot.application_flags.gateway_message_content_limited


async def test_a_dropped_line_is_resumed_and_nothing_is_missed(discord: DiscordTwin, bot: SampleBot) -> None:
    room = discord.guild("Music Club").channel("listening")
    ana = room.guild.human("Ana")
    discord.drop_sockets()
    answer = await (await ana.types(room, "/hello", name="Ana")).answer(within=10)
    assert answer.text == "Hello Ana"
    assert (discord.identifies, discord.resumes) == (1, 1)


async def test_a_session_that_is_forgotten_is_started_anew(discord: DiscordTwin, bot: SampleBot) -> None:
    discord.drop_sockets(resume=False)
    await discord.online(within=20)
    assert discord.identifies == 2
    room = discord.guild("Music Club").channel("listening")
    ana = room.guild.human("Ana")
    assert (await (await ana.types(room, "/hello", name="Ana")).answer()).text == "Hello Ana"
    assert discord.resumes == 0


async def test_a_reconnect_that_discord_asks_for(discord: DiscordTwin, bot: SampleBot) -> None:
    resumed = asyncio.create_task(bot.wait_for("resumed", timeout=10))
    discord.ask_to_reconnect()
    await resumed
    assert (discord.identifies, discord.resumes) == (1, 1)


async def test_a_bot_that_closes_is_gone(discord: DiscordTwin) -> None:
    room = discord.guild("Music Club").channel("listening")
    ana = room.guild.human("Ana")
    async with running(discord):
        await ana.types(room, "/hello", name="Ana")
    with pytest.raises(NoAnswer, match="not connected"):
        await discord.world.gateway.connected(within=0.05)


async def test_a_gateway_that_takes_nobody_for_a_while(discord: DiscordTwin, bot: SampleBot) -> None:
    discord.refuse_sockets()
    discord.drop_sockets()
    with pytest.raises(NoAnswer):
        await discord.online(within=0.3)
    discord.accept_sockets()
    await discord.online(within=30)


async def test_two_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    async with discord_twin(shards=2) as discord:
        redirect(monkeypatch, discord)
        async with running(discord) as bot:
            assert discord.identifies == 2
            ana = discord.guild("Music Club").human("Ana")
            answer = await (await ana.types(ana.dm(), "/hello", name="Ana")).answer()
            assert answer.text == "Hello Ana"
            assert bot.shard_count == 2
        assert discord.violations == []


async def test_a_429_is_waited_out(discord: DiscordTwin, bot: SampleBot) -> None:
    room = discord.guild("Music Club").channel("listening")
    discord.rate_limit("POST", MESSAGES, times=2, retry_after=0.05)
    await bot.get_partial_messageable(room.id).send("patient")
    assert [it.status for it in discord.traffic.of(MESSAGES, "POST")] == [429, 429, 200]
    discord.rate_limit("POST", MESSAGES, via=False)
    with pytest.raises(library.HTTPException) as banned:
        await bot.get_partial_messageable(room.id).send("banned")
    assert banned.value.status == 429


async def test_discords_own_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    async with discord_twin(strict_limits=True) as discord:
        room = discord.guild("Music Club").channel("listening")
        async with aiohttp.ClientSession(headers={"Authorization": f"Bot {discord.token}"}) as session:
            for left in (4, 3, 2, 1, 0):
                async with session.post(_messages(discord, room.id), json={"content": "x"}) as reply:
                    assert reply.headers["X-RateLimit-Remaining"] == str(left)
            async with session.post(_messages(discord, room.id), json={"content": "x"}) as reply:
                assert reply.status == 429
                assert 0 < (await reply.json())["retry_after"] <= 5
                assert reply.headers["Via"]


def _messages(discord: DiscordTwin, room: int) -> str:
    return f"{discord.api_url}/channels/{room}/messages"


async def test_errors_of_the_service(discord: DiscordTwin, bot: SampleBot) -> None:
    room = discord.guild("Music Club").channel("listening")
    place = bot.get_partial_messageable(room.id)
    discord.fail("POST", MESSAGES, status=503, times=1)
    with pytest.raises(library.DiscordServerError):
        await place.send("x")
    discord.fail("POST", MESSAGES, status=500, times=1)
    assert (await place.send("tried again")).content == "tried again"
    discord.slow(0.2, "POST", MESSAGES)
    before = asyncio.get_running_loop().time()
    await place.send("slow")
    assert asyncio.get_running_loop().time() - before >= 0.2


async def test_an_answer_that_is_lost_on_its_way(discord: DiscordTwin, bot: SampleBot) -> None:
    room = discord.guild("Music Club").channel("listening")
    ana = room.guild.human("Ana")
    payload = {"content": "once", "nonce": "week-47", "enforce_nonce": True}
    route = library.http.Route("POST", MESSAGES, channel_id=room.id)
    discord.hang_up("POST", MESSAGES)
    with pytest.raises(aiohttp.ClientError):
        await bot.http.request(route, json=payload)
    again = await bot.http.request(route, json=payload)
    assert [(it.text, it.id) for it in ana.sees(room)] == [("once", int(again["id"]))]


async def test_a_request_that_never_arrives(discord: DiscordTwin, bot: SampleBot) -> None:
    room = discord.guild("Music Club").channel("listening")
    ana = room.guild.human("Ana")
    discord.hang_up("POST", MESSAGES, served=False)
    with pytest.raises(aiohttp.ClientError):
        await bot.get_partial_messageable(room.id).send("x")
    assert ana.sees(room) == []
    assert discord.traffic.of(MESSAGES) == []


async def test_a_token_lives_for_a_quarter_of_an_hour(discord: DiscordTwin, bot: SampleBot) -> None:
    room = discord.guild("Music Club").channel("listening")
    ana = room.guild.human("Ana")
    asked = await ana.types(room, "/slow")
    assert (await asked.shown()).is_thinking
    discord.clock.move(901)
    bot.hold.set()
    failed = await failure(bot)
    assert (failed.status, failed.code) == (401, 50027)
    with pytest.raises(NoAnswer, match="Invalid Webhook Token"):
        await asked.answer(within=0.05)


async def test_a_followup_fills_the_thinking_message(discord: DiscordTwin, bot: SampleBot) -> None:
    room = discord.guild("Music Club").channel("listening")
    ana = room.guild.human("Ana")
    bot.hold.set()
    answer = await (await ana.types(room, "/slow")).answer()
    assert answer.pictures[0].alt == "A chart of a week"
    assert [it.id for it in ana.sees(room)] == [answer.id]


async def test_tokens_that_expire_at_once(discord: DiscordTwin, bot: SampleBot) -> None:
    room = discord.guild("Music Club").channel("listening")
    ana = room.guild.human("Ana")
    asked = await ana.types(room, "/slow")
    await asked.acknowledged()
    discord.expire_interactions()
    bot.hold.set()
    assert (await failure(bot)).code == 50027


async def test_an_answer_after_three_seconds(discord: DiscordTwin, bot: SampleBot) -> None:
    room = discord.guild("Music Club").channel("listening")
    ana = room.guild.human("Ana")
    asked = await ana.types(room, "/silent")
    discord.clock.move(3.1)
    bot.hold.set()
    failed = await failure(bot)
    assert (failed.status, failed.code) == (404, 10062)
    with pytest.raises(NoAnswer, match="Unknown interaction"):
        await asked.acknowledged(within=0.05)


async def test_a_second_answer(discord: DiscordTwin, bot: SampleBot) -> None:
    room = discord.guild("Music Club").channel("listening")
    ana = room.guild.human("Ana")
    assert (await (await ana.types(room, "/twice")).answer()).text == "once"
    failed = await failure(bot)
    assert (failed.status, failed.code) == (400, 40060)


async def test_five_followups_for_who_brought_the_app_along(discord: DiscordTwin, bot: SampleBot) -> None:
    elsewhere = discord.guild("Elsewhere", bot=False)
    hall, eve = elsewhere.channel("hall"), elsewhere.welcomes(discord.stranger("Eve"))
    await eve.types(hall, "/follow", times=6)
    assert (await failure(bot)).code == 40094
    assert [it.text for it in eve.sees(hall)] == ["first", *(f"more {n}" for n in range(5))]
    at_home = discord.guild("Home").channel("room")
    at_home.guild.welcomes(eve)
    asked = await eve.types(at_home, "/follow", times=6)
    assert (await asked.answer(lambda it: it.text == "more 5")).raw["type"] == 19


async def test_permissions_and_places_that_go_away(discord: DiscordTwin, bot: SampleBot) -> None:
    guild = discord.guild("Music Club")
    room = guild.channel("listening")
    place = bot.get_partial_messageable(room.id)

    async def refused(**message: object) -> int:
        with pytest.raises(library.HTTPException) as refusal:
            await place.send(**message)
        return refusal.value.code

    room.forbid("SEND_MESSAGES")
    assert await refused(content="x") == 50013
    room.allow("SEND_MESSAGES")
    room.forbid("ATTACH_FILES")
    assert await refused(view=card("x"), file=chart()) == 50013
    sent = await place.send("words are fine")
    room.forbid("EMBED_LINKS")
    assert await refused(embed=library.Embed(title="x")) == 50013
    room.forbid("READ_MESSAGE_HISTORY")
    assert [it async for it in place.history()] == []
    assert await refused(content="x", reference=sent) == 160002
    room.forbid("VIEW_CHANNEL")
    assert await refused(content="x") == 50001
    room.delete()
    assert await refused(content="x") == 10003
    place = bot.get_partial_messageable(guild.channel("other").id)
    thrown_out = asyncio.create_task(bot.wait_for("guild_remove", timeout=10))
    guild.removes_bot()
    assert await refused(content="x") == 50001
    assert (await thrown_out).id == guild.id


async def test_people_who_cannot_be_written_to(discord: DiscordTwin, bot: SampleBot) -> None:
    guild = discord.guild("Music Club")
    ana, ben = guild.human("Ana"), guild.human("Ben")
    ana.blocks_dms()
    ben.leaves(guild)
    for person in (ana, ben):
        with pytest.raises(library.Forbidden) as refusal:
            await (await bot.fetch_user(person.id)).send("hello")
        assert refusal.value.code == 50007
    eve = discord.stranger("Eve")
    await (await bot.fetch_user(eve.id)).send("hello")
    assert [it.text for it in eve.sees(eve.dm())] == ["hello"]


async def test_messages_of_others_and_messages_that_are_gone(discord: DiscordTwin, bot: SampleBot) -> None:
    room = discord.guild("Music Club").channel("listening")
    ana = room.guild.human("Ana")
    await ana.says(room, "mine")
    place = bot.get_partial_messageable(room.id)
    [hers] = [it async for it in place.history()]
    with pytest.raises(library.Forbidden) as refusal:
        await place.get_partial_message(hers.id).edit(content="ours")
    assert refusal.value.code == 50005
    with pytest.raises(library.Forbidden) as refusal:
        await hers.delete()
    assert refusal.value.code == 50013
    with pytest.raises(library.NotFound) as missing:
        await place.get_partial_message(1).edit(content="x")
    assert missing.value.code == 10008
    gone = await place.send("soon gone")
    await gone.delete()
    with pytest.raises(library.HTTPException, match="Unknown message"):
        await gone.reply("too late")
    anyhow = gone.to_reference(fail_if_not_exists=False)
    assert (await place.send("anyhow", reference=anyhow)).type is library.MessageType.default


async def test_history_is_read_from_either_end(discord: DiscordTwin, bot: SampleBot) -> None:
    room = discord.guild("Music Club").channel("listening")
    place = bot.get_partial_messageable(room.id)
    sent = [await place.send(str(number)) for number in range(5)]

    async def read(**where: object) -> list[str]:
        return [it.content async for it in place.history(**where)]

    assert await read(limit=2) == ["4", "3"]
    assert await read(limit=2, after=sent[1]) == ["2", "3"]
    assert await read(limit=2, before=sent[3]) == ["2", "1"]
    assert await read(limit=3, around=sent[2]) == ["3", "2", "1"]


async def test_files_that_are_too_large(discord: DiscordTwin) -> None:
    room = discord.guild("Music Club").channel("listening")
    headers = {"Authorization": f"Bot {discord.token}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        for sizes, status in (([9], 200), ([11], 413), ([9, 9, 9], 413)):
            form = aiohttp.FormData(quote_fields=False)
            form.add_field("payload_json", "{}")
            for number, megabytes in enumerate(sizes):
                form.add_field(
                    f"files[{number}]", io.BytesIO(bytes(megabytes << 20)), filename=f"{number}.zip"
                )
            async with session.post(_messages(discord, room.id), data=form) as reply:
                assert reply.status == status
                if status == 413:
                    assert (await reply.json())["code"] == 40005
