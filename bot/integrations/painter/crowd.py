"""Who of a group is named in a picture, and how all members' shares of something are printed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.core.model import MemberId
from bot.core.recap.model import MemberRecap
from bot.integrations.painter.palette import REST
from bot.integrations.painter.sheet import Data, Sheet, part
from bot.text import t

MOST_NAMED = 12


def named(members: Sequence[MemberRecap], sheet: Sheet, most: int = MOST_NAMED) -> list[MemberRecap]:
    """Who has a place of their own: those with the most plays, in the order of the group.

    Where there are more than `most`, one place is left for all others together.
    """
    places = sheet.places
    room = most if len(members) <= most else most - 1
    found = sorted(members, key=lambda it: (-it.plays, places[it.member.id]))[:room]
    return sorted(found, key=lambda it: places[it.member.id])


def shares(
    of: Iterable[tuple[MemberId, int]], plays: int, shown: Sequence[MemberRecap], sheet: Sheet
) -> list[list[object]]:
    """The parts of a bar as (look, 0 to 1): who is shown in the order of ids, the others together."""
    looks = {it.member.id: sheet.look(it.member.id) for it in shown}
    pairs = sorted(of)
    others = sum(n for member, n in pairs if member not in looks)
    own = [(looks[member], n) for member, n in pairs if member in looks]
    return [[look, part(n, plays)] for look, n in [*own, (REST, others)] if n]


def legend(members: Sequence[MemberRecap], shown: Sequence[MemberRecap], sheet: Sheet) -> list[Data]:
    """Look, name and plays of everybody shown, and of the others together; nothing for one member alone."""
    if len(members) < 2:
        return []
    rows: list[Data] = [
        {
            "look": sheet.look(it.member.id),
            "name": sheet.line(it.member.name, "name"),
            "plays": sheet.number(it.plays),
        }
        for it in shown
    ]
    n = len(members) - len(shown)
    if n:
        plays = sum(it.plays for it in members) - sum(it.plays for it in shown)
        name = sheet.line(sheet.say(t("{n} more", n=n)), "words")
        rows.append({"look": REST, "name": name, "plays": sheet.number(plays)})
    return rows
