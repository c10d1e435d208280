"""Sentences survive being written down, and values are escaped while templates are not."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from bot.text import Moment, Text, from_json, in_english, joined, pieces, plain, t, tn, to_json

values = st.recursive(
    st.text()
    | st.integers(-(2**53), 2**53)
    | st.builds(Moment, st.integers(0, 4_000_000_000_000), st.just("Asia/Tokyo")),
    lambda inner: st.builds(Text, st.just("{a} of {b}"), st.fixed_dictionaries({"a": inner, "b": inner})),
    max_leaves=6,
)


@given(st.dictionaries(st.from_regex(r"[a-z]{1,5}", fullmatch=True), values, max_size=4))
def test_a_text_can_be_written_down_and_read_again(held: dict[str, str | int | Moment | Text]) -> None:
    text = Text(" ".join(f"{{{name}}}" for name in held), held)
    again = from_json(json.loads(json.dumps(to_json(text))))
    assert again == text
    assert str(again) == str(text)


def test_values_are_escaped_and_templates_are_not() -> None:
    said = in_english(
        t("<b>{who}</b> {n}", who="<i>{n}</i>", n=1200), escape=lambda value: value.replace("<", "&lt;")
    )
    assert said == "<b>&lt;i>{n}&lt;/i></b> 1,200"


def test_one_and_many() -> None:
    assert [str(tn("{n} play", "{n} plays", n)) for n in (0, 1, 2)] == ["0 plays", "1 play", "2 plays"]


def test_a_moment_is_said_in_its_zone() -> None:
    assert str(t("{at}", at=Moment(1_795_390_200_000, "Asia/Tokyo"))) == "2026-11-23 08:30"


def test_a_title_cannot_move_a_terminals_cursor() -> None:
    text = t("{title}", title="A\x1b[31m\r\nfake\u202e line 夜\u3000é 👩\u200d🚀")
    said = in_english(text, escape=plain)
    assert said == "A\ufffd[31m\ufffd\ufffdfake\ufffd line 夜\u3000é 👩\u200d🚀"


def test_texts_are_joined_with_their_values() -> None:
    texts = [t("{who}", who="Ana"), tn("{n} play", "{n} plays", 2)]
    assert in_english(joined(texts, " · "), escape=str.upper) == "ANA · 2 plays"
    assert str(joined(texts[:1], " · ")) == "Ana"
    assert str(joined([], " · ")) == ""


def test_pieces_are_ours_and_theirs_in_order() -> None:
    inner = t("{n} plays by {who}", n=1200, who="Zoë")
    when = Moment(1)
    assert list(pieces(t("{inner}, at {when}.", inner=inner, when=when))) == [
        ("", None),
        ("", None),
        ("1,200", None),
        (" plays by ", "Zoë"),
        (", at ", when),
        (".", None),
    ]


def test_a_moment_without_a_zone_says_that_it_is_in_utc() -> None:
    at_ms = 1_763_985_600_000
    assert str(t("{at}", at=Moment(at_ms))) == "2025-11-24 12:00 UTC"
    assert str(t("{at}", at=Moment(at_ms, "Europe/Berlin"))) == "2025-11-24 13:00"
    assert str(t("{at}", at=Moment(at_ms, "UTC"))) == "2025-11-24 12:00"
