"""The real slack-bolt and slack-sdk against the twin: what works on Slack works here, and looks the same."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError

from tests.twins.slack import CannotDo, Human, SlackTwin, slack_twin
from tests.twins.slack.bolt import bolt, web_client
from tests.twins.slack.model import Channel, Json

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
MODAL: Json = {
    "type": "modal",
    "callback_id": "mood",
    "title": {"type": "plain_text", "text": "Your mood"},
    "submit": {"type": "plain_text", "text": "Send"},
    "blocks": [
        {
            "type": "input",
            "block_id": "mood",
            "label": {"type": "plain_text", "text": "Mood"},
            "element": {"type": "plain_text_input", "action_id": "words", "max_length": 20},
        },
        {
            "type": "input",
            "block_id": "song",
            "optional": True,
            "label": {"type": "plain_text", "text": "Song"},
            "element": {"type": "external_select", "action_id": "song", "min_query_length": 2},
        },
        {
            "type": "input",
            "block_id": "export",
            "optional": True,
            "label": {"type": "plain_text", "text": "Export"},
            "element": {"type": "file_input", "action_id": "export", "filetypes": ["zip"]},
        },
    ],
}


def section(text: str, *buttons: str) -> list[Json]:
    blocks: list[Json] = [{"type": "section", "text": {"type": "mrkdwn", "text": text}}]
    if buttons:
        pressed = [
            {
                "type": "button",
                "action_id": it.lower(),
                "value": "7",
                "text": {"type": "plain_text", "text": it},
            }
            for it in buttons
        ]
        blocks.append({"type": "actions", "elements": pressed})
    return blocks


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
    return slack.team("Work").human("Ana", tz="Europe/Berlin", locale="de-DE")


@pytest.fixture
def room(slack: SlackTwin, ana: Human) -> Channel:
    return slack.team("Work").channel("music")


async def test_a_command_is_answered_for_one_person(
    slack: SlackTwin, app: AsyncApp, ana: Human, room: Channel
) -> None:
    bo = slack.team("Work").human("Bo")

    @app.command("/top")
    async def top(ack: Any, respond: Any, command: Json) -> None:
        await ack()
        await respond(text="Top", blocks=section(f"For <@{command['user_id']}>: {command['text']}", "Again"))

    asked = await ana.types(room, "/top with:@bo in #music & <more>")
    shown = await asked.shown()
    assert shown.kind == "ephemeral"
    assert shown.text == "For @Ana: with:@Bo in #music & <more>"
    assert shown.labels == ("Again",)
    assert 0 < shown.after_s < 3
    assert [it.text for it in ana.sees(room)] == [shown.text]
    assert bo.sees(room) == []
    sent = slack.traffic.of("/commands/{team}/{number}/{secret}")[0].body
    assert f"with:<@{bo.id}|bo> in <#{room.id}|music> &amp; &lt;more&gt;" in sent["blocks"][0]["text"]["text"]


async def test_what_the_acknowledgement_says_is_shown(app: AsyncApp, ana: Human, room: Channel) -> None:
    @app.command("/top")
    async def top(ack: Any) -> None:
        await ack("Straight away", response_type="in_channel")

    asked = await ana.types(room, "/top")
    answer = await asked.answer()
    assert (answer.text, answer.ephemeral) == ("Straight away", False)
    assert asked.acknowledged_after_s is not None


async def test_a_command_that_nobody_takes_fails_on_the_screen(
    slack: SlackTwin, ana: Human, room: Channel
) -> None:
    assert (
        await (await ana.types(room, "/top")).shown()
    ).text == '/top failed with the error "dispatch_failed"'
    async with bolt(slack):
        shown = await (await ana.types(room, "/top")).shown()
    assert (shown.kind, shown.text) == ("error", '/top failed with the error "operation_timeout"')
    assert shown.after_s >= 1.0


async def test_a_placeholder_and_then_the_answer(app: AsyncApp, ana: Human, room: Channel) -> None:
    @app.command("/top")
    async def top(ack: Any, client: Any, command: Json) -> None:
        await ack()
        said = await client.chat_postMessage(channel=command["channel_id"], text="Listening back…")
        await asyncio.sleep(0.2)
        await client.chat_update(
            channel=said["channel"], ts=said["ts"], text="Five tracks", blocks=section("*Five*")
        )

    asked = await ana.types(room, "/top")
    assert (await asked.shown()).text == "Listening back…"
    answer = await asked.answer("Five")
    assert (answer.text, answer.fallback, answer.ephemeral) == ("*Five*", "Five tracks", False)
    assert [it.text for it in asked.seen] == ["Listening back…", "*Five*"]
    assert [it.text for it in ana.sees(room)] == ["*Five*"]


async def test_a_button_replaces_its_message(app: AsyncApp, ana: Human, room: Channel) -> None:
    @app.command("/top")
    async def top(ack: Any, respond: Any) -> None:
        await ack()
        await respond(text="Top", blocks=section("First", "Again", "Away"))

    @app.action("again")
    async def again(ack: Any, respond: Any, action: Json) -> None:
        await ack()
        await respond(
            text="Second", blocks=section(f"Second {action['value']}", "Away"), replace_original=True
        )

    @app.action("away")
    async def away(ack: Any, respond: Any) -> None:
        await ack()
        await respond(delete_original=True)

    first = await (await ana.types(room, "/top")).answer()
    second = await (await ana.clicks(first, "Again")).answer()
    assert second.text == "Second 7"
    assert [it.text for it in ana.sees(room)] == ["Second 7"]
    with pytest.raises(CannotDo, match="there is no 'Again' here"):
        await ana.clicks(first, "Again")
    await ana.clicks(second, "Away")
    await ana.team.changes.until(lambda: ana.sees(room) == [] or None, 5, "the message is still there")


async def test_a_form_with_errors_suggestions_and_a_file(
    slack: SlackTwin, app: AsyncApp, ana: Human, room: Channel
) -> None:
    handed: list[Json] = []

    @app.command("/mood")
    async def mood(ack: Any, client: Any, command: Json) -> None:
        await ack()
        await client.views_open(trigger_id=command["trigger_id"], view=MODAL)

    @app.options("song")
    async def songs(ack: Any, payload: Json) -> None:
        names = [it for it in ("Blue", "Blue Monday", "Red") if it.lower().startswith(payload["value"])]
        await ack(options=[{"text": {"type": "plain_text", "text": it}, "value": it.lower()} for it in names])

    @app.view("mood")
    async def sent(ack: Any, view: Json, client: Any, body: Json) -> None:
        values = view["state"]["values"]
        if values["mood"]["words"]["value"] == "sad":
            await ack(response_action="errors", errors={"mood": "Not today."})
            return
        await ack()
        handed.append(values)
        await client.chat_postMessage(channel=body["user"]["id"], text="Thank you")

    form = await (await ana.types(room, "/mood")).form()
    assert (form.title, form.fields) == ("Your mood", ("Mood", "Song", "Export"))
    assert (await ana.fills(form, {})).errors == {"Mood": "Please complete this required field."}
    assert "20 characters" in (await ana.fills(form, {"Mood": "x" * 21})).errors["Mood"]
    assert (await ana.fills(form, {"Mood": "sad"})).errors == {"Mood": "Not today."}
    assert await ana.completes(form, "Song", "b") == []
    assert await ana.completes(form, "Song", "blu") == ["Blue", "Blue Monday"]
    with pytest.raises(CannotDo, match="takes only"):
        await ana.fills(form, {"Mood": "calm", "Export": ("x.exe", b"")})
    with pytest.raises(CannotDo, match="does not ask for"):
        await ana.fills(form, {"Moods": "calm"})
    done = await ana.fills(form, {"Mood": "calm", "Song": "Blue Monday", "Export": ("e.zip", b"PK")})
    assert done.errors == {}
    assert (await done.answer()).text == "Thank you"
    assert [it.text for it in ana.sees(ana.dm())] == ["Thank you"]
    assert handed[0]["song"]["song"]["selected_option"]["value"] == "blue monday"
    file = handed[0]["export"]["export"]["files"][0]
    assert await downloaded(slack, file["url_private_download"], slack.bot_token) == b"PK"
    assert await downloaded(slack, file["url_private_download"], "xoxb-nobody") != b"PK"
    with pytest.raises(CannotDo, match="gone"):
        await ana.fills(form, {"Mood": "again"})


async def downloaded(slack: SlackTwin, url: str, token: str) -> bytes:
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession() as http, http.get(url, headers=headers) as answer:
        return await answer.read()


async def test_a_trigger_opens_one_form_and_soon(ana: Human, room: Channel) -> None:
    now = [1_800_000_000.0]
    async with slack_twin(clock=lambda: now[0]) as slack, bolt(slack) as app:
        refused: list[str] = []

        @app.command("/mood")
        async def mood(ack: Any, client: Any, command: Json) -> None:
            await ack()
            now[0] += float(command["text"])
            for _ in range(2):
                try:
                    await client.views_open(trigger_id=command["trigger_id"], view=MODAL)
                except SlackApiError as error:
                    refused.append(error.response["error"])
            await client.chat_postMessage(channel=command["user_id"], text="Done")

        bo = slack.team("Work").human("Bo")
        music = slack.team("Work").channel("music")
        await (await bo.types(music, "/mood 0")).answer("Done")
        await (await bo.types(music, "/mood 3")).answer("Done")
        assert refused == ["exchanged_trigger_id", "expired_trigger_id", "expired_trigger_id"]
        assert slack.violations == []


async def test_a_mention_and_words_in_private(app: AsyncApp, ana: Human, room: Channel) -> None:
    @app.event("app_mention")
    async def mentioned(event: Json, say: Any) -> None:
        await say(text=f"Heard: {event['text'].split('>', 1)[1].strip()}")

    @app.event("message")
    async def said(event: Json, say: Any) -> None:
        await say(text=f"In private: {event['text']}")

    asked = await ana.says(room, "@Earshot play rainy sunday")
    assert (await asked.answer()).text == "Heard: play rainy sunday"
    asked = await ana.says(ana.dm(), "something calm & slow")
    assert (await asked.answer()).text == "In private: something calm & slow"
    texts = [it.text for it in ana.sees(ana.dm())]
    assert texts == ["something calm & slow", "In private: something calm & slow"]


async def test_the_home_tab(app: AsyncApp, ana: Human) -> None:
    @app.event("app_home_opened")
    async def opened(event: Json, client: Any) -> None:
        view = {"type": "home", "blocks": section("Your links", "Unlink")}
        await client.views_publish(user_id=event["user"], view=view)

    @app.action("unlink")
    async def unlink(ack: Any, client: Any, body: Json) -> None:
        await ack()
        await client.views_publish(
            user_id=body["user"]["id"], view={"type": "home", "blocks": section("None")}
        )

    home = await ana.opens_home()
    assert (home.kind, home.text, home.labels) == ("home", "Your links", ("Unlink",))
    pressed = await ana.clicks(home, "Unlink")
    assert (await pressed.home()).text == "None"


async def test_a_picture_is_uploaded_and_shown(slack: SlackTwin, ana: Human, room: Channel) -> None:
    client = web_client(slack)
    await client.files_upload_v2(file=PNG, filename="week.png", alt_txt="Ana's week", channel=room.id)
    await slack.changes.until(lambda: ana.sees(room) or None, 5, "the file was not shared")
    (picture,) = ana.sees(room)[0].pictures
    assert (picture.data, picture.alt) == (PNG, "Ana's week")
    upload = slack.traffic.of("/upload/v1/{file}")[0]
    assert upload.files == ({"name": "week.png", "size": len(PNG), "description": "Ana's week"},)


async def test_a_picture_in_a_block_must_be_looked_at_first(
    slack: SlackTwin, ana: Human, room: Channel
) -> None:
    client, bo = web_client(slack), slack.team("Work").human("Bo")
    private = slack.team("Work").channel("secret", private=True)
    bo.leaves(private)
    file = (await client.files_upload_v2(file=PNG, filename="week.png", alt_txt="Week"))["file"]
    image = [{"type": "image", "slack_file": {"id": file["id"]}, "alt_text": "Ana's week"}]
    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel=private.id, text="Week", blocks=image)
    assert refused.value.response["error"] == "invalid_blocks"
    assert "invalid slack file" in refused.value.response["response_metadata"]["messages"][0]
    kept = slack.team("Work").files[file["id"]]
    await slack.changes.until(lambda: kept.ready or None, 5, "the file was not looked at")
    assert (await client.files_info(file=file["id"]))["file"]["mimetype"] == "image/png"

    await client.chat_postEphemeral(channel=private.id, user=ana.id, text="Week", blocks=image)
    assert ana.sees(private)[-1].pictures == (), "nobody was given the file"
    await client.chat_postMessage(channel=private.id, text="Week", blocks=image)
    assert ana.sees(private)[-1].pictures[0].data == PNG
    assert (ana.can_see(kept), bo.can_see(kept)) == (True, False)


async def test_history_and_metadata(slack: SlackTwin, ana: Human, room: Channel) -> None:
    client = web_client(slack)
    metadata = {"event_type": "post", "event_payload": {"week": "2026-W47"}}
    said = await client.chat_postMessage(channel=room.id, text="The week", metadata=metadata)
    await client.chat_postEphemeral(channel=room.id, user=ana.id, text="Only you")
    plain = await client.conversations_history(channel=room.id)
    assert [it["text"] for it in plain["messages"]] == ["The week"]
    assert "metadata" not in plain["messages"][0]
    full = await client.conversations_history(channel=room.id, include_all_metadata=True, limit=1)
    assert full["messages"][0]["metadata"] == metadata
    link = await client.chat_getPermalink(channel=room.id, message_ts=said["ts"])
    assert room.id in link["permalink"]
    await client.chat_delete(channel=room.id, ts=said["ts"])
    assert (await client.conversations_history(channel=room.id))["messages"] == []


async def test_who_is_who(slack: SlackTwin, ana: Human, room: Channel) -> None:
    client = web_client(slack)
    test = await client.auth_test()
    assert test["team"] == "Work"
    assert "chat:write" in test.headers["x-oauth-scopes"]
    user = (await client.users_info(user=ana.id, include_locale=True))["user"]
    assert (user["tz"], user["locale"], user["is_admin"]) == ("Europe/Berlin", "de-DE", False)
    assert user["tz_offset"] in (3600, 7200)
    members = (await client.conversations_members(channel=room.id))["members"]
    assert set(members) == {ana.id, test["user_id"]}
    assert (await client.conversations_info(channel=room.id))["channel"]["name"] == "music"
    assert (await client.team_info())["team"]["name"] == "Work"
    assert (await client.conversations_open(users=ana.id))["channel"]["id"] == ana.dm().id


async def test_the_status_line_and_the_prompts(slack: SlackTwin, ana: Human) -> None:
    client = web_client(slack)
    asked = await ana.says(ana.dm(), "hello")
    ts = ana.dm().messages[0].ts
    await client.assistant_threads_setStatus(channel_id=ana.dm().id, thread_ts=ts, status="is listening…")
    assert ana.dm().status == "is listening…"
    await client.assistant_threads_setStatus(channel_id=ana.dm().id, thread_ts=ts, status="")
    assert ana.dm().status == ""
    prompts = [{"title": "Calm", "message": "Play something calm"}]
    await client.assistant_threads_setSuggestedPrompts(channel_id=ana.dm().id, thread_ts=ts, prompts=prompts)
    assert ana.dm().prompts == prompts
    assert asked.seen == []


async def test_fifty_at_once(slack: SlackTwin, app: AsyncApp, ana: Human) -> None:
    @app.command("/top")
    async def top(ack: Any, respond: Any, command: Json) -> None:
        await ack()
        await respond(text=f"For {command['text']}")

    rooms = [slack.team("Work").channel(f"room-{number}") for number in range(50)]
    asked = await asyncio.gather(*(ana.types(it, f"/top {it.name}") for it in rooms))
    shown = await asyncio.gather(*(it.shown() for it in asked))
    assert [it.text for it in shown] == [f"For {it.name}" for it in rooms]
