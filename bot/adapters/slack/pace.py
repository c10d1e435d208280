"""The pace of progress: the latest of several things, at most one a second."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

from bot.adapters.slack.failures import No, Silence
from bot.text import Text

log = logging.getLogger(__name__)

EVERY_S = 1.0


class Pace:
    """Says the latest text it was given. What comes too fast is never said."""

    def __init__(self, say: Callable[[Text], Awaitable[None]]) -> None:
        self._say = say
        self._latest: Text | None = None
        self._over = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def put(self, text: Text) -> None:
        """Say this soon, unless something newer comes first."""
        self._latest = text
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())

    async def end(self) -> None:
        """Say nothing more; what is being said is out when this returns."""
        self._latest = None
        self._over.set()
        if self._task is not None:
            await self._task

    async def _run(self) -> None:
        while (text := self._latest) is not None:
            self._latest = None
            try:
                await self._say(text)
            except (No, Silence) as failure:
                log.info("progress was not shown: %s", failure)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._over.wait(), EVERY_S)
