"""What the card says: the period in words, marks of movement, who is named, colours that can be told and read."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from recaps_to_draw import CASES, make_recap, period

from bot.core.model import MemberId, PeriodKind, Source
from bot.core.recap.model import Recap
from bot.integrations.painter import FontSet
from bot.integrations.painter.jcard import jcard
from bot.integrations.painter.lettering import Lettering
from bot.integrations.painter.palette import LOOKS, READ_ON, REST, TOKENS, contrast, looks_by_member
from bot.integrations.painter.times import dates, headline


@pytest.mark.parametrize(
    ("kind", "first", "last", "big", "small"),
    [
        (PeriodKind.WEEK, date(2026, 11, 16), date(2026, 11, 22), "Week 47", "16–22 Nov 2026"),
        (PeriodKind.WEEK, date(2026, 12, 28), date(2027, 1, 3), "Week 53", "28 Dec 2026 – 3 Jan 2027"),
        (PeriodKind.MONTH, date(2026, 9, 1), date(2026, 9, 30), "September", "1–30 Sep 2026"),
        (PeriodKind.YEAR, date(2026, 1, 1), date(2026, 12, 31), "2026", "1 Jan – 31 Dec 2026"),
        (PeriodKind.DAYS, date(2026, 11, 12), date(2026, 11, 19), "12–19 Nov", "12–19 Nov 2026"),
        (PeriodKind.DAYS, date(2026, 11, 28), date(2026, 12, 4), "28 Nov – 4 Dec", "28 Nov – 4 Dec 2026"),
        (PeriodKind.DAYS, date(2026, 11, 28), date(2026, 11, 28), "28 Nov", "28 Nov 2026"),
    ],
)
def test_periods(kind: PeriodKind, first: date, last: date, big: str, small: str) -> None:
    when = period(kind, first, last)
    assert (headline(when), dates(when)) == (big, small)


@pytest.fixture
def said(packaged: FontSet) -> Any:
    lettering = Lettering(packaged.coverage)

    def say(recap: Recap) -> Any:
        return jcard(recap, lettering)

    return say


def test_marks_of_movement(said: Any) -> None:
    rows = said(make_recap(2))["rows"]
    assert [row["mark"] for row in rows[:4]] == [
        {"kind": "new", "by": ""},
        {"kind": "same", "by": ""},
        {"kind": "up", "by": "2"},
        {"kind": "down", "by": "2"},
    ]
    assert all(row["mark"] is None for row in said(make_recap(2, before=False))["rows"])


def test_shares_add_up_also_of_those_without_a_name(said: Any) -> None:
    for row in said(make_recap(13))["rows"]:
        assert sum(part for _, part in row["shares"]) == pytest.approx(1, abs=0.01)
        assert row["shares"][-1][0] == REST


def test_the_most_active_eight_are_named_and_the_others_counted(said: Any) -> None:
    card = said(CASES["twelve"])
    assert len(card["members"]) == 8
    assert card["unnamed"].startswith("+4 more, ")
    assert [member["look"] for member in card["members"]] == list(range(4, 12))


def test_a_single_member_has_a_card_of_their_own(said: Any) -> None:
    card = said(make_recap(1, name="club"))
    assert [line["s"] for line in card["kicker"]] == ["Łukasz", "club"]
    assert card["members"] == []
    assert len(card["own"]["artists"]) == 5
    assert card["change"] == {"kind": "up", "by": "129"}


def test_the_box_tells_a_loop_else_the_busiest_hour_else_nothing(said: Any) -> None:
    assert said(make_recap(2))["box"]["label"] == "On repeat, Tue 17 Nov, 02:00–04:00"
    assert said(make_recap(2))["box"]["said"] == "played it 12 times in a row"
    assert said(make_recap(2, loops=False))["box"]["title"]["s"] == "Mon 16 Nov, 20:00–21:00"
    assert said(make_recap(2, plays=0))["box"]["kind"] == "quiet"


def test_the_footer_states_the_rule_and_what_is_known(said: Any) -> None:
    assert said(make_recap(3))["footer"][1] == "complete for everyone"
    assert said(make_recap(1))["footer"][1] == "complete"
    assert said(make_recap(1, complete=0.999))["footer"][1] == "99 % of the time is known"
    recap = make_recap(6)
    patchy = replace(recap, coverage=(replace(recap.coverage[0], complete=0.4), *recap.coverage[1:]))
    assert said(patchy)["footer"] == [
        "A play = 30 seconds or more", "complete for 5 of 6 members", "Titles from Spotify",
    ]  # fmt: skip
    scrobbled = replace(recap, coverage=(replace(recap.coverage[0], sources=((Source.LASTFM, 3),)),))
    assert said(scrobbled)["footer"][2:] == ["Plays from Last.fm"]


@pytest.mark.parametrize(("letters", "ground"), READ_ON)
def test_letters_can_be_read_on_every_ground(letters: str, ground: str) -> None:
    assert contrast(TOKENS[letters], TOKENS[ground]) >= 4.5


def test_every_mark_has_a_keyline_that_shows_on_paper() -> None:
    assert contrast(TOKENS["ink"], TOKENS["paper"]) >= 3
    assert all((look.on, look.ink) in READ_ON for look in LOOKS)
    assert len(set(LOOKS)) == len(LOOKS) == REST == 16


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#FFFFFF", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@given(st.sets(st.integers(1, 10**9), max_size=40))
def test_a_members_look_follows_from_the_order_of_ids(ids: set[int]) -> None:
    members = [MemberId(i) for i in ids]
    looks = looks_by_member(members)
    assert looks == looks_by_member(reversed(members))
    assert [looks[MemberId(i)] for i in sorted(ids)] == [n % 16 for n in range(len(ids))]
