"""The twin's own answers against Discord's published description, by a caller without any library."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.twins.discord import DiscordTwin, discord_twin
from tests.twins.discord.description import FILE, Description, description
from tests.twins.discord.sample_bot import PNG

pytestmark = [
    pytest.mark.contract,
    pytest.mark.skipif(
        not FILE.exists(), reason=f"no Discord description at ../shared/contracts/{FILE.name}"
    ),
]

Json = dict[str, Any]
V2 = 1 << 15
CARD = {
    "flags": V2,
    "components": [
        {
            "type": 17,
            "components": [
                {"type": 10, "content": "## Hello"},
                {"type": 12, "items": [{"media": {"url": "attachment://a.png"}, "description": "A chart"}]},
                {"type": 14},
                {
                    "type": 9,
                    "components": [{"type": 10, "content": "A row"}],
                    "accessory": {"type": 11, "media": {"url": "https://example.org/a.png"}},
                },
            ],
        },
        {"type": 13, "file": {"url": "attachment://a.png"}},
        {"type": 1, "components": [{"type": 2, "style": 1, "label": "Go", "custom_id": "go"}]},
        {"type": 1, "components": [{"type": 5, "custom_id": "who"}]},
        {
            "type": 1,
            "components": [{"type": 3, "custom_id": "s", "options": [{"label": "One", "value": "1"}]}],
        },
    ],
    "attachments": [{"id": 0, "filename": "a.png", "description": "A chart"}],
}
COMMANDS = [
    {
        "name": "top",
        "description": "The top",
        "integration_types": [0, 1],
        "contexts": [0, 1, 2],
        "options": [{"type": 4, "name": "count", "description": "How many", "min_value": 3}],
    }
]
FORM = {
    "custom_id": "m",
    "title": "A form",
    "components": [
        {"type": 18, "label": "Words", "component": {"type": 4, "custom_id": "w", "style": 1}},
        {"type": 10, "content": "A hint"},
    ],
}


class Caller:
    """Calls the twin as the bot and judges every answer."""

    def __init__(self, twin: DiscordTwin, session: aiohttp.ClientSession, published: Description) -> None:
        self._twin = twin
        self._session = session
        self._published = published

    async def __call__(
        self,
        method: str,
        route: str,
        body: Any = None,
        *,
        status: int = 200,
        picture: bool = False,
        **path: Any,
    ) -> Any:
        query = path.pop("query", "")
        token = path.pop("token", self._twin.token)
        data: Any = None if body is None else json.dumps(body)
        headers = {"Authorization": f"Bot {token}", "Content-Type": "application/json"}
        if picture:
            del headers["Content-Type"]
            form = aiohttp.FormData(quote_fields=False)
            form.add_field("payload_json", data)
            form.add_field("files[0]", PNG, filename="a.png")
            data = form
        url = self._twin.api_url + route.format_map({key: str(value) for key, value in path.items()}) + query
        async with self._session.request(method, url, data=data, headers=headers) as reply:
            answer = await reply.json() if reply.content_type == "application/json" else None
            assert reply.status == status, (method, route, answer)
            assert answer is None or reply.headers["Content-Type"] == "application/json"
        problems = self._published.answer_problems(method, route, status, answer)
        assert problems == [], f"{method} {route}"
        return answer

    async def answers(
        self, it: Any, kind: int, data: Any = None, *, picture: bool = False, status: int = 200
    ) -> Any:
        route = "/interactions/{interaction_id}/{interaction_token}/callback"
        path = {"interaction_id": it.id, "interaction_token": it.token, "query": "?with_response=1"}
        return await self("POST", route, {"type": kind, "data": data}, picture=picture, status=status, **path)


@pytest.fixture
async def discord() -> AsyncIterator[DiscordTwin]:
    async with discord_twin() as twin:
        yield twin


@pytest.fixture
async def call(discord: DiscordTwin) -> AsyncIterator[Caller]:
    published = description()
    assert published is not None
    async with aiohttp.ClientSession() as session:
        yield Caller(discord, session, published)


@pytest.fixture
async def socket(discord: DiscordTwin) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """A session of the gateway, without compression."""
    async with aiohttp.ClientSession() as session, session.ws_connect(discord.gateway_url) as socket:
        assert (await socket.receive_json())["op"] == 10
        await socket.send_json({"op": 1, "d": None})
        assert (await socket.receive_json())["op"] == 11
        await socket.send_json({"op": 2, "d": {"token": discord.token, "intents": 1}})
        assert (await socket.receive_json())["t"] == "READY"
        yield socket


async def test_the_bots_own_account(discord: DiscordTwin, call: Caller) -> None:
    guild = discord.guild("Music Club", locale="de")
    ana = guild.human("Ana", admin=True)
    room = guild.channel("listening")
    me = await call("GET", "/users/@me")
    assert me["username"] == "Earshot"
    await call("GET", "/gateway")
    assert (await call("GET", "/gateway/bot"))["shards"] == 1
    await call("GET", "/oauth2/applications/@me")
    await call("GET", "/applications/@me")
    assert [it["name"] for it in await call("GET", "/users/@me/guilds")] == ["Music Club"]
    await call("GET", "/users/{user_id}", user_id=ana.id)
    await call("GET", "/guilds/{guild_id}", guild_id=guild.id)
    await call("GET", "/guilds/{guild_id}/channels", guild_id=guild.id)
    await call("GET", "/guilds/{guild_id}/roles", guild_id=guild.id)
    await call("GET", "/guilds/{guild_id}/members/{user_id}", guild_id=guild.id, user_id=ana.id)
    await call("GET", "/channels/{channel_id}", channel_id=room.id)
    opened = await call("POST", "/users/@me/channels", {"recipient_id": str(ana.id)})
    assert opened["id"] == str(ana.dm().id)


async def test_commands_keep_their_ids(discord: DiscordTwin, call: Caller) -> None:
    route = "/applications/{application_id}/commands"
    app = discord.application_id
    [first] = await call("PUT", route, COMMANDS, application_id=app)
    [second] = await call("PUT", route, COMMANDS, application_id=app)
    assert first["id"] == second["id"]
    assert await call("GET", route, application_id=app) == [second]
    guild = discord.guild("Music Club")
    route = "/applications/{application_id}/guilds/{guild_id}/commands"
    [own] = await call("PUT", route, COMMANDS, application_id=app, guild_id=guild.id)
    assert own["guild_id"] == str(guild.id)
    assert await call("GET", route, application_id=app, guild_id=guild.id) == [own]


async def test_messages(discord: DiscordTwin, call: Caller) -> None:
    room = discord.guild("Music Club").channel("listening")
    ana = room.guild.human("Ana")
    many, one = "/channels/{channel_id}/messages", "/channels/{channel_id}/messages/{message_id}"
    sent = await call("POST", many, CARD, picture=True, channel_id=room.id)
    path = {"channel_id": room.id, "message_id": sent["id"]}
    await call("GET", one, **path)
    await call("PATCH", one, {"components": CARD["components"]}, **path)
    await call("GET", many, channel_id=room.id)
    reply = {"content": ana.mention, "message_reference": {"message_id": sent["id"]}}
    await call("POST", many, reply, channel_id=room.id)
    embed = {"title": "A", "fields": [{"name": "b", "value": "c"}], "footer": {"text": "d"}}
    await call("POST", many, {"embeds": [embed]}, channel_id=room.id)
    poll = {"question": {"text": "Which?"}, "answers": [{"poll_media": {"text": "This"}}]}
    await call("POST", many, {"poll": poll}, channel_id=room.id)
    assert [it.text for it in ana.sees(room)] == ["## Hello\nA row", ana.mention, "A\nb\nc\nd", ""]
    assert ana.sees(room)[0].files == {"a.png": PNG}
    await call("DELETE", one, status=204, **path)
    await call("POST", "/channels/{channel_id}/typing", status=204, channel_id=room.id)


async def test_interactions(
    discord: DiscordTwin, call: Caller, socket: aiohttp.ClientWebSocketResponse
) -> None:
    room = discord.guild("Music Club").channel("listening")
    ana = room.guild.human("Ana")
    await call(
        "PUT", "/applications/{application_id}/commands", COMMANDS, application_id=discord.application_id
    )
    hook = "/webhooks/{webhook_id}/{webhook_token}"

    async def typed() -> Any:
        await ana.types(room, "/top", count=5)
        return _newest(discord)

    it = await typed()
    path = {"webhook_id": discord.application_id, "webhook_token": it.token}
    answered = await call.answers(it, 5, {"flags": 64})
    assert answered["interaction"]["response_message_loading"]
    await call("PATCH", f"{hook}/messages/@original", CARD, picture=True, **path)
    await call("GET", f"{hook}/messages/@original", **path)
    more = await call("POST", hook, {"content": "more", "flags": 64}, **path)
    assert [it.text for it in ana.sees(room)] == ["## Hello\nA row", "more"]
    await call("GET", f"{hook}/messages/{{message_id}}", message_id=more["id"], **path)
    await call("PATCH", f"{hook}/messages/{{message_id}}", {"content": "b"}, message_id=more["id"], **path)
    await call("DELETE", f"{hook}/messages/{{message_id}}", status=204, message_id=more["id"], **path)
    await call("DELETE", f"{hook}/messages/@original", status=204, **path)
    assert ana.sees(room) == []

    it = await typed()
    await call.answers(it, 4, CARD, picture=True)
    answer = ana.sees(room)[0]
    await ana.clicks(answer, "Go")
    await call.answers(_newest(discord), 7, {"components": CARD["components"]})
    await ana.clicks(answer, "Go")
    await call.answers(_newest(discord), 6)
    await ana.clicks(answer, "Go")
    it = _newest(discord)
    await call.answers(it, 9, FORM)
    form = await it.asked.form()
    assert form.texts == ("A hint",)
    await ana.fills(form, {"Words": "Hi"})
    await call.answers(_newest(discord), 4, {"content": "thanks"})
    asked = await ana.picks(answer, "who", ana)
    assert asked.seen == []
    await call.answers(_newest(discord), 4, {"content": "her"})
    assert (await asked.answer()).text == "her"
    assert discord.violations == []


def _newest(discord: DiscordTwin) -> Any:
    return list(discord.world.interactions.by_token.values())[-1]


async def test_refusals(discord: DiscordTwin, call: Caller) -> None:
    many = "/channels/{channel_id}/messages"
    room = discord.guild("Music Club").channel("listening")
    await call("GET", many, status=404, channel_id=1)
    refused = await call(
        "POST", many, {"components": [{"type": 10, "content": ""}]}, status=400, channel_id=room.id
    )
    assert refused["code"] == 50035
    assert refused["errors"]["components"]["0"]["content"]["_errors"]
    assert len(discord.violations) == 1
    discord.rate_limit("POST", many)
    await call("POST", many, {"content": "x"}, status=429, channel_id=room.id)
    await call("GET", "/users/@me", status=401, token="made up")


async def test_an_answer_of_the_wrong_kind(
    discord: DiscordTwin, call: Caller, socket: aiohttp.ClientWebSocketResponse
) -> None:
    room = discord.guild("Music Club").channel("listening")
    ana = room.guild.human("Ana")
    route = "/applications/{application_id}/commands"
    await call("PUT", route, COMMANDS, application_id=discord.application_id)
    await ana.types(room, "/top")
    await call.answers(_newest(discord), 7, {"content": "x"}, status=400)
    await call.answers(_newest(discord), 8, {"choices": []}, status=400)
    assert [it.split(": ")[-1] for it in discord.violations] == [
        "7 does not answer an interaction of type 2",
        "8 does not answer an interaction of type 2",
    ]


async def test_text_that_is_no_text(discord: DiscordTwin, call: Caller) -> None:
    room = discord.guild("Music Club").channel("listening")
    many = "/channels/{channel_id}/messages"
    refused = await call("POST", many, {"content": "a\ud800"}, status=400, channel_id=room.id)
    assert refused["code"] == 50109
    assert len(discord.violations) == 1
    sent = await call("POST", many, {"content": "a\0b 🎵 \u202e"}, channel_id=room.id)
    assert sent["content"] == "a\0b 🎵 \u202e"


async def test_checks_can_be_left_out() -> None:
    async with discord_twin(checked=False) as discord, aiohttp.ClientSession() as session:
        room = discord.guild("Music Club").channel("listening")
        url = f"{discord.api_url}/channels/{room.id}/messages"
        headers = {"Authorization": f"Bot {discord.token}"}
        async with session.post(url, json={"content": "x" * 2001}, headers=headers) as reply:
            assert reply.status == 200
        assert [it.body["content"] for it in discord.traffic] == ["x" * 2001]
        assert discord.violations == []


async def test_every_route_is_one_of_discords(discord: DiscordTwin) -> None:
    published = description()
    assert published is not None
    routes = [(route.method, route.path) for route in discord.routes]
    assert len(routes) > 30
    assert [it for it in routes if not published.has(*it)] == []


async def test_a_route_that_discord_does_not_have(discord: DiscordTwin) -> None:
    async with aiohttp.ClientSession() as session, session.get(f"{discord.api_url}/nowhere") as reply:
        assert reply.status == 404
    assert discord.violations == ["GET /api/v10/nowhere: the twin has no such route"]
