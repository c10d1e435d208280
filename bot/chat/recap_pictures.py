"""Which picture stands above a recap: the one that the group wishes, as far as there is something to draw in it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.model import MemberId, Period, PeriodKind
from bot.core.pictures import Atlas, Compared, Hours, JCard, Matrix, Months, Picture, Poster, Theme
from bot.core.recap.model import Recap
from bot.core.stories import Quote
from bot.services.counting import More
from bot.text import t

ANY = ""
LAYOUTS = {
    ANY: t("Another one each time"),
    "jcard": t("J-card"),
    "hours": t("168 hours"),
    "poster": t("Quote poster"),
    "matrix": t("Match matrix"),
    "months": t("Month by month"),
    "map": t("Map"),
}
LEAST_AREAS = 2
MONTHS_DRAWN = range(2, 13)
LONG = (PeriodKind.QUARTER, PeriodKind.YEAR)
GROUNDS = {Theme.LIGHT: t("Light"), Theme.DARK: t("Dark")}


def wished(layout: str) -> tuple[str, Theme]:
    """The layout and the ground of a group's wish, which is kept as `hours dark`."""
    name, _, ground = layout.partition(" ")
    return (name if name in LAYOUTS else ANY), Theme.DARK if ground == Theme.DARK else Theme.LIGHT


def wish(layout: str, theme: Theme) -> str:
    """How a wish is kept."""
    return layout if theme is Theme.LIGHT else f"{layout} {theme}"


def picture(
    layout: str, recap: Recap, more: More, order: tuple[MemberId, ...], quotes: Sequence[Quote]
) -> Picture:
    """The picture of a group's recap. Where the wish has nothing to show: a J-card, or the months of a quarter or year.

    `ANY` changes with the period; of a year it is always the months, of a quarter every second time.
    """
    able: dict[str, Picture] = {"jcard": JCard(recap, order), "hours": Hours(recap, order)}
    if quotes:
        it = quotes[0]
        able["poster"] = Poster(
            it.words, it.member, it.title, it.artist, recap.name, recap.period, it.times, it.span, order
        )
    pairs = more.insights.pairs
    if pairs:
        members = tuple(Compared(part.member, part.plays) for part in recap.members if part.plays)
        able["matrix"] = Matrix(recap.name, recap.period, members, pairs, more.insights.bridge, order)
    if len(more.origins.areas) >= LEAST_AREAS:
        able["map"] = Atlas(recap, more.origins, order)
    if len(more.months) in MONTHS_DRAWN:
        able["months"] = Months(recap, tuple(more.months), tuple(more.seasons), order)
    usual = able.get("months" if recap.period.kind in LONG else "jcard", able["jcard"])
    if layout != ANY:
        return able.get(layout, usual)
    number = _number(recap.period)
    if usual is able["jcard"]:
        return list(able.values())[number % len(able)]
    others = [it for it in able.values() if it is not usual]
    second = number % 2 and recap.period.kind is not PeriodKind.YEAR
    return others[number // 2 % len(others)] if second else usual


def _number(period: Period) -> int:
    """One more for each period of a kind; of days, one more each week."""
    match period.kind:
        case PeriodKind.YEAR:
            return period.first.year
        case PeriodKind.QUARTER:
            return 4 * period.first.year + period.first.month // 3
        case _:
            return period.first.toordinal() // 7
