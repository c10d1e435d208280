"""Cards as Block Kit: within every limit whatever is in them, literal whoever wrote it, honest about what is cut."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.slack.charts import chart, chart_lines
from bot.adapters.slack.draw import VIEW, draw, fallback, web_url
from bot.adapters.slack.words import clean, cut, escaped, received, rich, spoken, unescaped
from bot.chat import Bars, Button, Card, Fields, Lines, Link, Listing, Picture, Row
from bot.chat.context import Context, Person
from bot.chat.packing import unpacked
from bot.core.languages import ENGLISH
from bot.core.model import Identity, Place, RoomRef
from bot.text import Moment, Text, t
from tests.adapters.sample import Sample
from tests.twins.slack.contract import violations
from tests.twins.slack.reading import pings, read_blocks
from tests.twins.traffic import Request

SNAPSHOTS = Path(__file__).parent / "snapshots"
HOSTILE = (
    "<!channel>", "<!here>", "<@U1>", "<!subteam^S1>", "@everyone", "<https://evil.example|press>", "&lt;!channel&gt;",
    "*bold* _it_ ~no~ `code` ```block```", "> quote", ":smile:", "\u202egnp.exe\u2066", "a\0b", "\ud800", "x" * 10_000,
    "line\nbreak\r\n\t", "🎧" * 300, "{date_num}", "",
)  # fmt: skip


def said(blocks: Any, text: str = "x") -> Request:
    """A message of these blocks."""
    body = {"channel": "C1", "text": text, "blocks": blocks}
    return Request("slack", "POST", "/api/chat.postMessage", {}, body, (), 200)


def viewed(blocks: Any) -> Request:
    body = {"user_id": "U1", "view": {"type": "home", "blocks": blocks}}
    return Request("slack", "POST", "/api/views.publish", {}, body, (), 200)


def read(blocks: Any) -> str:
    return read_blocks(blocks, {})


words = st.one_of(st.text(max_size=60), st.sampled_from(HOSTILE))
values = st.one_of(words, st.integers(-(10**6), 10**9), st.builds(Moment, st.integers(0, 4_000_000_000_000)))
texts = st.recursive(
    st.builds(lambda value: t("{x}", x=value), values)
    | st.builds(lambda value: t("a {x} b", x=value), values),
    lambda inner: st.builds(lambda one, two: t("{one}: {{{two}}} {one}", one=one, two=two), inner, values),
    max_leaves=4,
)
ids = st.dictionaries(st.sampled_from(["id", "n"]), st.text("abc123ü", max_size=10), max_size=2)
urls = st.sampled_from(
    ["https://example.org/song", "javascript:alert(1)", "", "https://x/ y", "http://[", "HTTPS://X.org"]
)
buttons = st.builds(Button, texts, st.just("draft.swap"), ids, st.booleans())
rows = st.builds(Row, texts, st.none() | texts, urls, st.lists(buttons, max_size=3).map(tuple))
alts = texts.filter(lambda it: str(it).strip())
blocks_ = st.one_of(
    st.builds(Lines, st.lists(texts, max_size=6).map(tuple), st.none() | texts),
    st.builds(Listing, st.lists(rows, max_size=12).map(tuple), st.none() | texts, st.booleans()),
    st.builds(Fields, st.lists(st.tuples(texts, texts), max_size=6).map(tuple), st.none() | texts),
    st.builds(Bars, st.lists(st.tuples(texts, st.integers(0, 10**9)), max_size=24).map(tuple), texts),
    st.builds(Picture, st.just(b""), alts),
)
cards = st.builds(
    Card,
    texts,
    st.lists(blocks_, max_size=8).map(tuple),
    st.lists(buttons | st.builds(Link, texts, urls), max_size=8).map(tuple),
    st.none() | texts,
)


@settings(max_examples=50, deadline=None)
@given(cards, st.none() | texts)
def test_any_card_is_within_every_limit_and_calls_nobody(card: Card, about: Text | None) -> None:
    files = ["F0123456789"] * 3
    drawn = draw(card, files=files, about=about)
    assert violations(said(drawn, fallback(card))) == []
    assert violations(viewed(draw(card, VIEW, about=about))) == []
    assert pings({"text": fallback(card), "blocks": drawn}) == []
    json.dumps([drawn, fallback(card)], ensure_ascii=False).encode()


@pytest.mark.parametrize(
    "card",
    [
        Card(t("x"), tuple(Lines((t("line {n}", n=n),)) for n in range(200))),
        Card(t("x"), (Lines(tuple(t("line {n} {x}", n=n, x="y" * 400) for n in range(300))),)),
        Card(t("x"), (Listing(tuple(Row(t("{x}", x="y" * 300)) for _ in range(400)), numbered=True),)),
        Card(t("x"), buttons=tuple(Button(t("button {n}", n=n), "a.b", {"n": str(n)}) for n in range(300))),
        Card(
            t("x"),
            (
                Listing(
                    tuple(
                        Row(t("song {n}", n=n), buttons=(Button(t("Swap"), "a.b", {"n": str(n)}),))
                        for n in range(450)
                    )
                ),
            ),
        ),
        Card(t("x"), tuple(Bars(((t("a"), 1), (t("b"), 2)), t("Plays")) for _ in range(60))),
        Card(t("{x}", x="y" * 5000), footer=t("{x}", x="z" * 5000)),
        Card(t("{at}", at=Moment(1_760_000_000_000))),
        Card(t(" ")),
    ],
    ids=range(9),
)
def test_large_cards_are_cut_to_what_slack_takes(card: Card) -> None:
    for drawn, request in ((draw(card), said), (draw(card, VIEW), viewed)):
        assert violations(request(drawn)) == []


def test_what_is_cut_is_said() -> None:
    card = Card(
        t("x"),
        (Lines(tuple(t("line {n} {x}", n=n, x="y" * 400) for n in range(100))), Lines((t("last"),))),
        buttons=tuple(Button(t("button {n} {x}", n=n, x="z" * 50), "a.b") for n in range(120)),
    )
    text = read(draw(card))
    shown = sum(f"line {n} " in text for n in range(100))
    assert 0 < shown < 100
    assert f"… and {100 - shown} more" in text
    drawn = sum(len(block["elements"]) for block in draw(card) if block["type"] == "actions")
    assert f"{120 - drawn} buttons" in text
    assert "Left out here: " in text


def test_a_draft_of_25_songs_fits_with_all_that_can_be_done_to_it() -> None:
    def ids(n: int) -> dict[str, str]:
        return {"draft": "1234", "song": str(n)}

    songs = tuple(
        Row(
            t("{title} — {artist}", title=f"A title of usual length {n}", artist="An Artist & Another"),
            t("{why}; {heard}", why="fits “rainy” and “calm”", heard="Ana and Ben play it, 12 times"),
            f"https://open.spotify.com/track/{'x' * 22}",
            (Button(t("Swap"), "draft.swap", ids(n)), Button(t("Veto"), "draft.veto", ids(n))),
        )
        for n in range(1, 26)
    )
    card = Card(
        t("A rainy Sunday"),
        (
            Lines((t("calm · rainy"), t("Two songs of the list are new to everybody."))),
            Listing(songs, numbered=True),
            Fields(
                tuple((t("{x}", x=f"Member {n}"), t("20 %, plays 4 of them")) for n in range(6)),
                t("Whose list it is"),
            ),
        ),
        (Button(t("Save"), "draft.save", {"draft": "1234"}, strong=True),),
        t("No AI was used; cost $0"),
    )
    text = read(draw(card))
    assert "Left out" not in text
    assert "more" not in text
    assert "Member 5" in text


def test_a_button_that_would_be_too_long_is_said_to_be_missing() -> None:
    card = Card(t("x"), buttons=(Button(t("Again"), "/play", {"prompt": "é" * 400}), Button(t("Ok"), "a.b")))
    drawn = draw(card)
    assert [
        it["text"]["text"] for block in drawn if block["type"] == "actions" for it in block["elements"]
    ] == ["Ok"]
    assert "Left out here: 1 button." in read(drawn)


def test_a_long_call_fits_a_button_of_slacks() -> None:
    args = {"prompt": "late drive " * 25}
    drawn = draw(Card(t("x"), buttons=(Button(t("Again"), "/play", args),)))
    assert unpacked(drawn[-1]["elements"][0]["value"]) == ("/play", args)


def test_somebody_elses_words_are_literal() -> None:
    drawn = draw(Card(t("Now: {x}", x="*hi* <!channel>"), (Lines((t("{x}", x="<@U1> & _co_"),)),)))
    assert drawn[0]["text"] == {"type": "plain_text", "text": "Now: *hi* <!channel>", "emoji": False}
    assert drawn[1]["elements"][0]["elements"] == [{"type": "text", "text": "<@U1> & _co_"}]
    assert fallback(Card(t("{x}", x="<!channel> & co"))) == "&lt;!channel&gt; &amp; co"


def test_times_are_written_in_the_readers_zone() -> None:
    drawn = rich(t("Since {at}.", at=Moment(1_760_000_000_000, "Europe/Lisbon")), 100)
    assert drawn[1] == {
        "type": "date", "timestamp": 1_760_000_000, "format": "{date_short_pretty} at {time}",
        "fallback": "2025-10-09 09:53",
    }  # fmt: skip


def test_rows_become_links_and_their_buttons_menus() -> None:
    row = Row(
        t("Low — {x}", x="Words"),
        t("twice"),
        "https://example.org/1",
        (Button(t("Swap"), "a.b", {"n": "1"}),),
    )
    listing, menu = draw(Card(t("x"), (Listing((row,), numbered=True),)))[1:]
    (item,) = listing["elements"][0]["elements"]
    assert item["elements"][0] == {"type": "link", "url": "https://example.org/1", "text": "Low — Words"}
    assert item["elements"][2] == {"type": "text", "text": "twice", "style": {"italic": True}}
    (select,) = menu["elements"]
    assert (select["type"], select["placeholder"]["text"]) == ("static_select", "Swap …")
    assert select["options"][0]["text"]["text"] == "1. Low — Words"
    assert unpacked(select["options"][0]["value"]) == ("a.b", {"n": "1"})


def test_numbers_to_compare_are_a_chart_of_slacks_own() -> None:
    drawn = chart(
        Bars(
            ((t("{x}", x="Anastasia of the long name"), 3), (t("{x}", x="Anastasia of the long nose"), 0)),
            t("Plays"),
        )
    )
    assert drawn is not None
    labels = drawn["chart"]["axis_config"]["categories"]
    assert labels == ["Anastasia of the lo…", "Anastasia of the… 2"]
    assert [(it["label"], it["value"]) for it in drawn["chart"]["series"][0]["data"]] == [
        (labels[0], 3),
        (labels[1], 0),
    ]
    assert json.dumps(drawn).count("Plays") == 1


@pytest.mark.parametrize(
    "bars", [Bars((), t("Plays")), Bars(((t("a"), 1),) * 21, t("Plays")), Bars(((t("a"), 1),), t(" "))]
)
def test_what_no_chart_can_show_is_lines(bars: Bars) -> None:
    assert chart(bars) is None
    assert len(list(chart_lines(bars, ENGLISH))) == len(bars.bars)


def test_a_third_chart_is_lines() -> None:
    bars = Bars(((t("Ana"), 12), (t("Ben"), 3), (t("Cy"), 0)), t("Plays"))
    drawn = draw(Card(t("x"), (bars, bars, bars)))
    assert [it["type"] for it in drawn] == ["header", "data_visualization", "data_visualization", "rich_text"]
    assert read(drawn[3:]) == "Plays\n▇▇▇▇▇▇▇▇▇▇▇▇ 12 Ana\n▇▇▇ 3 Ben\n0 Cy"


def test_a_picture_is_shown_once_slack_has_it_and_told_in_words_until_then() -> None:
    card = Card(t("x"), (Picture(b"", t("Ana played 120 songs.")),))
    assert draw(card, files=["F1"])[1] == {
        "type": "image",
        "slack_file": {"id": "F1"},
        "alt_text": "Ana played 120 songs.",
    }
    assert read(draw(card)[1:]) == "Picture: Ana played 120 songs."
    assert read(draw(card, files=[""])[1:]) == "Picture: Ana played 120 songs."


def test_controls_have_names_of_their_own() -> None:
    row = Row(t("x"), buttons=(Button(t("a"), "a.b"), Button(t("b"), "a.b")))
    drawn = draw(
        Card(t("x"), (Listing((row,)),), (Button(t("c"), "a.b"), Link(t("d"), "https://example.org")))
    )
    names = [it["action_id"] for block in drawn if block["type"] == "actions" for it in block["elements"]]
    assert len(names) == len(set(names)) == 4


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "", "https://a b", "https://x\u202e", "https://" + "x" * 4000]
)
def test_only_web_pages_are_linked(url: str) -> None:
    assert web_url(url) == ""


@given(st.text())
def test_words_come_through_slacks_entities(text: str) -> None:
    assert unescaped(escaped(text)) == text
    assert not set("<>") & set(escaped(text))


@given(st.text(), st.integers(1, 40))
def test_cut_words_fit(text: str, most: int) -> None:
    assert len(cut(text, most)) <= most
    assert len(spoken(t("{x}", x=text), most)) <= most
    assert sum(len(it["text"]) for it in rich(t("{x}{x}", x=text), most)) <= most + 1
    assert "\n" not in clean(text)


@given(st.text())
def test_what_comes_in_can_be_stored(text: str) -> None:
    received(text).encode()
    assert "\0" not in received(text)


async def sample_card(name: str) -> Card:
    """A card of the sample feature."""
    sample = Sample()
    ana = Person(Identity("slack", "T1/U1"), "Ana", "Europe/Lisbon")
    ctx = Context(ana, Place(RoomRef("slack", "T1", "C1"), "music"), "r1")
    if name == "match":
        ben = Person(Identity("slack", "T1/U2"), "Ben", "Europe/Vienna")
        card = await sample.match(ctx, ben)
    else:
        card = await getattr(sample, name)(ctx)
    assert isinstance(card, Card)
    return card


@pytest.mark.parametrize("name", ["top", "privacy", "wrapped", "match", "hostile"])
async def test_what_slack_is_sent_for_a_card(name: str) -> None:
    """Write the snapshots anew with `EARSHOT_SNAPSHOTS=write`, and look at what changed."""
    card = await sample_card(name)
    drawn = {
        "text": fallback(card),
        "blocks": draw(card, files=["F0123456789"], about=t("Ana: /{name}", name=name)),
    }
    file = SNAPSHOTS / f"{name}.json"
    if os.environ.get("EARSHOT_SNAPSHOTS") == "write":
        SNAPSHOTS.mkdir(exist_ok=True)
        file.write_text(json.dumps(drawn, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    assert drawn == json.loads(file.read_text(encoding="utf-8"))
