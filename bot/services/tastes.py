"""What those play who share it with playlists: gathered, what consent takes out is out, told by song."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.core import calendar
from bot.core.affinity import DAY_MS, Taste, taste
from bot.core.consent import Audience, Eyes, Feature, sharing
from bot.core.drafts import Draft
from bot.core.identity import primary_artist
from bot.core.model import Group, Listening, Member, Period, PeriodKind, Track, TrackId
from bot.core.songbook import Songbook
from bot.ports import ChoiceStore, Clock, PlayStore
from bot.services.counting import Counting
from bot.services.people import People

TASTE_DAYS = 400  # as long as plays from the API are kept


@dataclass(frozen=True, slots=True)
class Heard:
    """Who shares, what each of them plays, and the artists among it."""

    members: Sequence[Member]
    tastes: Sequence[Taste]
    artists: Sequence[str]


class Tastes:
    """Asks for the plays of a group's members."""

    def __init__(
        self, people: People, plays: PlayStore, choices: ChoiceStore, book: Songbook, clock: Clock
    ) -> None:
        self._people = people
        self._counting = Counting(plays, choices, clock)
        self._book = book
        self._clock = clock

    async def sharers(self, audience: Audience, *, recap: bool = False) -> list[Member]:
        """Who shares with playlists here; for a list of a recap's songs, those who share their recap as well."""
        joined = await self._people.joined(audience.group)
        members = sharing(joined, Feature.PLAYLISTS, audience.rooms)
        if not recap:
            return members
        also = {member.id for member in sharing(joined, Feature.RECAP, audience.rooms)}
        return [member for member in members if member.id in also]

    async def usual(self, audience: Audience) -> Heard:
        """What everybody who shares here usually plays; *this week* is the group's week until now."""
        now_ms, zone = self._clock.now_ms(), audience.group.zone
        period = _days(now_ms - TASTE_DAYS * DAY_MS, now_ms + 1, zone)
        week_ms = calendar.week_of(period.last, zone).start_ms
        return await self._heard(audience.group, await self.sharers(audience), period, week_ms)

    async def of(self, audience: Audience, period: Period, members: Sequence[Member]) -> Heard:
        """What these members played in a period."""
        return await self._heard(audience.group, members, period, period.start_ms)

    async def meant(self, audience: Audience, draft: Draft) -> Heard:
        """What may be told of a draft's songs now."""
        if draft.played is None:
            return await self.usual(audience)
        period = _days(draft.played.start_ms, draft.played.end_ms, audience.group.zone)
        return await self.of(audience, period, await self.sharers(audience, recap=True))

    async def _heard(self, group: Group, members: Sequence[Member], period: Period, week_ms: int) -> Heard:
        counts = await self._counting.counted(members, period)
        listenings, tracks = await self._counting.seen(counts, Eyes(others=True), group.id)
        now_ms = self._clock.now_ms()
        tastes = [
            await asyncio.to_thread(taste, it, tracks, self._book, now_ms, week_ms) for it in listenings
        ]
        artists = sorted({primary_artist(it) for it in _played(listenings, tracks) if it.artist})
        return Heard(members, tastes, artists)


def _played(listenings: Sequence[Listening], tracks: Mapping[TrackId, Track]) -> list[Track]:
    return [tracks[number] for number in {play.track_id for it in listenings for play in it.plays}]


def _days(start_ms: int, end_ms: int, zone: str) -> Period:
    first, last = calendar.local_day(start_ms, zone), calendar.local_day(end_ms - 1, zone)
    return Period(PeriodKind.DAYS, first, last, zone, start_ms, end_ms)
