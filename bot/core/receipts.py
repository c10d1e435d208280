"""A number and the plays behind it, counted again when somebody asks.

`evidence` finds the plays behind a fact by the fact's own words (which song, which hour), never by what was stored when
it was said: what arrived or went since then is seen.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from hashlib import sha256

from bot.core.calendar import HOUR_MS, offset_at, segments
from bot.core.facts import Fact, Facts, Measure, Tracks, meant
from bot.core.model import Listening, Member, MemberId, Origin, Period, Play, Source, Track
from bot.core.precedence import source_at
from bot.core.recap.compute import MINUTE_MS, sounded
from bot.core.recap.coverage import coverage, vouching
from bot.core.recap.model import Coverage
from bot.core.rules import RULES, Rule
from bot.text import Text, t, tn


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
    """A fact counted again.

    `coverage` is what is vouched for by now of each member, and `origins` by which source; `difference` says how the
    number differs from what was said, None where it does not.
    """

    value: int
    plays: int
    by_source: tuple[tuple[Source, int], ...]
    by_member: tuple[tuple[MemberId, int], ...]
    rule: Rule
    coverage: tuple[Coverage, ...]
    origins: tuple[tuple[MemberId, tuple[Origin, ...]], ...]
    behind: tuple[Behind, ...]
    difference: Text | None


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


def evidence(
    fact: Fact, facts: Facts, listenings: Sequence[Listening], tracks: Tracks, now_ms: int | None = None
) -> Evidence:
    """Count a fact again from the members' counted plays of the period as they are now.

    `listenings` may lack members of the fact (who share no longer): their plays are not counted, and the difference
    says so. `now_ms` is needed for a period that goes on.
    """
    zones = {member_id: zone for member_id, _, zone in facts.members}
    counted = [it for it in listenings if it.member.id in fact.about]
    known = [coverage(it, facts.period, now_ms) for it in counted]
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
        coverage=tuple(known),
        origins=tuple((it.member.id, vouching(it, told)) for it, told in zip(counted, known, strict=True)),
        behind=behind,
        difference=_difference(fact, value, {it.member.id for it in counted}),
    )


def fingerprint(behind: Iterable[Behind]) -> str:
    """sha256 over plays, sorted: [ms, raw track key, ms_played, source] as JSON.

    Only for the eyes of whose plays they are: of few plays the instants could be found by trying them all.
    """
    rows = sorted([it.at_ms, it.track.key, it.ms_played, it.source.value] for it in behind)
    return sha256(json.dumps(rows, separators=(",", ":")).encode()).hexdigest()


def _narrowed(
    fact: Fact, it: Listening, tracks: Tracks, zones: Mapping[MemberId, str], period: Period
) -> Sequence[Play]:
    plays = it.plays if fact.hour is None and fact.start_ms is None else it.timed
    if fact.start_ms is not None and fact.end_ms is not None:
        plays = [play for play in plays if fact.start_ms <= play.at_ms < fact.end_ms]
    if fact.kind is not None:
        ids = meant(fact.kind, fact.key, tracks)
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
