"""What people can do with menus and forms, and what they read."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError

from tests.twins.slack import CannotDo, Human, Shown, SlackTwin, slack_twin
from tests.twins.slack.bolt import bolt, web_client
from tests.twins.slack.model import Channel, Json
from tests.twins.slack.reading import pings, read_blocks


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def options(*words: str) -> list[Json]:
    return [{"text": plain(it), "value": it.lower()} for it in words]


def menu(kind: str, **about: Any) -> Json:
    return {"type": kind, "action_id": kind, **about}


def question(label: str, element: Json, **about: Any) -> Json:
    return {"type": "input", "block_id": label.lower(), "label": plain(label), "element": element, **about}


def form(title: str, *blocks: Json, **about: Any) -> Json:
    view = {"type": "modal", "callback_id": title.lower(), "title": plain(title), "submit": plain("Send")}
    return view | {"blocks": list(blocks)} | about


WORDS = question("Words", {"type": "plain_text_input", "action_id": "w"})


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


async def posted(slack: SlackTwin, room: Channel, *blocks: Json) -> Shown:
    """The message, as everybody sees it."""
    await web_client(slack).chat_postMessage(channel=room.id, text="Words", blocks=list(blocks))
    return await room.message()


async def test_every_menu(slack: SlackTwin, app: AsyncApp, ana: Human, room: Channel) -> None:
    bo = slack.team("Work").human("Bo Diddley")

    @app.action(re.compile("."))
    async def chosen(ack: Any, say: Any, action: Json) -> None:
        await ack()
        slots = [key for key in action if key.startswith("selected")]
        picked = action[slots[0]]
        values = [
            it["value"] if isinstance(it, dict) else it
            for it in (picked if isinstance(picked, list) else [picked])
        ]
        await say(text=f"{action['type']}: {', '.join(values)}")

    shown = await posted(
        slack,
        room,
        {
            "type": "actions",
            "elements": [
                menu("static_select", placeholder=plain("One"), options=options("Blue", "Red")),
                menu(
                    "multi_static_select", placeholder=plain("Some"), options=options("Blue", "Red", "Green")
                ),
                menu("users_select", placeholder=plain("Somebody")),
                menu("channels_select", placeholder=plain("Somewhere")),
                menu("datepicker", placeholder=plain("Some day")),
                menu("overflow", options=options("Away", "Later")),
            ],
        },
    )
    assert shown.selects["One"] == ("Blue", "Red")
    said = [
        await (await ana.picks(shown, *picked)).answer()
        for picked in (
            ("One", "Red"),
            ("Some", "Blue", "Green"),
            ("Somebody", bo),
            ("Somewhere", room),
            ("Some day", "2026-11-22"),
            ("overflow", "Later"),
        )
    ]
    assert [it.text for it in said] == [
        "static_select: red",
        "multi_static_select: blue, green",
        f"users_select: {bo.id}",
        f"channels_select: {room.id}",
        "datepicker: 2026-11-22",
        "overflow: later",
    ]
    with pytest.raises(CannotDo, match="'Mauve' is not among"):
        await ana.picks(shown, "One", "Mauve")
    with pytest.raises(CannotDo, match="no 'Two' here"):
        await ana.picks(shown, "Two", "Red")


async def test_buttons_with_the_same_words(
    slack: SlackTwin, app: AsyncApp, ana: Human, room: Channel
) -> None:
    @app.action("swap")
    async def swap(ack: Any, say: Any, action: Json) -> None:
        await ack()
        await say(text=f"Swapped {action['value']}")

    def row(title: str, value: str) -> Json:
        button = {"type": "button", "action_id": "swap", "value": value, "text": plain("Swap")}
        return {"type": "section", "text": {"type": "mrkdwn", "text": title}, "accessory": button}

    shown = await posted(slack, room, row("Blue Monday", "1"), row("Ägypten", "2"), row("Red", "3"))
    assert shown.labels == ("Swap",) * 3
    assert (await (await ana.clicks(shown, "Swap", beside="Ägypten")).answer()).text == "Swapped 2"
    assert (await (await ana.clicks(shown, "Swap", number=3)).answer()).text == "Swapped 3"
    with pytest.raises(CannotDo, match="beside 'Green'"):
        await ana.clicks(shown, "Swap", beside="Green")


async def test_forms_that_follow_each_other(
    slack: SlackTwin, app: AsyncApp, ana: Human, room: Channel
) -> None:
    closed: list[str] = []

    @app.command("/form")
    async def first(ack: Any, client: Any, command: Json) -> None:
        await ack()
        await client.views_open(
            trigger_id=command["trigger_id"], view=form("First", WORDS, notify_on_close=True)
        )

    @app.view("first")
    async def second(ack: Any) -> None:
        await ack(response_action="push", view=form("Second", WORDS))

    @app.view("second")
    async def third(ack: Any) -> None:
        await ack(response_action="update", view=form("Third", WORDS))

    @app.view("third")
    async def done(ack: Any) -> None:
        await ack(response_action="clear")

    @app.view_closed("first")
    async def gone(ack: Any, view: Json) -> None:
        await ack()
        closed.append(view["callback_id"])

    one = await (await ana.types(room, "/form")).form()
    two = await (await ana.fills(one, {"Words": "a"})).form()
    three = await (await ana.fills(two, {"Words": "b"})).form()
    assert (one.title, two.title, three.title) == ("First", "Second", "Third")
    assert two.view is three.view
    await ana.fills(three, {"Words": "c"})
    assert (one.stands, three.stands) == (False, False)
    again = await (await ana.types(room, "/form")).form()
    await ana.closes(again)
    assert closed == ["first"]
    with pytest.raises(CannotDo, match="the modal is gone"):
        await ana.fills(again, {"Words": "x"})


async def test_a_form_that_changes_while_it_stands(
    slack: SlackTwin, app: AsyncApp, ana: Human, room: Channel
) -> None:
    refused: list[str] = []
    more = {"type": "button", "action_id": "more", "text": plain("More")}

    @app.command("/form")
    async def opened(ack: Any, client: Any, command: Json) -> None:
        await ack()
        view = form("First", WORDS, {"type": "actions", "elements": [more]})
        await client.views_open(trigger_id=command["trigger_id"], view=view)

    @app.action("more")
    async def pressed(ack: Any, client: Any, body: Json) -> None:
        await ack()
        view = body["view"]
        try:
            await client.views_update(view_id=view["id"], hash="old", view=form("Other", WORDS))
        except SlackApiError as error:
            refused.append(error.response["error"])
        await client.views_update(view_id=view["id"], hash=view["hash"], view=form("More", WORDS))
        await client.views_push(trigger_id=body["trigger_id"], view=form("Top", WORDS))

    first = await (await ana.types(room, "/form")).form()
    asked = await ana.clicks(first, "More")
    top = await asked.answer(lambda it: it.title == "Top")
    assert refused == ["hash_conflict"]
    assert top.view.previous is first.view
    assert first.view.body["title"]["text"] == "More"


async def test_every_kind_of_field(slack: SlackTwin, app: AsyncApp, ana: Human, room: Channel) -> None:
    got: list[Json] = []
    fields = (
        question("Number", menu("number_input", is_decimal_allowed=False, min_value="1", max_value="9")),
        question("One", menu("radio_buttons", options=options("Blue", "Red"))),
        question("Some", menu("checkboxes", options=options("Blue", "Red"), initial_options=options("Red"))),
        question("Who", menu("multi_users_select")),
        question("Where", menu("conversations_select")),
        question("At", menu("timepicker", initial_time="09:00")),
        question("Note", menu("plain_text_input", min_length=3), optional=True),
    )

    @app.command("/form")
    async def opened(ack: Any, client: Any, command: Json) -> None:
        await ack()
        await client.views_open(trigger_id=command["trigger_id"], view=form("All", *fields))

    @app.view("all")
    async def sent(ack: Any, view: Json) -> None:
        await ack()
        got.append({name: next(iter(it.values())) for name, it in view["state"]["values"].items()})

    shown = await (await ana.types(room, "/form")).form()
    filled = {"Number": "12", "One": "Blue", "Who": [ana], "Where": room, "Note": "ab"}
    assert (await ana.fills(shown, filled)).errors == {
        "Number": "Please enter a number within the limits.",
        "Note": "Please enter at least 3 characters.",
    }
    assert (await ana.fills(shown, filled | {"Number": "x", "Note": ""})).errors == {
        "Number": "Please enter a number."
    }
    assert (await ana.fills(shown, filled | {"Number": "7", "Note": ""})).errors == {}
    values = got[0]
    assert values["number"]["value"] == "7"
    assert values["one"]["selected_option"]["value"] == "blue"
    assert [it["value"] for it in values["some"]["selected_options"]] == ["red"]
    assert values["who"]["selected_users"] == [ana.id]
    assert values["where"]["selected_conversation"] == room.id
    assert values["at"]["selected_time"] == "09:00"


async def test_errors_beside_no_field_are_a_violation() -> None:
    async with slack_twin() as slack, bolt(slack) as app:

        @app.command("/form")
        async def opened(ack: Any, client: Any, command: Json) -> None:
            await ack()
            await client.views_open(trigger_id=command["trigger_id"], view=form("First", WORDS))

        @app.view("first")
        async def sent(ack: Any) -> None:
            await ack(response_action="errors", errors={"nowhere": "No."})

        team = slack.team("Work")
        ana = team.human("Ana")
        shown = await (await ana.types(team.channel("music"), "/form")).form()
        assert (await ana.fills(shown, {"Words": "x"})).errors == {"nowhere": "No."}
        assert slack.violations == ["view_submission /errors: the form has no block ['nowhere']"]


async def test_a_reply_stays_in_its_thread(
    slack: SlackTwin, app: AsyncApp, ana: Human, room: Channel
) -> None:
    @app.event("app_mention")
    async def mentioned(event: Json, say: Any) -> None:
        await say(text="Here", thread_ts=event.get("thread_ts", event["ts"]))

    asked = await ana.says(room, "@Earshot hello")
    first = await asked.answer()
    assert first.raw["thread_ts"] == room.messages[0].ts
    again = await (await ana.says(room, "@Earshot more", reply_to=first)).answer()
    assert again.raw["thread_ts"] == room.messages[0].ts
    replies = await web_client(slack).conversations_replies(channel=room.id, ts=room.messages[0].ts)
    assert len(replies["messages"]) == 4


async def test_which_conversations_there_are(slack: SlackTwin, ana: Human, room: Channel) -> None:
    client, team = web_client(slack), slack.team("Work")
    other = team.channel("other", bot=False)
    team.channel("hidden", private=True, bot=False)
    old = team.channel("old")
    old.archive()
    listed = await client.conversations_list(types="public_channel,private_channel", exclude_archived=True)
    assert {it["name"] for it in listed["channels"]} == {"music", "other"}
    mine = await client.users_conversations(types="public_channel")
    assert {it["name"] for it in mine["channels"]} == {"music", "old"}
    assert (await client.conversations_join(channel=other.id))["channel"]["is_member"]
    with pytest.raises(SlackApiError, match="is_archived"):
        await client.conversations_join(channel=old.id)
    page = await client.conversations_members(channel=room.id, limit=1)
    assert page["response_metadata"]["next_cursor"]
    assert ana.sees(room) == []


NAMES = {"U1": "Ana", "C1": "music"}


def test_what_is_read() -> None:
    def inline(*elements: Json) -> Json:
        return {"type": "rich_text_section", "elements": list(elements)}

    blocks: list[Json] = [
        {"type": "header", "text": plain("*Head* &amp;")},
        {
            "type": "section",
            "text": {"type": "mrkdwn", "text": "<@U1> &amp; <#C1> <https://x.org|there> <!here>"},
        },
        {"type": "section", "fields": [{"type": "mrkdwn", "text": "<!date^1^{date}|then>"}, plain("b")]},
        {"type": "context", "elements": [plain("small"), plain("print")]},
        {"type": "divider"},
        {"type": "markdown", "text": "**x**"},
        {
            "type": "rich_text",
            "elements": [
                inline({"type": "text", "text": "Hi "}, {"type": "user", "user_id": "U1"}),
                {
                    "type": "rich_text_list",
                    "style": "ordered",
                    "elements": [
                        inline({"type": "text", "text": "one"}),
                        inline({"type": "link", "url": "https://x"}),
                    ],
                },
                inline({"type": "date", "timestamp": 1, "format": "{date}", "fallback": "then"}),
            ],
        },
        {
            "type": "data_visualization",
            "title": "Week",
            "chart": {"type": "bar", "series": [{"name": "Plays", "data": [{"label": "Mon", "value": 3}]}]},
        },
        {"type": "table", "rows": [[{"type": "raw_text", "text": "a"}, {"type": "raw_text", "text": "b"}]]},
        {
            "type": "input",
            "label": plain("Mood"),
            "element": {"type": "plain_text_input"},
            "hint": plain("Any"),
        },
    ]
    assert read_blocks(blocks, NAMES).splitlines() == [
        "*Head* &amp;",
        "@Ana & #music there @here",
        "then",
        "b",
        "small print",
        "**x**",
        "Hi @Ana",
        "1. one",
        "2. https://x",
        "then",
        "Week",
        "Plays",
        "Mon: 3",
        "a | b",
        "Mood",
        "Any",
    ]


def test_who_is_called() -> None:
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "<!channel> <@U1|ana> <!subteam^S1>"}}
    harmless = {"type": "section", "text": plain("<!channel> <@U2>")}
    broadcast = {"type": "rich_text", "elements": [{"type": "broadcast", "range": "here"}]}
    message = {"text": "<!everyone> &lt;!here&gt;", "blocks": [section, harmless, broadcast]}
    assert pings(message) == ["@everyone", "@channel", "U1", "!subteam^S1", "@here"]
    assert pings({"text": "@channel &lt;@U1&gt;"}) == []
