"""What the J-card says, in which words and with which figures: a recap in, plain JSON for the template out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.core.model import MemberId
from bot.core.recap import words
from bot.core.recap.model import MemberRecap, Ranked, Recap
from bot.integrations.painter.lettering import Lettering, Line
from bot.integrations.painter.palette import LOOKS, REST, TOKENS, looks_by_member
from bot.integrations.painter.times import BEFORE, corner, dates, headline, hour, loop_time

ROWS = 5
NAMED = 8
_SIDE_ITEMS = 8
_DISCS = 5
_OWN_ARTISTS = 3


def jcard(recap: Recap, lettering: Lettering) -> dict[str, object]:
    """All that the template draws, apart from colours' values and fonts. Shares and counts come as 0 to 1."""
    looks = looks_by_member(part.member.id for part in recap.members)
    named = _named(recap.members)
    # All discs, or all but one place that says how many more there are.
    discs = named if len(recap.members) <= _DISCS else named[: _DISCS - 1]
    before = BEFORE[recap.period.kind]
    single = recap.members[0] if len(recap.members) == 1 else None
    return {
        "tokens": TOKENS,
        "looks": [{"ink": look.ink, "on": look.on, "pattern": look.pattern} for look in LOOKS],
        "rest": REST,
        "headline": headline(recap.period),
        "corner": corner(recap.period),
        "dates": dates(recap.period),
        "kicker": [_data(line) for line in _kicker(recap, single, lettering)],
        "counts": _counts(recap, single),
        "change": _mark(recap.plays - recap.plays_before) if single and recap.plays_before else None,
        "before": before,
        "discs": [_disc(part, looks, lettering) for part in discs],
        "more_discs": len(recap.members) - len(discs),
        "rows": [_row(recap, row, looks, named, lettering) for row in recap.top_tracks[:ROWS]],
        "sides": _sides(recap, single, lettering),
        "week": _scaled(recap.week),
        "clock": _scaled(recap.clock),
        "peak": max(range(len(recap.clock)), key=recap.clock.__getitem__) if any(recap.clock) else None,
        "members_label": f"Plays, and against {before}" if recap.plays_before else "Plays",
        "members": [] if single else [_member(recap, part, looks, lettering) for part in named],
        "unnamed": _unnamed(recap, named),
        "own": _own(single, looks, lettering) if single else None,
        "box": _box(recap, lettering),
        "footer": _footer(recap),
    }


def _kicker(recap: Recap, single: MemberRecap | None, lettering: Lettering) -> list[Line]:
    """Whose card it is: the group, or the member and then the group if it is called otherwise."""
    if single is None:
        return [lettering.line(recap.name, "name")]
    lines = [lettering.line(single.member.name, "name")]
    if recap.name != single.member.name:
        lines.append(lettering.line(recap.name, "name"))
    return lines


def _counts(recap: Recap, single: MemberRecap | None) -> list[str]:
    sounded = _duration(recap)
    plays = _plays(recap.plays) + (f", {sounded}" if sounded else "")
    if single:
        return [plays]
    n = len(recap.members)
    if recap.listeners in (0, n):
        return [plays, _count(n, "member", "members")]
    return [plays, f"{recap.listeners} of {_count(n, 'member', 'members')} listened"]


def _duration(recap: Recap) -> str:
    if not recap.minutes:
        return ""
    about = "" if recap.minutes_exact else "about "
    if recap.minutes < 120:
        return f"{about}{recap.minutes} min"
    return f"{about}{recap.minutes // 60:,} h"


def _row(
    recap: Recap,
    row: Ranked,
    looks: Mapping[MemberId, int],
    named: Sequence[MemberRecap],
    lettering: Lettering,
) -> dict[str, object]:
    best = max((other.plays for other in recap.top_tracks), default=0)
    shown = {part.member.id for part in named}
    own = [(looks[member], n) for member, n in sorted(row.shares) if member in shown]
    others = sum(n for member, n in row.shares if member not in shown)
    return {
        "rank": f"A{row.rank}",
        "mark": _mark_of_rank(row) if recap.plays_before else None,
        "title": _data(lettering.line(row.title, "title")),
        "artist": _data(lettering.line(row.artist, "artist")),
        "plays": f"{row.plays:,}",
        "part": _part(row.plays, best),
        "shares": [[look, _part(n, row.plays)] for look, n in [*own, (REST, others)] if n],
    }


def _mark_of_rank(row: Ranked) -> dict[str, object]:
    if row.was is None:
        return {"kind": "new", "by": ""}
    return _mark(row.was - row.rank)


def _mark(change: int) -> dict[str, object]:
    kind = "up" if change > 0 else "down" if change < 0 else "same"
    return {"kind": kind, "by": _brief(abs(change)) if change else ""}


def _brief(n: int) -> str:
    """A count in at most four letters: 999, 1.2k, 12k, 3.4M."""
    for size, unit in ((1_000_000, "M"), (1_000, "k")):
        if n >= size:
            return f"{n / size:.1f}{unit}" if n < 10 * size else f"{n // size}{unit}"
    return str(n)


