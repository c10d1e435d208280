"""Which picture stands above a recap: the one that the group wishes, as far as there is something to draw in it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.model import MemberId
from bot.core.pictures import Compared, Hours, JCard, Matrix, Picture, Poster, Theme
from bot.core.recap.insights import Insights
from bot.core.recap.model import Recap
from bot.core.stories import Quote
from bot.text import t

ANY = ""
LAYOUTS = {
    ANY: t("Another one each time"),
    "jcard": t("J-card"),
    "hours": t("168 hours"),
    "poster": t("Quote poster"),
    "matrix": t("Match matrix"),
}
GROUNDS = {Theme.LIGHT: t("Light"), Theme.DARK: t("Dark")}


def wished(layout: str) -> tuple[str, Theme]:
    """The layout and the ground of a group's wish, which is kept as `hours dark`."""
    name, _, ground = layout.partition(" ")
    return (name if name in LAYOUTS else ANY), Theme.DARK if ground == Theme.DARK else Theme.LIGHT


def wish(layout: str, theme: Theme) -> str:
    """How a wish is kept."""
    return layout if theme is Theme.LIGHT else f"{layout} {theme}"


def picture(
    layout: str, recap: Recap, more: Insights, order: tuple[MemberId, ...], quotes: Sequence[Quote]
) -> Picture:
    """The picture of a group's recap; a J-card where the wish has nothing to show. `ANY` changes with the period."""
    able: dict[str, Picture] = {"jcard": JCard(recap, order), "hours": Hours(recap, order)}
    if quotes:
        it = quotes[0]
        able["poster"] = Poster(
            it.words, it.member, it.title, it.artist, recap.name, recap.period, it.times, it.span, order
        )
    if more.pairs:
        members = tuple(Compared(part.member, part.plays) for part in recap.members if part.plays)
        able["matrix"] = Matrix(recap.name, recap.period, members, more.pairs, more.bridge, order)
    if layout == ANY:
        turn = recap.period.first.toordinal() // 7 % len(able)
        return list(able.values())[turn]
    return able.get(layout, able["jcard"])
