"""Cards as Components V2: what fits, what is cut and said so, and that nothing hostile gets through."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from bot.adapters.discord.draw import Drawn, draw, draw_progress
from bot.adapters.discord.pages import TEXT_MOST
from bot.adapters.discord.presses import call_in
from bot.adapters.discord.shelf import Shelf
from bot.chat.cards import Bars, Button, Card, Fields, Lines, Link, Listing, Picture, Row
from bot.text import Moment, t
from tests.adapters import strange
from tests.adapters.sample import png
from tests.twins.discord import violations
from tests.twins.traffic import Request

SNAPSHOTS = Path(__file__).parent / "snapshots"
COMMANDS = {"top": 11, "join": 12}


def body_of(drawn: Drawn) -> dict[str, Any]:
    """The message as discord.py sends it."""
    return {
        "components": drawn.view.to_components(),
        "flags": 1 << 15,
        "attachments": [file.to_dict(n) for n, file in enumerate(drawn.files)],
    }


def request_of(drawn: Drawn) -> Request:
    files = tuple(
        {"id": n, "name": it.filename, "size": len(it.fp.read()), "description": it.description}
        for n, it in enumerate(drawn.files)
    )
    route = "/channels/{channel_id}/messages"
    return Request("discord", "POST", route, {}, body_of(drawn), files, 200)


def drawn(card: Card, **more: Any) -> Drawn:
    return draw(card, Shelf().packed, commands=COMMANDS, **more)


def parts(body: Any) -> Iterator[dict[str, Any]]:
    """Every component."""
    if isinstance(body, dict):
        if isinstance(body.get("type"), int):
            yield body
        for value in body.values():
            yield from parts(value)
    elif isinstance(body, list):
        for value in body:
            yield from parts(value)


def text_of(it: Drawn) -> str:
    return "\n".join(part["content"] for part in parts(body_of(it)["components"]) if part["type"] == 10)


def kinds(it: Drawn) -> list[int]:
    return [part["type"] for part in parts(body_of(it)["components"])]


def labels(it: Drawn) -> list[str]:
    return [part["label"] for part in parts(body_of(it)["components"]) if part["type"] == 2]


def menus(it: Drawn) -> dict[str, list[str]]:
    return {
        part["placeholder"]: [option["label"] for option in part["options"]]
        for part in parts(body_of(it)["components"])
        if part["type"] == 3
    }


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(strange.cards)
def test_any_card_is_drawn_within_discords_limits(card: Card) -> None:
    it = drawn(card)
    assert violations(request_of(it)) == []
    components = body_of(it)["components"]
    assert len(list(parts(components))) <= 40
    words = sum(len(part["content"]) for part in parts(components) if part["type"] == 10)
    assert words <= TEXT_MOST
    assert words or any(part["type"] == 12 for part in parts(components)), "neither words nor a picture"
    custom_ids = [part["custom_id"] for part in parts(components) if "custom_id" in part]
    assert len(set(custom_ids)) == len(custom_ids)
    assert all(len(it) <= 100 for it in custom_ids)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(strange.cards)
def test_no_button_vanishes_silently(card: Card) -> None:
    it = drawn(card)
    components = body_of(it)["components"]
    asked = [it for it in card.buttons if isinstance(it, Button)]
    asked += [
        one
        for block in card.blocks
        if isinstance(block, Listing)
        for row in block.rows
        for one in row.buttons
    ]
    pressable = [part["custom_id"] for part in parts(components) if part["type"] == 2 and "custom_id" in part]
    pressable += [one["value"] for part in parts(components) if part["type"] == 3 for one in part["options"]]
    hidden = len(asked) - len(pressable)
    assert (f"… and {hidden:,} more button" in text_of(it)) is (hidden > 0)
    assert all(call_in(one) for one in pressable)


def test_a_long_listing_loses_links_then_notes_then_rows_and_says_so() -> None:
    def listing(rows: int, note: str = "played by everybody here, and liked") -> Drawn:
        row = Row(
            t("A song with a name — and an artist"),
            t("{n}", n=note),
            "https://open.example/track/" + "x" * 22,
        )
        return drawn(Card(t("Draft"), (Listing((row,) * rows, numbered=True), Lines((t("The end"),)))))

    all_of_it = text_of(listing(20))
    assert all_of_it.count("](https://") == all_of_it.count("-# played") == 20
    unlinked = text_of(listing(40))
    assert (unlinked.count("A song"), unlinked.count("](https://"), unlinked.count("-# played")) == (
        40,
        0,
        40,
    )
    bare = text_of(listing(80))
    assert (bare.count("A song"), bare.count("-# played")) == (80, 0)
    cut = text_of(listing(200))
    shown = cut.count("A song")
    assert shown < 200
    assert f"-# … and {200 - shown} more\nThe end" in cut.replace("\n\n", "\n")


def test_whole_parts_that_do_not_fit_are_counted() -> None:
    card = Card(
        t("Title"), tuple(Lines((t("line"),), t("{x}", x="H" * 400)) for _ in range(40)), footer=t("The foot")
    )
    text = text_of(drawn(card))
    shown = text.count("### ")
    assert f"-# The foot\n-# … and {40 - shown} more parts" in text


def test_more_buttons_than_fit_become_a_menu() -> None:
    card = Card(
        t("Groups"), buttons=tuple(Button(t("Group {n}", n=n), "group", {"n": str(n)}) for n in range(40))
    )
    it = drawn(card)
    assert labels(it) == [f"Group {n}" for n in range(10)]
    assert [label for offered in menus(it).values() for label in offered] == [
        f"Group {n}" for n in range(10, 40)
    ]


def test_equal_buttons_stay_apart() -> None:
    vote = Button(t("Vote"), "vote")
    components = body_of(drawn(Card(t("x"), (Listing((Row(t("r"), buttons=(vote, vote)),)),), (vote, vote))))
    pressed = [part["custom_id"] for part in parts(components) if part["type"] == 2]
    assert len(set(pressed)) == 2
    assert {call_in(it) for it in pressed} == {"vote"}


def test_a_link_that_discord_does_not_open_is_words() -> None:
    it = drawn(
        Card(
            t("x"), buttons=(Link(t("Press me"), "javascript:alert(1)"), Link(t("Go"), "https://a.example/"))
        )
    )
    assert labels(it) == ["Go"]
    assert "Press me" in text_of(it)
    assert "javascript" not in json.dumps(body_of(it))


def test_a_picture_has_its_words_twice_and_too_large_a_one_only_words() -> None:
    card = Card(t("Week"), (Picture(png(4, 4), t("Ana played {x}", x="120 @everyone")),))
    body = body_of(drawn(card))
    gallery = next(part for part in parts(body["components"]) if part["type"] == 12)
    assert (
        gallery["items"][0]["description"]
        == body["attachments"][0]["description"]
        == "Ana played 120 @everyone"
    )
    assert gallery["items"][0]["media"]["url"] == "attachment://picture-1.png"
    small = drawn(card, file_most=10)
    assert small.files == []
    assert r"Ana played 120 \@everyone" in text_of(small)
    assert drawn(Card(t("x"), (Picture(b"GIF89a", t("A gif")),))).files == []


def test_pictures_that_stand_together_are_one_gallery_and_ten_are_all() -> None:
    it = drawn(Card(t("x"), tuple(Picture(png(2, 2, n), t("No {n}", n=n)) for n in range(12))))
    galleries = [part for part in parts(body_of(it)["components"]) if part["type"] == 12]
    assert [len(one["items"]) for one in galleries] == [10]
    assert [one.filename for one in it.files][-1] == "picture-10.png"
    assert "No 10\n\nNo 11" in text_of(it)
    assert violations(request_of(it)) == []


def test_scattered_pictures_are_three_galleries_at_most() -> None:
    blocks = [
        it for n in range(6) for it in (Picture(png(2, 2, n), t("No {n}", n=n)), Lines((t("between"),)))
    ]
    it = drawn(Card(t("x"), tuple(blocks)))
    assert kinds(it).count(12) == 3
    assert "No 5" in text_of(it)


def test_bars_are_on_one_scale() -> None:
    text = text_of(drawn(Card(t("x"), (Bars(((t("Ana"), 1000), (t("Ben"), 1), (t("Eve"), 0)), t("Plays")),))))
    assert "`██████████` **1,000** Ana\n`█░░░░░░░░░` **1** Ben\n`░░░░░░░░░░` **0** Eve" in text


def test_progress_is_one_quiet_line() -> None:
    assert text_of(draw_progress(t("Looking for {n} songs …", n=20))) == "-# Looking for 20 songs …"
    assert text_of(draw_progress(t(""))) == "…"


CARDS = {
    "everything": Card(
        t("Top artists of {room}", room="#listening *now*"),
        (
            Lines((t("Counted since {when}. /join shows more.", when=Moment(1_760_000_000_000)), t("Two lines"))),
            Listing(
                (
                    Row(t("{a} — {n} plays", a="Nina Simone", n=1284), t("by {who}", who="Ana"), "https://example.org/1",
                        (Button(t("Swap"), "draft.swap", {"draft": "1", "song": "1"}),)),
                    Row(t("{a}", a="[x](https://evil.example)"), url="https://example.org/(2)",
                        buttons=(Button(t("Swap"), "draft.swap", {"draft": "1", "song": "2"}),)),
                ),
                t("Ranked"),
                numbered=True,
            ),
            Fields(((t("Plays"), t("{n}", n=1284)), (t("Quiet"), t("no")))),
            Bars(((t("Ana"), 12), (t("Ben"), 3)), t("How you compare")),
            Picture(png(2, 2), t("A picture of the week")),
        ),
        (Button(t("Save"), "draft.save", {"draft": "1"}, strong=True), Link(t("Open"), "https://example.org/")),
        t("No AI was used; cost $0"),
    ),
    "bare": Card(t("That is still running.")),
    "hostile": Card(
        t("{x}", x="<@123456789012345678> @everyone"),
        (Lines(tuple(t("{x}", x=it) for it in strange.HOSTILE if len(it) < 100)),),
        footer=t("{x}", x="-# # > foot"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CARDS)
def test_what_is_sent_stays_as_it_was_looked_at(name: str) -> None:
    """With EARSHOT_SNAPSHOTS=write the snapshots are written anew; look at them before they are kept."""
    file = SNAPSHOTS / f"{name}.json"
    body = json.loads(json.dumps(body_of(drawn(CARDS[name]))))
    if os.environ.get("EARSHOT_SNAPSHOTS") == "write":
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps(body, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    assert body == json.loads(file.read_text(encoding="utf-8"))
