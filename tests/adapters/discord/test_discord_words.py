"""Sentences in Discord's markdown: somebody's words show as they are, instants and commands are Discord's own."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.discord.words import LINE_MOST, URL_MOST, escaped, label, linked, markdown, web_url
from bot.text import Moment, Text, plain, t
from tests.adapters import strange


def bare(line: str) -> str:
    """A line without what a backslash dulls."""
    return re.sub(r"\\.", "", line)


@given(strange.words)
def test_no_markup_survives_in_somebodys_words(said: str) -> None:
    line = escaped(said)
    left = bare(line)
    assert not re.search(r"[*_~`|>#<@\[\]\n\r]", left)
    assert "://" not in left
    assert not re.match(r"\s*(-|\d+\.\s)", line)
    line.encode("utf-8")


@given(strange.words.filter(lambda it: len(it) < 200))
def test_escaping_takes_nothing_away(said: str) -> None:
    assert re.sub(r"\\(.)", r"\1", escaped(said)) == plain(said)


@given(strange.texts)
def test_a_line_is_one_line_and_not_too_long(text: Text) -> None:
    line = markdown(text, {"top": 1})
    assert "\n" not in line
    assert len(line) <= LINE_MOST + 1


@given(strange.texts, st.integers(1, 100))
def test_a_label_is_never_empty_nor_too_long(text: Text, most: int) -> None:
    words = label(text, most)
    assert 0 < len(words) <= most
    words.encode("utf-8")


@given(strange.urls)
def test_an_address_is_a_web_page_or_nothing(url: str) -> None:
    address = web_url(url)
    assert not address or re.fullmatch(r"(?i)https?://[!-'*-;=?-Z^_a-z|~]+", address), address
    assert len(address) <= URL_MOST


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (t("{x}", x="**bold** <@1>"), r"\*\*bold\*\* \<\@1\>"),
        (t("since {when}", when=Moment(1_760_000_000_999)), "since <t:1760000000:f>"),
        (t("{n} plays", n=1284), "1,284 plays"),
        (t("/join or /link export, not a/join or /nothing"), "</join:5> or </link:6> export, not a/join or /nothing"),
        (t("{x}", x="/join"), "/join"),
        (t("{a}: {b}", a=t("/join"), b="_"), r"</join:5>: \_"),
        (t("* {x}", x="a"), r"\* a"),
        (t("{x}", x="10. place"), r"10\. place"),
        (t("{x}", x="12.5"), "12.5"),
    ],
)  # fmt: skip
def test_a_sentence(text: Text, said: str) -> None:
    assert markdown(text, {"join": 5, "link": 6}) == said


def test_a_link_with_a_lonely_bracket_is_words() -> None:
    assert linked(escaped("Song [Live]"), "https://a.example") == r"[Song \[Live\]](https://a.example)"
    assert linked(escaped("Song [Live"), "https://a.example") == r"Song \[Live"
    assert linked("", "https://a.example") == ""
