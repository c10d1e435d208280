"""A number and the plays behind it, counted again when somebody asks.

`evidence` finds the plays behind a fact by the fact's own words (which song, which hour), never by what was stored when
it was said: what arrived or went since then is seen.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256

from bot.core import calendar
from bot.core.calendar import offset_at, segments
from bot.core.facts import Fact, Facts, Measure, Tracks, counts_of, meant
from bot.core.model import Listening, Member, MemberId, Origin, Period, Play, Source, Track, TrackId
from bot.core.precedence import source_at
from bot.core.recap.compute import MINUTE_MS, sounded
from bot.core.recap.coverage import coverage, vouching
from bot.core.recap.hours import WEEK_HOURS, hour_of_week
from bot.core.recap.model import Coverage
from bot.core.recap.origins import NOTHING, Roots
from bot.core.recounting import COMPARING, NO_BACKGROUND, Background, recounted
from bot.core.rules import RULES, Rule
from bot.text import Text, t, tn

_WHAT = {
    Measure.PLAYS: ("{n} play", "{n} plays"),
    Measure.MINUTES: ("{n} minute", "{n} minutes"),
    Measure.LISTENERS: ("{n} listener", "{n} listeners"),
}


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
    interval: tuple[int, int] | None = None


def of_one(facts: Facts, owner: Member) -> Facts:
    """A member's own facts, known by the number and name that the owner has now (two members may become one)."""
    return replace(
        facts,
        members=tuple((owner.id, owner.name, zone) for _, _, zone in facts.members),
        facts=tuple(
            replace(
                fact,
                about=(owner.id,),
                shares=tuple((owner.id, n) for _, n in fact.shares),
                whose=tuple(owner.id for _ in fact.whose),
            )
            for fact in facts.facts
        ),
    )


def evidence(
    fact: Fact,
    facts: Facts,
    listenings: Sequence[Listening],
    tracks: Tracks,
    now_ms: int | None = None,
    background: Background = NO_BACKGROUND,
) -> Evidence:
    """Count a fact again from the members' counted plays of the period as they are now.

    `listenings` may lack members of the fact (who share no longer): their plays are not counted, and the difference
    says so. `now_ms` is needed for a period that goes on, `background` for what compares with the time before.
    """
    zones = {member_id: zone for member_id, _, zone in facts.members}
    whom = _whom(fact)
    counted = [it for it in listenings if it.member.id in whom]
    known = [coverage(it, facts.period, now_ms) for it in counted]
    narrowed = [(it, _narrowed(fact, it, tracks, zones, facts.period, background.roots)) for it in counted]
    behind = tuple(
        Behind(it.member.id, at_ms, tracks[track_id], ms_played, source_at(it.origins, at_ms))
        for it, plays in narrowed
        for at_ms, track_id, ms_played in plays
    )
    sources = [play.source for play in behind]
    interval = None
    if fact.measure is Measure.PLAYS:
        value = len(behind)
    elif fact.measure is Measure.MINUTES:
        value = sum(sounded(plays, tracks)[0] for _, plays in narrowed) // MINUTE_MS
    elif fact.measure is Measure.LISTENERS:
        value = sum(1 for _, plays in narrowed if plays)
    else:
        value, interval = recounted(fact, facts.period, counted, tracks, background)
    return Evidence(
        value=value,
        plays=len(behind),
        by_source=tuple((source, sources.count(source)) for source in Source if source in sources),
        by_member=tuple((it.member.id, len(plays)) for it, plays in narrowed),
        rule=RULES[fact.rule],
        coverage=tuple(known),
        origins=tuple((it.member.id, vouching(it, told)) for it, told in zip(counted, known, strict=True)),
        behind=behind,
        difference=_difference(fact, value, interval, {it.member.id for it in counted}),
        interval=interval,
    )


def fingerprint(behind: Iterable[Behind]) -> str:
    """sha256 over plays, sorted: [ms, raw track key, ms_played, source] as JSON.

    Only for the eyes of whose plays they are: of few plays the instants could be found by trying them all.
    """
    rows = sorted([it.at_ms, it.track.key, it.ms_played, it.source.value] for it in behind)
    return sha256(json.dumps(rows, separators=(",", ":")).encode()).hexdigest()


def _whom(fact: Fact) -> Sequence[MemberId]:
    """Whose plays are counted again: whom it was said of, or all who were compared."""
    return counts_of(fact) if fact.measure in COMPARING else fact.about


def _narrowed(
    fact: Fact,
    it: Listening,
    tracks: Tracks,
    zones: Mapping[MemberId, str],
    period: Period,
    known: Mapping[TrackId, Roots],
) -> Sequence[Play]:
    if fact.whose and it.member.id not in fact.whose:
        return []
    untimed = fact.hour is None and fact.start_ms is None and not fact.hours
    plays = it.plays if untimed else it.timed
    if fact.start_ms is not None and fact.end_ms is not None:
        plays = [play for play in plays if fact.start_ms <= play.at_ms < fact.end_ms]
    if fact.days:
        first, last = map(date.fromisoformat, fact.days)
        span = calendar.days(first, last, period.zone)
        plays = [play for play in plays if span.start_ms <= play.at_ms < span.end_ms]
    if fact.kind is not None:
        ids = meant(fact.kind, fact.key, tracks)
        plays = [play for play in plays if play.track_id in ids]
    if fact.decade:
        plays = [play for play in plays if known.get(play.track_id, NOTHING).decade == fact.decade]
    if fact.area:
        plays = [play for play in plays if known.get(play.track_id, NOTHING).area == fact.area]
    if fact.hour is not None or fact.hours:
        wanted = set(fact.hours) or set(range(fact.hour or 0, WEEK_HOURS, 24))
        pieces = segments(zones[it.member.id], period.start_ms, period.end_ms)
        plays = [play for play in plays if hour_of_week(play.at_ms + offset_at(pieces, play.at_ms)) in wanted]
    return plays


def _difference(
    fact: Fact, value: int, interval: tuple[int, int] | None, counted: Set[MemberId]
) -> Text | None:
    """What changed since it was said, in words; `counted` are the members whose plays were looked at now."""
    if (value, interval) == (fact.value, fact.interval):
        return None
    said = t("It was {n} when it was said", n=fact.value)
    gone = len(set(_whom(fact)) - counted)
    if gone:
        # Without names: this may be read by somebody who was never to see them.
        whose = tn("plays of {n} member are", "plays of {n} members are", gone)
        return t("{said}; {whose} not counted any more, because they are not shared with you.",
                 said=said, whose=whose)  # fmt: skip
    what = _WHAT.get(fact.measure)
    if what is None:
        return t("{said}; by what is known now it is {n}.", said=said, n=value)
    if value > fact.value:
        return t("{said}; {more} arrived later.", said=said, more=tn(*what, value - fact.value))
    return t(
        "{said}; {less} went since: deleted, set aside, or told differently by an export that covers this time.",
        said=said,
        less=tn(*what, fact.value - value),
    )
