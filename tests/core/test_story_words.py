"""Which words are said of a moment and of a quote, when a question is welcome, and who is cleared for a post."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import calendar, stories
from bot.core.consent import Feature, Previewed, cleared
from bot.core.model import GroupId, Member, MemberId, RoomRef, Span
from bot.core.stories import Cause, Occasion, Quote
from bot.ports import Membership

ZONE = "Europe/Berlin"
ANA = Member(MemberId(1), "Ana", ZONE)
ROOM = RoomRef("lounge", "", "a")
AT = calendar.at_local(date(2026, 11, 17), 1, 40, ZONE)
UNTIL = calendar.at_local(date(2026, 11, 17), 3, 10, ZONE)
KEYS = ["2026-W46", "2026-W47", "2026-11"]


def occasion(cause: Cause, times: int = 12, days: int = 0) -> Occasion:
    return Occasion(cause, ("spotify:track:1",), "Halo", "Beyoncé", times, AT, UNTIL, days)


@pytest.mark.parametrize(
    ("cause", "times", "said"),
    [
        (Cause.LOOP, 12, "You played Halo — Beyoncé 12 times in a row, Tue 17 Nov, 01:40 to 03:10"),
        (
            Cause.MOMENT,
            9,
            "You played Halo — Beyoncé 9 times in seven days, far more than in the weeks before",
        ),
        (Cause.COMEBACK, 5, "You played Halo — Beyoncé 5 times in seven days, after 214 days without it"),
        (Cause.OWN, 1, "You played Halo — Beyoncé once"),
        (Cause.OWN, 2, "You played Halo — Beyoncé 2 times"),
    ],
)
def test_a_question_is_a_fact(cause: Cause, times: int, said: str) -> None:
    assert str(stories.question(occasion(cause, times, 214), ZONE)) == said


def test_words_stand_beside_their_fact_as_they_are() -> None:
    words = "  {who} says:\n“why not?” שלום 🌧️ @everyone "
    it = Quote(1, ANA, words, "Halo", "Beyoncé", 12, Span(AT, UNTIL + 1))
    assert list(map(str, stories.said(it))) == [
        "“  {who} says:",
        "“why not?” שלום 🌧️ @everyone ” — Ana, on Halo — Beyoncé, 12 times in a row, Tue 17 Nov, 01:40 to 03:10",
    ]
    [alone] = stories.said(replace(it, words="Rain."))
    assert str(alone) == "“Rain.” — Ana, on Halo — Beyoncé, 12 times in a row, Tue 17 Nov, 01:40 to 03:10"
    poem = stories.said(replace(it, words="One\r\n\nTwo\u2028Three\n"))
    assert list(map(str, poem[:2])) == ["“One", "Two"]
    assert str(poem[2]).startswith("Three” — Ana, on ")
    untold = Quote(1, ANA, words, "Halo", "Beyoncé", 12, None)
    assert str(stories.about(untold)) == "Halo — Beyoncé, played 12 times"
    assert (
        str(stories.about(Quote(1, ANA, words, "Halo", "Beyoncé", 1, None))) == "Halo — Beyoncé, played once"
    )


@given(st.integers(0, 2**41), st.sampled_from(["UTC", ZONE, "Asia/Kolkata", "Pacific/Auckland"]))
def test_nobody_is_asked_at_night(now_ms: int, zone: str) -> None:
    hour = calendar.local_time(now_ms, zone).hour
    assert stories.may_be_asked_at(now_ms, zone) == (10 <= hour < 21)


@given(
    st.dictionaries(
        st.integers(1, 6).map(MemberId),
        st.builds(Previewed, st.booleans(), st.sampled_from(["", *KEYS])),
        max_size=6,
    ),
    st.sets(st.integers(1, 6), max_size=6),
    st.sampled_from(KEYS),
)
def test_nobody_is_in_a_post_who_did_not_say_that_it_is_fine(
    said: dict[MemberId, Previewed], there: set[int], key: str
) -> None:
    memberships = [
        Membership(
            Member(MemberId(n), "x", "UTC"), GroupId(1), frozenset({Feature.RECAP}), frozenset({ROOM}), 1
        )
        for n in there
    ]
    found = cleared(memberships, said, key)
    assert found == {
        n for n in there if n in said and said[MemberId(n)].fine and said[MemberId(n)].left_out != key
    }
