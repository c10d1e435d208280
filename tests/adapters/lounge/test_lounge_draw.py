"""Cards as JSON: the words as they are, nothing that could be run, pictures with their size."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.lounge.draw import Drawn, draw_form, sentence, web_url
from bot.adapters.lounge.filled import Filled, checked
from bot.adapters.lounge.pictures import Pictures, size_of
from bot.chat import Button, Card, Choice, Form, FormField, Lines, Link, Listing, Picture, Row
from bot.chat.lines import option_words, split_command
from bot.chat.replies import line_of
from bot.errors import BadOption
from bot.text import Moment, Text, t
from tests.adapters.sample import Sample, png

values = st.one_of(st.text(max_size=20), st.integers(), st.builds(Moment, st.integers(0, 4_000_000_000_000)))
texts = st.recursive(
    st.builds(lambda value: t("a {x} b", x=value), values),
    lambda inner: st.builds(lambda one, two: t("{one}: {{{two}}} {one}", one=one, two=two), inner, values),
    max_leaves=5,
)


@given(texts)
def test_the_parts_say_what_the_text_says(text: Text) -> None:
    drawn = sentence(text)
    assert drawn["text"] == str(text)
    said = [
        part if isinstance(part, str) else part.get("value", part.get("text"))
        for part in drawn.get("parts", [])
    ]
    assert "parts" not in drawn or "".join(said) == drawn["text"]


@given(st.text())
def test_a_strangers_words_are_always_apart_from_ours(words: str) -> None:
    drawn = json.loads(json.dumps(sentence(t("Now: {song}!", song=words))))
    assert drawn["parts"] == ["Now: ", {"value": words}, "!"]


def test_buttons_are_numbered_as_they_are_seen_and_keep_what_they_run_to_themselves() -> None:
    row = Row(t("x"), buttons=(Button(t("a"), "row.a", {"id": "1"}), Button(t("b"), "row.b")))
    card = Card(
        t("x"), (Listing((row,)),), (Link(t("l"), "https://x.example"), Button(t("c"), "card.c", strong=True))
    )
    drawn = Drawn(lambda data: None)
    shown = drawn.card(card)
    assert [press["action"] for press in drawn.presses] == ["row.a", "row.b", "card.c"]
    assert drawn.presses[0]["args"] == {"id": "1"}
    assert shown["buttons"][1] == {"n": 2, "label": {"text": "c"}, "strong": True}
    assert "row.a" not in json.dumps(shown)


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//evil.example", " https://x", "file:///x", ""]
)
def test_only_web_pages_are_linked(url: str) -> None:
    assert web_url(url) == ""
    card = Drawn(lambda data: None).card(
        Card(t("x"), (Listing((Row(t("r"), url=url),)),), (Link(t("l"), url),))
    )
    assert (card["blocks"][0]["rows"][0]["url"], card["buttons"][0]["url"]) == ("", "")


def test_web_pages_are_linked() -> None:
    assert web_url("HTTPS://example.org/a?b") == "HTTPS://example.org/a?b"
    assert web_url("http://127.0.0.1:9/x") == "http://127.0.0.1:9/x"


def jpeg(width: int, height: int) -> bytes:
    comment = b"\xff\xfe" + struct.pack(">H", 6) + b"\xff\xc0!!"
    frame = b"\xff\xc2" + struct.pack(">HBHHB", 17, 8, height, width, 3) + bytes(9)
    return b"\xff\xd8" + comment + frame + b"\xff\xd9"


def test_pictures_tell_their_size() -> None:
    assert size_of(png(3, 5)) == (3, 5)
    assert size_of(jpeg(640, 480)) == (640, 480)


@given(st.binary(max_size=64))
def test_broken_pictures_break_nothing(data: bytes) -> None:
    for head in (b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"):
        size = size_of(head + data)
        assert size is None or all(side >= 0 for side in size)


def test_a_picture_is_kept_once_and_found_by_name_only(tmp_path: Path) -> None:
    shelf = Pictures(tmp_path / "pictures")
    kept = shelf.keep(png(4, 4))
    assert kept is not None
    assert shelf.keep(png(4, 4)) == kept
    assert [it.name for it in (tmp_path / "pictures").iterdir()] == [kept["src"].removeprefix("/pictures/")]
    (tmp_path / "secret.png").write_bytes(b"x")
    for name in ("../secret.png", "secret.png", "", "a" * 64 + ".png"):
        assert shelf.path(name) is None


def test_what_is_no_picture_becomes_its_words(tmp_path: Path) -> None:
    card = Card(t("x"), (Picture(b"<svg>", t("Ana's week")), Lines((t("more"),))))
    assert Drawn(Pictures(tmp_path).keep).card(card)["blocks"][0]["lines"] == [{"text": "Ana's week"}]


def test_a_forms_answers_are_held_to_its_fields() -> None:
    form = Form(
        t("x"),
        (
            FormField("kinds", t("Kinds"), choices=(Choice("a", t("A")), Choice("b", t("B"))), many=True),
            FormField("one", t("One"), choices=(Choice("a", t("A")), Choice("b", t("B"))), required=False),
            FormField("words", t("Words"), most=5, required=False),
        ),
        "x.sent",
        {"id": "7"},
    )
    drawn, submit = draw_form(form)
    assert submit == {"action": "x.sent", "args": {"id": "7"}}
    fields = drawn["fields"]
    good = Filled({"kinds": ["b", "a"], "one": [""], "words": ["a\0b\nc"]})
    assert checked(fields, good) == {"kinds": "b,a", "one": "", "words": "ab\nc"}
    for values, blamed in (
        ({}, "kinds"), ({"kinds": ["c"]}, "kinds"), ({"kinds": ["a"], "one": ["a", "b"]}, "one"),
        ({"kinds": ["a"], "words": ["123456"]}, "words"), ({"kinds": ["a"], "id": ["8"]}, "id"),
    ):  # fmt: skip
        with pytest.raises(BadOption) as refused:
            checked(fields, Filled(dict(values)))
        assert refused.value.option == blamed


@given(st.text(alphabet="ab “”«»\"'.", min_size=1, max_size=12).map(str.strip).filter(bool))
def test_the_line_that_stands_for_a_form_is_a_line_of_that_command(prompt: str) -> None:
    command = next(it for it in Sample().commands() if it.name == "play")
    line = line_of(command, {"count": "7", "prompt": prompt})
    name, rest = split_command(line)
    assert name == "play"
    if not set(prompt) & set('“”«»"'):
        assert option_words(command.options, rest) == {"count": "7", "prompt": prompt}
