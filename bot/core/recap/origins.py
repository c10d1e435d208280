"""When and where the music is from, and how widely it is known: counted over what was looked up of its songs.

Nothing is guessed: plays of songs of which nothing is known are left out, and of how many something is known is told.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple, TypeVar

from bot.core.model import Listening, Member, MemberId, Period, SongId, Track, TrackId
from bot.core.songfacts import SongFacts
from bot.core.taste import LEAST_PLAYS, Interval, Z, share

V = TypeVar("V", int, str)

# Of how many plays something has to be known for it to be said of all.
LEAST_SHARE = 0.5
Shares = tuple[tuple[MemberId, int], ...]


class Roots(NamedTuple):
    """What was looked up of a song.

    `year` is when it came out (0: not known), `area` where its first artist is from ("": not known), `listeners` how
    many people listen to that artist at ListenBrainz (None: not known).
    """

    year: int = 0
    area: str = ""
    listeners: int | None = None

    @property
    def decade(self) -> int:
        """1990 for 1990 to 1999; 0 where the year is not known."""
        return self.year // 10 * 10


NOTHING = Roots()


@dataclass(frozen=True, slots=True)
class Decade:
    """Plays of songs that came out from `first` (1990) to the ninth year after, and whose they are."""

    first: int
    plays: int
    shares: Shares


@dataclass(frozen=True, slots=True)
class Area:
    """Plays of artists who are from one country or region, as MusicBrainz names it, and whose they are."""

    name: str
    plays: int
    shares: Shares


@dataclass(frozen=True, slots=True)
class Leaning:
    """Two numbers of one member, None where too little is known.

    `recent`: the share of plays of songs of this year and the one before. `listeners`: half of the plays are of artists
    with at most so many listeners at ListenBrainz.
    """

    member: Member
    recent: Interval | None
    listeners: Interval | None


@dataclass(frozen=True, slots=True)
class Origins:
    """Of `plays` in all, `dated` have a year and `placed` an area.

    `decades` are in order of time, `areas` most plays first; both are empty where too little is known.
    """

    plays: int = 0
    dated: int = 0
    placed: int = 0
    decades: tuple[Decade, ...] = ()
    areas: tuple[Area, ...] = ()
    leanings: tuple[Leaning, ...] = ()


NOTHING_KNOWN = Origins()


def roots(tracks: Mapping[TrackId, Track], facts: Mapping[TrackId, SongFacts]) -> dict[TrackId, Roots]:
    """What is known of each track's song: the earliest year of its versions, else what the first of them knows."""
    by_song: dict[SongId, Roots] = {}
    for track_id in sorted(facts.keys() & tracks.keys()):
        told, song = facts[track_id], tracks[track_id].song
        known = by_song.get(song, NOTHING)
        by_song[song] = Roots(
            min((year for year in (known.year, told.year) if year), default=0),
            known.area or told.area,
            told.artist_fame.listeners if known.listeners is None and told.artists else known.listeners,
        )
    return {number: by_song[track.song] for number, track in tracks.items() if track.song in by_song}


def origins(listenings: Sequence[Listening], known: Mapping[TrackId, Roots], period: Period) -> Origins:
    """Where these members' plays of a period are from."""
    rooted = {
        it.member.id: Counter(known.get(play.track_id, NOTHING) for play in it.plays) for it in listenings
    }
    plays = sum(map(Counter.total, rooted.values()))
    decades, areas = _by(rooted, lambda it: it.decade), _by(rooted, lambda it: it.area)
    dated, placed = _together(decades), _together(areas)
    return Origins(
        plays,
        dated,
        placed,
        tuple(Decade(first, *_shared(of)) for first, of in sorted(decades.items()))
        if _enough(dated, plays)
        else (),
        tuple(Area(name, *_shared(of)) for name, of in sorted(areas.items(), key=_most_first))
        if _enough(placed, plays)
        else (),
        tuple(
            Leaning(it.member, recent(rooted[it.member.id], period), listeners(rooted[it.member.id]))
            for it in listenings
        ),
    )


def recent(rooted: Mapping[Roots, int], period: Period) -> Interval | None:
    """The share of the plays with a year that are of the period's last year or the one before."""
    dated = sum(n for it, n in rooted.items() if it.year)
    if not _enough(dated, sum(rooted.values())):
        return None
    return share(sum(n for it, n in rooted.items() if it.year >= period.last.year - 1), dated)


def listeners(rooted: Mapping[Roots, int]) -> Interval | None:
    """The median of the listeners of the artist of each play, with the interval that order statistics give.

    Free of any distribution: between the plays of these ranks the median lies in 90 % (H. A. David, *Order
    Statistics*, chapter 7), if plays came independently.
    """
    known = sorted((it.listeners, n) for it, n in rooted.items() if it.listeners is not None)
    total = sum(n for _, n in known)
    if not _enough(total, sum(rooted.values())):
        return None
    spread = Z * math.sqrt(total) / 2
    ranks = ((total + 1) // 2, math.floor(total / 2 - spread), math.ceil(total / 2 + spread) + 1)
    # The first value with so many plays up to it has the play of that rank.
    up_to = list(accumulate(n for _, n in known))
    value, low, high = (known[bisect_left(up_to, min(max(rank, 1), total))][0] for rank in ranks)
    return Interval(value, low, high)


def _by(
    rooted: Mapping[MemberId, Mapping[Roots, int]], of: Callable[[Roots], V]
) -> dict[V, dict[MemberId, int]]:
    """Each member's plays by a part of what is known, without those of which it is not."""
    found: dict[V, dict[MemberId, int]] = defaultdict(lambda: defaultdict(int))
    for member, counts in rooted.items():
        for it, n in counts.items():
            if value := of(it):
                found[value][member] += n
    return found


def _together(found: Mapping[V, Mapping[MemberId, int]]) -> int:
    return sum(sum(shares.values()) for shares in found.values())


def _shared(shares: Mapping[MemberId, int]) -> tuple[int, Shares]:
    return sum(shares.values()), tuple(sorted(shares.items(), key=lambda it: (-it[1], it[0])))


def _most_first(it: tuple[str, Mapping[MemberId, int]]) -> tuple[int, str]:
    return -sum(it[1].values()), it[0]


def _enough(known: int, plays: int) -> bool:
    return known >= LEAST_PLAYS and known >= LEAST_SHARE * plays
