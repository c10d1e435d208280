"""The match matrix: how alike each two members are, shaded. Facts in, plain JSON for matrix.typ out."""

from __future__ import annotations

from bot.core.pictures import Compared, Matrix, percent
from bot.core.recap.insights import Pair
from bot.core.taste import LEAST_PLAYS
from bot.integrations.painter.palette import SHADES
from bot.integrations.painter.sheet import Data, Sheet
from bot.text import Text, t, tn

_SHARED = 5


def matrix(it: Matrix, sheet: Sheet) -> Data:
    """All that the template draws, apart from fonts. `cells[i][j]` with j > i, None where too little was played."""
    shown, ranked = it.shown(), it.ranked()
    at = {one.member.id: place for place, one in enumerate(shown)}
    cells: list[list[Data | None]] = [[None] * len(shown) for _ in shown]
    most = ranked[0].alike.value if ranked else 0.0
    for pair in ranked:
        row, column = sorted(at[who.id] for who in pair.members)
        cells[row][column] = _cell(pair, most, sheet)
    more = len(it.members) - len(shown)
    pairs = len(shown) * (len(shown) - 1) // 2
    return {
        **sheet.base(),
        "where": sheet.where(it.group, it.period),
        "headline": sheet.say(t("How alike")),
        "members": [sheet.named(one.member) for one in shown],
        "cells": cells,
        "ranked_label": sheet.say(t("In common") if pairs == 1 else t("Most alike")),
        "ranked": [_row(pair, shown, sheet) for pair in ranked],
        "bridge": _bridge(it, shown, sheet),
        "hatched": sheet.say(t("fewer than {n} plays", n=LEAST_PLAYS)) if len(ranked) < pairs else "",
        "lonely": "" if ranked else sheet.say(_lonely(len(shown))),
        "more": sheet.say(
            tn("{n} more with fewer plays is left out", "{n} more with fewer plays are left out", more)
        )
        if more
        else "",
        "note": _note(ranked, sheet),
    }


def _lonely(members: int) -> Text:
    if members < 2:
        return t("Two members make the first match.")
    return t("Matches begin at {n} plays each.", n=LEAST_PLAYS)


def _cell(pair: Pair, most: float, sheet: Sheet) -> Data:
    """A shade by how near a pair comes to the most alike: in a week, numbers are small and close to each other."""
    fifth = min(int(5 * pair.alike.value / most), 4) if most else 0
    ground, letters = SHADES[sheet.theme][fifth]
    return {"said": sheet.number(percent(pair.alike.value)), "ground": ground, "letters": letters}


def _row(pair: Pair, shown: list[Compared], sheet: Sheet) -> Data:
    order = [one.member.id for one in shown]
    one, other = sorted(pair.members, key=lambda who: order.index(who.id))
    return {
        "one": sheet.named(one),
        "other": sheet.named(other),
        "alike": sheet.say(t("{n} %", n=percent(pair.alike.value))),
        "shared": [sheet.line(thing.artist, "artist") for thing in pair.shared[:_SHARED]],
    }


def _bridge(it: Matrix, shown: list[Compared], sheet: Sheet) -> Data | None:
    """The artist that joins most members, with each member's share of plays."""
    if it.bridge is None:
        return None
    drawn = {one.member.id for one in shown}
    shares = [(who, share) for who, share in it.bridge.shares if who.id in drawn and share]
    whole = sum(share for _, share in shares)
    return {
        "label": sheet.say(t("The bridge")),
        "artist": sheet.line(it.bridge.thing.artist, "artist"),
        "said": sheet.say(tn("joins {n} member", "joins {n} members", len(it.bridge.shares))),
        "shares": [[sheet.look(who.id), round(share / whole, 4)] for who, share in shares],
    }


def _note(ranked: list[Pair], sheet: Sheet) -> str:
    """What 100 means, and how far off a number may be."""
    if not ranked:
        return ""
    off = max(max(pair.alike.high - pair.alike.value, pair.alike.value - pair.alike.low) for pair in ranked)
    return sheet.say(t("100 = the same listening · give or take {n}", n=max(1, round(100 * off))))
