"""What goes wrong on Slack's side, as the real slack-bolt and slack-sdk meet it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from tests.twins.slack import App, Human, NoAnswer, SlackTwin, slack_twin
from tests.twins.slack.bolt import bolt, web_client
from tests.twins.slack.model import Channel, Json


@pytest.fixture
async def slack() -> AsyncIterator[SlackTwin]:
    async with slack_twin(ack_within=1.0) as twin:
        yield twin
    assert twin.violations == []


@pytest.fixture
async def app(slack: SlackTwin) -> AsyncIterator[AsyncApp]:
    async with bolt(slack) as app:
        yield app


@pytest.fixture
def ana(slack: SlackTwin) -> Human:
    return slack.team("Work").human("Ana")


@pytest.fixture
def room(slack: SlackTwin, ana: Human) -> Channel:
    return slack.team("Work").channel("music")


async def refusal(call: Any) -> Json:
    """What Slack says no with."""
    with pytest.raises(SlackApiError) as refused:
        await call
    assert refused.value.response.status_code == 200
    told: Json = refused.value.response.data
    return told


async def test_a_429_is_waited_for(slack: SlackTwin, room: Channel) -> None:
    slack.fail("chat.postMessage", error="ratelimited", retry_after=1)
    start = asyncio.get_running_loop().time()
    assert (await web_client(slack).chat_postMessage(channel=room.id, text="hi"))["ok"]
    assert asyncio.get_running_loop().time() - start >= 1
    assert [it.status for it in slack.traffic.of("/api/chat.postMessage")] == [429, 200]
    assert [it.text for it in room.messages] == ["hi"]


async def test_an_outage(slack: SlackTwin, room: Channel) -> None:
    slack.fail("chat.postMessage", status=500)
    with pytest.raises(SlackApiError) as refused:
        await web_client(slack).chat_postMessage(channel=room.id, text="hi")
    assert refused.value.response.status_code == 500
    assert room.messages == []


async def test_an_answer_that_is_lost(slack: SlackTwin, room: Channel) -> None:
    slack.fail("chat.postMessage", lost=True)
    client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, retry_handlers=[])
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await client.chat_postMessage(channel=room.id, text="hi")
    assert [it.text for it in room.messages] == ["hi"], "it was posted all the same"


async def test_a_slow_answer(slack: SlackTwin, room: Channel) -> None:
    slack.slow("chat.postMessage", 0.2)
    start = asyncio.get_running_loop().time()
    await web_client(slack).chat_postMessage(channel=room.id, text="hi")
    assert asyncio.get_running_loop().time() - start >= 0.2


async def test_where_the_bot_may_post(slack: SlackTwin, ana: Human, room: Channel) -> None:
    client, team = web_client(slack), slack.team("Work")

    async def posting(where: str) -> str:
        return str((await refusal(client.chat_postMessage(channel=where, text="hi")))["error"])

    hidden = team.channel("secret", private=True, bot=False)
    assert await posting(hidden.id) == "channel_not_found"
    elsewhere = team.channel("elsewhere", bot=False)
    assert (await client.chat_postMessage(channel=elsewhere.id, text="hi"))["ok"], "chat:write.public"
    error = await refusal(client.chat_postEphemeral(channel=elsewhere.id, user=ana.id, text="hi"))
    assert error["error"] == "not_in_channel"
    assert (await refusal(client.conversations_history(channel=elsewhere.id)))["error"] == "not_in_channel"
    room.restrict()
    assert await posting(room.id) == "restricted_action_read_only_channel"
    room.archive()
    assert await posting(room.id) == "is_archived"
    room.delete()
    assert await posting(room.id) == "channel_not_found"
    ana.blocks_dms()
    assert await posting(ana.id) == "restricted_action"
    ana.leaves(team)
    assert (await refusal(client.conversations_open(users=ana.id)))["error"] == "user_disabled"
    assert (await client.users_info(user=ana.id))["user"]["deleted"]


async def test_who_left_is_not_whispered_to(slack: SlackTwin, ana: Human, room: Channel) -> None:
    ana.leaves(room)
    call = web_client(slack).chat_postEphemeral(channel=room.id, user=ana.id, text="hi")
    assert (await refusal(call))["error"] == "user_not_in_channel"


async def test_a_scope_that_is_missing_is_named() -> None:
    async with slack_twin(scopes=["chat:write", "commands"]) as slack:
        room = slack.team("Work").channel("music", bot=False)
        error = await refusal(web_client(slack).users_info(user="U1"))
        assert (error["error"], error["needed"], error["provided"]) == (
            "missing_scope",
            "users:read",
            "chat:write,commands",
        )
        call = web_client(slack).chat_postMessage(channel=room.id, text="hi")
        assert (await refusal(call))["error"] == "not_in_channel"
        assert slack.violations == []


async def test_tokens(slack: SlackTwin) -> None:
    async def error(token: str) -> str:
        return str((await refusal(web_client(slack, token).auth_test()))["error"])

    assert await error("xoxb-nobody") == "invalid_auth"
    assert await error(slack.app_token) == "not_allowed_token_type"
    bot_token = slack.bot_token
    opening = web_client(slack).apps_connections_open(app_token=bot_token)
    assert (await refusal(opening))["error"] == "not_allowed_token_type"
    assert (await refusal(web_client(slack).apps_connections_open(app_token="xapp-no")))[
        "error"
    ] == "invalid_auth"
    slack.revoke(slack.team("Work"))
    assert await error(bot_token) == "account_inactive"
    slack.revoke(slack.team("Work"), "token_revoked")
    assert await error(bot_token) == "token_revoked"
    async with aiohttp.ClientSession() as http, http.post(f"{slack.api_url}auth.test") as answer:
        assert await answer.json() == {"ok": False, "error": "not_authed"}


async def test_an_uninstalled_app_is_told(slack: SlackTwin, app: AsyncApp) -> None:
    heard: asyncio.Queue[str] = asyncio.Queue()

    @app.event("tokens_revoked")
    async def revoked(event: Json) -> None:
        await heard.put(event["type"])

    @app.event("app_uninstalled")
    async def uninstalled(event: Json) -> None:
        await heard.put(event["type"])

    work = slack.team("Work")
    slack.revoke(work)
    shown = await (await work.human("Ana").types(work.channel("music"), "/top")).shown()
    assert "not a valid command" in shown.text
    assert {await asyncio.wait_for(heard.get(), 5) for _ in range(2)} == {"tokens_revoked", "app_uninstalled"}


async def responses(slack: SlackTwin, app: AsyncApp, ana: Human, room: Channel) -> AsyncWebhookClient:
    """What answers over the response_url of a command that Ana typed."""
    addresses: asyncio.Queue[str] = asyncio.Queue()

    @app.command("/top")
    async def top(ack: Any, body: Json) -> None:
        await ack()
        await addresses.put(body["response_url"])

    await ana.types(room, "/top")
    return AsyncWebhookClient(await asyncio.wait_for(addresses.get(), 5))


async def test_a_response_url_is_good_five_times(
    slack: SlackTwin, app: AsyncApp, ana: Human, room: Channel
) -> None:
    client = await responses(slack, app, ana, room)
    answers = [await client.send(text=str(number)) for number in range(6)]
    assert [it.status_code for it in answers] == [200] * 5 + [404]
    assert "used_url" in answers[5].body
    assert [it.text for it in ana.sees(room)] == ["0", "1", "2", "3", "4"]


async def test_a_private_answer_to_a_command_cannot_be_replaced(
    slack: SlackTwin, app: AsyncApp, ana: Human, room: Channel
) -> None:
    client = await responses(slack, app, ana, room)
    await client.send(text="On it")
    await client.send(text="Here", replace_original=True)
    assert [it.text for it in ana.sees(room)] == ["On it", "Here"]


async def test_a_response_url_ends(slack: SlackTwin, app: AsyncApp, ana: Human, room: Channel) -> None:
    client = await responses(slack, app, ana, room)
    slack.expire_response_urls()
    answer = await client.send(text="late")
    assert (answer.status_code, "expired_url" in answer.body) == (404, True)
    assert ana.sees(room) == []


async def test_a_response_url_ends_after_thirty_minutes() -> None:
    now = [1_800_000_000.0]
    async with slack_twin(clock=lambda: now[0]) as slack, bolt(slack) as app:
        ana, room = slack.team("Work").human("Ana"), slack.team("Work").channel("music")
        client = await responses(slack, app, ana, room)
        now[0] += 1799
        assert (await client.send(text="in time")).status_code == 200
        now[0] += 1
        assert (await client.send(text="late")).status_code == 404


async def test_a_request_to_come_back(slack: SlackTwin, app: AsyncApp, ana: Human, room: Channel) -> None:
    @app.command("/top")
    async def top(ack: Any) -> None:
        await ack("Here")

    first = next(iter(slack.sockets.open))
    await slack.disconnect()
    await slack.changes.until(lambda: first not in slack.sockets.open or None, 5, "the old socket stayed")
    await slack.connected()
    assert (await (await ana.types(room, "/top")).answer()).text == "Here"


async def test_a_cut_connection(slack: SlackTwin, app: AsyncApp, ana: Human, room: Channel) -> None:
    @app.command("/top")
    async def top(ack: Any) -> None:
        await ack("Here")

    slack.refuse_sockets()
    slack.drop_sockets()
    await slack.connected(0)
    assert (await (await ana.types(room, "/top")).shown()).kind == "error"
    await slack.changes.until(
        lambda: len(slack.traffic.of("/api/apps.connections.open")) > 2 or None, 5, "nobody came back"
    )
    slack.accept_sockets()
    await slack.connected()
    assert (await (await ana.types(room, "/top")).answer()).text == "Here"


async def test_ten_sockets_at_most(slack: SlackTwin) -> None:
    async with aiohttp.ClientSession() as http:
        sockets = []
        for _ in range(11):
            opened = await web_client(slack).apps_connections_open(app_token=slack.app_token)
            sockets.append(await http.ws_connect(opened["url"]))
        told = [await it.receive_json() for it in sockets]
    assert [it["num_connections"] for it in told[:10]] == list(range(1, 11))
    assert (told[10]["type"], told[10]["reason"]) == ("disconnect", "too_many_websockets")


async def test_an_event_that_is_not_taken_comes_again(slack: SlackTwin, ana: Human, room: Channel) -> None:
    """As raw as it gets: a socket that acknowledges only the second attempt."""
    async with aiohttp.ClientSession() as http:
        url = (await web_client(slack).apps_connections_open(app_token=slack.app_token))["url"]
        async with http.ws_connect(url) as socket:
            assert (await socket.receive_json())["type"] == "hello"
            await ana.says(room, "@Earshot hello")
            first = await socket.receive_json(timeout=5)
            second = await socket.receive_json(timeout=5)
            await socket.send_json({"envelope_id": second["envelope_id"]})
    assert [it["retry_attempt"] for it in (first, second)] == [0, 1]
    assert first["payload"]["event_id"] == second["payload"]["event_id"]
    assert first["payload"]["event"]["type"] == "app_mention"


async def test_what_was_said_meanwhile_is_heard_afterwards(
    slack: SlackTwin, ana: Human, room: Channel
) -> None:
    asked = await ana.says(room, "@Earshot hello")
    async with bolt(slack) as app:

        @app.event("app_mention")
        async def mentioned(say: Any) -> None:
            await say(text="Sorry, I was away.")

        assert (await asked.answer()).text == "Sorry, I was away."


async def test_events_twice(slack: SlackTwin, app: AsyncApp, ana: Human, room: Channel) -> None:
    heard: asyncio.Queue[str] = asyncio.Queue()

    @app.event("app_mention")
    async def mentioned(body: Json) -> None:
        await heard.put(body["event_id"])

    slack.repeat_events()
    await ana.says(room, "@Earshot hello")
    first, again = [await asyncio.wait_for(heard.get(), 5) for _ in range(2)]
    assert first == again


async def test_what_is_not_declared_does_not_happen(room: Channel) -> None:
    manifest = {
        "features": {"slash_commands": [{"command": "/earshot", "should_escape": True}, {"command": "/raw"}]},
        "oauth_config": {"scopes": {"bot": ["commands", "chat:write"]}},
        "settings": {"interactivity": {"is_enabled": False}, "event_subscriptions": {"bot_events": []}},
    }
    assert App.from_manifest(manifest).commands == {"/earshot": True, "/raw": False}
    async with slack_twin(manifest=manifest) as slack, bolt(slack) as app:
        ana, music = slack.team("Work").human("Ana"), slack.team("Work").channel("music")

        @app.command("/earshot")
        @app.command("/raw")
        async def said(ack: Any, respond: Any, command: Json) -> None:
            await ack()
            button = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
            await respond(text=command["text"], blocks=[{"type": "actions", "elements": [button]}])

        assert "not a valid command" in (await (await ana.types(music, "/top")).shown()).text
        answer = await (await ana.types(music, "/earshot @ana")).answer()
        assert answer.fallback == f"<@{ana.id}|ana>"
        assert (await (await ana.types(music, "/raw @ana")).answer()).fallback == "@ana"
        assert (await (await ana.clicks(answer, "Go")).shown()).kind == "error", "interactivity is off"
        asked = await ana.says(music, "@Earshot hello")
        error = await refusal(
            web_client(slack).views_publish(
                user_id=ana.id, view={"type": "home", "blocks": [{"type": "divider"}]}
            )
        )
        assert error["error"] == "not_enabled"
        assert asked.seen == []
        assert slack.violations == []


async def test_nothing_comes_and_that_is_said(
    slack: SlackTwin, app: AsyncApp, ana: Human, room: Channel
) -> None:
    @app.command("/top")
    async def top(ack: Any, respond: Any) -> None:
        await ack()
        await respond(text="On it")

    asked = await ana.types(room, "/top")
    with pytest.raises(NoAnswer, match=r"no answer with .*Done.*seen: .*On it"):
        await asked.answer("Done", within=0.3)
    with pytest.raises(NoAnswer, match="no form was opened"):
        await asked.form(within=0.1)
    with pytest.raises(NoAnswer, match="nothing of the kind in music"):
        await room.message(within=0.1)


async def test_what_slack_refuses_is_refused_and_noted() -> None:
    async with slack_twin() as slack, bolt(slack) as app:
        ana, room = slack.team("Work").human("Ana"), slack.team("Work").channel("music")
        client = web_client(slack)
        long = [{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}]
        error = await refusal(client.chat_postMessage(channel=room.id, text="hi", blocks=long))
        assert error["error"] == "invalid_blocks"
        assert "151 characters" in error["response_metadata"]["messages"][0]
        assert room.messages == []
        error = await refusal(client.api_call("chat.shout", json={"text": "HI"}))
        assert error["error"] == "unknown_method"

        @app.command("/top")
        async def top(ack: Any, respond: Any) -> None:
            await ack()
            assert (await respond(text="hi", blocks=long)).status_code == 400
            await respond(text="as words")

        assert (await (await ana.types(room, "/top")).answer()).text == "as words"
        assert [it.split(":")[0] for it in slack.violations] == [
            "chat.postMessage /blocks/0/text",
            "chat.shout",
            "respond /blocks/0/text",
        ]


async def test_unchecked_everything_goes_and_is_written_down() -> None:
    async with slack_twin(checked=False) as slack:
        room = slack.team("Work").channel("music")
        long = [{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}]
        await web_client(slack).chat_postMessage(channel=room.id, text="hi", blocks=long)
        assert slack.violations == []
        assert slack.traffic.of("/api/chat.postMessage")[0].body["blocks"] == long
