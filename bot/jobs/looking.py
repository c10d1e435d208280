"""What runs by itself: every few seconds, a look at the links that are due.

Level-triggered: what is due is read from the store each time, so a missed tick or a restart loses nothing. A bug in
one look is written down and does not stop the others.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from functools import partial

from bot.core.model import LinkId
from bot.ports import DueLink
from bot.services.polling import Polling

log = logging.getLogger(__name__)


class Jobs:
    """`start` and `stop` once. `every_s` between ticks, `at_once` looks at the same time."""

    def __init__(self, polling: Polling, *, every_s: float = 5.0, at_once: int = 4) -> None:
        self._polling = polling
        self._every_s = every_s
        self._at_once = at_once
        self._looking: dict[LinkId, asyncio.Task[None]] = {}
        self._stopping = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to look. Returns at once."""
        self._loop = asyncio.create_task(self._run(), name="jobs")

    async def stop(self) -> None:
        """Begin nothing new, finish what is in flight."""
        self._stopping.set()
        if self._loop is not None:
            await self._loop
        if self._looking:
            await asyncio.wait(self._looking.values())
        await self._polling.settle()

    async def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                await self._tick()
            except Exception:
                log.exception("could not read what is due; trying again in %g s", self._every_s)
            await self._pause(self._every_s)

    async def _tick(self) -> None:
        free = self._at_once - len(self._looking)
        if free <= 0:
            return
        due = await self._polling.due(limit=free + len(self._looking))
        for it in [it for it in due if it.link.id not in self._looking][:free]:
            task = asyncio.create_task(self._look(it), name=f"look at link {it.link.id}")
            self._looking[it.link.id] = task
            task.add_done_callback(partial(self._done, it.link.id))

    def _done(self, link_id: LinkId, _: asyncio.Task[None]) -> None:
        del self._looking[link_id]

    async def _look(self, due: DueLink) -> None:
        try:
            await self._polling.poll(due)
        except Exception:
            log.exception("look at link %d failed", due.link.id)
            await self._put_off(due)

    async def _put_off(self, due: DueLink) -> None:
        """A look that failed by a bug would be due again at once."""
        try:
            await self._polling.put_off(due)
        except Exception:
            log.exception("link %d could not be put off", due.link.id)
            await self._pause(60 * self._every_s)

    async def _pause(self, seconds: float) -> None:
        """Wait, but not past the wish to stop."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
