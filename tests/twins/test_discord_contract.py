"""The checks of what is sent to Discord see every planted error, and let what is right pass."""

from __future__ import annotations

from typing import Any

import pytest

from tests.twins.discord import violations
from tests.twins.discord.contract import own_problems
from tests.twins.discord.description import FILE, description
from tests.twins.traffic import Request

Json = dict[str, Any]
MESSAGES = "/channels/{channel_id}/messages"
MESSAGE = "/channels/{channel_id}/messages/{message_id}"
ORIGINAL = "/webhooks/{webhook_id}/{webhook_token}/messages/@original"
CALLBACK = "/interactions/{interaction_id}/{interaction_token}/callback"
COMMANDS = "/applications/{application_id}/commands"
V2 = 1 << 15

ABSENT = pytest.mark.skipif(
    not FILE.exists(), reason=f"no Discord description at ../shared/contracts/{FILE.name}"
)


def text(content: str = "x") -> Json:
    return {"type": 10, "content": content}


def button(custom_id: str = "a", **changed: Any) -> Json:
    return {"type": 2, "style": 1, "label": "Go", "custom_id": custom_id, **changed}


def row(*parts: Json) -> Json:
    return {"type": 1, "components": list(parts)}


def select(*values: str, **changed: Any) -> Json:
    options = [{"label": it, "value": it} for it in values]
    return {"type": 3, "custom_id": "s", "options": options, **changed}


def gallery(url: str = "attachment://a.png") -> Json:
    return {"type": 12, "items": [{"media": {"url": url}, "description": "a"}]}


def cards(*parts: Json, **more: Any) -> Json:
    return {"flags": V2, "components": list(parts), **more}


def label(component: Json, **changed: Any) -> Json:
    return {"type": 18, "label": "Words", "component": component, **changed}


def words(custom_id: str = "w", **changed: Any) -> Json:
    return {"type": 4, "custom_id": custom_id, "style": 1, **changed}


def modal(*parts: Json, **changed: Any) -> Json:
    return {"type": 9, "data": {"custom_id": "m", "title": "A form", "components": list(parts), **changed}}


def option(name: str = "what", **changed: Any) -> Json:
    return {"type": 3, "name": name, "description": "What", **changed}


def command(*options: Json, **changed: Any) -> Json:
    return {"name": "top", "description": "The top", "options": list(options), **changed}


POLL = {"question": {"text": "x"}, "answers": [{"poll_media": {"text": "y"}}]}
LONG = [{"name": f"{n}" * 99, "value": f"{n}" * 99} for n in range(10)]
FILES = ({"id": 0, "name": "a.png", "size": 3, "description": None},)
GOOD_CARD = cards(
    {"type": 17, "components": [text(), gallery(), row(button("a"), button("b")), {"type": 14}]},
    {"type": 9, "components": [text()], "accessory": button("c")},
    row(select("1", "2", max_values=2)),
)
GOOD_MODAL = modal(
    label(words(min_length=1, max_length=10, value="hello")),
    label(select("1", "2")),
    label({"type": 19, "custom_id": "f"}),
)

RIGHT = [
    ("POST", MESSAGES, {"content": "hello"}, ()),
    ("POST", MESSAGES, GOOD_CARD, FILES),
    ("POST", MESSAGES, {"embeds": [{"title": "x" * 256}], "components": [row(button())]}, ()),
    ("POST", MESSAGES, {"content": "", "allowed_mentions": {"parse": []}}, FILES),
    ("PATCH", ORIGINAL, {**GOOD_CARD, "attachments": [{"id": 0, "filename": "a.png"}]}, FILES),
    ("PATCH", MESSAGE, {"components": [text(), gallery()]}, ()),
    ("PATCH", MESSAGE, {"content": None, "embeds": [], **cards(text())}, ()),
    ("POST", CALLBACK, {"type": 4, "data": GOOD_CARD}, FILES),
    ("POST", CALLBACK, {"type": 5, "data": {"flags": 64}}, ()),
    ("POST", CALLBACK, {"type": 6}, ()),
    ("POST", CALLBACK, {"type": 7, "data": cards(text())}, ()),
    ("POST", CALLBACK, {"type": 8, "data": {"choices": [{"name": "a", "value": "a"}]}}, ()),
    ("POST", CALLBACK, GOOD_MODAL, ()),
    ("PUT", COMMANDS, [command(option(required=True), option("who")), command(name="größe")], ()),
    ("PUT", COMMANDS, [{"type": 2, "name": "Look Up"}], ()),
    ("POST", "/users/@me/channels", {"recipient_id": 123}, ()),
    ("GET", MESSAGES, None, ()),
]

