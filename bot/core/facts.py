"""What a recap states, one fact after the other: the words, the number, and which plays it counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.core.identity import Key, fold, keys_of, lasting, tracks_meant
from bot.core.model import MemberId, Period, Track, TrackId
from bot.core.recap.hours import span_of
from bot.core.recap.model import BusyHour, Kind, Loop, MemberRecap, Ranked, Recap
from bot.text import Moment, Text, t, tn

Tracks = Mapping[TrackId, Track]

# A recap tells its longest loops; further ones can be found by their song.
MOST_LOOPS = 50


class Measure(StrEnum):
    """What the value of a fact counts."""

    PLAYS = "plays"
    MINUTES = "minutes"
    LISTENERS = "listeners"
    BEFORE = "plays before"
    DISCOVERY = "first plays"
    DAYS = "days in a row"
    SILENCE = "days without"
    FOLLOWED = "members one after another"
    JOINED = "members who played it"
    EFFECTIVE = "tenths of an artist"
    REPEATED = "per cent repeated"
    EXPLORED = "per cent new"
    ALONE = "per cent alone"
    ALIKE = "per cent alike"
    RECENT = "per cent recent"
    FAME = "listeners of the artist"
    AWARD = "award"


@dataclass(frozen=True, slots=True)
class Fact:
    """One statement. Which plays it counts: those of `about`, narrowed by every field that is set.

    `kind` with `key` name a song, artist or album (`core.identity`); `start_ms` and `end_ms` (excluded) a time;
    `hour` an hour of each member's clock, `hours` some of their week's 168; `days` some of the period's, the first and
    the last (ISO), which tell no hour; `decade` (1990) and `area` are of what was looked up of the songs. `shares` are
    the plays (never minutes) of each member who had any when it was said; none are told for a single member's busiest
    hour. Of a number that compares members they say whom it weighs in (`core.more_facts`), and `whose` it is.
    `interval` is what is certain of it; `award` is what it was measured for (`awards.model.Candidate.id`).
    """

    id: str
    words: Text
    measure: Measure
    value: int
    rule: str
    about: tuple[MemberId, ...]
    shares: tuple[tuple[MemberId, int], ...] = ()
    kind: Kind | None = None
    key: Key = ()
    start_ms: int | None = None
    end_ms: int | None = None
    hour: int | None = None
    hours: tuple[int, ...] = ()
    whose: tuple[MemberId, ...] = ()
    interval: tuple[int, int] | None = None
    award: str = ""
    days: tuple[str, ...] = ()
    decade: int = 0
    area: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a recap said: of which time, of whom (id, name, zone of their clock), the facts in order.

    `withdrawn` is how many members took their part back since then.
    """

    name: str
    period: Period
    members: tuple[tuple[MemberId, str, str], ...]
    facts: tuple[Fact, ...]
    withdrawn: int = 0

    def fact(self, fact_id: str) -> Fact | None:
        """The fact of this id, or None."""
        return next((fact for fact in self.facts if fact.id == fact_id), None)


def counts_of(fact: Fact) -> list[MemberId]:
    """Whose plays a fact counted when it was said."""
    return [who for who, n in fact.shares if n] or list(fact.about)


def stated(recap: Recap, tracks: Tracks) -> Iterable[Fact]:
    """The group's facts, then each member's; of a single member only once."""
    yield from _facts_of("", recap.name, recap, recap.members, recap.period, tracks)
    who = tuple(part.member.id for part in recap.members)
    shares = _plays_of(recap.members)
    if len(who) > 1:
        words = tn("{n} member played something", "{n} members played something", recap.listeners)
        yield Fact("listeners", words, Measure.LISTENERS, recap.listeners, "listeners", who, shares)
    for hour, count in enumerate(recap.clock):
        if count:
            words = tn("{n} play between {from_} and {to}", "{n} plays between {from_} and {to}", count,
                       from_=f"{hour:02d}:00", to=f"{hour:02d}:59")  # fmt: skip
            by_whom = tuple((it.member.id, it.clock[hour]) for it in recap.members if it.clock[hour])
            yield Fact(f"clock:{hour}", words, Measure.PLAYS, count, "clock", who, by_whom, hour=hour)
    if len(who) > 1:
        for part in recap.members:
            yield from _facts_of(
                f"member:{part.member.id}:", part.member.name, part, (part,), recap.period, tracks
            )


