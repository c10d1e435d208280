"""Each rule of Slack's is broken once, on purpose, and seen to be noticed; what is right passes."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.twins.slack import limits, violations
from tests.twins.slack.contract import REFERENCE, faults
from tests.twins.slack.model import Json
from tests.twins.slack.shapes import BLOCKS, ELEMENTS, FAMILIES, OBJECTS
from tests.twins.traffic import Request


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def button(**about: Any) -> Json:
    return {"type": "button", "action_id": "a", "text": plain("Go"), **about}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def option(value: str = "v", **about: Any) -> Json:
    return {"text": plain("Words"), "value": value, **about}


def select(**about: Any) -> Json:
    return {"type": "static_select", "action_id": "s", "placeholder": plain("Pick"), **about}


def rich(*elements: Json) -> Json:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(elements)}]}


def chart(kind: str = "bar", **about: Any) -> Json:
    points = [{"label": "Mon", "value": 1}, {"label": "Tue", "value": -2.5}]
    body = {
        "type": kind,
        "series": [{"name": "Plays", "data": points}],
        "axis_config": {"categories": ["Mon", "Tue"], "x_label": "Day", "y_label": "Plays"},
    }
    return {"type": "data_visualization", "title": "The week", "chart": body | about}


def pie(*segments: tuple[str, float]) -> Json:
    parts = [{"label": label, "value": value} for label, value in segments]
    return {"type": "data_visualization", "title": "Shares", "chart": {"type": "pie", "segments": parts}}


def posted(*blocks: Json, **about: Any) -> Request:
    body = {"channel": "C1", "text": "Words", "blocks": list(blocks), **about}
    return Request("slack", "POST", "/api/chat.postMessage", {}, body, (), 200)


def called(method: str, **args: Any) -> Request:
    return Request("slack", "POST", f"/api/{method}", {}, args, (), 200)


def acknowledged(kind: str, said: Any) -> Request:
    return Request("slack", "ACK", kind, {}, said, (), 200)


def asking(*blocks: Json, **about: Any) -> Json:
    return {
        "type": "modal",
        "title": plain("A form"),
        "submit": plain("Send"),
        "blocks": list(blocks),
        **about,
    }


def question(element: Json, **about: Any) -> Json:
    return {"type": "input", "label": plain("What?"), "element": element, **about}


TYPED: Json = {"type": "plain_text_input", "action_id": "t"}
SECTION: Json = {"type": "section", "text": mrkdwn("Words")}
IMAGE: Json = {"type": "image", "slack_file": {"id": "F1"}, "alt_text": "A week"}

RIGHT = {
    "blocks of every kind": posted(
        SECTION,
        {"type": "header", "text": plain("Head")},
        {"type": "divider"},
        IMAGE,
        {"type": "context", "elements": [mrkdwn("small"), plain("print"), IMAGE]},
        actions(button(style="primary", value="7"), select(options=[option()])),
        {"type": "section", "fields": [mrkdwn("*a*"), plain("b")], "accessory": button(url="https://x.org")},
    ),
    "rich text": posted(
        rich(
            {"type": "text", "text": "Hi ", "style": {"bold": True}},
            {"type": "user", "user_id": "U1"},
            {"type": "link", "url": "https://x.org", "text": "there"},
            {"type": "date", "timestamp": 1_800_000_000, "format": "{date_short}", "fallback": "then"},
            {"type": "emoji", "name": "wave"},
        ),
        {
            "type": "rich_text",
            "elements": [
                {
                    "type": "rich_text_list",
                    "style": "ordered",
                    "elements": [
                        {"type": "rich_text_section", "elements": [{"type": "text", "text": "one"}]}
                    ],
                }
            ],
        },
    ),
    "charts": posted(chart(), pie(("Blue", 3), ("Red", 0.5))),
    "a table": posted({"type": "table", "rows": [[{"type": "raw_text", "text": "a"}]]}),
    "the most of everything": posted(
        *[{"type": "section", "text": mrkdwn("x" * 260)} for _ in range(49)],
        actions(*[button(action_id=str(n)) for n in range(25)]),
    ),
    "blocks as a string": posted(blocks='[{"type": "divider"}]'),
    "a form": called("views.open", trigger_id="1.2.a", view=asking(SECTION, question(TYPED))),
    "a form with a file": called(
        "views.open",
        trigger_id="1",
        view=asking(question({"type": "file_input", "action_id": "f", "max_files": 1})),
    ),
    "a home tab": called("views.publish", user_id="U1", view={"type": "home", "blocks": [SECTION]}),
    "the team beside it": called("auth.test", team_id="T1"),
    "an empty status": called(
        "assistant.threads.setStatus", channel_id="D1", thread_ts="1.000001", status=""
    ),
    "options": acknowledged("block_suggestion", {"options": [option(), option("w")]}),
    "no options": acknowledged("block_suggestion", {"options": []}),
    "errors": acknowledged("view_submission", {"response_action": "errors", "errors": {"b": "no"}}),
    "an answer": Request(
        "slack", "POST", "/commands/T/1/x", {}, {"text": "hi", "response_type": "in_channel"}, (), 200
    ),
    "an upload": Request("slack", "POST", "/upload/v1/{file}", {}, None, ({"name": "a", "size": 1},), 200),
}


@pytest.mark.parametrize("name", RIGHT)
def test_what_is_right_passes(name: str) -> None:
    assert violations(RIGHT[name]) == []


def sections(*texts: str) -> list[Json]:
    return [{"type": "section", "text": mrkdwn(text)} for text in texts]


WRONG: dict[str, tuple[Request, str, str]] = {
    # how long, how many
    "51 blocks": (posted(*[{"type": "divider"}] * 51), "51 items", "invalid_blocks"),
    "section 3001": (posted(*sections("x" * 3001)), "3001 characters", "invalid_blocks"),
    "section empty": (posted(*sections("")), "at least 1", "invalid_blocks"),
    "header 151": (posted({"type": "header", "text": plain("x" * 151)}), "151 characters", "invalid_blocks"),
    "button text 76": (posted(actions(button(text=plain("x" * 76)))), "76 characters", "invalid_blocks"),
    "button value 2001": (posted(actions(button(value="x" * 2001))), "2001 characters", "invalid_blocks"),
    "26 elements": (
        posted(actions(*[button(action_id=str(n)) for n in range(26)])),
        "26 items",
        "invalid_blocks",
    ),
    "no elements": (posted(actions()), "at least 1", "invalid_blocks"),
    "101 options": (
        posted(actions(select(options=[option(str(n)) for n in range(101)]))),
        "101 items",
        "invalid_blocks",
    ),
    "no options": (posted(actions(select(options=[]))), "at least 1", "invalid_blocks"),
    "option value 151": (
        posted(actions(select(options=[option("x" * 151)]))),
        "151 characters",
        "invalid_blocks",
    ),
    "option text 76": (
        posted(actions(select(options=[option(text=plain("x" * 76))]))),
        "76 characters",
        "invalid_blocks",
    ),
    "overflow of 6": (
        posted(
            actions({"type": "overflow", "action_id": "o", "options": [option(str(n)) for n in range(6)]})
        ),
        "6 items",
        "invalid_blocks",
    ),
    "11 in a context": (
        posted({"type": "context", "elements": [plain("x")] * 11}),
        "11 items",
        "invalid_blocks",
    ),
    "11 fields": (posted({"type": "section", "fields": [plain("x")] * 11}), "11 items", "invalid_blocks"),
    "action_id 256": (posted(actions(button(action_id="x" * 256))), "256 characters", "invalid_blocks"),
    "block_id 256": (posted({"type": "divider", "block_id": "x" * 256}), "256 characters", "invalid_blocks"),
    "alt text 2001": (posted(IMAGE | {"alt_text": "x" * 2001}), "2001 characters", "invalid_blocks"),
    "13,201 characters": (
        posted(*sections(*["x" * 2641] * 5)),
        "13205 characters in all",
        "msg_blocks_too_long",
    ),
    "markdown 12,001": (
        posted({"type": "markdown", "text": "x" * 6001}, {"type": "markdown", "text": "x" * 6000}),
        "characters of markdown",
        "invalid_blocks",
    ),
    "text 40,001": (posted(text="x" * 40_001, blocks=None), "40001 characters", ""),
    # charts
    "three charts": (posted(chart(), chart(), chart()), "3 charts", "invalid_blocks"),
    "chart title 51": (posted(chart() | {"title": "x" * 51}), "51 characters", "invalid_blocks"),
    "chart of another kind": (posted(chart("radar")), "unsupported type: radar", "invalid_blocks"),
    "a point too few": (
        posted(chart(series=[{"name": "P", "data": [{"label": "Mon", "value": 1}]}])),
        "one point for each",
        "invalid_blocks",
    ),
    "a series twice": (
        posted(chart(series=chart()["chart"]["series"] * 2)),
        "the same name",
        "invalid_blocks",
    ),
    "no axis": (posted(chart(axis_config=None)), "missing required property: axis_config", "invalid_blocks"),
    "a value in words": (posted(pie(("Blue", "3"))), "must be of type number", "invalid_blocks"),  # type: ignore[arg-type]
    # grammar
    "no blocks but an object": (posted(blocks={"type": "divider"}), "must be a list", "invalid_blocks"),
    "a block that is none": (posted({"type": "marquee"}), "unsupported type: marquee", "invalid_blocks"),
    "a property that is none": (
        posted({"type": "divider", "colour": "red"}),
        "additional property: colour",
        "invalid_blocks",
    ),
    "a mrkdwn header": (
        posted({"type": "header", "text": mrkdwn("Head")}),
        "must be plain_text",
        "invalid_blocks",
    ),
    "a mrkdwn button": (posted(actions(button(text=mrkdwn("Go")))), "must be plain_text", "invalid_blocks"),
    "a mrkdwn option": (
        posted(actions(select(options=[option(text=mrkdwn("Go"))]))),
        "must be plain_text",
        "invalid_blocks",
    ),
    "text that is a string": (
        posted({"type": "section", "text": "Words"}),
        "must be an object",
        "invalid_blocks",
    ),
    "a section that says nothing": (posted({"type": "section"}), "needs text or fields", "invalid_blocks"),
    "a picture without words": (
        posted({"type": "image", "slack_file": {"id": "F1"}}),
        "missing required property: alt_text",
        "invalid_blocks",
    ),
    "a picture with empty words": (posted(IMAGE | {"alt_text": ""}), "at least 1", "invalid_blocks"),
    "a picture from two places": (
        posted(IMAGE | {"image_url": "https://x.org/a.png"}),
        "either image_url or",
        "invalid_blocks",
    ),
    "a button of another style": (
        posted(actions(button(style="loud"))),
        "'loud' is not one of",
        "invalid_blocks",
    ),
    "a picture among buttons": (posted(actions(IMAGE)), "unsupported type: image", "invalid_blocks"),
    "block_id twice": (
        posted(*[{"type": "divider", "block_id": "x"}] * 2),
        "block_id 'x' is there twice",
        "invalid_blocks",
    ),
    "action_id twice": (
        posted(actions(button(), button())),
        "action_id 'a' is there twice",
        "invalid_blocks",
    ),
    "chosen but not there": (
        posted(actions(select(options=[option()], initial_option=option("w")))),
        "not among the options",
        "invalid_blocks",
    ),
    "options and groups": (posted(actions(select())), "either options or option_groups", "invalid_blocks"),
    "a file asked in a message": (
        posted(question({"type": "file_input", "action_id": "f"})),
        "in a modal only",
        "invalid_blocks",
    ),
    "empty rich text": (posted(rich({"type": "text", "text": ""})), "at least 1", "invalid_blocks"),
    "a date in words": (
        posted(rich({"type": "date", "timestamp": "1800000000", "format": "{date}"})),
        "must be of type int",
        "invalid_blocks",
    ),
    "a list without style": (
        posted({"type": "rich_text", "elements": [{"type": "rich_text_list", "elements": []}]}),
        "missing required property: style",
        "invalid_blocks",
    ),
    "text beside sections": (
        posted({"type": "rich_text", "elements": [{"type": "text", "text": "x"}]}),
        "unsupported type: text",
        "invalid_blocks",
    ),
    "an empty cell": (
        posted({"type": "table", "rows": [[{"type": "raw_text", "text": ""}]]}),
        "an empty cell",
        "invalid_blocks",
    ),
    "101 rows": (
        posted({"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]] * 101}),
        "101 rows",
        "invalid_blocks",
    ),
    "blocks that are not JSON": (posted(blocks="[{"), "is not JSON", "invalid_blocks"),
    # messages
    "blocks without text": (posted(SECTION, text=""), "need a text beside them", ""),
    "metadata without payload": (
        posted(SECTION, metadata={"event_type": "x"}),
        "event_payload",
        "invalid_metadata_format",
    ),
    "half a surrogate": (posted(SECTION, text="\ud800"), "half a surrogate pair", "invalid_arguments"),
    "NUL": (posted(*sections("a\0b")), "NUL", "invalid_arguments"),
    "alt_txt 1001": (
        called("files.getUploadURLExternal", filename="a", length=1, alt_txt="x" * 1001),
        "1000 characters",
        "alt_txt_too_large",
    ),
    "five prompts": (
        called(
            "assistant.threads.setSuggestedPrompts",
            channel_id="D1",
            prompts=[{"title": "a", "message": "b"}] * 5,
        ),
        "at most 4",
        "invalid_arguments",
    ),
    # views
    "title 25": (
        called("views.open", trigger_id="1", view=asking(SECTION, title=plain("x" * 25))),
        "25 characters",
        "invalid_arguments",
    ),
    "private_metadata 3001": (
        called("views.open", trigger_id="1", view=asking(SECTION, private_metadata="x" * 3001)),
        "3001 characters",
        "invalid_arguments",
    ),
    "101 blocks": (
        called("views.open", trigger_id="1", view=asking(*[{"type": "divider"}] * 101)),
        "101 items",
        "invalid_arguments",
    ),
    "a question without submit": (
        called("views.open", trigger_id="1", view=asking(question(TYPED), submit=None)),
        "required where there is an input",
        "invalid_arguments",
    ),
    "a mrkdwn label": (
        called("views.open", trigger_id="1", view=asking(question(TYPED, label=mrkdwn("x")))),
        "must be plain_text",
        "invalid_arguments",
    ),
    "a home tab as a form": (
        called("views.open", trigger_id="1", view={"type": "home", "blocks": [SECTION]}),
        "must be modal",
        "invalid_arguments",
    ),
    "a chart in a form": (
        called("views.open", trigger_id="1", view=asking(chart())),
        "cannot be used in a modal",
        "invalid_arguments",
    ),
    "a view that is none": (
        called("views.open", trigger_id="1", view={"blocks": []}),
        "of type modal or home",
        "invalid_arguments",
    ),
    "two in focus": (
        called("views.open", trigger_id="1", view=asking(*[question(TYPED | {"focus_on_load": True})] * 2)),
        "focus_on_load is set more than once",
        "invalid_arguments",
    ),
    # answers
    "an answer to all": (
        Request("slack", "POST", "/commands/T/1/x", {}, {"text": "a", "response_type": "all"}, (), 200),
        "ephemeral or in_channel",
        "invalid_payload",
    ),
    "an answer that says nothing": (
        Request("slack", "POST", "/actions/T/1/x", {}, {"replace_original": True}, (), 200),
        "says nothing",
        "no_text",
    ),
    "an answer with a field too many": (
        Request("slack", "POST", "/actions/T/1/x", {}, {"text": "a", "user": "U1"}, (), 200),
        "no such field",
        "",
    ),
    "a press answered with words": (acknowledged("block_actions", {"text": "hi"}), "should be empty", ""),
    "errors without words": (
        acknowledged("view_submission", {"response_action": "errors", "errors": {}}),
        "words by block_id",
        "invalid_payload",
    ),
    "another response_action": (
        acknowledged("view_submission", {"response_action": "close"}),
        "is not one of",
        "invalid_payload",
    ),
    "101 suggestions": (
        acknowledged("block_suggestion", {"options": [option(str(n)) for n in range(101)]}),
        "101 items",
        "invalid_options",
    ),
    "a long suggestion": (
        acknowledged("block_suggestion", {"options": [option(text=plain("x" * 76))]}),
        "76 characters",
        "invalid_options",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_noticed(name: str) -> None:
    request, words, code = WRONG[name]
    found = [it for it in faults(request) if words in str(it)]
    assert found, violations(request)
    assert {it.code for it in found} == {code}


REFERENCED: dict[str, tuple[Request, str, str]] = {
    "a method that is none": (called("chat.shout", text="a"), "no such method", "unknown_method"),
    "no channel": (called("chat.postMessage", text="a"), "/channel: is required", "invalid_arguments"),
    "an argument that is none": (
        called("chat.postMessage", channel="C1", text="a", colour="red"),
        "no such argument",
        "",
    ),
    "says nothing": (called("chat.postMessage", channel="C1"), "is required", "no_text"),
    "text twice": (
        called("chat.postMessage", channel="C1", text="a", markdown_text="b"),
        "excludes text",
        "invalid_arguments",
    ),
    "neither view_id nor external_id": (
        called("views.update", view=asking(SECTION)),
        "is required",
        "invalid_arguments",
    ),
    "a number in words": (
        called("conversations.history", channel="C1", limit="many"),
        "must be a number",
        "invalid_arguments",
    ),
    "a ts that is none": (
        called("chat.delete", channel="C1", ts="yesterday"),
        "time stamp",
        "invalid_arguments",
    ),
    "maybe": (
        called("users.info", user="U1", include_locale="maybe"),
        "must be a boolean",
        "invalid_arguments",
    ),
    # numbers that only the published file has
    "13 slices": (posted(pie(*[("x", 1)] * 13)), "13 items", "invalid_blocks"),
    "a label of 21": (posted(pie(("x" * 21, 1))), "21 characters", "invalid_blocks"),
    "a slice of nothing": (posted(pie(("x", 0))), "must be greater than 0", "invalid_blocks"),
    "an axis of 51": (
        posted(chart(axis_config={"categories": ["Mon", "Tue"], "x_label": "x" * 51})),
        "51 characters",
        "invalid_blocks",
    ),
    "a field of 2001": (
        posted({"type": "section", "fields": [plain("x" * 2001)]}),
        "2001 characters",
        "invalid_blocks",
    ),
    "a placeholder of 151": (
        posted(actions(select(options=[option()], placeholder=plain("x" * 151)))),
        "151 characters",
        "invalid_blocks",
    ),
}


@pytest.mark.contract
@pytest.mark.skipif(not REFERENCE.exists(), reason="no method reference at ../shared/contracts")
@pytest.mark.parametrize("name", REFERENCED)
def test_what_the_published_descriptions_forbid_is_noticed(name: str) -> None:
    request, words, code = REFERENCED[name]
    found = [it for it in faults(request) if words in str(it)]
    assert found, violations(request)
    assert {it.code for it in found} == {code}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["type", "text", "options"]), inner)
    ),
    max_leaves=4,
)


def broken(node: Any, data: st.DataObject) -> Any:
    """The same with one part of it replaced by anything."""
    if isinstance(node, dict | list) and node and data.draw(st.booleans()):
        key = data.draw(st.sampled_from(sorted(node) if isinstance(node, dict) else range(len(node))))
        copied = copy.copy(node)
        copied[key] = broken(node[key], data)
        return copied
    return data.draw(JSON)


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_whatever_is_sent_is_judged(data: st.DataObject) -> None:
    """However broken a request is, it gets a verdict; and a broken body is never worse than some sentences."""
    request = RIGHT[data.draw(st.sampled_from(sorted(RIGHT)))]
    sent = replace(request, body=broken(request.body, data))
    assert all(isinstance(it, str) for it in violations(sent))


def kinds(shapes: dict[str, dict[str, str]]) -> Iterator[str]:
    for shape in shapes.values():
        yield from (kind.strip("[]") for kind in shape.values())


def test_the_grammar_is_closed() -> None:
    known = {*OBJECTS, *FAMILIES, "any", "plain", "text", "str", "int", "number", "bool"}
    named = {it for shapes in (BLOCKS, ELEMENTS, OBJECTS) for it in kinds(shapes) if "|" not in it}
    assert named <= known
    assert {name for family in FAMILIES.values() for name in family} == {*BLOCKS, *ELEMENTS}


@pytest.mark.contract
@pytest.mark.skipif(not limits.PUBLISHED.exists(), reason="no Block Kit limits at ../shared/contracts")
def test_our_numbers_are_the_published_ones() -> None:
    published = limits.published()
    for shape, named in limits.OWN.items():
        for name, ours in named.items():
            theirs: Any = published.get(shape, {})
            theirs = theirs.get(name, {}) if name else theirs
            shared = {key: value for key, value in ours.items() if key in theirs}
            assert shared == {key: theirs[key] for key in shared}, (shape, name)


@pytest.mark.contract
@pytest.mark.skipif(not limits.PUBLISHED.exists(), reason="no Block Kit limits at ../shared/contracts")
def test_the_published_numbers_are_looked_at() -> None:
    """A number that the walker never reaches would be a rule that is never checked."""
    seen: Callable[[str, str], limits.Bounds] = limits.bounds
    assert seen("pie", "segments")["max_items"] == 12
    assert seen("axis_config", "categories[]")["max_length"] == 20
    assert seen("section", "fields[]")["max_length"] == 2000
    assert seen("multi_external_select", "placeholder")["max_length"] == 150
    assert seen("confirmation", "deny")["max_length"] == 30
    assert seen("modal", "callback_id")["max_length"] == 255
