"""Which tracks are one song: filed by the rules in good time, and corrected by the admins of a group."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.core import calendar
from bot.core.consent import Audience
from bot.core.identity import UNKNOWN_ARTIST, UNKNOWN_TITLE, Verdict, fold
from bot.core.model import Group, Member, Track, TrackId
from bot.errors import BadOption, NotFound
from bot.ports import Clock, IdentityStore, MadeAlias
from bot.services.recap import Recaps
from bot.text import t

# How far back songs are looked for, and how many at most.
DAYS = 92
MOST_SONGS = 2_000
# What is filed in one go holds up whoever else writes, and everybody's answers, for some 20 ms.
AT_ONCE, TIMES = 250, 40
ALONE = 2_000


@dataclass(frozen=True, slots=True)
class Song:
    """A song of a group: under which name it is shown, and the raw tracks that are it, most played first."""

    label: str
    versions: Sequence[Track]


class Filing:
    """Keeps songs filed; a bounded part at a time."""

    def __init__(self, identities: IdentityStore) -> None:
        self._identities = identities

    async def run(self) -> None:
        """File what is due, or as much as is bearable; the rest comes next time."""
        for _ in range(TIMES):
            if await self._identities.file_songs(AT_ONCE) < AT_ONCE:
                return
            await asyncio.sleep(0)

    async def finish(self) -> int:
        """File all that is due, where nobody waits meanwhile. How many tracks that were."""
        filed = 0
        while some := await self._identities.file_songs(ALONE):
            filed += some
        return filed

    async def rebuild(self) -> int:
        """File all tracks again. How many there are."""
        await self._identities.reopen_songs()
        return await self.finish()


class Songs:
    """The songs of a group, and what its admins say of them. Who may ask is decided by whoever calls it."""

    def __init__(self, identities: IdentityStore, recaps: Recaps, clock: Clock) -> None:
        self._identities = identities
        self._recaps = recaps
        self._clock = clock

    async def played(self, audience: Audience) -> Sequence[Song]:
        """What those who share their plays there have played lately, most played first."""
        today = calendar.local_day(self._clock.now_ms(), audience.group.zone)
        period = calendar.days(today - timedelta(days=DAYS), today, audience.group.zone)
        return _labelled(await self._recaps.versions(audience, period, MOST_SONGS))

    async def like(self, audience: Audience, typed: str) -> Sequence[Song]:
        """The songs of which the name has these words in it."""
        words = fold(typed) if typed.strip() else ""
        return [it for it in await self.played(audience) if words in fold(it.label)]

    async def of_track(self, audience: Audience, track: TrackId) -> Song:
        """The song that a track is of. Raises `NotFound`."""
        for song in await self.played(audience):
            if track in [it.id for it in song.versions]:
                return song
        raise NotFound(t("Nobody who shares here has played that in the last {n} days.", n=DAYS))

    async def find(self, audience: Audience, typed: str, option: str) -> Song:
        """The song of this name, as `played` shows it or as near as it is unmistakable. Raises `BadOption`."""
        near = await self.like(audience, typed)
        near = [it for it in near if fold(it.label) == fold(typed)] or near
        if len(near) == 1:
            return near[0]
        if near:
            raise BadOption(
                t("“{name}” may be several songs. Choose one of those I suggest.", name=typed), option
            )
        raise BadOption(
            t("Nobody who shares here has played “{name}” in the last {n} days.", name=typed, n=DAYS), option
        )

    async def aliases(self, group: Group) -> Sequence[MadeAlias]:
        """What the group says itself, oldest first."""
        return await self._identities.aliases(group.id)

    async def join(self, group: Group, by: Member, one: Song, other: Song) -> None:
        """From now on the two count as one song in this group."""
        await self._say(group, by, Verdict.SAME, one.versions[0].id, other.versions[0].id)

    async def part(self, group: Group, by: Member, track: TrackId, other: TrackId) -> None:
        """From now on the track is not the song of the others in this group.

        It is what it was before an admin joined it, or else a song of its own.
        """
        joined = [
            it.alias.id
            for it in await self.aliases(group)
            if it.alias.verdict is Verdict.SAME and track in (it.alias.track.id, it.alias.other.id)
        ]
        for alias_id in joined:
            await self._identities.remove_alias(group.id, alias_id)
        if not joined:
            await self._say(group, by, Verdict.APART, track, other)

    async def undo(self, group: Group, alias_id: int) -> None:
        """Unsay it. Raises `NotFound`."""
        if not await self._identities.remove_alias(group.id, alias_id):
            raise NotFound(t("That is undone already."))

    async def _say(self, group: Group, by: Member, verdict: Verdict, one: TrackId, other: TrackId) -> None:
        await self._identities.add_alias(group.id, by.id, verdict, one, other, self._clock.now_ms())


def song_name(track: Track) -> str:
    """A raw track as it is shown: `Title — Artist`."""
    return f"{track.title or UNKNOWN_TITLE} — {track.artist or UNKNOWN_ARTIST}"


def details(track: Track) -> str:
    """What tells versions of one name apart: `25, 4:55`, as far as it is known."""
    seconds = track.duration_ms // 1000
    length = f"{seconds // 60}:{seconds % 60:02d}" if seconds else ""
    return ", ".join(filter(None, (track.album, length)))


def _labelled(found: Sequence[Sequence[Track]]) -> list[Song]:
    """The songs, each under a name; where two have the same one, with what tells them apart."""
    often = Counter(fold(song_name(it[0])) for it in found)
    return [
        Song(f"{name} ({details(it[0])})" if often[fold(name)] > 1 else name, it)
        for it in found
        if (name := song_name(it[0]))
    ]
