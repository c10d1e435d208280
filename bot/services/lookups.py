"""Looking songs up elsewhere, a bounded number each time, each anew after some months."""

from __future__ import annotations

import logging

from bot.core.model import Source
from bot.core.songfacts import RENEW_MS, SongFacts, can_be_asked
from bot.errors import RateLimited, ServiceError
from bot.ports import BudgetStore, Clock, SongLookup, SongStore

log = logging.getLogger(__name__)

AT_ONCE = 200
DEVELOPER = Source.LISTENBRAINZ.value  # a pause that is asked for holds everything that goes there


class Lookups:
    """What is not known yet of songs, from one service."""

    def __init__(self, songs: SongStore, budget: BudgetStore, source: SongLookup, clock: Clock) -> None:
        self._songs = songs
        self._budget = budget
        self._source = source
        self._clock = clock

    async def run(self) -> None:
        """Look up the next songs. What fails is tried again the next time."""
        now_ms = self._clock.now_ms()
        if await self._budget.blocked_until(DEVELOPER) > now_ms:
            return
        tracks = await self._songs.songs_to_look_up(now_ms - RENEW_MS, AT_ONCE)
        asked = [it for it in tracks if can_be_asked(it)]
        names = list(dict.fromkeys((it.artist, it.title) for it in asked))
        try:
            told = dict(zip(names, await self._source.look_up(names), strict=True))
        except RateLimited as limited:
            await self._budget.block(DEVELOPER, now_ms + round(limited.retry_after_s * 1000))
            return
        except ServiceError as error:
            log.warning("songs could not be looked up: %s", error.text)
            return
        found = {it.id: SongFacts() for it in tracks}
        found.update((it.id, told[it.artist, it.title]) for it in asked)
        await self._songs.keep_facts(found, now_ms)
