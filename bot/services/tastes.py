"""What those play who share it with playlists: gathered, what consent takes out is out, told by song."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.core import calendar
from bot.core.affinity import DAY_MS, Taste, taste
from bot.core.consent import Audience, Eyes, Feature, sharing
from bot.core.frozen import thaw
from bot.core.identity import primary_artist
from bot.core.model import Group, Listening, Member, MemberId, Period, PeriodKind, Track, TrackId
from bot.core.songbook import Songbook
from bot.errors import NotFound
from bot.ports import ChoiceStore, Clock, PlayStore, RecapStore
from bot.services.counting import Counting
from bot.services.people import People
from bot.text import t

TASTE_DAYS = 400  # as long as plays from the API are kept


@dataclass(frozen=True, slots=True)
class Heard:
    """Which time is meant, who shares, what each of them played, and the artists among it."""

    period: Period
    members: Sequence[Member]
    tastes: Sequence[Taste]
    artists: Sequence[str]


class Tastes:
    """Asks for the plays of a group's members."""

    def __init__(
        self,
        people: People,
        plays: PlayStore,
        choices: ChoiceStore,
        recaps: RecapStore,
        book: Songbook,
        clock: Clock,
    ) -> None:
        self._people = people
        self._recaps = recaps
        self._counting = Counting(plays, choices, clock)
        self._book = book
        self._clock = clock

    async def sharers(self, audience: Audience) -> list[Member]:
        """Who shares with playlists here."""
        return sharing(await self._people.joined(audience.group), Feature.PLAYLISTS, audience.rooms)

    async def usual(self, audience: Audience) -> Heard:
        """What everybody who shares here usually plays; *this week* is the group's week until now."""
        now_ms, zone = self._clock.now_ms(), audience.group.zone
        start_ms = now_ms - TASTE_DAYS * DAY_MS
        first, today = calendar.local_day(start_ms, zone), calendar.local_day(now_ms, zone)
        period = Period(PeriodKind.DAYS, first, today, zone, start_ms, now_ms + 1)
        week_ms = calendar.week_of(today, zone).start_ms
        return await self._heard(audience.group, await self.sharers(audience), period, week_ms)

    async def of_recap(self, audience: Audience, recap_id: int) -> Heard:
        """What those played in the time of a recap of this group who are (still) in it.

        They share with playlists here, and their recap. Raises `NotFound`.
        """
        frozen = await self._recaps.frozen(recap_id)
        if frozen is None or frozen.group_id != audience.group.id:
            raise NotFound(t("I do not have that recap any more. Ask for a new one with /wrapped."))
        facts = thaw(frozen.facts)
        joined = await self._people.joined(audience.group)
        there = {member_id for member_id, _, _ in facts.members} & {
            it.id for it in sharing(joined, Feature.RECAP, audience.rooms)
        }
        members = [it for it in sharing(joined, Feature.PLAYLISTS, audience.rooms) if it.id in there]
        return await self._heard(audience.group, members, facts.period, facts.period.start_ms)

    async def members_in(self, recap_id: int) -> frozenset[MemberId]:
        """Who is (still) in a recap; nobody where it is gone."""
        frozen = await self._recaps.frozen(recap_id)
        return frozenset() if frozen is None else frozenset(it for it, _, _ in thaw(frozen.facts).members)

    async def _heard(self, group: Group, members: Sequence[Member], period: Period, week_ms: int) -> Heard:
        counts = await self._counting.counted(members, period)
        listenings, tracks = await self._counting.seen(counts, Eyes(others=True), group.id)
        now_ms = self._clock.now_ms()
        tastes = [
            await asyncio.to_thread(taste, it, tracks, self._book, now_ms, week_ms) for it in listenings
        ]
        artists = sorted({primary_artist(it) for it in _played(listenings, tracks) if it.artist})
        return Heard(period, members, tastes, artists)


def _played(listenings: Sequence[Listening], tracks: Mapping[TrackId, Track]) -> list[Track]:
    return [tracks[number] for number in {play.track_id for it in listenings for play in it.plays}]
