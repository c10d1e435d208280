"""Which picture stands above a recap."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bot.chat.recap_pictures import ANY, LAYOUTS, picture, wish, wished
from bot.core import calendar
from bot.core.model import Member, MemberId
from bot.core.pictures import Atlas, Hours, JCard, Matrix, Months, Poster, Theme
from bot.core.recap import compute
from bot.core.recap.insights import Insights, Pair
from bot.core.recap.model import Recap
from bot.core.recap.months import Month, months
from bot.core.recap.origins import Area, Origins
from bot.core.recap.tops import Names
from bot.core.stories import Quote
from bot.core.taste import Interval
from bot.services.counting import More

ANA, BEN = Member(MemberId(1), "Ana", "UTC"), Member(MemberId(2), "Ben", "UTC")
PAIR = Pair((ANA, BEN), Interval(0.5, 0.4, 0.6), ())
MALI, CUBA = Area("Mali", 9, ((ANA.id, 9),)), Area("Cuba", 4, ((BEN.id, 4),))
MORE = More(Insights(pairs=(PAIR,)), origins=Origins(13, 0, 13, (), (MALI, CUBA)))
NO_MORE = More(Insights())
QUOTE = Quote(1, ANA, "Because.", "Halo", "Beyoncé", 12, None)


def week(number: int = 47) -> Recap:
    monday = date.fromisocalendar(2026, number, 1)
    return compute.recap("club", [], {}, calendar.week_of(monday, "UTC"), [])


def of_year(number: int) -> tuple[Recap, tuple[Month, ...]]:
    period = calendar.year(number, "UTC")
    return compute.recap("club", [], {}, period, []), months([], Names({}), period)


def of_quarter(number: int, quarter: int) -> tuple[Recap, tuple[Month, ...]]:
    period = calendar.quarter_of(date(number, 3 * quarter, 1), "UTC")
    return compute.recap("club", [], {}, period, []), months([], Names({}), period)


@pytest.mark.parametrize(
    ("layout", "drawn"),
    [("jcard", JCard), ("hours", Hours), ("poster", Poster), ("matrix", Matrix), ("map", Atlas)],
)
def test_the_wish_is_drawn_where_there_is_something_to_draw(layout: str, drawn: type) -> None:
    assert isinstance(picture(layout, week(), MORE, (ANA.id,), [QUOTE]), drawn)
    alone = picture(layout, week(), NO_MORE, (), [])
    assert isinstance(alone, drawn if layout in {"jcard", "hours"} else JCard)


def test_a_poster_says_the_first_words_a_matrix_the_pairs_and_a_map_the_areas() -> None:
    poster = picture("poster", week(), NO_MORE, (ANA.id,), [QUOTE])
    assert isinstance(poster, Poster)
    assert (poster.said, poster.author, poster.title, poster.times) == ("Because.", ANA, "Halo", 12)
    matrix = picture("matrix", week(), MORE, (ANA.id,), [])
    assert isinstance(matrix, Matrix)
    assert (matrix.pairs, matrix.group) == ((PAIR,), "club")
    atlas = picture("map", week(), MORE, (ANA.id,), [])
    assert isinstance(atlas, Atlas)
    assert atlas.origins.areas == (MALI, CUBA)


def test_one_country_makes_no_map() -> None:
    more = replace(MORE, origins=Origins(9, 0, 9, (), (MALI,)))
    assert isinstance(picture("map", week(), more, (), []), JCard)


def test_without_a_wish_it_changes_from_week_to_week_and_is_the_same_for_one() -> None:
    drawn = [type(picture(ANY, week(number), MORE, (), [QUOTE])) for number in range(40, 50)]
    assert set(drawn) == {JCard, Hours, Poster, Matrix, Atlas}
    assert drawn[:5] == drawn[5:]


def test_a_long_time_is_shown_month_by_month_unless_something_else_is_wished_for() -> None:
    for recap, by_month in (of_year(2026), of_quarter(2026, 4)):
        more = replace(NO_MORE, months=by_month)
        shown = picture("months", recap, more, (ANA.id,), [])
        assert isinstance(shown, Months)
        assert (shown.months, shown.order) == (by_month, (ANA.id,))
        assert isinstance(picture("matrix", recap, more, (), []), Months)
        assert isinstance(picture("jcard", recap, more, (), []), JCard)
        assert isinstance(picture("months", week(), NO_MORE, (), []), JCard)


def test_without_a_wish_a_year_and_every_second_quarter_are_shown_month_by_month() -> None:
    drawn = []
    for number in (2026, 2027):
        for quarter in (1, 2, 3, 4):
            recap, by_month = of_quarter(number, quarter)
            drawn.append(type(picture(ANY, recap, replace(MORE, months=by_month), (), [])))
    assert drawn[0::2] == [Months] * 4
    assert {JCard, Hours, Matrix, Atlas} == set(drawn) - {Months}
    years = [picture(ANY, *pair, (), []) for pair in map(year_and_more, (2026, 2027))]
    assert [isinstance(it, Months) for it in years] == [True, True]


def year_and_more(number: int) -> tuple[Recap, More]:
    recap, by_month = of_year(number)
    return recap, replace(NO_MORE, months=by_month)


def test_of_more_than_twelve_months_the_j_card_is_shown() -> None:
    period = calendar.days(date(2025, 1, 1), date(2026, 3, 31), "UTC")
    by_month = months([], Names({}), period)
    assert len(by_month) == 15
    recap = compute.recap("club", [], {}, period, [])
    assert isinstance(picture("months", recap, replace(NO_MORE, months=by_month), (), []), JCard)


def test_a_wish_is_kept_with_its_ground() -> None:
    for layout in LAYOUTS:
        for theme in Theme:
            assert wished(wish(layout, theme)) == (layout, theme)
    assert wished("of an older version") == (ANY, Theme.LIGHT)