OWN = {
    "V2 with content": ("POST", MESSAGES, cards(text(), content="x")),
    "V2 with embeds": ("POST", MESSAGES, cards(text(), embeds=[{"title": "x"}])),
    "V2 with a poll": ("POST", MESSAGES, cards(text(), poll=POLL)),
    "V2 without the flag": ("POST", MESSAGES, {"components": [text()]}),
    "nothing at all": ("POST", MESSAGES, {"content": "", "components": []}),
    "content of 2001": ("POST", MESSAGES, {"content": "x" * 2001}),
    "six rows": ("POST", MESSAGES, {"components": [row(button(str(n))) for n in range(6)]}),
    "embeds of 6001": (
        "POST",
        MESSAGES,
        {"embeds": [{"description": "x" * 3001}, {"description": "x" * 3000}]},
    ),
    "embed fields": ("POST", MESSAGES, {"embeds": [{"fields": [{"name": "n", "value": "v" * 1000}] * 6}]}),
    "41 nested": ("POST", MESSAGES, cards({"type": 17, "components": [text()] * 40})),
    "text of 4001 in all": ("POST", MESSAGES, cards(text("x" * 2001), text("x" * 2000))),
    "an empty text": ("POST", MESSAGES, cards(text("  "))),
    "a custom id twice": ("POST", MESSAGES, cards(row(button("a")), row(button("a")))),
    "an id twice": ("POST", MESSAGES, cards({**text(), "id": 1}, {**text(), "id": 1})),
    "a button without custom id": ("POST", MESSAGES, cards(row({**button(), "custom_id": None}))),
    "a button with custom id and url": ("POST", MESSAGES, cards(row(button(url="https://example.org")))),
    "a button without words": ("POST", MESSAGES, cards(row(button(label="")))),
    "a link without url": ("POST", MESSAGES, cards(row({"type": 2, "style": 5, "label": "x"}))),
    "a link elsewhere": (
        "POST",
        MESSAGES,
        cards(row({"type": 2, "style": 5, "label": "x", "url": "ftp://a"})),
    ),
    "a button beside a select": ("POST", MESSAGES, cards(row(button(), select("1")))),
    "the same option twice": ("POST", MESSAGES, cards(row(select("1", "1")))),
    "more picks than options": ("POST", MESSAGES, cards(row(select("1", max_values=2)))),
    "least above most": ("POST", MESSAGES, cards(row(select("1", "2", min_values=2, max_values=1)))),
    "a picture that is not uploaded": ("POST", MESSAGES, cards(gallery())),
    "an embed's picture that is not uploaded": (
        "POST",
        MESSAGES,
        {"embeds": [{"image": {"url": "attachment://a.png"}}]},
    ),
    "an attachment without file": ("POST", MESSAGES, {"content": "x", "attachments": [{"id": 0}]}),
    "an edit that drops its picture": ("PATCH", MESSAGE, cards(gallery(), attachments=[])),
    "an edit with content": ("PATCH", ORIGINAL, cards(text(), content="x")),
    "an answer with both": ("POST", CALLBACK, {"type": 4, "data": cards(text(), content="x")}),
    "an update with both": ("POST", CALLBACK, {"type": 7, "data": cards(text(), content="x")}),
    "a modal of six": ("POST", CALLBACK, modal(*(label(words(str(n))) for n in range(6)))),
    "a modal without title": ("POST", CALLBACK, modal(label(words()), title=" ")),
    "a modal's custom id twice": ("POST", CALLBACK, modal(label(words()), label(words()))),
    "a label twice": ("POST", CALLBACK, modal(label(words(label="Again")))),
    "a value that is too long": ("POST", CALLBACK, modal(label(words(max_length=3, value="hello")))),
    "a text that cannot be": ("POST", CALLBACK, modal(label(words(min_length=5, max_length=3)))),
    "a capital in a name": ("PUT", COMMANDS, [command(name="Top")]),
    "a space in a name": ("PUT", COMMANDS, [command(name="to p")]),
    "a capital in a translation": ("PUT", COMMANDS, [command(name_localizations={"de": "Größe"})]),
    "a capital in an option": ("PUT", COMMANDS, [command(option("What"))]),
    "required after optional": ("PUT", COMMANDS, [command(option("a"), option("b", required=True))]),
    "an option twice": ("PUT", COMMANDS, [command(option(), option())]),
    "a command twice": ("PUT", COMMANDS, [command(), command()]),
    "no description": ("PUT", COMMANDS, [command(description="")]),
    "101 commands": ("PUT", COMMANDS, [command(name=f"c{n}") for n in range(101)]),
    "16 user commands": ("PUT", COMMANDS, [{"type": 2, "name": f"c{n}"} for n in range(16)]),
    "8001 characters": ("PUT", COMMANDS, [command(*(option(f"o{n}", choices=LONG) for n in range(5)))]),
    "autocomplete with choices": (
        "PUT",
        COMMANDS,
        [command(option(autocomplete=True, choices=[{"name": "a", "value": "a"}]))],
    ),
    "bounds the wrong way": ("PUT", COMMANDS, [command(option(min_length=5, max_length=3))]),
    "a part beside options": (
        "PUT",
        COMMANDS,
        [command(option(), {"type": 1, "name": "p", "description": "P"})],
    ),
    "a user command with words": ("PUT", COMMANDS, [{"type": 2, "name": "x", "description": "y"}]),
}

