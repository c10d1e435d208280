"""168 hours: the week by weekday and hour, in the ink of whoever leads an hour. Facts in, JSON for hours.typ out."""

from __future__ import annotations

from bot.core.model import PeriodKind
from bot.core.pictures import Hours
from bot.integrations.painter import times
from bot.integrations.painter.palette import REST
from bot.integrations.painter.sheet import Data, Sheet, scaled
from bot.text import t, tn

NAMED = 12


def hours(it: Hours, sheet: Sheet) -> Data:
    """All that the template draws, apart from fonts. `cells` are (density, look), look `rest` where nobody leads."""
    recap, led, fullest = it.recap, it.leaders(), it.fullest()
    peak = t("Nothing was played, or it has not reached us.")
    if fullest is not None:
        plays = tn("{n} play", "{n} plays", recap.week[fullest])
        peak = t("{hour}, {plays}", hour=times.hour_of_week(fullest), plays=plays)
    weekly = recap.period.kind is PeriodKind.WEEK
    return {
        **sheet.base(),
        "where": sheet.where(recap.name, recap.period) if weekly else sheet.line(recap.name, "name"),
        "dates": sheet.say(times.dates(recap.period)),
        "headline": sheet.say(t("168 hours") if weekly else times.headline(recap.period)),
        "cells": [
            [density, REST if leader is None else sheet.look(leader)]
            for density, leader in zip(scaled(recap.week), led, strict=True)
        ],
        "peak": fullest,
        "peak_label": sheet.say(t("Busiest")) if fullest is not None else "",
        "peak_said": sheet.say(peak),
        "legend": _legend(it, sheet),
        "note": sheet.say(t("Each by their own clock; colour: who played most"))
        if len(recap.members) > 1
        else "",
    }


def _legend(it: Hours, sheet: Sheet) -> list[Data]:
    """Who leads how many hours, in the order of the group; the others together; the hours that nobody leads."""
    led = it.leaders()
    counts = {part.member.id: led.count(part.member.id) for part in it.recap.members}
    leaders = [part.member for part in it.recap.members if counts[part.member.id]]
    shared = sum(1 for plays, leader in zip(it.recap.week, led, strict=True) if plays and leader is None)
    room = NAMED - (shared > 0)
    if len(leaders) > room:
        leaders = sorted(leaders, key=lambda who: (-counts[who.id], sheet.places[who.id]))[: room - 1]
    leaders.sort(key=lambda who: sheet.places[who.id])
    rows = [
        {"look": sheet.look(who.id), "name": sheet.line(who.name, "name"), "n": _hours(counts[who.id], sheet)}
        for who in leaders
    ]
    more = sum(counts.values()) - sum(counts[who.id] for who in leaders)
    if more:
        rows.append(
            {"look": None, "name": sheet.line(sheet.say(t("others")), "words"), "n": _hours(more, sheet)}
        )
    if shared:
        rows.append(
            {"look": REST, "name": sheet.line(sheet.say(t("shared")), "words"), "n": _hours(shared, sheet)}
        )
    return rows


def _hours(n: int, sheet: Sheet) -> str:
    return sheet.say(t("{n} h", n=n))
