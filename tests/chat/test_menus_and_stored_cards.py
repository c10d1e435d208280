"""Rows' buttons as menus, and cards that are stored and come back the same."""

from __future__ import annotations

from bot.chat import Bars, Button, Card, Fields, Lines, Link, Listing, Picture, Row
from bot.chat.menus import menus
from bot.chat.stored import dumped, loaded
from bot.text import Moment, t


def _listing(n: int) -> Listing:
    return Listing(
        tuple(
            Row(
                t("Song {i}", i=i),
                buttons=(Button(t("Swap"), "swap", {"i": str(i)}), Button(t("Veto"), "veto", {"i": str(i)})),
            )
            for i in range(1, n + 1)
        ),
        numbered=True,
    )


def test_each_kind_of_button_becomes_one_menu() -> None:
    swap, veto = menus(_listing(3), 25)
    assert (str(swap.label), str(veto.label)) == ("Swap …", "Veto …")
    assert [str(words) for words, _ in swap.choices] == ["1. Song 1", "2. Song 2", "3. Song 3"]
    assert [button.args["i"] for _, button in veto.choices] == ["1", "2", "3"]


def test_a_menu_that_would_be_too_long_is_cut_in_two_and_says_so() -> None:
    labels = [str(menu.label) for menu in menus(_listing(30), 25)]
    assert labels == ["Swap … (1 to 25)", "Swap … (26 to 30)", "Veto … (1 to 25)", "Veto … (26 to 30)"]
    assert sum(len(menu.choices) for menu in menus(_listing(30), 25)) == 60


def test_rows_without_buttons_make_no_menu() -> None:
    assert menus(Listing((Row(t("Just words")),)), 25) == ()


def test_a_stored_card_comes_back_the_same() -> None:
    card = Card(
        t("Hello {who}", who="Zoë \ud83d <@U1>"),
        (
            Lines((t("one"), t("two {n}", n=2)), t("Heading")),
            Listing(
                (Row(t("row"), t("note"), "https://example.org", (Button(t("x"), "y", {"z": "1"}),)),),
                None,
                True,
            ),
            Fields(((t("name"), t("at {when}", when=Moment(1, "Europe/Berlin"))),)),
            Bars(((t("Ana"), 3), (t("Ben"), 0)), t("Plays")),
            Picture(b"\x89PNG", t("A picture of {n} bars", n=2)),
        ),
        (Button(t("Go"), "go", {}, True), Link(t("Open"), "https://example.org")),
        t("footer"),
        replaces=True,
    )
    assert loaded(dumped(card)) == card
    assert loaded(dumped(Card(t("Bare")))) == Card(t("Bare"))
