"""Cards and forms hold to what every platform can draw; sentences keep ours and a stranger's words apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat import Card, Form, FormField, Picture
from bot.text import Moment, in_english, t, tn


def test_a_picture_needs_words() -> None:
    with pytest.raises(ValueError, match="alt"):
        Picture(b"", t(" "))
    with pytest.raises(ValueError, match="alt"):
        Picture(b"", t("{nothing}", nothing=""))


@pytest.mark.parametrize("count", [0, 6])
def test_a_form_has_one_to_five_fields(count: int) -> None:
    with pytest.raises(ValueError, match="one to five"):
        Form(t("x"), tuple(FormField(str(n), t("x")) for n in range(count)), "x")


def test_a_card_replaces_nothing_unless_it_says_so() -> None:
    assert Card(t("x")).replaces is False


def test_numbers_get_their_commas_and_words_are_escaped() -> None:
    text = t("{who} *played* {n} songs", who="*Ana*", n=1284)
    assert str(text) == "*Ana* *played* 1,284 songs"
    assert (
        in_english(text, escape=lambda words: words.replace("*", "\\*")) == "\\*Ana\\* *played* 1,284 songs"
    )


def test_texts_within_texts_are_escaped_once() -> None:
    text = t("Now: {what}", what=t("{song}", song="<b>"))
    assert in_english(text, escape=lambda words: words.replace("<", "&lt;")) == "Now: &lt;b>"


def test_a_moment_is_written_in_its_zone_or_as_the_platform_does() -> None:
    text = t("at {when}", when=Moment(1_763_777_400_000, "Europe/Vienna"))
    assert str(text) == "at 2025-11-22 03:10"
    assert in_english(text, moment=lambda it: f"<t:{it.at_ms // 1000}>") == "at <t:1763777400>"


def test_one_and_many() -> None:
    assert [str(tn("{n} play", "{n} plays", n)) for n in (0, 1, 1200)] == ["0 plays", "1 play", "1,200 plays"]


@given(st.text())
def test_a_strangers_words_are_never_a_template(words: str) -> None:
    assert str(t("{words}!", words=words)) == f"{words}!"


def test_texts_that_say_the_same_are_equal() -> None:
    assert t("{n}", n=1) == t("{n}", n=1)
    assert t("{n}", n=1) != t("{n}", n=2)
