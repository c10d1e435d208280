"""Looks at what is due of one developer account, whose calls are what is scarce."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time

from bot.ports import DueLink
from bot.services.polling import Polling

log = logging.getLogger(__name__)

BATCH = 50


class Looking:
    """Each run claims links in batches, for about `within_s` seconds; `at_once` looks at the same time.

    A lane is a developer account, called by a digest: its name may tell whose app it is, and names of jobs are written
    down.
    """

    name = "poll"
    lanes_at_once = 8

    def __init__(self, polling: Polling, *, within_s: float = 10.0, at_once: int = 4) -> None:
        self._polling = polling
        self._within_s = within_s
        self._at_once = at_once
        self._stopping = False

    async def due(self) -> list[str]:
        """The developer accounts for which something is to do now, by digest."""
        return [_digest(it) for it in await self._polling.due_developers()]

    async def run(self, lane: str) -> None:
        """Look at what is due of this account, as far as its calls and the time go."""
        for developer in await self._polling.due_developers():
            if _digest(developer) == lane:
                await self._run(developer)

    def stop(self) -> None:
        """Finish the looks that are under way, and begin no other."""
        self._stopping = True

    async def _run(self, developer: str) -> None:
        end_s = time.monotonic() + self._within_s

        def goes_on() -> bool:
            return not self._stopping and time.monotonic() < end_s

        async def work(left: list[DueLink]) -> None:
            while left and goes_on():
                await self._look(left.pop())

        while goes_on():
            claim = await self._polling.claim(developer, BATCH)
            if not claim.links:
                return
            left = list(reversed(claim.links))
            await asyncio.gather(*(work(left) for _ in range(self._at_once)))
            await self._polling.give_back(claim, left)

    async def _look(self, due: DueLink) -> None:
        try:
            await self._polling.poll(due)
        except Exception:
            log.exception("look at link %d failed", due.link.id)
            await self._polling.put_off(due)


def _digest(developer: str) -> str:
    return hashlib.sha256(developer.encode()).hexdigest()[:16]
