"""The J-card: what a recap says on the inlay of a cassette. Facts in, plain JSON for jcard.typ out."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.pictures import JCard
from bot.core.recap.model import MemberRecap, Ranked, Recap
from bot.integrations.painter import crowd, times
from bot.integrations.painter.inlay import DISCS, inlay, nothing
from bot.integrations.painter.lettering import Line
from bot.integrations.painter.sheet import Data, Sheet, part, scaled
from bot.text import t, tn

ROWS = 5
_SIDE_ITEMS = 8


def jcard(card: JCard, sheet: Sheet) -> Data:
    """All that the template draws, apart from fonts. Shares and counts come as 0 to 1."""
    recap = card.recap
    named = crowd.named(recap.members, sheet)
    single = recap.members[0] if len(recap.members) == 1 else None
    members = [] if single else [_member(recap, it, sheet) for it in named]
    return {
        **inlay(recap, named, sheet),
        "rows": [_row(recap, row, named, sheet) for row in recap.top_tracks[:ROWS]],
        "blank": [f"A{n}" for n in range(len(recap.top_tracks) + 1, ROWS + 1)],
        "sides": _sides(recap, single, sheet),
        "clock_label": sheet.say(t("By the clock")),
        "clock": scaled(recap.clock),
        "peak": max(range(len(recap.clock)), key=recap.clock.__getitem__) if any(recap.clock) else None,
        "list_label": _list_label(recap, single, members, sheet),
        "members": members,
        "unnamed": _unnamed(recap, named, sheet),
        "own": _own(single, sheet) if single else None,
        "box": _box(recap, sheet),
    }


def _row(recap: Recap, row: Ranked, named: Sequence[MemberRecap], sheet: Sheet) -> Data:
    best = max((other.plays for other in recap.top_tracks), default=0)
    return {
        "rank": f"A{row.rank}",
        "mark": sheet.moved(row) if recap.plays_before else None,
        "title": sheet.line(row.title, "title"),
        "artist": sheet.line(row.artist, "artist"),
        "plays": sheet.number(row.plays),
        "part": part(row.plays, best),
        "shares": crowd.shares(row.shares, row.plays, named, sheet),
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


def _list_label(recap: Recap, single: MemberRecap | None, members: Sequence[Data], sheet: Sheet) -> str:
    if single:
        return sheet.say(t("Artists"))
    if not any(it["mark"] for it in members) or len(recap.members) > DISCS + 1:
        return sheet.say(t("Plays"))
    return sheet.say(t("Plays, against {before}", before=times.before(recap.period)))


def _member(recap: Recap, it: MemberRecap, sheet: Sheet) -> Data:
    best = max(other.plays for other in recap.members)
    return {
        **sheet.named(it.member),
        "artist": sheet.line(it.top_artists[0].artist, "artist") if it.top_artists else None,
        "plays": sheet.number(it.plays),
        "part": part(it.plays, best),
        "mark": sheet.against(recap, it) if recap.plays_before else None,
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
    return nothing(sheet)