def _sides(recap: Recap, single: MemberRecap | None, lettering: Lettering) -> list[dict[str, object]]:
    """Two lines: the tracks after the rows, the artists (unless they have a place of their own), the albums.

    What there is none of comes last, as an empty line.
    """
    tracks = [lettering.line(row.title, "title") for row in recap.top_tracks[ROWS : ROWS + _SIDE_ITEMS]]
    artists = [lettering.line(row.artist, "artist") for row in recap.top_artists[:_SIDE_ITEMS]]
    albums = [lettering.line(row.title, "album") for row in recap.top_albums[:_SIDE_ITEMS]]
    sides = [("Side B", tracks), ("Albums", albums)]
    if not single:
        sides.insert(1, ("Artists", artists))
    sides.sort(key=lambda side: not side[1])
    return [{"label": label, "items": [_data(line) for line in lines]} for label, lines in sides[:2]]


def _named(members: Sequence[MemberRecap]) -> list[MemberRecap]:
    """Who has a row of their own: those with the most plays, in order of their ids."""
    most = sorted(members, key=lambda part: (-part.plays, part.member.id))[:NAMED]
    return sorted(most, key=lambda part: part.member.id)


def _disc(part: MemberRecap, looks: Mapping[MemberId, int], lettering: Lettering) -> dict[str, object]:
    line = lettering.line(part.member.name, "name")
    look = looks[part.member.id]
    number = sorted(looks).index(part.member.id) + 1
    return {"look": look, "initial": _data(Line(line.initial or str(number), line.language, line.rtl))}


def _member(
    recap: Recap, part: MemberRecap, looks: Mapping[MemberId, int], lettering: Lettering
) -> dict[str, object]:
    best = max(other.plays for other in recap.members)
    return {
        **_disc(part, looks, lettering),
        "name": _data(lettering.line(part.member.name, "name")),
        "artists": [_data(lettering.line(row.artist, "artist")) for row in part.top_artists[:_OWN_ARTISTS]],
        "plays": f"{part.plays:,}",
        "part": _part(part.plays, best),
        "mark": _mark(part.plays - part.plays_before) if recap.plays_before else None,
    }


def _unnamed(recap: Recap, named: Sequence[MemberRecap]) -> str:
    n = len(recap.members) - len(named)
    plays = sum(part.plays for part in recap.members) - sum(part.plays for part in named)
    return f"+{n} more, {_plays(plays)}" if n else ""


def _own(part: MemberRecap, looks: Mapping[MemberId, int], lettering: Lettering) -> dict[str, object]:
    """A single member's own artists, in place of the list of members."""
    best = part.top_artists[0].plays if part.top_artists else 0
    return {
        "look": looks[part.member.id],
        "artists": [
            {
                "name": _data(lettering.line(row.artist, "artist")),
                "plays": f"{row.plays:,}",
                "part": _part(row.plays, best),
            }
            for row in part.top_artists[:ROWS]
        ],
    }


def _box(recap: Recap, lettering: Lettering) -> dict[str, object]:
    """The longest loop, else the busiest hour, else that there was nothing."""
    if recap.loops:
        loop = max(recap.loops, key=lambda one: one.times)
        return {
            "kind": "loop",
            "figure": f"{loop.times:,}×",
            "label": f"On repeat, {loop_time(loop)}",
            "title": _data(lettering.line(loop.title, "title")),
            "artist": _data(lettering.line(loop.artist, "artist")),
            "name": _data(lettering.line(loop.member.name, "name")),
            "said": f"played it {loop.times:,} times in a row",
        }
    if recap.busiest and recap.busiest.plays:
        busy = recap.busiest
        return {
            "kind": "busy",
            "figure": f"{busy.plays:,}",
            "label": "The busiest hour",
            "title": _data(Line(hour(busy))),
            "said": f"{_plays(busy.plays)} in sixty minutes",
        }
    return {
        "kind": "quiet",
        "figure": "0",
        "label": "An empty tape",
        "title": _data(Line("Nothing was played, or it has not reached us.")),
        "said": "What you listen to next goes on the next card.",
    }


def _footer(recap: Recap) -> list[str]:
    known = [one.complete >= 1 for one in recap.coverage]
    covered = ""
    if len(known) == 1:
        share = recap.coverage[0].complete
        covered = "complete" if known[0] else f"{min(int(share * 100), 99)} % of the time is known"
    elif known:
        whose = "everyone" if all(known) else f"{sum(known)} of {len(known)} members"
        covered = f"complete for {whose}"
    thanks = map(str, words.thanks(recap)) if recap.top_tracks else ()
    return [part for part in ("A play = 30 seconds or more", covered, *thanks) if part]


def _data(line: Line) -> dict[str, object]:
    direction = "rtl" if line.rtl else "ltr"
    return {"s": line.text, "lang": line.language, "dir": direction, "chip": line.chip, "what": line.what}


def _scaled(counts: Sequence[int]) -> list[float]:
    most = max(counts, default=0)
    return [_part(count, most) for count in counts]


def _part(some: int, whole: int) -> float:
    return round(some / whole, 4) if whole > 0 else 0.0


def _plays(n: int) -> str:
    return _count(n, "play", "plays")


def _count(n: int, one: str, many: str) -> str:
    return f"{n:,} {one if n == 1 else many}"
