"""The J-card: what a recap says on the inlay of a cassette. Facts in, plain JSON for jcard.typ out."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.pictures import JCard
from bot.core.recap.model import MemberRecap, Ranked, Recap
from bot.integrations.painter import times
from bot.integrations.painter.lettering import Line
from bot.integrations.painter.palette import REST
from bot.integrations.painter.sheet import Data, Sheet, part, scaled
from bot.text import t, tn

ROWS = 5
NAMED = 12
_SIDE_ITEMS = 8
_DISCS = 5


def jcard(card: JCard, sheet: Sheet) -> Data:
    """All that the template draws, apart from fonts. Shares and counts come as 0 to 1."""
    recap = card.recap
    named = _named(recap.members, sheet)
    # All discs, or all but one place that says how many more there are.
    discs = named if len(recap.members) <= _DISCS else named[: _DISCS - 1]
    single = recap.members[0] if len(recap.members) == 1 else None
    before = sheet.say(times.before(recap.period))
    return {
        **sheet.base(),
        "headline": sheet.say(times.headline(recap.period)),
        "corner": sheet.say(times.corner(recap.period)),
        "dates": sheet.say(times.dates(recap.period)),
        "kicker": _kicker(recap, single, sheet),
        "counts": _counts(recap, single, sheet),
        "change": sheet.change(recap.plays - recap.plays_before) if single and recap.plays_before else None,
        "against": sheet.say(t("on {before}", before=before)),
        "discs": [sheet.disc(it.member) for it in discs],
        "more_discs": len(recap.members) - len(discs),
        "rows": [_row(recap, row, named, sheet) for row in recap.top_tracks[:ROWS]],
        "blank": [f"A{n}" for n in range(len(recap.top_tracks) + 1, ROWS + 1)],
        "sides": _sides(recap, single, sheet),
        "week": scaled(recap.week),
        "clock_label": sheet.say(t("By the clock")),
        "clock": scaled(recap.clock),
        "peak": max(range(len(recap.clock)), key=recap.clock.__getitem__) if any(recap.clock) else None,
        "list_label": _list_label(recap, single, before, sheet),
        "members": [] if single else [_member(recap, it, sheet) for it in named],
        "unnamed": _unnamed(recap, named, sheet),
        "own": _own(single, sheet) if single else None,
        "box": _box(recap, sheet),
        "footer": sheet.known(recap),
    }


def _kicker(recap: Recap, single: MemberRecap | None, sheet: Sheet) -> list[Data]:
    """Whose card it is: the group, or the member and then the group if it is called otherwise."""
    if single is None:
        return [sheet.line(recap.name, "name")]
    lines = [sheet.line(single.member.name, "name")]
    if recap.name != single.member.name:
        lines.append(sheet.line(recap.name, "name"))
    return lines


def _counts(recap: Recap, single: MemberRecap | None, sheet: Sheet) -> list[str]:
    said = [times.dates(recap.period, years=False), tn("{n} play", "{n} plays", recap.plays)]
    if recap.minutes:
        minutes = recap.minutes
        long = t("{n} min", n=minutes) if minutes < 120 else t("{n} h", n=minutes // 60)
        said.append(long if recap.minutes_exact else t("about {count}", count=long))
    n = len(recap.members)
    if not single:
        everybody = recap.listeners in (0, n)
        said.append(
            tn("{n} member", "{n} members", n)
            if everybody
            else t("{some} of {n} listened", some=recap.listeners, n=n)
        )
    return [sheet.say(text) for text in said]


def _row(recap: Recap, row: Ranked, named: Sequence[MemberRecap], sheet: Sheet) -> Data:
    best = max((other.plays for other in recap.top_tracks), default=0)
    shown = {it.member.id for it in named}
    own = [(sheet.look(member), n) for member, n in sorted(row.shares) if member in shown]
    others = sum(n for member, n in row.shares if member not in shown)
    return {
        "rank": f"A{row.rank}",
        "mark": sheet.moved(row) if recap.plays_before else None,
        "title": sheet.line(row.title, "title"),
        "artist": sheet.line(row.artist, "artist"),
        "plays": sheet.number(row.plays),
        "part": part(row.plays, best),
        "shares": [[look, part(n, row.plays)] for look, n in [*own, (REST, others)] if n],
    }


def _sides(recap: Recap, single: MemberRecap | None, sheet: Sheet) -> list[Data]:
    """Two lines: the tracks after the rows, the artists (unless they have a place of their own), the albums.

    What there is none of comes last, as an empty line.
    """
    tracks = [sheet.line(row.title, "title") for row in recap.top_tracks[ROWS : ROWS + _SIDE_ITEMS]]
    artists = [sheet.line(row.artist, "artist") for row in recap.top_artists[:_SIDE_ITEMS]]
    albums = [sheet.line(row.title, "album") for row in recap.top_albums[:_SIDE_ITEMS]]
    sides = [(t("Side B"), tracks), (t("Albums"), albums)]
    if not single:
        sides.insert(1, (t("Artists"), artists))
    sides.sort(key=lambda side: not side[1])
    return [{"label": sheet.say(label), "items": lines} for label, lines in sides[:2]]


def _named(members: Sequence[MemberRecap], sheet: Sheet) -> list[MemberRecap]:
    """Who has a row of their own: those with the most plays, in the order of the group."""
    places = sheet.places
    room = NAMED if len(members) <= NAMED else NAMED - 1
    most = sorted(members, key=lambda it: (-it.plays, places[it.member.id]))[:room]
    return sorted(most, key=lambda it: places[it.member.id])


def _list_label(recap: Recap, single: MemberRecap | None, before: str, sheet: Sheet) -> str:
    if single:
        return sheet.say(t("Artists"))
    if not recap.plays_before or len(recap.members) > _DISCS + 1:
        return sheet.say(t("Plays"))
    return sheet.say(t("Plays, against {before}", before=before))


def _member(recap: Recap, it: MemberRecap, sheet: Sheet) -> Data:
    best = max(other.plays for other in recap.members)
    return {
        **sheet.named(it.member),
        "artist": sheet.line(it.top_artists[0].artist, "artist") if it.top_artists else None,
        "plays": sheet.number(it.plays),
        "part": part(it.plays, best),
        "mark": sheet.change(it.plays - it.plays_before)
        if recap.plays_before and it.plays_before is not None
        else None,
    }


def _unnamed(recap: Recap, named: Sequence[MemberRecap], sheet: Sheet) -> Data | None:
    n = len(recap.members) - len(named)
    plays = recap.plays - sum(it.plays for it in named)
    return {"name": sheet.say(t("{n} more", n=n)), "plays": sheet.number(plays)} if n else None


def _own(it: MemberRecap, sheet: Sheet) -> Data:
    """A single member's own artists, in place of the list of members."""
    best = it.top_artists[0].plays if it.top_artists else 0
    return {
        "look": sheet.look(it.member.id),
        "artists": [
            {
                "name": sheet.line(row.artist, "artist"),
                "plays": sheet.number(row.plays),
                "part": part(row.plays, best),
            }
            for row in it.top_artists[:ROWS]
        ],
    }


def _box(recap: Recap, sheet: Sheet) -> Data:
    """The longest loop, else the busiest hour, else that there was nothing."""
    if recap.loops:
        loop = max(recap.loops, key=lambda one: one.times)
        return {
            "figure": sheet.say(t("{n}×", n=loop.times)),
            "under": sheet.say(t("in a row")),
            "title": sheet.line(loop.title, "title"),
            "artist": sheet.line(loop.artist, "artist"),
            "name": sheet.line(loop.member.name, "name"),
            "said": sheet.say(times.stretch(loop.first_ms, loop.last_ms, loop.member.zone)),
        }
    if recap.busiest and recap.busiest.plays:
        busy = recap.busiest
        return {
            "figure": sheet.number(busy.plays),
            "under": sheet.say(tn("play", "plays", busy.plays)),
            "title": sheet.data(Line(sheet.say(times.hour(busy)))),
            "said": sheet.say(t("Busiest hour")),
        }
    return {
        "figure": sheet.number(0),
        "under": sheet.say(t("plays")),
        "title": sheet.data(Line(sheet.say(t("An empty tape")))),
        "said": sheet.say(t("What you listen to next goes on the next card.")),
    }
