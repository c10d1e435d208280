"""The atlas: where the artists are from, as dots on a map of the world. Facts in, plain JSON for atlas.typ out."""

from __future__ import annotations

import math
from collections.abc import Sequence

from bot.core.pictures import MOST_PLACES, Atlas
from bot.core.recap.origins import Area
from bot.integrations.painter import crowd, times, world
from bot.integrations.painter.sheet import Data, Sheet, part
from bot.text import t, tn

_SMALLEST = 5.0  # radius in pixels
_LABELLED = 6
_MORE = 12


def atlas(it: Atlas, sheet: Sheet) -> Data:
    """All that the template draws, apart from fonts. Dots have the place they stand for and where they are drawn."""
    recap, areas = it.recap, it.origins.areas
    shown = crowd.named(recap.members, sheet)
    return {
        **sheet.base(),
        "where": sheet.where(recap.name, recap.period),
        "dates": sheet.say(times.dates(recap.period)),
        "headline": sheet.say(t("Around the world")),
        "dots": _dots(areas, sheet),
        "list_label": sheet.say(tn("Artists from {n} place", "Artists from {n} places", len(areas))),
        "rows": [
            {
                "name": sheet.line(row.name, "name"),
                "plays": sheet.number(row.plays),
                # The dots say how much; the bars of a group say whose, each with the same length.
                "part": 1.0 if len(recap.members) > 1 else part(row.plays, areas[0].plays),
                "shares": crowd.shares(row.shares, row.plays, shown, sheet),
            }
            for row in areas[:MOST_PLACES]
        ],
        "more": [_with_plays(row, sheet) for row in areas[MOST_PLACES:][:_MORE]],
        "legend": crowd.legend(recap.members, shown, sheet),
        "known": sheet.say(it.known()),
        "source": sheet.say(t("Countries from MusicBrainz, map from Natural Earth")),
    }


def _dots(areas: Sequence[Area], sheet: Sheet) -> list[Data]:
    """The largest first, so that none is hidden by one that is drawn later."""
    most = max((area.plays for area in areas), default=0)
    placed = [(area, at) for area in areas if (at := world.place(area.name)) is not None]
    largest = world.largest([(at, area.plays / most) for area, at in placed])
    dots = [world.Dot(*at, max(_SMALLEST, largest * math.sqrt(area.plays / most)), at) for area, at in placed]
    world.settle(dots)
    return [
        {
            "x": round(dot.x, 1),
            "y": round(dot.y, 1),
            "at": list(dot.at),
            "radius": round(dot.radius, 1),
            "most": area.plays == most,
            "name": sheet.line(area.name, "name") if i < _LABELLED else None,
            "plays": sheet.number(area.plays),
        }
        for i, ((area, _), dot) in enumerate(zip(placed, dots, strict=True))
    ]


def _with_plays(area: Area, sheet: Sheet) -> Data:
    return sheet.sentence(t("{what} {n}", what=area.name, n=area.plays))
