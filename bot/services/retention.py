"""Plays are kept as long as their source's terms and the operator's settings let them be, and no longer.

Level-triggered: what is too old is read from the store each time, a bounded part of it goes, the rest the next time.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import suppress

from bot.core.calendar import DAY_MS
from bot.core.model import Source
from bot.errors import Unavailable
from bot.ports import Clock, DeletionStore, PlayStore

log = logging.getLogger(__name__)

AT_ONCE = 5_000


class Retention:
    """`days`: how long the plays of a source are kept; of the others for ever."""

    def __init__(
        self, plays: PlayStore, store: DeletionStore, clock: Clock, days: Mapping[Source, int]
    ) -> None:
        self._plays = plays
        self._store = store
        self._clock = clock
        self._days = days

    async def run(self) -> None:
        """Delete at most five thousand plays of each source that are too old."""
        now_ms = self._clock.now_ms()
        for source, days in self._days.items():
            deleted = await self._plays.expire(source, now_ms - days * DAY_MS, AT_ONCE)
            if deleted:
                log.info("%d plays from %s were older than %d days", deleted, source.value, days)
                await self.sweep()

    async def sweep(self) -> None:
        """Let nothing stay of what was deleted in whichever way: a link, a time, plays that a source took back."""
        with suppress(Unavailable):  # somebody is reading; the next time comes
            await self._store.shred()
