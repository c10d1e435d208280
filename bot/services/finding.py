"""Finds the songs of a draft at Spotify: what is known without a call, else one search at a time up a short ladder."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from bot.core.model import Link, RawTrack
from bot.core.resolving import Wanted, accept, queries
from bot.errors import ServiceError, UserError
from bot.ports import Catalogue, Clock, FoundTrack, PlaylistStore

T = TypeVar("T")

AT_ONCE = 4  # searches in flight


class Access(Protocol):
    """A way to use a link's token within its budget (`services.access`)."""

    async def use(
        self, link: Link, call: Callable[[str], Awaitable[T]], *, background: bool = False, calls: int = 1
    ) -> T: ...


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of looking for a song. `asked` is false if the search could not be made (budget, network).

    `year` (0: not known) and `explicit` are the found track's; `searches` were spent on it.
    """

    wanted: Wanted
    track: RawTrack | None
    asked: bool = True
    year: int = 0
    explicit: bool = False
    searches: int = 0


class Finder:
    """Remembers what it found, and what it did not."""

    def __init__(self, playlists: PlaylistStore, catalogue: Catalogue, access: Access, clock: Clock) -> None:
        self._playlists = playlists
        self._catalogue = catalogue
        self._access = access
        self._clock = clock

    async def find(self, link: Link, wanted: Sequence[Wanted]) -> list[Finding]:
        """The findings in the order of the songs. Never raises what a service may raise: it says `asked=False`."""
        known = await self._playlists.resolved([one.key for one in wanted])
        gate = asyncio.Semaphore(AT_ONCE)
        stopped = asyncio.Event()

        async def look(one: Wanted) -> Finding:
            if one.key in known:
                return Finding(one, known[one.key])
            async with gate:
                if stopped.is_set():
                    return Finding(one, None, asked=False)
                finding = await self._search(link, one)
                if not finding.asked:
                    stopped.set()
                return finding

        return list(await asyncio.gather(*(look(one) for one in wanted)))

    async def _search(self, link: Link, wanted: Wanted) -> Finding:
        searches = 0
        for query in queries(wanted):

            async def search(token: str, query: str = query) -> Sequence[FoundTrack]:
                return await self._catalogue.search(token, query)

            try:
                found = await self._access.use(link, search)
            except (ServiceError, UserError):
                return Finding(wanted, None, asked=False, searches=searches)
            searches += 1
            track = accept(wanted, found)
            if track is not None:
                return await self._remember(wanted, track, searches)
        await self._playlists.remember_resolved(wanted.key, None, self._clock.now_ms())
        return Finding(wanted, None, searches=searches)

    async def _remember(self, wanted: Wanted, found: FoundTrack, searches: int) -> Finding:
        await self._playlists.remember_resolved(wanted.key, found.track, self._clock.now_ms())
        return Finding(wanted, found.track, year=found.year, explicit=found.explicit, searches=searches)
