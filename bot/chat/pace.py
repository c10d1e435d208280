"""Progress at the pace that a platform allows: one edit a second, and of what came in between only the last."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from bot.text import Text

EVERY_S = 1.0


class Pace:
    """Hands texts on to `show`, which must not raise."""

    def __init__(self, show: Callable[[Text], Awaitable[None]], every_s: float = EVERY_S) -> None:
        self._show = show
        self._every_s = every_s
        self._newest: Text | None = None
        self._over = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def say(self, text: Text) -> None:
        """Show it now, or as soon as it is time, unless something newer comes."""
        self._newest = text
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Nothing is shown any more after this."""
        self._newest = None
        self._over.set()
        if self._task is not None:
            await self._task

    async def _run(self) -> None:
        while (text := self._newest) is not None:
            self._newest = None
            await self._show(text)
            try:
                await asyncio.wait_for(self._over.wait(), self._every_s)
            except TimeoutError:
                continue
