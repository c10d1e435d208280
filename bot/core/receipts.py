"""A number and the plays behind it: facts frozen as they were said, and counted again when somebody asks.

`freeze` writes the facts of a recap as canonical JSON (sorted keys, no spaces, ASCII, whole numbers only), so that
equal facts have an equal sha256. `evidence` finds the plays behind a fact by the fact's own words (which song, which
hour), never by what was stored when it was said: what arrived or went since then is seen.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from hashlib import sha256
from typing import Any

from bot.core.calendar import HOUR_MS, offset_at, segments
from bot.core.identity import Key, keys_of
from bot.core.model import Listening, Member, MemberId, Period, PeriodKind, Play, Source, Track, TrackId
from bot.core.precedence import source_at
from bot.core.recap.compute import MINUTE_MS, covered_ms, sounded
from bot.core.recap.hours import span_of
from bot.core.recap.model import BusyHour, Kind, Loop, MemberRecap, Ranked, Recap
from bot.core.rules import RULES, Rule
from bot.text import Moment, Text, from_json, t, tn, to_json

Tracks = Mapping[TrackId, Track]

# A recap tells its longest loops; further ones can be found by their song.
MOST_LOOPS = 50


class Measure(StrEnum):
    """What the value of a fact counts."""

    PLAYS = "plays"
    MINUTES = "minutes"
    LISTENERS = "listeners"


@dataclass(frozen=True, slots=True)
class Fact:
    """One statement. Which plays it counts: those of `about`, narrowed by every field that is set.

    `kind` with `key` name a song, artist or album (`core.identity`); `start_ms` and `end_ms` (excluded) a time;
    `hour` an hour of each member's clock. `shares` are the plays (never minutes) of each member when it was said.
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


@dataclass(frozen=True, slots=True)
class Facts:
    """What a recap said: of which time, of whom (id, name, zone of their clock), the facts in order."""

    name: str
    period: Period
    members: tuple[tuple[MemberId, str, str], ...]
    facts: tuple[Fact, ...]

    def fact(self, fact_id: str) -> Fact | None:
        """The fact of this id, or None."""
        return next((fact for fact in self.facts if fact.id == fact_id), None)


@dataclass(frozen=True, slots=True)
class Behind:
    """A play behind a number."""

    member_id: MemberId
    at_ms: int
    track: Track
    ms_played: int
    source: Source


@dataclass(frozen=True, slots=True)
class Evidence:
    """A fact counted again. `sha256` is over the plays, sorted: [ms, raw track key, ms_played, source] as JSON.

    `covered_ms` is, of each member, how much of the period is vouched for by now; `difference` says how the number
    differs from what was said, None where it does not.
    """

    value: int
    plays: int
    by_source: tuple[tuple[Source, int], ...]
    by_member: tuple[tuple[MemberId, int], ...]
    rule: Rule
    covered_ms: tuple[tuple[MemberId, int], ...]
    sha256: str
    behind: tuple[Behind, ...]
    difference: Text | None


def freeze(recap: Recap, tracks: Tracks) -> tuple[str, str]:
    """The facts of a recap (each member on their own clock) as canonical JSON, and its sha256."""
    facts = Facts(
        recap.name,
        recap.period,
        tuple((part.member.id, part.member.name, part.member.zone) for part in recap.members),
        tuple(_facts(recap, tracks)),
    )
    text = _canonical(_as_json(facts, recap))
    return text, sha256(text.encode()).hexdigest()


def thaw(frozen: str) -> Facts:
    """The facts that `freeze` wrote."""
    said: dict[str, Any] = json.loads(frozen)
    period = said["period"]
    return Facts(
        said["name"],
        Period(
            PeriodKind(period["kind"]),
            date.fromisoformat(period["first"]),
            date.fromisoformat(period["last"]),
            period["zone"],
            period["start_ms"],
            period["end_ms"],
        ),
        tuple((MemberId(it["id"]), it["name"], it["zone"]) for it in said["members"]),
        tuple(_fact(it) for it in said["facts"]),
    )


