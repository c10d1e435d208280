"""What more there is to say of a period: streaks, what was new or came back, who followed whom, what was remarkable,
how the members compare. Each part has its least data, below which it is not said (`core.rules`).

The arithmetic is in modules of its own on plain keys; here keys become names again, and hours that may not be told
stay untold. Only members who said yes to comparing (`Feature.COMPARE`) are compared with others.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from operator import itemgetter

from bot.core import taste
from bot.core.calendar import DAY_MS, segments
from bot.core.identity import Key
from bot.core.model import Heard, Listening, Member, MemberId, Memory, Period, Play, Span, TrackId
from bot.core.precedence import union
from bot.core.recap import firsts, moments, streaks
from bot.core.recap.compute import LEAST_KNOWN
from bot.core.recap.coverage import total_ms
from bot.core.recap.firsts import Past
from bot.core.recap.model import Kind
from bot.core.recap.tops import Names, versions
from bot.core.taste import Interval

# How long before a period is looked at for what is usual; of longer periods as long as they are.
USUAL_MS = 56 * DAY_MS
# The epoch's day number (`date.toordinal`).
_EPOCH_DAY = 719_163
_at_ms = itemgetter(0)
_track_id = itemgetter(1)


@dataclass(frozen=True, slots=True)
class Thing:
    """A song or an artist by the names that it is shown with; an artist has no title."""

    kind: Kind
    title: str
    artist: str
    track_ids: tuple[TrackId, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """So many plays of one artist with no other artist in between; instants are ends of plays."""

    member: Member
    thing: Thing
    times: int
    first_ms: int
    last_ms: int


@dataclass(frozen=True, slots=True)
class DaysRow:
    """A song or artist on so many of the member's days in a row; the last one lies in the period (`date.toordinal`)."""

    member: Member
    thing: Thing
    days: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Discovery:
    """First played at `at_ms`, as far as is known since `since_ms`; `plays` in the period."""

    member: Member
    thing: Thing
    at_ms: int
    plays: int
    since_ms: int


@dataclass(frozen=True, slots=True)
class Comeback:
    """Played again after `days` whole days without; `plays` in the period."""

    member: Member
    thing: Thing
    at_ms: int
    plays: int
    last_ms: int

    @property
    def days(self) -> int:
        """How long it was silent."""
        return (self.at_ms - self.last_ms) // DAY_MS


