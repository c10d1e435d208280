"""Counting plays for whoever looks: gather what is stored of the members, let consent take out what is not to be
counted, and the core count the rest: in a thread, for a year of a large group takes seconds."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from bot.core import calendar
from bot.core.awards.choosing import candidates, chosen
from bot.core.awards.model import Candidate
from bot.core.awards.standings import standings
from bot.core.consent import Eyes, remembered, seen
from bot.core.facts import Fact, Tracks
from bot.core.model import (
    Counted,
    GroupId,
    LinkPlays,
    Listening,
    Member,
    MemberId,
    Period,
    PeriodKind,
    Track,
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
    """What came of it, with every track of the plays, and the members' plays as they were counted."""

    recap: Recap
    tracks: Tracks
    listenings: Sequence[Listening]


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

    async def recap(self, asked: Question) -> Count:
        """The recap of these members."""
        now = await self.counted(asked.members, asked.period)
        earlier = calendar.before(asked.period)
        before = [] if earlier is None else await self.counted(asked.members, earlier)
        listenings, tracks = await self.seen([*now, *before], asked.eyes, asked.group_id)
        recap = await asyncio.to_thread(
            compute.recap,
            asked.name,
            listenings[: len(now)],
            tracks,
            asked.period,
            listenings[len(now) :],
            asked.top,
            asked.zone,
            self._clock.now_ms(),
        )
        return Count(recap, tracks, listenings[: len(now)])

    async def more(
        self,
        asked: Question,
        count: Count,
        comparing: Collection[MemberId],
        last_awards: Mapping[MemberId, Collection[str]],
        known: Mapping[TrackId, Roots],
    ) -> tuple[Recap, More]:
        """The recap with what a look at the time before adds to it, and what more there is to say beside it.

        Only members who are `comparing` are compared with others. `last_awards` are the kinds that members got the time
        before, `known` is what was looked up of the songs.
        """
        histories, past = await self._histories(asked, count.tracks)
        choices = await self._choices.choices([it.id for it in asked.members])
        not_again = {who: it.declined | frozenset(last_awards.get(who, ())) for who, it in choices.items()}
        return await asyncio.to_thread(_more, asked, count, histories, past, comparing, not_again, known)

    async def _histories(
        self, asked: Question, known: Tracks
    ) -> tuple[Mapping[MemberId, History], Mapping[TrackId, Track]]:
        """What each member had played before the period, and its tracks beside those that are known."""
        start_ms, end_ms = usual_span(asked.period)
        zone = asked.period.zone
        days = calendar.local_day(start_ms, zone), calendar.local_day(end_ms - 1, zone)
        usual_period = Period(PeriodKind.DAYS, *days, zone, start_ms, end_ms)
        usual, tracks = await self.seen(
            await self.counted(asked.members, usual_period), asked.eyes, asked.group_id
        )
        heard = await self._plays.heard_before([it.id for it in asked.members], end_ms)
        missing = {number for of_one in heard.values() for number in of_one} - known.keys()
        past = await self._plays.tracks(missing)
        choices = await self._choices.choices([it.id for it in asked.members])
        everything = {**past, **known}

        def looked_back() -> dict[MemberId, History]:
            return {
                it.member.id: History(
                    it,
                    remembered(heard[it.member.id], choices[it.member.id], everything, asked.eyes, end_ms),
                )
                for it in usual
            }

        histories = await asyncio.to_thread(looked_back)
        return histories, {**await self._in_group(past, asked.group_id), **tracks}

    async def counted(self, members: Sequence[Member], period: Period) -> list[Counted]:
        """The members' plays of a period after source precedence; for `seen`."""
        ids = [member.id for member in members]
        links = await self._plays.plays_between(ids, period.start_ms, period.end_ms)
        of_member: dict[MemberId, list[LinkPlays]] = {member_id: [] for member_id in ids}
        for link in links:
            of_member[link.link.member_id].append(link)
        return await asyncio.to_thread(
            lambda: [counted(member, of_member[member.id], period) for member in members]
        )

    async def seen(
        self, counts: Sequence[Counted], eyes: Eyes, group_id: GroupId | None
    ) -> tuple[list[Listening], Tracks]:
        """What counts for those who look, and the tracks of all plays as the group knows them.

        What a member hides is a song by the rules: no admin's word brings a part of it back.
        """
        tracks = await self._plays.tracks({play.track_id for it in counts for play in it.plays})
        choices = await self._choices.choices({it.member.id for it in counts})
        listenings = await asyncio.to_thread(
            lambda: [seen(it, choices[it.member.id], tracks, eyes) for it in counts]
        )
        return listenings, await self._in_group(tracks, group_id)

    async def _in_group(
        self, tracks: Mapping[TrackId, Track], group_id: GroupId | None
    ) -> Mapping[TrackId, Track]:
        return tracks if group_id is None else await self._plays.in_group(tracks, group_id)


def _more(
    asked: Question,
    count: Count,
    histories: Mapping[MemberId, History],
    past: Tracks,
    comparing: Collection[MemberId],
    not_again: Mapping[MemberId, Collection[str]],
    known: Mapping[TrackId, Roots],
) -> tuple[Recap, More]:
    names = Names({**past, **count.tracks})
    recap = looked_back(count.recap, {who: it.memory.heard for who, it in histories.items()}, names)
    said = insights(names, count.listenings, histories, asked.period, comparing)
    stand = standings(count.recap, said, count.listenings, names)
    active = [part.member.id for part in count.recap.members if part.plays]
    awards = chosen(candidates(stand), active, not_again)
    played = {play.track_id for it in count.listenings for play in it.plays}
    origin = origins(count.listenings, known, asked.period)
    by_month = months(count.listenings, names, asked.period)
    by_season = seasons(count.listenings, names, asked.period)
    facts = (
        *stated_more(count.recap, said, awards, comparing, names.tracks, played),
        *stated_origins(count.recap, origin),
        *stated_months(count.recap, by_month, by_season, names.tracks),
    )
    background = Background(histories, stand, known)
    return recap, More(said, awards, origin, by_month, by_season, facts, background, names.tracks)
