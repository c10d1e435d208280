"""Commands are told as they are typed in Slack; what somebody else wrote stays as it is."""

from __future__ import annotations

import pytest

from bot.adapters.slack.phrases import Phrases
from bot.chat import Button, Card, Fields, Form, FormField, Lines, Listing, Picture, Row
from bot.text import Moment, Text, t
from tests.adapters.slack.conftest import features

PHRASES = Phrases(features())


@pytest.mark.parametrize(
    ("ours", "here"),
    [
        ("/play makes a draft of one.", "/earshot play makes a draft of one."),
        ("Ask with /top what:track, or (/me).", "Ask with /earshot top what:track, or (/earshot me)."),
        (
            "/earshot play and /nothing and https://x.org/play stay",
            "/earshot play and /nothing and https://x.org/play stay",
        ),
        ("either/play", "either/play"),
        ("/playful /who_plays", "/playful /earshot who_plays"),
    ],
)
def test_our_sentences(ours: str, here: str) -> None:
    assert str(PHRASES.of(t(ours))) == here
    assert str(PHRASES.of(PHRASES.of(t(ours)))) == here


@pytest.mark.parametrize(
    ("value", "here"),
    [
        ("/top [what:artist] [count:10]", "/earshot top [what:artist] [count:10]"),
        ("/play · /match", "/earshot play · /earshot match"),
        ("/play it again", "/play it again"),
        ("my /top", "my /top"),
    ],
)
def test_values_are_changed_only_where_they_are_nothing_but_a_command(value: str, here: str) -> None:
    assert str(PHRASES.of(t("{x}", x=value))) == here


def test_everything_in_a_card_and_a_form() -> None:
    card = Card(
        t("/play"),
        (
            Lines((t("/play"),), t("/play")),
            Listing(
                (
                    Row(
                        t("{x}", x=t("/play")),
                        t("/play"),
                        buttons=(Button(t("/play"), "/play", {"x": "/play"}),),
                    ),
                )
            ),
            Fields(((t("/play"), t("{at}", at=Moment(1))),)),
            Picture(b"/play", t("/play")),
        ),
        footer=t("/play"),
    )
    turned = PHRASES.of(card)
    said = t("/earshot play")
    lines, listing, fields, picture = turned.blocks
    assert isinstance(listing, Listing)
    row = listing.rows[0]
    assert (turned.title, turned.footer, lines) == (said, said, Lines((said,), said))
    assert (row.text, row.note) == (Text("{x}", {"x": said}), said)
    assert row.buttons == (Button(said, "/play", {"x": "/play"}),)
    assert fields == Fields(((said, t("{at}", at=Moment(1))),))
    assert picture == Picture(b"/play", said)
    form = PHRASES.of(Form(t("/play"), (FormField("x", t("/play"), value="/play"),), "/play"))
    assert form == Form(said, (FormField("x", said, value="/play"),), "/play")


def test_a_line_begins_anew() -> None:
    assert PHRASES.line("/play prompt:/top") == "/earshot play prompt:/top"
