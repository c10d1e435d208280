"""The ticket: one member's period, printed in their own ink. Facts in, plain JSON for ticket.typ out."""

from __future__ import annotations

from dataclasses import replace

from bot.core.pictures import Ticket
from bot.core.recap.model import MemberRecap, Ranked
from bot.integrations.painter import times
from bot.integrations.painter.sheet import Data, Sheet, part, scaled
from bot.text import Text, t, tn


def ticket(it: Ticket, sheet: Sheet) -> Data:
    """All that the template draws, apart from fonts."""
    recap, own = it.recap, it.part
    covered = tuple(one for one in recap.coverage if one.member.id == it.member)
    minutes = own.minutes if own.minutes < 120 else own.minutes // 60
    unit = tn("minute", "minutes", minutes) if own.minutes < 120 else t("hours")
    name, _ = sheet.passage(own.member.name, "name")
    return {
        **sheet.base(),
        **sheet.disc(own.member),
        "admit": sheet.say(t("Admit one")),
        "group": sheet.line(recap.name, "name"),
        "name": name,
        "period": sheet.say(times.headline(recap.period)),
        "dates": sheet.say(times.dates(recap.period)),
        "plays": [sheet.number(own.plays), sheet.say(tn("play", "plays", own.plays))],
        "change": sheet.against(recap, own) if own.plays_before else None,
        "against": sheet.say(t("on {before}", before=sheet.say(times.before(recap.period)))),
        "time": [
            sheet.number(minutes),
            sheet.say(unit if own.minutes_exact else t("{unit}, about", unit=unit)),
        ],
        "song": _top(own.top_tracks[:1], t("Top song"), own, sheet),
        "artist": _top(own.top_artists[:1], t("Top artist"), own, sheet),
        "honour": _honour(it, own, sheet),
        "week": scaled(own.week),
        "footer": sheet.known(replace(recap, plays=own.plays, coverage=covered)),
    }


def _top(rows: tuple[Ranked, ...], label: Text, own: MemberRecap, sheet: Sheet) -> Data:
    if not rows:
        return {"label": sheet.say(label), "title": sheet.sentence(t("Nothing yet")), "plays": "", "part": 0}
    (row,) = rows
    return {
        "label": sheet.say(label),
        "title": sheet.line(row.title or row.artist, "title" if row.title else "artist"),
        "by": sheet.line(row.artist, "artist") if row.title else None,
        "plays": sheet.number(row.plays),
        "part": part(row.plays, own.plays),
    }


def _honour(it: Ticket, own: MemberRecap, sheet: Sheet) -> Data:
    """The award, else the longest loop, else the busiest hour, else a word for the next time."""
    if it.award is not None:
        return _box(t("Award"), it.award.title, it.award.says, sheet)
    if own.loops:
        loop = max(own.loops, key=lambda one: one.times)
        when = times.stretch(loop.first_ms, loop.last_ms, loop.member.zone)
        return _box(
            t("On repeat"),
            t("{n}× {title}", n=loop.times, title=loop.title),
            t("in a row, {when}", when=when),
            sheet,
        )
    if own.busiest and own.busiest.plays:
        plays = tn("{n} play", "{n} plays", own.busiest.plays)
        return _box(t("Busiest hour"), times.hour(own.busiest), plays, sheet)
    return _box(t("An empty tape"), t("This side is blank."), t("The next one is yours to fill."), sheet)


def _box(label: Text, title: Text, says: Text, sheet: Sheet) -> Data:
    return {"label": sheet.say(label), "title": sheet.sentence(title), "says": sheet.sentence(says)}