@dataclass(frozen=True, slots=True)
class Chain:
    """The members by their first play of a song or artist. The order is a fact; a cause is not claimed."""

    thing: Thing
    steps: tuple[tuple[Member, int], ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """Played `times` times where `usual` would have been expected from the time before, with its `before` plays of it.

    `span` is from the first to the last of these plays; None where an hour of it may not be told.
    """

    member: Member
    thing: Thing
    times: int
    before: int
    usual: float
    surprise: float
    span: Span | None


@dataclass(frozen=True, slots=True)
class Pair:
    """How alike two members are, and the artists that they share most."""

    members: tuple[Member, Member]
    alike: Interval
    shared: tuple[Thing, ...]


@dataclass(frozen=True, slots=True)
class Bridge:
    """The artist that joins most members, with each member's share of plays."""

    thing: Thing
    shares: tuple[tuple[Member, float], ...]


@dataclass(frozen=True, slots=True)
class Taste:
    """One member's numbers, None where there is too little to go by.

    `effective`: as if so many artists had been played equally. `repeated`: the share of plays that were not the first
    of their song in the period. `explored`: the share of plays of songs that were new to the member. `alone`: the share
    of plays of artists that no other compared member played.
    """

    member: Member
    effective: Interval | None
    repeated: Interval | None
    explored: Interval | None
    alone: Interval | None


@dataclass(frozen=True, slots=True)
class Insights:
    """Everything beyond tops, clock and loops. `common` are the artists that all compared members played."""

    runs: tuple[Run, ...] = ()
    days: tuple[DaysRow, ...] = ()
    discoveries: tuple[Discovery, ...] = ()
    comebacks: tuple[Comeback, ...] = ()
    chains: tuple[Chain, ...] = ()
    moments: tuple[Moment, ...] = ()
    pairs: tuple[Pair, ...] = ()
    common: tuple[Thing, ...] = ()
    bridge: Bridge | None = None
    tastes: tuple[Taste, ...] = ()


@dataclass(frozen=True, slots=True)
class History:
    """What is known of a member from before a period.

    `usual` is their listening of the time right before (`usual_span`), `memory` what they had ever played.
    """

    usual: Listening
    memory: Memory


def usual_span(period: Period) -> Span:
    """The time right before a period that tells what is usual."""
    long_ms = max(USUAL_MS, period.end_ms - period.start_ms)
    return Span(period.start_ms - long_ms, period.start_ms)


def by_local_day(plays: Sequence[Play], zone: str) -> dict[int, Sequence[Play]]:
    """The plays, which are in order of time, by the day of the zone's clock: its number (`date.toordinal`)."""
    if not plays:
        return {}
    instants = list(map(_at_ms, plays))
    found: dict[int, Sequence[Play]] = {}
    start = 0
    for _, end_ms, offset_ms in segments(zone, instants[0], instants[-1] + 1):
        while start < len(instants) and instants[start] < end_ms:
            day = (instants[start] + offset_ms) // DAY_MS
            end = bisect_left(instants, min(end_ms, (day + 1) * DAY_MS - offset_ms), start)
            # Where clocks are put back at midnight a day goes on.
            found[day + _EPOCH_DAY] = [*found.get(day + _EPOCH_DAY, ()), *plays[start:end]]
            start = end
    return found


def insights(
    names: Names,
    listenings: Sequence[Listening],
    histories: Mapping[MemberId, History],
    period: Period,
    comparing: Collection[MemberId],
) -> Insights:
    """What more there is to say. `names` has every track of the listenings and the histories."""
    things = _Things(names, listenings)
    parts = [_Part(it, histories[it.member.id], things) for it in listenings]
    compared = [part for part in parts if part.member.id in comparing]
    artists = {part.member.id: part.artists for part in compared if part.artists}
    members = {part.member.id: part.member for part in parts}
    found = moments.remarkable(candidate for part in parts for candidate in part.candidates(period))
    return Insights(
        runs=tuple(sorted((run for part in parts for run in part.runs()), key=_longest)),
        days=tuple(sorted((row for part in parts for row in part.days(period)), key=lambda it: -it.days)),
        discoveries=tuple(it for part in parts for it in part.discoveries(period)),
        comebacks=tuple(sorted((it for part in parts for it in part.comebacks()), key=lambda it: -it.days)),
        chains=tuple(_chains(compared, members, things, period)),
        moments=tuple(things.moment(it, parts) for it in found),
        pairs=tuple(_pairs(artists, members, things)),
        common=tuple(things.named(Kind.ARTIST, key) for key in taste.common(artists))
        if len(artists) > 1
        else (),
        bridge=_bridge(artists, members, things),
        tastes=tuple(part.taste(artists, period) for part in parts),
    )


class _Things:
    """The songs and artists of the period, by keys that order them and by the names that they are shown with."""

    def __init__(self, names: Names, listenings: Sequence[Listening]) -> None:
        self._names = names
        self._counts: Counter[TrackId] = Counter(play.track_id for it in listenings for play in it.plays)
        self.keys: dict[Kind, dict[TrackId, Key]] = {kind: {} for kind in (Kind.TRACK, Kind.ARTIST)}
        self._tracks: dict[Kind, dict[Key, list[TrackId]]] = {kind: {} for kind in self.keys}
        self._named: dict[tuple[Kind, Key], Thing] = {}
        for kind, keys in self.keys.items():
            numbers = names.numbers[kind]
            now = (numbers[track_id] for track_id in self._counts)
            by_number: dict[int, list[TrackId]] = {number: [] for number in now if number is not None}
            for track_id, number in numbers.items():
                if number is not None and number in by_number:
                    by_number[number].append(track_id)
            for number, track_ids in by_number.items():
                # Two songs may have one name and differ in length: the raw tracks tell them apart.
                key = (*names.name(kind, number), min(names.tracks[it].key for it in track_ids))
                self._tracks[kind][key] = track_ids
                keys.update(dict.fromkeys(track_ids, key))

    def named(self, kind: Kind, key: Key) -> Thing:
        """The song or artist as it is shown: like its most played track."""
        if (kind, key) not in self._named:
            self._named[kind, key] = self._thing(kind, key)
        return self._named[kind, key]

    def _thing(self, kind: Kind, key: Key) -> Thing:
        track_ids = [it for it in self._tracks[kind][key] if it in self._counts]
        shown = versions(self._names, track_ids, self._counts)[0]
        title = shown.title if kind is Kind.TRACK else ""
        return Thing(kind, title, shown.artist, tuple(sorted(track_ids)))

    def moment(self, it: moments.Candidate, parts: Iterable[_Part]) -> Moment:
        """A candidate that is told."""
        (part,) = [part for part in parts if part.member.id == it.member]
        return Moment(
            part.member,
            self.named(Kind.TRACK, it.key),
            it.times,
            it.before,
            it.before / it.plays_before * it.plays,
            it.surprise,
            part.span_of(it.key),
        )


class _Part:
    """One member's plays by song and artist, now and before. What nobody played now has no key."""

    def __init__(self, it: Listening, history: History, things: _Things) -> None:
        self.member = it.member
        self._it = it
        self._history = history
        self._things = things
        self._songs = things.keys[Kind.TRACK]
        self._artist_of = things.keys[Kind.ARTIST]
        # Instants of the period with what was played, without what has no name.
        self.plays: Mapping[Kind, Sequence[tuple[int, Key]]] = {
            kind: [(at_ms, key) for at_ms, track_id, _ in it.plays if (key := keys.get(track_id)) is not None]
            for kind, keys in things.keys.items()
        }
        self.artists = Counter(key for _, key in self.plays[Kind.ARTIST])
        self._pasts: dict[Kind, Past] = {}
        self._timed = set(it.timed) if len(it.timed) < len(it.plays) else None

    def runs(self) -> list[Run]:
        """One artist without another in between, where every play's hour may be told."""
        plays = [(play.at_ms, self._artist_of.get(play.track_id)) for play in self._it.plays]
        return [
            Run(self.member, self._things.named(Kind.ARTIST, it.key), it.times, it.first_ms, it.last_ms)
            for it in streaks.runs(plays)
            if self._may_be_told(Span(it.first_ms, it.last_ms + 1))
        ]

    def days(self, period: Period) -> list[DaysRow]:
        """The longest row of days with one song, and with one artist."""
        days = by_local_day([*self._history.usual.plays, *self._it.plays], self.member.zone)
        return [row for kind in self._things.keys for row in self._days_of(kind, days, period)]

    def _days_of(self, kind: Kind, days: Mapping[int, Sequence[Play]], period: Period) -> list[DaysRow]:
        keys = self._things.keys[kind]
        # What reaches into the period was played in it.
        now = {key for _, key in self.plays[kind]}

        def on(day: int) -> Set[Key]:
            return now.intersection(map(keys.get, map(_track_id, days.get(day, ()))))

        rows = streaks.days_in_a_row(on, period.first.toordinal(), period.last.toordinal())
        return [
            DaysRow(self.member, self._things.named(kind, row.key), row.days, row.first, row.last)
            for row in rows[:1]
        ]

    def discoveries(self, period: Period) -> list[Discovery]:
        """Artists that were new to the member."""
        past = self.past(Kind.ARTIST)
        return [
            Discovery(self.member, self._things.named(Kind.ARTIST, it.key), it.at_ms, it.plays, it.since_ms)
            for it in firsts.firsts(self.member.id, self.plays[Kind.ARTIST], past, period.start_ms)
        ]

    def comebacks(self) -> list[Comeback]:
        """Songs that came back after a long time."""
        return [
            Comeback(self.member, self._things.named(Kind.TRACK, it.key), it.at_ms, it.plays, it.last_ms)
            for it in firsts.comebacks(self.member.id, self.plays[Kind.TRACK], self.past(Kind.TRACK))
        ]

    def candidates(self, period: Period) -> list[moments.Candidate]:
        """Every song played now, against the time before; none where too little of that is vouched for."""
        span = usual_span(period)
        known_ms = total_ms(union(self._history.usual.covered))
        if known_ms < LEAST_KNOWN * (span.end_ms - span.start_ms):
            return []
        now = [self._songs[play.track_id] for play in self._it.plays]
        before = list(map(self._songs.get, map(_track_id, self._history.usual.plays)))
        return moments.candidates(self.member.id, now, before)

    def past(self, kind: Kind) -> Past:
        """What was heard before, of the songs or artists that anybody played now."""
        if kind not in self._pasts:
            self._pasts[kind] = self._remembered(kind)
        return self._pasts[kind]

    def _remembered(self, kind: Kind) -> Past:
        keys, everything = self._things.keys[kind], self._history.memory.heard
        merged: dict[Key, Heard] = {}
        for track_id in everything.keys() & keys.keys():
            key, heard = keys[track_id], everything[track_id]
            known = merged.get(key)
            merged[key] = heard if known is None else Heard(min(known[0], heard[0]), max(known[1], heard[1]))
        return Past(self._history.memory.since_ms, merged)

    def span_of(self, song: Key) -> Span | None:
        """From the first to the last play of a song in the period, if every play in it may be told with its hour."""
        times = [play.at_ms for play in self._it.plays if self._songs[play.track_id] == song]
        span = Span(times[0], times[-1] + 1)
        return span if self._may_be_told(span) else None

    def taste(self, artists: Mapping[MemberId, Counter[Key]], period: Period) -> Taste:
        """The member's numbers."""
        songs = Counter(self._songs[play.track_id] for play in self._it.plays)
        past = self.past(Kind.TRACK)
        explored = None
        if past.reaches(period.start_ms) and songs.total() >= taste.LEAST_PLAYS:
            explored = taste.share(sum(n for key, n in songs.items() if key not in past.heard), songs.total())
        alone = taste.alone(self.member.id, artists) if self.member.id in artists else None
        return Taste(self.member, taste.effective(self.artists), taste.repeated(songs), explored, alone)

    def _may_be_told(self, span: Span) -> bool:
        if self._timed is None:
            return True
        start = bisect_left(self._it.plays, span.start_ms, key=_at_ms)
        end = bisect_left(self._it.plays, span.end_ms, key=_at_ms)
        return all(play in self._timed for play in self._it.plays[start:end])


def _chains(
    compared: Sequence[_Part], members: Mapping[MemberId, Member], things: _Things, period: Period
) -> list[Chain]:
    found = firsts.followed(
        {part.member.id: part.plays[Kind.ARTIST] for part in compared},
        {part.member.id: part.past(Kind.ARTIST) for part in compared},
        Span(period.start_ms, period.end_ms),
    )
    return [
        Chain(things.named(Kind.ARTIST, it.key), tuple((members[who], at_ms) for who, at_ms in it.steps))
        for it in found
    ]


def _pairs(
    artists: Mapping[MemberId, Counter[Key]], members: Mapping[MemberId, Member], things: _Things
) -> list[Pair]:
    found = []
    for it in taste.matches(artists):
        one, other = it.members
        shared = tuple(things.named(Kind.ARTIST, key) for key in it.shared)
        found.append(Pair((members[one], members[other]), it.alike, shared))
    return sorted(found, key=lambda it: -it.alike.value)


def _bridge(
    artists: Mapping[MemberId, Counter[Key]], members: Mapping[MemberId, Member], things: _Things
) -> Bridge | None:
    found = taste.bridge(artists)
    if found is None:
        return None
    return Bridge(
        things.named(Kind.ARTIST, found.key),
        tuple((members[who], share) for who, share in found.shares),
    )


def _longest(run: Run) -> tuple[int, int]:
    return -run.times, run.first_ms
