"""Counting plays for whoever looks: gather what is stored of the members, let consent take out what is not to be
counted, and the core count the rest: in a thread, for a year of a large group takes seconds."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.core import calendar
from bot.core.awards.choosing import candidates, chosen
from bot.core.awards.model import Candidate
from bot.core.awards.standings import standings
from bot.core.choices import Choices
from bot.core.consent import Eyes, remembered, seen
from bot.core.facts import Fact, Tracks
from bot.core.model import (
    Counted,
    GroupId,
    Heard,
    LinkPlays,
    Listening,
    Member,
    MemberId,
    Period,
    PeriodKind,
    TrackId,
)
from bot.core.more_facts import stated_more
from bot.core.origin_facts import stated_months, stated_origins
from bot.core.precedence import counted
from bot.core.recap import compute
from bot.core.recap.insights import History, Insights, insights, usual_span
from bot.core.recap.model import Recap
from bot.core.recap.months import Month, Season, months, seasons
from bot.core.recap.movement import looked_back
from bot.core.recap.origins import NOTHING_KNOWN, Origins, Roots, origins
from bot.core.recap.tops import Names
from bot.core.recounting import NO_BACKGROUND, Background
from bot.ports import ChoiceStore, Clock, PlayStore


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be counted, and for whom: the `top` lines of each list of a period.

    `group_id` is the group whose own songs are meant; `zone` puts everybody on one clock.
    """

    name: str
    members: Sequence[Member]
    period: Period
    eyes: Eyes
    top: int = 10
    group_id: GroupId | None = None
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """What came of it, with every track of the plays, and the members' plays as they were counted.

    Where it looked back, `histories` are what each member had played before, and `known` has the tracks of that, too.
    """

    recap: Recap
    tracks: Tracks
    listenings: Sequence[Listening]
    choices: Mapping[MemberId, Choices]
    histories: Mapping[MemberId, History]
    known: Tracks


@dataclass(frozen=True, slots=True)
class More:
    """What more there is to say, and who gets which award; both as facts, and what these are counted again with.

    `tracks` are all of the period and of the time before.
    """

    insights: Insights
    awards: Sequence[Candidate] = ()
    origins: Origins = NOTHING_KNOWN
    months: Sequence[Month] = ()
    seasons: Sequence[Season] = ()
    facts: Sequence[Fact] = ()
    background: Background = NO_BACKGROUND
    tracks: Tracks = field(default_factory=dict)