def of_one(facts: Facts, owner: Member) -> Facts:
    """A member's own facts, known by the number and name that the owner has now (two members may become one)."""
    return replace(
        facts,
        members=tuple((owner.id, owner.name, zone) for _, _, zone in facts.members),
        facts=tuple(
            replace(fact, about=(owner.id,), shares=tuple((owner.id, n) for _, n in fact.shares))
            for fact in facts.facts
        ),
    )


def evidence(fact: Fact, facts: Facts, listenings: Sequence[Listening], tracks: Tracks) -> Evidence:
    """Count a fact again from the members' counted plays of the period as they are now.

    `listenings` may lack members of the fact (who share no longer): their plays are not counted, and the difference
    says so.
    """
    zones = {member_id: zone for member_id, _, zone in facts.members}
    counted = [it for it in listenings if it.member.id in fact.about]
    narrowed = [(it, _narrowed(fact, it, tracks, zones, facts.period)) for it in counted]
    behind = tuple(
        Behind(it.member.id, at_ms, tracks[track_id], ms_played, source_at(it.origins, at_ms))
        for it, plays in narrowed
        for at_ms, track_id, ms_played in plays
    )
    sources = [play.source for play in behind]
    value = {
        Measure.PLAYS: len(behind),
        Measure.MINUTES: sum(sounded(plays, tracks)[0] for _, plays in narrowed) // MINUTE_MS,
        Measure.LISTENERS: sum(1 for _, plays in narrowed if plays),
    }[fact.measure]
    return Evidence(
        value=value,
        plays=len(behind),
        by_source=tuple((source, sources.count(source)) for source in Source if source in sources),
        by_member=tuple((it.member.id, len(plays)) for it, plays in narrowed),
        rule=RULES[fact.rule],
        covered_ms=tuple((it.member.id, covered_ms(it.covered)) for it in counted),
        sha256=fingerprint(behind),
        behind=behind,
        difference=_difference(fact, value, {it.member.id for it in counted}),
    )


def fingerprint(behind: Iterable[Behind]) -> str:
    """sha256 over plays, whatever their order."""
    rows = sorted([it.at_ms, it.track.key, it.ms_played, it.source.value] for it in behind)
    return sha256(_canonical(rows).encode()).hexdigest()


# --- what a recap states ----------------------------------------------------------------------------------


def _facts(recap: Recap, tracks: Tracks) -> Iterable[Fact]:
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
            yield Fact(f"clock:{hour}", words, Measure.PLAYS, count, "clock", who, hour=hour)
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
    return tuple((it.member.id, it.plays) for it in members)


def _ranked(prefix: str, it: Ranked, kind: Kind, who: tuple[MemberId, ...], tracks: Tracks) -> Fact:
    rule = {Kind.TRACK: "song", Kind.ARTIST: "artist", Kind.ALBUM: "album"}[kind]
    count = tn("{n} play", "{n} plays", it.plays)
    words = (
        t("{artist}: {count}", artist=it.artist, count=count)
        if kind is Kind.ARTIST
        else t("{title} — {artist}: {count}", title=it.title, artist=it.artist, count=count)
    )
    key = _key(kind, tracks[it.track_ids[0]])
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
        f"{prefix}busiest", words, Measure.PLAYS, it.plays, "busiest", who,
        start_ms=span.start_ms, end_ms=span.end_ms,
    )  # fmt: skip


def _loop(fact_id: str, it: Loop, tracks: Tracks) -> Fact:
    words = t("{who} played {title} — {artist} {n} times in a row", who=it.member.name, title=it.title,
              artist=it.artist, n=it.times)  # fmt: skip
    key = _key(Kind.TRACK, tracks[it.track_ids[0]])
    return Fact(
        fact_id, words, Measure.PLAYS, it.times, "loop", (it.member.id,), ((it.member.id, it.times),),
        Kind.TRACK, key, it.first_ms, it.last_ms + 1,
    )  # fmt: skip


def _key(kind: Kind, track: Track) -> Key:
    keys = keys_of(track)
    return {Kind.TRACK: keys.song, Kind.ARTIST: keys.artist, Kind.ALBUM: keys.album}[kind] or ()


# --- counting again ---------------------------------------------------------------------------------------


