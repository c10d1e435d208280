"""The tick: every few seconds it begins what is due, as durable work.

Level-triggered: what is due is read from the store each time, so a missed tick, a restart or a lost engine loses
nothing.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from bot.jobs.engine import Engine

log = logging.getLogger(__name__)

AGAIN_S = 30.0


class Work(Protocol):
    """Work of one kind, in lanes: in each there is one run at a time, in all processes; `lanes_at_once` in this one."""

    @property
    def name(self) -> str: ...

    @property
    def lanes_at_once(self) -> int: ...

    async def due(self) -> Sequence[str]:
        """The lanes in which something is to do now."""
        ...

    async def run(self, lane: str) -> None:
        """Do a bounded part of it. What is left, or was broken off, is due again."""
        ...

    def stop(self) -> None:
        """Finish what is under way, and begin nothing else."""
        ...


class Jobs:
    """`start` and `stop` once. `engine` is where the engine remembers (see `Engine`); `every_s` between ticks."""

    def __init__(self, works: Sequence[Work], engine: Path | str, *, every_s: float = 5.0) -> None:
        self._works = works
        self._place = engine
        self._every_s = every_s
        self._stopping = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to look, one tick later: whoever has waited for the start is answered first. Returns at once."""
        self._loop = asyncio.create_task(self._run(), name="jobs")

    async def stop(self) -> None:
        """Begin nothing new, finish what is in flight."""
        self._stopping.set()
        for work in self._works:
            work.stop()
        if self._loop is not None:
            await self._loop

    async def _run(self) -> None:
        await self._pause(self._every_s)
        while not self._stopping.is_set():
            try:
                engine = await asyncio.to_thread(_engine, self._place, self._works, self._every_s)
                await engine.start()
            except Exception:
                log.exception("durable work cannot begin; trying again in %g s", AGAIN_S)
                await self._pause(AGAIN_S)
            else:
                await self._tick_until_stopped(engine)
                await engine.stop()

    async def _tick_until_stopped(self, engine: Engine) -> None:
        while not self._stopping.is_set():
            try:
                await engine.tidy()
                for work in self._works:
                    for lane in await work.due():
                        tick = int(time.time() // self._every_s)
                        await engine.begin(work.name, f"{work.name}:{lane}:{tick}", lane, lane=lane)
            except Exception:
                log.exception("could not begin what is due; trying again in %g s", self._every_s)
            await self._pause(self._every_s)

    async def _pause(self, seconds: float) -> None:
        """Wait, but not past the wish to stop."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()


def engine_place(folder: Path, url: str) -> Path | str:
    """Where the engine remembers: in a file of its own, or beside the data in PostgreSQL."""
    kind, _, rest = url.partition("://")
    if kind.partition("+")[0] in {"postgresql", "postgres"}:
        return f"postgresql://{rest}"
    return folder / "engine.sqlite"


def _engine(place: Path | str, works: Sequence[Work], every_s: float) -> Engine:
    """Half a second of reading DBOS; in a thread, so that whoever comes meanwhile is answered."""
    from bot.jobs.engine import Engine, Job

    jobs = [Job(work.name, work.run, work.lanes_at_once) for work in works]
    return Engine(place, jobs, every_s=min(1.0, every_s))