class Counting:
    """Counts what is stored now."""

    def __init__(self, plays: PlayStore, choices: ChoiceStore, clock: Clock) -> None:
        self._plays = plays
        self._choices = choices
        self._clock = clock

    async def recap(self, asked: Question, *, looking_back: bool = False) -> Count:
        """The recap of these members; `looking_back` at what they had played before, as `more` has to."""
        members, period = asked.members, asked.period
        told = [it for it in (period, calendar.before(period)) if it is not None]
        counts = await self.counted(members, *told, *([_usual(period)] if looking_back else []))
        heard: Mapping[MemberId, Mapping[TrackId, Heard]] = {}
        if looking_back:
            heard = await self._plays.heard_before([it.id for it in members], period.start_ms)
        filed, choices, known = await self._known(counts, asked.group_id, heard.values())
        now_and_before, usual = counts[: len(told) * len(members)], counts[len(told) * len(members) :]

        def recapped() -> Count:
            listenings = _listened(now_and_before, choices, filed, asked.eyes)
            now, before = listenings[: len(members)], listenings[len(members) :]
            tracks = _tracks_of(now_and_before, known)
            now_ms = self._clock.now_ms()
            recap = compute.recap(asked.name, now, tracks, period, before, asked.top, asked.zone, now_ms)
            histories = {}
            for it in _listened(usual, choices, filed, asked.eyes):
                who = it.member.id
                memory = remembered(heard[who], choices[who], filed, asked.eyes, period.start_ms)
                histories[who] = History(it, memory)
            return Count(recap, tracks, now, choices, histories, known)

        return await asyncio.to_thread(recapped)

    async def more(
        self,
        asked: Question,
        count: Count,
        comparing: Collection[MemberId],
        last_awards: Mapping[MemberId, Collection[str]],
        known: Mapping[TrackId, Roots],
    ) -> tuple[Recap, More]:
        """The recap with what a look at the time before adds to it, and what more there is to say beside it.

        The count has to have looked back. Only members who are `comparing` are compared with others. `last_awards` are
        the kinds that members got the time before, `known` is what was looked up of the songs.
        """
        not_again = {
            who: it.declined | frozenset(last_awards.get(who, ())) for who, it in count.choices.items()
        }
        return await asyncio.to_thread(_more, asked, count, comparing, not_again, known)

    async def counted(self, members: Sequence[Member], *times: Period) -> list[Counted]:
        """The members' plays of these times, which lie close together, one time after the other; for `seen`.

        After source precedence.
        """
        ids = [member.id for member in members]
        start_ms, end_ms = min(it.start_ms for it in times), max(it.end_ms for it in times)
        links = await self._plays.plays_between(ids, start_ms, end_ms)
        of_member: dict[MemberId, list[LinkPlays]] = {member_id: [] for member_id in ids}
        for link in links:
            of_member[link.link.member_id].append(link)
        return await asyncio.to_thread(
            lambda: [counted(member, of_member[member.id], time) for time in times for member in members]
        )

    async def seen(
        self, counts: Sequence[Counted], eyes: Eyes, group_id: GroupId | None
    ) -> tuple[list[Listening], Tracks]:
        """What counts for those who look, and the tracks of all plays as the group knows them."""
        filed, choices, tracks = await self._known(counts, group_id)
        return await asyncio.to_thread(_listened, counts, choices, filed, eyes), tracks

    async def _known(
        self, counts: Sequence[Counted], group_id: GroupId | None, heard: Iterable[Iterable[TrackId]] = ()
    ) -> tuple[Tracks, Mapping[MemberId, Choices], Tracks]:
        """The tracks of all plays and of what else was heard, by the rules; what the members chose; the same tracks as
        the group knows them.

        What a member hides is a song by the rules: no admin's word brings a part of it back.
        """
        filed = await self._plays.tracks(_played(counts).union(*heard))
        choices = await self._choices.choices({it.member.id for it in counts})
        return filed, choices, await self._in_group(filed, group_id)

    async def _in_group(self, tracks: Tracks, group_id: GroupId | None) -> Tracks:
        return tracks if group_id is None else await self._plays.in_group(tracks, group_id)


def _played(counts: Iterable[Counted | Listening]) -> set[TrackId]:
    return {play.track_id for it in counts for play in it.plays}


def _tracks_of(counts: Iterable[Counted], tracks: Tracks) -> Tracks:
    return {number: tracks[number] for number in _played(counts)}


def _listened(
    counts: Sequence[Counted], choices: Mapping[MemberId, Choices], filed: Tracks, eyes: Eyes
) -> list[Listening]:
    tracks = _tracks_of(counts, filed)
    return [seen(it, choices[it.member.id], tracks, eyes) for it in counts]


def _usual(period: Period) -> Period:
    """The time before a period that tells what is usual."""
    start_ms, end_ms = usual_span(period)
    zone = period.zone
    first, last = calendar.local_day(start_ms, zone), calendar.local_day(end_ms - 1, zone)
    return Period(PeriodKind.DAYS, first, last, zone, start_ms, end_ms)


def _more(
    asked: Question,
    count: Count,
    comparing: Collection[MemberId],
    not_again: Mapping[MemberId, Collection[str]],
    known: Mapping[TrackId, Roots],
) -> tuple[Recap, More]:
    names = Names(count.known)
    recap = looked_back(count.recap, {who: it.memory.heard for who, it in count.histories.items()}, names)
    said = insights(names, count.listenings, count.histories, asked.period, comparing)
    stand = standings(count.recap, said, count.listenings, names, known)
    active = [part.member.id for part in count.recap.members if part.plays]
    awards = chosen(candidates(stand), active, not_again)
    origin = origins(count.listenings, known, asked.period)
    by_month = months(count.listenings, names, asked.period)
    by_season = seasons(count.listenings, names, asked.period)
    facts = (
        *stated_more(count.recap, said, awards, comparing, names.tracks, _played(count.listenings)),
        *stated_origins(count.recap, origin),
        *stated_months(count.recap, by_month, by_season, names.tracks),
    )
    background = Background(count.histories, stand, known)
    return recap, More(said, awards, origin, by_month, by_season, facts, background, names.tracks)
