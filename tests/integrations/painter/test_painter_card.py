"""What the pictures say: the period in words, marks of movement, who is named, colours that can be told and read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from recaps_to_draw import (
    AWARD,
    CASES,
    PICTURES,
    QUOTES,
    YEAR,
    make_atlas,
    make_matrix,
    make_months,
    make_poster,
    make_recap,
    make_ticket,
    period,
)

import bot.integrations.painter as package
from bot.core.model import MemberId, PeriodKind, Source
from bot.core.pictures import Atlas, Hours, JCard, Months, Picture, Theme
from bot.core.recap.model import Recap
from bot.core.taste import Interval
from bot.integrations.painter import FontSet
from bot.integrations.painter.layouts import written
from bot.integrations.painter.lettering import Lettering
from bot.integrations.painter.palette import LOOKS, READ_ON, REST, SHADES, TOKENS, contrast
from bot.integrations.painter.times import before, corner, dates, headline, stretch
from bot.text import Text


@pytest.mark.parametrize(
    ("kind", "first", "last", "big", "small", "earlier", "figure"),
    [
        (PeriodKind.WEEK, date(2026, 11, 16), date(2026, 11, 22), "Week 47", "16–22 Nov 2026", "Week 46", "47"),
        (PeriodKind.WEEK, date(2026, 12, 28), date(2027, 1, 3), "Week 53", "28 Dec 2026 – 3 Jan 2027", "Week 52",
         "53"),
        (PeriodKind.MONTH, date(2026, 1, 1), date(2026, 1, 31), "January", "1–31 Jan 2026", "December", "01"),
        (PeriodKind.QUARTER, date(2026, 4, 1), date(2026, 6, 30), "Quarter 2", "1 Apr – 30 Jun 2026", "Quarter 1",
         "Q2"),
        (PeriodKind.YEAR, date(2026, 1, 1), date(2026, 12, 31), "2026", "1 Jan – 31 Dec 2026", "2025", "’26"),
        (PeriodKind.DAYS, date(2026, 11, 12), date(2026, 11, 19), "12–19 Nov", "12–19 Nov 2026", "before", "8d"),
        (PeriodKind.DAYS, date(2026, 11, 28), date(2026, 12, 4), "28 Nov – 4 Dec", "28 Nov – 4 Dec 2026", "before",
         "7d"),
        (PeriodKind.DAYS, date(2026, 11, 28), date(2026, 11, 28), "28 Nov", "28 Nov 2026", "before", "1d"),
    ],
)  # fmt: skip
def test_periods(
    kind: PeriodKind, first: date, last: date, big: str, small: str, earlier: str, figure: str
) -> None:
    when = period(kind, first, last)
    assert [str(text(when)) for text in (headline, dates, before, corner)] == [big, small, earlier, figure]


def test_a_stretch_over_midnight_names_both_days() -> None:
    start = period(PeriodKind.DAYS, date(2026, 11, 17), date(2026, 11, 17)).start_ms
    hour = 3_600_000
    assert str(stretch(start + hour, start + 3 * hour, "Europe/Berlin")) == "Tue 17 Nov, 01:00–03:00"
    assert (
        str(stretch(start + 23 * hour, start + 25 * hour, "Europe/Berlin"))
        == "Tue 17 Nov, 23:00 – Wed 18 Nov, 01:00"
    )


Write = Callable[[Picture], Any]


@pytest.fixture
def write(packaged: FontSet) -> Write:
    lettering = Lettering(packaged.coverage)
    return lambda picture: written(picture, Theme.LIGHT, lettering, str)[1]


@pytest.fixture
def said(write: Write) -> Callable[[Recap], Any]:
    return lambda recap: write(JCard(recap))


def test_marks_of_movement(said: Any) -> None:
    rows = said(make_recap(2))["rows"]
    assert [row["mark"] for row in rows[:5]] == [
        {"kind": "new", "by": "new"},
        {"kind": "same", "by": ""},
        {"kind": "up", "by": "2"},
        {"kind": "down", "by": "2"},
        {"kind": "new", "by": "back"},
    ]
    assert all(row["mark"] is None for row in said(make_recap(2, before=False))["rows"])
    whole = make_recap(2)
    unknown = said(replace(whole, plays_before=None))
    assert all(it["mark"] is None for it in [*unknown["rows"], *unknown["members"]])
    one, other = whole.members
    partly = said(replace(whole, members=(replace(one, plays_before=None), other)))
    assert [it["mark"] is None for it in partly["members"]] == [True, False]
    assert partly["list_label"] == "Plays, against Week 46"


def test_what_was_not_seen_is_no_movement(said: Any) -> None:
    """Whom a source failed this week has played no fewer songs than the week before."""
    failing = make_recap(2, complete=0.9)
    card = said(failing)
    assert [it["mark"] for it in card["members"]] == [None, None]
    assert (card["list_label"], card["footer"][0]) == ("Plays", "Known in part")
    assert said(make_recap(1, complete=0.9))["change"] is None


def test_shares_add_up_also_of_those_without_a_name(said: Any) -> None:
    for row in said(make_recap(13))["rows"]:
        assert sum(part for _, part in row["shares"]) == pytest.approx(1, abs=0.01)
        assert row["shares"][-1][0] == REST


def test_the_card_names_twelve_and_counts_the_others(said: Any) -> None:
    assert len(said(CASES["twelve"])["members"]) == 12
    card = said(CASES["thirteen"])
    assert [member["look"] for member in card["members"]] == list(range(2, 13))
    assert card["unnamed"] == {"name": "2 more", "plays": "42"}


def test_a_single_member_has_a_card_of_their_own(said: Any) -> None:
    card = said(make_recap(1, name="club"))
    assert [line["s"] for line in card["kicker"]] == ["Łukasz", "club"]
    assert card["members"] == []
    assert len(card["own"]["artists"]) == 5
    assert card["change"] == {"kind": "up", "by": "129"}
    assert card["against"] == "on Week 46"


def test_the_box_tells_a_loop_else_the_busiest_hour_else_nothing(said: Any) -> None:
    loop = said(make_recap(2))["box"]
    assert (loop["figure"], loop["under"], loop["said"]) == ("12×", "in a row", "Tue 17 Nov, 02:00–04:00")
    assert said(make_recap(2, loops=False))["box"]["title"]["s"] == "Mon 16 Nov, 20:00–21:00"
    assert said(make_recap(2, plays=0))["box"]["title"]["s"] == "An empty tape"


def test_the_footer_states_what_is_known_and_whom_to_thank(said: Any) -> None:
    assert said(make_recap(3))["footer"] == ["All that everyone shares", "Titles from Spotify"]
    assert said(make_recap(1))["footer"][0] == "All that is shared"
    assert said(make_recap(1, complete=0.999))["footer"][0] == "99 % of the time is known"
    recap = make_recap(6)
    patchy = replace(recap, coverage=(replace(recap.coverage[0], complete=0.4), *recap.coverage[1:]))
    assert said(patchy)["footer"][0] == "All that 5 of 6 members share"
    scrobbled = replace(recap, coverage=(replace(recap.coverage[0], sources=((Source.LASTFM, 3),)),))
    assert said(scrobbled)["footer"][1:] == ["Plays from Last.fm"]


def test_a_ticket_tells_of_its_member_alone(write: Write) -> None:
    recap = make_recap(4)
    card = write(make_ticket(recap, 1, AWARD))
    assert card["name"][0]["s"] == "Beatriz"
    assert card["plays"] == ["256", "plays"]
    assert card["honour"]["title"]["s"] == "Night owl"
    assert card["footer"] == ["All that is shared", "Titles from Spotify"]
    others = [part.member.name for part in recap.members if part.member.name != "Beatriz"]
    assert not [name for name in others if name in str(card)]


def test_a_ticket_without_an_award_tells_a_loop_else_the_busiest_hour_else_a_kind_word(write: Write) -> None:
    labels = [
        write(make_ticket(recap))["honour"]["label"]
        for recap in (make_recap(2), make_recap(2, loops=False), make_recap(2, plays=0))
    ]
    assert labels == ["On repeat", "Busiest hour", "An empty tape"]


def test_an_hour_has_the_ink_of_whoever_played_more_than_half_of_it(write: Write) -> None:
    recap = make_recap(2, plays=0)
    ana, ben = recap.members
    weeks = ((3, 2, 0, 1), (2, 2, 0, 4))
    ana, ben = (replace(it, week=week + (0,) * 164) for it, week in zip((ana, ben), weeks, strict=True))
    recap = replace(recap, members=(ana, ben), week=(5, 4, 0, 5) + (0,) * 164)
    card = write(Hours(recap))
    assert card["cells"][:4] == [[1.0, 0], [0.8, REST], [0.0, REST], [1.0, 1]]
    assert card["peak"] == 0
    assert card["peak_said"] == "Mon 00:00–01:00, 5 plays"
    assert [(row["name"]["s"], row["n"]) for row in card["legend"]] == [
        ("Łukasz", "1 h"),
        ("Beatriz", "1 h"),
        ("shared", "1 h"),
    ]


@pytest.mark.parametrize("case", ["hours thirteen", "hours twelve", "hours four", "hours nobody"])
def test_the_legend_counts_every_hour_once(write: Write, case: str) -> None:
    hours = PICTURES[case]
    assert isinstance(hours, Hours)
    legend = write(hours)["legend"]
    assert len(legend) <= 12
    assert sum(int(row["n"].removesuffix(" h")) for row in legend) == sum(
        1 for plays in hours.recap.week if plays
    )


def test_a_quote_is_as_it_was_written(write: Write) -> None:
    for case in ("short", "long", "arabic", "hebrew", "thai", "hindi"):
        card = write(make_poster(QUOTES[case]))
        assert [line["s"] for line in card["said"]] == [QUOTES[case]]
        assert card["whole"]
    lines = write(make_poster(QUOTES["lines"]))["said"]
    assert [line["s"] for line in lines] == [
        "roses are red",
        "violets are blue",
        "this bassline",
        "is longer than you",
    ]


def test_a_quote_that_is_not_all_there_says_so(write: Write) -> None:
    for case in ("no font", "japanese", "emoji"):
        assert not write(make_poster(QUOTES[case]))["whole"], case
    assert not write(make_poster("word " * 300))["whole"]


def test_the_matrix_is_an_upper_triangle_with_holes_where_too_little_was_played(write: Write) -> None:
    card = write(make_matrix(6))
    for row, cells in enumerate(card["cells"]):
        assert not [cell for cell in cells[: row + 1] if cell]
        assert [cell is None for cell in cells[row + 1 :]] == [
            4 in (row, column) for column in range(row + 1, 6)
        ]
    assert card["hatched"] == "fewer than 30 plays"
    assert card["note"] == "100 = the same listening · give or take 11"


def test_the_most_alike_have_the_deepest_shade_and_numbers_are_as_they_are(write: Write) -> None:
    matrix = make_matrix(3)
    low = replace(matrix, pairs=tuple(
        replace(pair, alike=Interval(pair.alike.value / 10, 0.0, 0.1)) for pair in matrix.pairs
    ))  # fmt: skip
    cells = [cell for row in write(low)["cells"] for cell in row if cell]
    assert [cell["said"] for cell in cells] == ["4", "7", "10"]
    shades = [ground for ground, _ in SHADES[Theme.LIGHT]]
    assert [shades.index(cell["ground"]) for cell in cells] == [1, 3, 4]
    assert [shades.index(cell["ground"]) for row in write(matrix)["cells"] for cell in row if cell] == [
        1,
        3,
        4,
    ]


def test_the_matrix_shows_the_twelve_with_most_plays_and_says_who_is_left_out(write: Write) -> None:
    matrix = make_matrix(15)
    card = write(matrix)
    assert len(card["members"]) == 12
    assert card["more"] == "3 more with fewer plays are left out"
    assert min(it.plays for it in matrix.shown()) >= 30
    assert write(make_matrix(4))["more"] == ""


def months(case: str) -> Months:
    found = PICTURES[case]
    assert isinstance(found, Months)
    return found


def test_the_months_of_a_year_are_on_one_scale_and_the_fullest_is_marked_once(write: Write) -> None:
    it = months("months year")
    card = write(it)
    plays = [month.plays for month in it.months]
    assert [row["name"] for row in card["months"]][:3] == ["Jan", "Feb", "Mar"]
    assert [row["part"] for row in card["months"]] == pytest.approx([n / max(plays) for n in plays], abs=1e-4)
    assert [row["fullest"] for row in card["months"]].index(True) == plays.index(max(plays))
    assert sum(row["fullest"] for row in card["months"]) == 1
    for row in card["months"]:
        assert sum(part for _, part in row["shares"]) == pytest.approx(1, abs=0.01)
    first = it.months[0].top
    assert first is not None
    assert (card["months"][0]["artist"]["s"], card["months"][0]["n"]) == (first.artist, str(first.plays))


def test_a_month_without_plays_is_empty(write: Write) -> None:
    january, february = write(months("months one"))["months"][:2]
    assert (february["artist"], february["plays"], february["part"], february["shares"]) == (
        None,
        "0",
        0.0,
        [],
    )
    assert january["artist"] is not None
    empty = write(months("months nothing"))
    assert not any(row["fullest"] for row in empty["months"])
    assert empty["box"]["title"]["s"] == "An empty tape"


def test_a_year_says_what_set_quarters_apart_and_a_quarter_its_artists(write: Write) -> None:
    year, quarter = write(months("months year")), write(months("months quarter"))
    assert [row["label"] for row in year["listed"]] == ["Jan – Mar", "Apr – Jun", "Jul – Sep", "Oct – Dec"]
    assert year["listed"][0]["said"] == "382 of 509 plays"
    assert (year["list_label"], quarter["list_label"]) == ("What set quarters apart", "Artists")
    assert [row["name"] for row in quarter["months"]] == ["April", "May", "June"]
    assert [row["label"] for row in quarter["listed"]] == ["1", "2", "3", "4", "5"]
    assert (year["box"]["said"], quarter["box"]["said"]) == ("Song of the year", "Song of the quarter")
    assert write(months("months two"))["box"]["said"] == "Most played song"


@pytest.mark.parametrize(
    ("case", "named"),
    [
        ("months year", 4), ("months twelve", 8), ("months fifty", 16), ("months long", 6),
        ("months quarter fifty", 16), ("months one", 0), ("months nobody", 0),
    ],
)  # fmt: skip
def test_whose_inks_these_are_is_said_of_as_many_as_there_is_room_for(
    write: Write, case: str, named: int
) -> None:
    it = months(case)
    card = write(it)
    legend = card["legend"]
    assert len(legend) == named
    if named:
        assert sum(int(row["plays"].replace(",", "")) for row in legend) == it.recap.plays
    assert (legend[-1:] != [] and legend[-1]["look"] == REST) == (len(it.recap.members) > max(named, 1))
    assert {disc["look"] for disc in card["discs"]} <= {row["look"] for row in legend} or named == 0
    inks = {look for row in card["months"] for look, _ in row["shares"]}
    assert inks <= {row["look"] for row in legend} or len(it.recap.members) < 2


def atlas(case: str) -> Atlas:
    found = PICTURES[case]
    assert isinstance(found, Atlas)
    return found


def test_a_dot_is_as_large_as_its_country_was_played(write: Write) -> None:
    it = atlas("atlas")
    dots = write(it)["dots"]
    plays = {area.name: area.plays for area in it.origins.areas}
    assert [dot["name"]["s"] for dot in dots[:3]] == ["United States", "United Kingdom", "South Korea"]
    assert [dot["plays"] for dot in dots] == [str(n) for name, n in plays.items() if name != "[Worldwide]"]
    for dot in dots:
        if dot["radius"] > 5:
            assert dot["radius"] ** 2 / dots[0]["radius"] ** 2 == pytest.approx(
                int(dot["plays"]) / 412, abs=0.01
            )
    assert [dot["most"] for dot in dots] == [True] + [False] * 28


def test_what_is_on_no_map_is_in_the_list_alone(write: Write) -> None:
    card = write(atlas("atlas nowhere"))
    assert card["dots"] == []
    assert [(row["name"]["s"], row["plays"]) for row in card["rows"]] == [
        ("[Worldwide]", "31"), ("Hamburg", "12"), ("California", "2"),
    ]  # fmt: skip
    assert card["list_label"] == "Artists from 3 places"
    assert card["known"] == "The country is known of 45 of 1,284 plays"


def test_the_list_says_whose_plays_they_were_and_of_one_member_how_many(write: Write) -> None:
    many, one = write(atlas("atlas")), write(atlas("atlas one"))
    assert {row["part"] for row in many["rows"]} == {1.0}
    assert [row["part"] for row in one["rows"][:2]] == [1.0, pytest.approx(236 / 412, abs=1e-4)]
    assert (len(many["rows"]), len(many["more"]), many["more"][0]["s"]) == (12, 12, "Norway 15")
    assert [row["name"]["s"] for row in many["legend"]] == ["Łukasz", "Beatriz", "דנה", "अनन्या"]
    assert one["legend"] == []
    assert len(write(atlas("atlas fifty"))["legend"]) == 12


def test_a_member_has_the_same_ink_in_every_picture_and_every_week(write: Write) -> None:
    order = tuple(MemberId(10 * i + 3) for i in range(12))
    beatriz = MemberId(13)
    busy, quiet = make_recap(6), make_recap(2)
    inks = {
        next(it["look"] for it in write(JCard(busy, order))["members"] if it["name"]["s"] == "Beatriz"),
        next(it["look"] for it in write(JCard(replace(quiet, members=quiet.members[1:]), order))["discs"]),
        write(replace(make_ticket(busy, 1), order=order))["look"],
        write(replace(make_poster("Again.", "Beatriz"), order=order))["look"],
        next(
            it["look"]
            for it in write(replace(make_matrix(9), order=order))["members"]
            if it["name"]["s"] == "Beatriz"
        ),
        *(
            next(it["look"] for it in write(picture)["legend"] if it["name"]["s"] == "Beatriz")
            for picture in (
                Hours(busy, order),
                replace(make_months(busy), order=order),
                replace(make_atlas(quiet), order=order),
            )
        ),
    }
    assert inks == {order.index(beatriz)}


NUMBERED = {"names": ("1", "2", "3"), "name": "4", "songs": (("5", "6"), ("7", "8"))}


@pytest.mark.parametrize(
    "picture",
    [
        JCard(make_recap(3, **NUMBERED)),
        JCard(make_recap(1, plays=0, **NUMBERED)),
        make_ticket(make_recap(3, **NUMBERED), 1, AWARD),
        Hours(make_recap(3, **NUMBERED)),
        replace(make_poster("1", "2", ("3", "4")), group="5"),
        replace(make_matrix(4, names=("1", "2")), group="5", bridge=None, pairs=()),
        make_months(make_recap(3, days=YEAR, **NUMBERED), songs=NUMBERED["songs"]),
        make_months(make_recap(3, **NUMBERED), songs=NUMBERED["songs"]),
        make_atlas(make_recap(3, **NUMBERED), [(str(n), 40 - n) for n in range(20)]),
    ],
)
def test_every_word_of_ours_comes_from_whoever_translates(packaged: FontSet, picture: Picture) -> None:
    asked: list[Text] = []

    def say(text: Text) -> str:
        asked.append(text)
        return "0"

    template, data = written(picture, Theme.LIGHT, Lettering(packaged.coverage), say)
    assert asked
    assert [value for value in strings(data) if any(map(str.isalpha, value))] == []
    source = (Path(package.__file__).parent / template).read_text("utf-8")
    assert re.findall(r'(?:words|label|plain)\("[^"]*[^\W\d_]', source) == []


def strings(data: Any, key: str = "") -> Iterator[str]:
    """Everything that is drawn as words."""
    if isinstance(data, dict):
        for name, value in data.items():
            if name not in ("tokens", "looks", "lang", "dir", "kind", "rank", "blank", "ground", "letters"):
                yield from strings(value, name)
    elif isinstance(data, list):
        for value in data:
            yield from strings(value, key)
    elif isinstance(data, str):
        yield data


@pytest.mark.parametrize("theme", Theme)
@pytest.mark.parametrize(("letters", "ground"), READ_ON)
def test_letters_can_be_read_on_every_ground(theme: Theme, letters: str, ground: str) -> None:
    assert contrast(TOKENS[theme][letters], TOKENS[theme][ground]) >= 4.5


@pytest.mark.parametrize("theme", Theme)
def test_figures_can_be_read_on_every_shade(theme: Theme) -> None:
    assert len(SHADES[theme]) == 5
    for ground, letters in SHADES[theme]:
        assert contrast(ground, letters) >= 4.5


@pytest.mark.parametrize("theme", Theme)
def test_every_mark_has_a_keyline_that_shows_on_paper(theme: Theme) -> None:
    assert contrast(TOKENS[theme]["ink"], TOKENS[theme]["paper"]) >= 3
    assert all((f"on_{look.ink}", look.ink) in READ_ON for look in LOOKS)
    assert len(set(LOOKS)) == len(LOOKS) == REST == 16
    assert TOKENS[Theme.LIGHT].keys() == TOKENS[Theme.DARK].keys()


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#FFFFFF", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)
