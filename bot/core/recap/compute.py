"""The facts of a period, from the members' counted plays. Every rule behind a number is in `core.rules`."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter

from bot.core import calendar
from bot.core.model import Listening, MemberId, Period, Play, Track, TrackId
from bot.core.precedence import inside
from bot.core.recap import hours
from bot.core.recap.coverage import coverage
from bot.core.recap.loops import loops, most_times_first
from bot.core.recap.model import BusyHour, Kind, Loop, MemberRecap, Recap
from bot.core.recap.tops import Names, added, ranking

MINUTE_MS = 60_000
# A time before of which less is vouched for is not compared with.
LEAST_KNOWN = 0.95

_track_id = itemgetter(1)
_ms_played = itemgetter(2)


@dataclass(frozen=True, slots=True)
class _Part:
    """One member's plays, counted in the ways that both the member's and the group's facts need.

    `before` are those of the period before, None where too little of that is known.
    """

    listening: Listening
    counts: Counter[TrackId]
    before: Counter[TrackId] | None
    sounded_ms: int
    exact: bool
    zone: str
    by_hour: list[hours.Piece]


def recap(
    name: str,
    listenings: Sequence[Listening],
    tracks: Mapping[TrackId, Track],
    period: Period,
    before: Sequence[Listening],
    top: int = 10,
    clock_zone: str | None = None,
    now_ms: int | None = None,
) -> Recap:
    """The recap of these members, in the order given.

    `before` is their listening in the period before (of a member who is not in it nothing is known); `tracks` has every
    track of both. `clock_zone` puts all members on one clock; without it each is on their own. `now_ms` is needed for a
    period that goes on.
    """
    names = Names(tracks)
    earlier = _known(before, calendar.before(period))
    parts = [_part(it, earlier.get(it.member.id), tracks, period, clock_zone) for it in listenings]
    members = tuple(_member(part, names, top) for part in parts)
    counts = {part.listening.member.id: part.counts for part in parts}
    together = added(part.counts for part in parts)
    before_together = _before_together(parts)
    week = hours.together((member.week for member in members), hours.WEEK_HOURS)
    return Recap(
        name=name,
        period=period,
        plays=sum(member.plays for member in members),
        plays_before=None if before_together is None else before_together.total(),
        listeners=sum(1 for member in members if member.plays),
        minutes=sum(part.sounded_ms for part in parts) // MINUTE_MS,
        minutes_exact=all(part.exact for part in parts),
        top_tracks=ranking(Kind.TRACK, names, together, counts, before_together, top),
        top_artists=ranking(Kind.ARTIST, names, together, counts, before_together, top),
        top_albums=ranking(Kind.ALBUM, names, together, counts, before_together, top),
        clock=hours.clock(week),
        week=week,
        busiest=_busiest(parts, period, clock_zone or period.zone),
        loops=most_times_first([loop for member in members for loop in member.loops]),
        members=members,
        coverage=tuple(coverage(it, period, now_ms) for it in listenings),
    )


def sounded(plays: Sequence[Play], tracks: Mapping[TrackId, Track]) -> tuple[int, bool]:
    """How long the plays sounded in ms, and whether every source told; else a track's whole length is taken."""
    silent = Counter(track_id for _, track_id, ms_played in plays if not ms_played)
    guessed_ms = sum(tracks[number].duration_ms * count for number, count in silent.items())
    return sum(map(_ms_played, plays)) + guessed_ms, not silent


def _known(before: Sequence[Listening], period: Period | None) -> dict[MemberId, Counter[TrackId]]:
    """The plays of the period before of each member for whom (nearly) the whole of it is vouched for."""
    if period is None:
        return {}
    return {
        it.member.id: Counter(map(_track_id, it.plays))
        for it in before
        if coverage(it, period).complete >= LEAST_KNOWN
    }


def _before_together(parts: Sequence[_Part]) -> Counter[TrackId] | None:
    """The group's plays of the period before, None where they are not known of everybody of whom something is now."""
    counting = [part for part in parts if part.counts or part.listening.covered]
    if not counting or any(part.before is None for part in counting):
        return None
    return added(part.before for part in parts if part.before is not None)


def _part(
    it: Listening,
    before: Counter[TrackId] | None,
    tracks: Mapping[TrackId, Track],
    period: Period,
    clock_zone: str | None,
) -> _Part:
    sounded_ms, exact = sounded(it.plays, tracks)
    zone = clock_zone or it.member.zone
    return _Part(
        it,
        Counter(map(_track_id, it.plays)),
        before,
        sounded_ms,
        exact,
        zone,
        hours.by_hour(it.timed, zone, period),
    )


def _member(part: _Part, names: Names, top: int) -> MemberRecap:
    member = part.listening.member
    counts: dict[MemberId, Counter[TrackId]] = {member.id: part.counts}
    week = hours.week(part.by_hour)
    return MemberRecap(
        member=member,
        plays=len(part.listening.plays),
        plays_before=None if part.before is None else part.before.total(),
        minutes=part.sounded_ms // MINUTE_MS,
        minutes_exact=part.exact,
        top_tracks=ranking(Kind.TRACK, names, part.counts, counts, part.before, top),
        top_artists=ranking(Kind.ARTIST, names, part.counts, counts, part.before, top),
        top_albums=ranking(Kind.ALBUM, names, part.counts, counts, part.before, top),
        clock=hours.clock(week),
        week=week,
        busiest=hours.busiest(part.by_hour, part.zone),
        loops=most_times_first(
            _told(loops(member, part.listening.plays, names, part.counts), part.listening)
        ),
    )


def _told(found: Sequence[Loop], it: Listening) -> list[Loop]:
    """The loops of which every play may be told with its hour."""
    if len(it.timed) == len(it.plays):
        return list(found)
    timed = set(it.timed)
    hidden = [play.at_ms for play in it.plays if play not in timed]
    return [
        loop for loop in found if bisect_left(hidden, loop.first_ms) == bisect_right(hidden, loop.last_ms)
    ]


def _busiest(parts: Sequence[_Part], period: Period, zone: str) -> BusyHour | None:
    """The group's busiest hour, on one clock for everybody."""
    pieces = [
        part.by_hour if part.zone == zone else hours.by_hour(part.listening.timed, zone, period)
        for part in parts
    ]
    found = hours.busiest(hours.merged(pieces), zone)
    if found is None:
        return None
    during = [hours.span_of(found, period)]
    shares = ((part.listening.member.id, len(inside(part.listening.timed, during))) for part in parts)
    return replace(found, shares=tuple((who, n) for who, n in shares if n))
