"""Which picture stands above a recap."""

from __future__ import annotations

from datetime import date

import pytest

from bot.chat.recap_pictures import ANY, LAYOUTS, picture, wish, wished
from bot.core import calendar
from bot.core.model import Member, MemberId
from bot.core.pictures import Hours, JCard, Matrix, Poster, Theme
from bot.core.recap import compute
from bot.core.recap.insights import Insights, Pair
from bot.core.recap.model import Recap
from bot.core.stories import Quote
from bot.core.taste import Interval

ANA, BEN = Member(MemberId(1), "Ana", "UTC"), Member(MemberId(2), "Ben", "UTC")
PAIR = Pair((ANA, BEN), Interval(0.5, 0.4, 0.6), ())
QUOTE = Quote(1, ANA, "Because.", "Halo", "Beyoncé", 12, None)


def week(number: int = 47) -> Recap:
    monday = date.fromisocalendar(2026, number, 1)
    return compute.recap("club", [], {}, calendar.week_of(monday, "UTC"), [])


@pytest.mark.parametrize(
    ("layout", "drawn"), [("jcard", JCard), ("hours", Hours), ("poster", Poster), ("matrix", Matrix)]
)
def test_the_wish_is_drawn_where_there_is_something_to_draw(layout: str, drawn: type) -> None:
    assert isinstance(picture(layout, week(), Insights(pairs=(PAIR,)), (ANA.id,), [QUOTE]), drawn)
    alone = picture(layout, week(), Insights(), (), [])
    assert isinstance(alone, drawn if layout in {"jcard", "hours"} else JCard)


def test_a_poster_says_the_first_words_and_a_matrix_the_pairs() -> None:
    poster = picture("poster", week(), Insights(), (ANA.id,), [QUOTE])
    assert isinstance(poster, Poster)
    assert (poster.said, poster.author, poster.title, poster.times) == ("Because.", ANA, "Halo", 12)
    matrix = picture("matrix", week(), Insights(pairs=(PAIR,)), (ANA.id,), [])
    assert isinstance(matrix, Matrix)
    assert (matrix.pairs, matrix.group) == ((PAIR,), "club")


def test_without_a_wish_it_changes_from_week_to_week_and_is_the_same_for_one() -> None:
    drawn = [
        type(picture(ANY, week(number), Insights(pairs=(PAIR,)), (), [QUOTE])) for number in range(40, 48)
    ]
    assert set(drawn) == {JCard, Hours, Poster, Matrix}
    assert drawn[:4] == drawn[4:]


def test_a_wish_is_kept_with_its_ground() -> None:
    for layout in LAYOUTS:
        for theme in Theme:
            assert wished(wish(layout, theme)) == (layout, theme)
    assert wished("of an older version") == (ANY, Theme.LIGHT)
