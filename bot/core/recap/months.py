"""How a long time changed: each of its months by what was played most, and of a year what set each quarter apart."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from operator import itemgetter

from bot.core import calendar
from bot.core.model import Listening, MemberId, Period, PeriodKind, TrackId
from bot.core.recap.model import Kind, Ranked
from bot.core.recap.tops import Names, added, by_number, ranking

LEAST_PLAYS = 8
# By how much a share has to be greater in a quarter than in the rest of its year to set it apart.
TIMES_MORE = 2

_at_ms = itemgetter(0)
_track_id = itemgetter(1)


@dataclass(frozen=True, slots=True)
class Month:
    """One month of the time: all plays and whose, and the artist with most of them, None where none has a name."""

    period: Period
    plays: int
    shares: tuple[tuple[MemberId, int], ...]
    top: Ranked | None


@dataclass(frozen=True, slots=True)
class Season:
    """A quarter, the artist whose plays in it are most above their share of the rest, and their plays of the year."""

    period: Period
    top: Ranked
    of_year: Ranked


def months(listenings: Sequence[Listening], names: Names, period: Period) -> tuple[Month, ...]:
    """The whole months of a period, in order; none where it is not made of two or more."""
    found = []
    for month in _cut(period, PeriodKind.MONTH):
        by_member = _counts(listenings, month)
        shares = tuple((who, n) for who, counts in by_member.items() if (n := counts.total()))
        found.append(Month(month, sum(n for _, n in shares), shares, _top(names, by_member)))
    return tuple(found)


def seasons(listenings: Sequence[Listening], names: Names, period: Period) -> tuple[Season, ...]:
    """The quarters of a year that something sets apart."""
    if period.kind is not PeriodKind.YEAR:
        return ()
    numbers = names.numbers[Kind.ARTIST]
    all_year = _counts(listenings, period)
    whole = by_number(numbers, added(all_year.values()))
    found = []
    for quarter in _cut(period, PeriodKind.QUARTER):
        by_member = _counts(listenings, quarter)
        inside = by_number(numbers, added(by_member.values()))
        plays = sum(inside.values())
        rest = sum(whole.values()) - plays
        # How far an artist is above the share of the rest, in plays times all plays of the rest.
        above = {
            artist: n * rest - (whole[artist] - n) * plays
            for artist, n in inside.items()
            if n >= LEAST_PLAYS and n * rest >= TIMES_MORE * (whole[artist] - n) * plays
        }
        if not above or not rest:
            continue
        artist = min(above, key=lambda it: (-above[it], names.name(Kind.ARTIST, it)))
        top, of_year = (_top(names, _of(artist, numbers, counts)) for counts in (by_member, all_year))
        if top is not None and of_year is not None:
            found.append(Season(quarter, top, of_year))
    return tuple(found)


def _cut(period: Period, kind: PeriodKind) -> list[Period]:
    """The whole periods of a kind that this one is made of; none where that is fewer than two."""
    cut, day = [], period.first
    while day <= period.last:
        cut.append(calendar.holding(kind, day, period.zone))
        day = cut[-1].last + timedelta(days=1)
    whole = len(cut) > 1 and cut[0].start_ms == period.start_ms and cut[-1].end_ms == period.end_ms
    return cut if whole else []


def _counts(listenings: Sequence[Listening], period: Period) -> dict[MemberId, Counter[TrackId]]:
    """Each member's plays in a part of the time, by track."""
    found = {}
    for it in listenings:
        start = bisect_left(it.plays, period.start_ms, key=_at_ms)
        end = bisect_left(it.plays, period.end_ms, key=_at_ms)
        found[it.member.id] = Counter(map(_track_id, it.plays[start:end]))
    return found


def _of(
    artist: int, numbers: Mapping[TrackId, int | None], by_member: Mapping[MemberId, Counter[TrackId]]
) -> dict[MemberId, Counter[TrackId]]:
    return {
        who: Counter({track_id: n for track_id, n in counts.items() if numbers[track_id] == artist})
        for who, counts in by_member.items()
    }


def _top(names: Names, by_member: Mapping[MemberId, Counter[TrackId]]) -> Ranked | None:
    ranked = ranking(Kind.ARTIST, names, added(by_member.values()), by_member, None, 1)
    return ranked[0] if ranked else None