def _facts_of(
    prefix: str,
    name: str,
    part: Recap | MemberRecap,
    members: Sequence[MemberRecap],
    period: Period,
    tracks: Tracks,
) -> Iterable[Fact]:
    who = tuple(it.member.id for it in members)
    shares = _plays_of(members)
    words = tn("{who}: {n} play", "{who}: {n} plays", part.plays, who=name)
    yield Fact(f"{prefix}plays", words, Measure.PLAYS, part.plays, "play", who, shares)
    words = tn("{who}: {n} minute", "{who}: {n} minutes", part.minutes, who=name)
    yield Fact(f"{prefix}minutes", words, Measure.MINUTES, part.minutes, "minutes", who, shares)
    for kind, ranked in (
        (Kind.TRACK, part.top_tracks),
        (Kind.ARTIST, part.top_artists),
        (Kind.ALBUM, part.top_albums),
    ):
        for it in ranked:
            yield _ranked(prefix, it, kind, who, tracks)
    if part.busiest is not None:
        yield _busiest(prefix, part.busiest, who, period)
    for number, loop in enumerate(part.loops[:MOST_LOOPS], 1):
        yield _loop(f"{prefix}loop:{number}", loop, tracks)


def _plays_of(members: Sequence[MemberRecap]) -> tuple[tuple[MemberId, int], ...]:
    return tuple((it.member.id, it.plays) for it in members if it.plays)


def _ranked(prefix: str, it: Ranked, kind: Kind, who: tuple[MemberId, ...], tracks: Tracks) -> Fact:
    rule = {Kind.TRACK: "song", Kind.ARTIST: "artist", Kind.ALBUM: "album"}[kind]
    count = tn("{n} play", "{n} plays", it.plays)
    words = (
        t("{artist}: {count}", artist=it.artist, count=count)
        if kind is Kind.ARTIST
        else t("{title} — {artist}: {count}", title=it.title, artist=it.artist, count=count)
    )
    key = written(kind, tracks[it.track_ids[0]])
    return Fact(
        f"{prefix}{kind.value}:{it.rank}",
        words,
        Measure.PLAYS,
        it.plays,
        rule,
        who,
        it.shares,
        kind,
        key,
    )


def _busiest(prefix: str, it: BusyHour, who: tuple[MemberId, ...], period: Period) -> Fact:
    span = span_of(it, period)
    words = tn("{n} play in the hour from {start}", "{n} plays in the hour from {start}", it.plays,
               start=Moment(it.start_ms, it.zone))  # fmt: skip
    return Fact(
        f"{prefix}busiest", words, Measure.PLAYS, it.plays, "busiest", who, it.shares,
        start_ms=span.start_ms, end_ms=span.end_ms,
    )  # fmt: skip


def _loop(fact_id: str, it: Loop, tracks: Tracks) -> Fact:
    words = t("{who} played {title} — {artist} {n} times in a row", who=it.member.name, title=it.title,
              artist=it.artist, n=it.times)  # fmt: skip
    key = written(Kind.TRACK, tracks[it.track_ids[0]])
    return Fact(
        fact_id, words, Measure.PLAYS, it.times, "loop", (it.member.id,), ((it.member.id, it.times),),
        Kind.TRACK, key, it.first_ms, it.last_ms + 1,
    )  # fmt: skip


def written(kind: Kind, track: Track) -> Key:
    """How a song, artist or album is written down by one of its tracks (`core.identity`); () where it has none."""
    if kind is Kind.TRACK:
        return lasting(track)
    keys = keys_of(track)
    return (keys.artist if kind is Kind.ARTIST else keys.album) or ()


def meant(kind: Kind, key: Key, tracks: Tracks) -> set[TrackId]:
    """The tracks that count as what was written down, by the rules of now."""
    if kind is Kind.TRACK:
        return tracks_meant(key, tracks)
    names = tuple(map(fold, key))
    return {number for number, track in tracks.items() if written(kind, track) == names}
