"""What pictures say to those who do not see them, and which place a member has in them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from recaps_to_draw import (
    AWARD,
    PICTURES,
    QUARTER,
    QUOTES,
    WORLD,
    YEAR,
    make_atlas,
    make_matrix,
    make_months,
    make_poster,
    make_recap,
    make_ticket,
)

from bot.core.model import MemberId
from bot.core.pictures import Hours, percent, places

IDS = st.integers(1, 10**9).map(MemberId)


@settings(deadline=None)
@given(st.lists(IDS, unique=True, max_size=40), st.data())
def test_a_place_does_not_depend_on_who_is_shown(order: list[MemberId], data: st.DataObject) -> None:
    shown = data.draw(st.sets(st.sampled_from(order))) if order else set()
    assert [places(order, shown)[member] for member in order] == list(range(len(order)))


@settings(deadline=None)
@given(st.lists(IDS, unique=True, max_size=10), st.sets(IDS, max_size=10))
def test_who_is_not_in_the_order_comes_after_it_by_id(order: list[MemberId], shown: set[MemberId]) -> None:
    found = places(order, shown)
    late = sorted(shown - set(order))
    assert [found[member] for member in late] == list(range(len(order), len(order) + len(late)))


@pytest.mark.parametrize("case", PICTURES)
def test_every_picture_says_in_words_what_it_is(case: str) -> None:
    said = str(PICTURES[case].alt())
    assert len(said) > 20
    assert "{" not in said


def test_a_ticket_in_words() -> None:
    assert str(make_ticket(make_recap(4), 1, AWARD).alt()) == (
        "Beatriz in #music-club, Week 47, 16–22 Nov 2026: 256 plays, 768 minutes. "
        "Top song: The Hounds of Winter (Live at the Royal Albert Hall, 1996) — Sting, Orquesta Sinfónica & Сергей "
        "Полунин, 42. Top artist: YOASOBI, 32. Award: Night owl, 41 plays after midnight. "
        "Busiest hour: Mon 16 Nov, 20:00 to 21:00, with 65 plays."
    )


def test_the_hours_in_words() -> None:
    recap = make_recap(2, plays=0)
    ana, ben = recap.members
    week = (0,) * 50 + (3,) + (0,) * 117
    recap = replace(recap, plays=3, members=(replace(ana, week=week), ben), week=week)
    assert str(Hours(recap).alt()) == (
        "#music-club, Week 47, 16–22 Nov 2026: the hours of the week, each member by their own clock. 3 plays. "
        "Most plays on Wednesday between 02:00 and 02:59: 3. Hours with more than half of the plays: Łukasz 1."
    )


def test_a_quote_in_words_is_whole() -> None:
    said = str(make_poster(QUOTES["no font"]).alt())
    assert f"“{QUOTES['no font']}”" in said
    assert "Played 12 times." in said


def test_the_matrix_in_words() -> None:
    assert str(make_matrix(3).alt()) == (
        "#music-club, Week 47: how alike 3 members are. Most alike: Beatriz and דנה 97 %, Łukasz and דנה 74 %, "
        "Łukasz and Beatriz 37 %. 아이유 (IU) joins 3 members."
    )
    assert "Nobody has 30 plays yet" in str(make_matrix(3, plays=5, bridge=False).alt())


def test_the_months_in_words() -> None:
    recap = make_recap(2, days=QUARTER, plays=900, songs=[("Dancing On My Own", "Robyn")])
    assert str(make_months(recap, empty=[5], songs=[("", "Robyn")]).alt()) == (
        "#music-club, Quarter 2 of 2026, month by month: 900 plays by 2 listeners. "
        "Top song: Dancing On My Own — Robyn, 30. "
        "Months, and who was played most: Apr 150 (Robyn 16), May 0, Jun 300 (Robyn 33). "
        "Plays by member: Łukasz 300, Beatriz 600."
    )
    year = make_recap(1, days=YEAR, songs=[("Dancing On My Own", "Robyn")])
    said = str(make_months(year, songs=[("", "Robyn")], seasons=1).alt())
    assert said.endswith("What set quarters apart: January to March Robyn, 32 of 42 plays.")
    assert "Plays by member" not in said


def test_the_months_of_a_year_in_words_have_room_on_every_platform() -> None:
    songs = [("A Title Of Some Length", "An Artist With Names")]
    assert (
        len(str(make_months(make_recap(6, days=YEAR, plays=40_000, songs=songs), songs=songs).alt())) < 1000
    )


def test_the_map_in_words() -> None:
    assert str(make_atlas(make_recap(2), WORLD[2:4]).alt()) == (
        "#music-club, Week 47, 16–22 Nov 2026: a map of where the artists are from. "
        "By country: South Korea 88, Japan 75. The country is known of 163 of 1,284 plays."
    )
    assert "Iceland 16 and 18 more." in str(make_atlas(make_recap(2)).alt())


@pytest.mark.parametrize(("share", "said"), [(0.0, 0), (0.001, 1), (0.494, 49), (0.999, 99), (1.0, 100)])
def test_only_all_is_a_hundred_percent_and_only_nothing_is_none(share: float, said: int) -> None:
    assert percent(share) == said
