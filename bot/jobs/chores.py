"""What is due by itself, besides looks at links and posts: each chore every so often, from what the store says.

Level-triggered: a chore reads what is due each time it runs, so a missed run or a restart loses nothing. A bug in one
is written down and stops neither it nor the others.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Chore:
    """`run` does a bounded part of what is due; called at the start and `every_s` seconds after it is done."""

    name: str
    every_s: float
    run: Callable[[], Awaitable[None]]


class Chores:
    """Runs chores beside each other. `start` and `stop` once; what is in flight is finished."""

    def __init__(self, chores: Sequence[Chore]) -> None:
        self._chores = chores
        self._stopping = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Returns at once."""
        self._tasks = [asyncio.create_task(self._repeat(it), name=f"chore {it.name}") for it in self._chores]

    async def stop(self) -> None:
        """Begin nothing new."""
        self._stopping.set()
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _repeat(self, chore: Chore) -> None:
        while not self._stopping.is_set():
            try:
                await chore.run()
            except Exception:
                log.exception("%s failed; trying again in %g s", chore.name, chore.every_s)
            with suppress(TimeoutError):
                async with asyncio.timeout(chore.every_s):
                    await self._stopping.wait()