def _narrowed(
    fact: Fact, it: Listening, tracks: Tracks, zones: Mapping[MemberId, str], period: Period
) -> Sequence[Play]:
    plays = it.plays if fact.hour is None and fact.start_ms is None else it.timed
    if fact.start_ms is not None and fact.end_ms is not None:
        plays = [play for play in plays if fact.start_ms <= play.at_ms < fact.end_ms]
    if fact.kind is not None:
        kind = fact.kind
        ids = {
            number for number in {play.track_id for play in plays} if _key(kind, tracks[number]) == fact.key
        }
        plays = [play for play in plays if play.track_id in ids]
    if fact.hour is not None:
        pieces = segments(zones[it.member.id], period.start_ms, period.end_ms)
        plays = [
            play
            for play in plays
            if (play.at_ms + offset_at(pieces, play.at_ms)) // HOUR_MS % 24 == fact.hour
        ]
    return plays


def _difference(fact: Fact, value: int, counted: Set[MemberId]) -> Text | None:
    """What changed since it was said, in words; `counted` are the members whose plays were looked at now."""
    if value == fact.value:
        return None
    said = tn("It was {n} when it was said", "It was {n} when it was said", fact.value)
    gone = len(set(fact.about) - counted)
    if gone:
        # Without names: this may be read by somebody who was never to see them.
        whose = tn("plays of {n} member are", "plays of {n} members are", gone)
        return t("{said}; {whose} not counted any more, because they are not shared with you.",
                 said=said, whose=whose)  # fmt: skip
    what = {
        Measure.PLAYS: ("{n} play", "{n} plays"),
        Measure.MINUTES: ("{n} minute", "{n} minutes"),
        Measure.LISTENERS: ("{n} listener", "{n} listeners"),
    }[fact.measure]
    if value > fact.value:
        return t("{said}; {more} arrived later.", said=said, more=tn(*what, value - fact.value))
    return t(
        "{said}; {less} went since: deleted, set aside, or told differently by an export that covers this time.",
        said=said,
        less=tn(*what, fact.value - value),
    )


# --- as JSON ----------------------------------------------------------------------------------------------


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _as_json(facts: Facts, recap: Recap) -> dict[str, object]:
    period = facts.period
    return {
        "version": 1,
        "name": facts.name,
        "period": {
            "kind": period.kind.value,
            "first": period.first.isoformat(),
            "last": period.last.isoformat(),
            "zone": period.zone,
            "start_ms": period.start_ms,
            "end_ms": period.end_ms,
        },
        "members": [{"id": number, "name": name, "zone": zone} for number, name, zone in facts.members],
        "facts": [_fact_json(fact) for fact in facts.facts],
        "coverage": [
            {
                "member": it.member.id,
                "covered": [list(span) for span in it.covered],
                "gaps": [list(gap) for gap in it.gaps],
                "sources": {source.value: count for source, count in it.sources},
            }
            for it in recap.coverage
        ],
    }


def _fact_json(fact: Fact) -> dict[str, object]:
    """Without the fields that narrow nothing."""
    said: dict[str, object] = {
        "id": fact.id,
        "words": to_json(fact.words),
        "measure": fact.measure.value,
        "value": fact.value,
        "rule": fact.rule,
        "about": list(fact.about),
    }
    if fact.shares:
        said["shares"] = [list(share) for share in fact.shares]
    if fact.kind is not None:
        said |= {"kind": fact.kind.value, "key": list(fact.key)}
    if fact.start_ms is not None:
        said |= {"start_ms": fact.start_ms, "end_ms": fact.end_ms}
    if fact.hour is not None:
        said["hour"] = fact.hour
    return said


def _fact(said: Mapping[str, Any]) -> Fact:
    return Fact(
        id=said["id"],
        words=from_json(said["words"]),
        measure=Measure(said["measure"]),
        value=said["value"],
        rule=said["rule"],
        about=tuple(map(MemberId, said["about"])),
        shares=tuple((MemberId(member_id), n) for member_id, n in said.get("shares", ())),
        kind=Kind(said["kind"]) if "kind" in said else None,
        key=tuple(said.get("key", ())),
        start_ms=said.get("start_ms"),
        end_ms=said.get("end_ms"),
        hour=said.get("hour"),
    )