DESCRIBED = {
    "eleven embeds": ("POST", MESSAGES, {"embeds": [{"title": "x"}] * 11}),
    "a title of 257": ("POST", MESSAGES, {"embeds": [{"title": "x" * 257}]}),
    "alt text of 1025": (
        "POST",
        MESSAGES,
        {"content": "x", "attachments": [{"id": 0, "description": "x" * 1025}]},
    ),
    "an unknown component": ("POST", MESSAGES, cards({"type": 99})),
    "a custom id of 101": ("POST", MESSAGES, cards(row(button("x" * 101)))),
    "six buttons": ("POST", MESSAGES, cards(row(*(button(str(n)) for n in range(6))))),
    "26 options": ("POST", MESSAGES, cards(row(select(*map(str, range(26)))))),
    "eleven pictures": (
        "POST",
        MESSAGES,
        cards({"type": 12, "items": [{"media": {"url": "https://example.org"}}] * 11}),
    ),
    "a text of 4001": ("POST", MESSAGES, cards(text("x" * 4001))),
    "a section without accessory": ("POST", MESSAGES, cards({"type": 9, "components": [text()]})),
    "26 choices": (
        "POST",
        CALLBACK,
        {"type": 8, "data": {"choices": [{"name": str(n), "value": "x"} for n in range(26)]}},
    ),
    "an unknown answer": ("POST", CALLBACK, {"type": 77}),
    "a modal's select in a row": ("POST", CALLBACK, modal(row(select("1", style=1)))),
    "a label of 46": ("POST", CALLBACK, modal(label(words(), label="x" * 46))),
    "26 command options": ("PUT", COMMANDS, [command(*(option(f"o{n}") for n in range(26)))]),
    "a description of 101": ("PUT", COMMANDS, [command(description="x" * 101)]),
    "a type of the wrong kind": ("POST", MESSAGES, {"content": 5}),
    "no body": ("POST", MESSAGES, None),
    "an unknown route": ("POST", "/channels/{channel_id}/shouts", {"content": "x"}),
}


def request(method: str, route: str, body: Any, files: Any = (), query: Any = ()) -> Request:
    return Request("discord", method, route, dict(query), body, files, 200)


@pytest.mark.parametrize("case", range(len(RIGHT)))
def test_what_is_right_passes(case: int) -> None:
    method, route, body, files = RIGHT[case]
    assert violations(request(method, route, body, files)) == []


@pytest.mark.parametrize("name", OWN)
def test_our_own_checks_see(name: str) -> None:
    method, route, body = OWN[name]
    [problem] = own_problems(method, route, body, {})
    assert str(problem) in violations(request(method, route, body))[0]


@pytest.mark.contract
@ABSENT
@pytest.mark.parametrize("name", DESCRIBED)
def test_the_description_sees(name: str) -> None:
    method, route, body = DESCRIBED[name]
    published = description()
    assert published is not None
    assert len(list(published.request_problems(method, route, {}, body))) == 1
    assert len(violations(request(method, route, body))) == 1


@pytest.mark.contract
@ABSENT
def test_the_description_sees_a_wrong_query() -> None:
    assert violations(request("GET", MESSAGES, None, query={"limit": "100"})) == []
    assert len(violations(request("GET", MESSAGES, None, query={"limit": "101"}))) == 1
    assert len(violations(request("GET", MESSAGES, None, query={"limit": "many"}))) == 1


def test_an_edit_is_judged_by_what_the_message_is() -> None:
    card = {"flags": V2, "files": {"7": "a.png"}}
    plain = {"flags": 0, "files": {}}
    assert own_problems("PATCH", MESSAGE, {"components": [gallery()]}, {}, card) == []
    assert own_problems("PATCH", MESSAGE, {"content": "x"}, {}, plain) == []
    for body, before in [
        ({"content": "x"}, card),
        ({"components": [text()]}, plain),
        ({"components": [gallery("attachment://b.png")]}, card),
        ({"components": [gallery()], "attachments": []}, card),
        ({"attachments": [{"id": 8}]}, card),
    ]:
        assert len(own_problems("PATCH", MESSAGE, body, {}, before)) == 1
