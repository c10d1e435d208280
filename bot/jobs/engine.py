"""Work that outlives its process: DBOS behind the few words that we need of it.

What was begun is run to its end, here or, on PostgreSQL, by another process if this one dies. Both may run it again
from the start, so a job reads what is to do from the store and does nothing twice. What the engine remembers is no
truth: its file or schema can be thrown away while nobody runs (`docs/decisions/0016-durable-polls.md`).

Its names and arguments are written down in the clear: ids only, nothing that tells who somebody is. Reading DBOS takes
half a second, so this module is read when it is needed.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, SetEnqueueOptions, SetWorkflowID

from bot.jobs.slots import OnlySlot, Slots, open_slot

log = logging.getLogger(__name__)

# What a process of another version left undone is done all the same: jobs are re-entered from the start.
VERSION = "1"
THREADS = 16
KEPT = timedelta(hours=1)
TIDY_S = 600.0
STOP_S = 30.0
LOOK_S = 0.05
_FINISHED = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]


@dataclass(frozen=True, slots=True)
class Job:
    """Work that can be begun by its name, so many `at_once` in a process, one at a time in a lane."""

    name: str
    run: Callable[..., Awaitable[None]]
    at_once: int


class Engine:
    """Runs jobs. `database` is the path of a SQLite file, or the URL of a PostgreSQL database that processes share.

    One at a time in a process; `start` and `stop` once.
    """

    def __init__(self, database: Path | str, jobs: Sequence[Job], *, every_s: float = 1.0) -> None:
        self._database = database
        self._jobs = jobs
        self._every_s = every_s
        self._runs: dict[str, Callable[..., Any]] = {}
        self._slot: Slots | OnlySlot = OnlySlot()
        self._tidied_s = 0.0

    async def start(self) -> None:
        """Begin to run what is waiting. Raises whatever keeps the engine from its database."""
        # Where its logger has a handler, DBOS adds none, and what it says goes where ours goes.
        logging.getLogger("dbos").addHandler(logging.NullHandler())
        if isinstance(self._database, Path):
            await asyncio.to_thread(_discard_if_broken, self._database)
        else:
            # Its tables are built beside the loop, for an index waits for every open transaction, ours too.
            await asyncio.to_thread(DBOS.migrate, self._database)
        self._slot = await open_slot(self._database)
        try:
            DBOS(config=self._config())
            self._runs = {job.name: _registered(job) for job in self._jobs}
            DBOS.launch()  # in the loop, so that jobs run on it
            for job in self._jobs:
                await DBOS.register_queue_async(
                    job.name,
                    worker_concurrency=job.at_once,
                    partition_concurrency=1,
                    polling_interval_sec=self._every_s,
                    on_conflict="always_update",
                )
        except BaseException:
            await self._let_go()
            raise

    async def begin(self, job: str, key: str, *args: str | int, lane: str) -> None:
        """Have a job run with these arguments, unless this key was begun already (in the last hour at least)."""
        with SetWorkflowID(key), SetEnqueueOptions(queue_partition_key=lane):
            await DBOS.enqueue_workflow_async(job, self._runs[job], *args)

    async def tidy(self) -> None:
        """Take over what processes that have died left undone; now and then delete what is long finished."""
        await self._slot.keep()
        for slot in await self._others_at_work():
            async with self._slot.vacant(slot) as vacant:
                if vacant:
                    left = await self._undone(slot)
                    log.warning("taking over %d jobs of a process that died", len(left))
                    for job in self._jobs:
                        keys = [it.workflow_id for it in left if it.queue_name == job.name]
                        await DBOS.resume_workflows_async(keys, queue_name=job.name)
        if time.monotonic() - self._tidied_s >= TIDY_S:
            self._tidied_s = time.monotonic()
            await self._delete_finished()

    async def stop(self) -> None:
        """Wait for the jobs that run, which should have been told to end; begin no other."""
        try:
            for _ in range(round(STOP_S / LOOK_S)):
                if not await self._undone(self._slot.name):
                    break
                await asyncio.sleep(LOOK_S)
        finally:
            await self._let_go()

    async def _let_go(self) -> None:
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(1) as thread:
            await loop.run_in_executor(thread, lambda: DBOS.destroy(destroy_registry=True))
        # DBOS has made its own threads, which are gone now, the loop's.
        loop.set_default_executor(ThreadPoolExecutor())
        await self._slot.close()

    async def _others_at_work(self) -> Sequence[str]:
        if isinstance(self._slot, OnlySlot):
            return ()
        pending = await DBOS.list_workflows_async(status="PENDING", load_input=False, load_output=False)
        return sorted({it.executor_id for it in pending if it.executor_id} - {self._slot.name})

    async def _undone(self, slot: str) -> Sequence[Any]:
        return await DBOS.list_workflows_async(
            status="PENDING", executor_id=slot, load_input=False, load_output=False
        )

    async def _delete_finished(self) -> None:
        before = (datetime.now(UTC) - KEPT).isoformat()
        while True:
            finished = await DBOS.list_workflows_async(
                status=_FINISHED, completed_before=before, limit=500, load_input=False, load_output=False
            )
            if not finished:
                return
            await DBOS.delete_workflows_async([it.workflow_id for it in finished])

    def _config(self) -> DBOSConfig:
        config: DBOSConfig = {
            "name": "earshot",
            "application_version": VERSION,
            "executor_id": self._slot.name,
            "serializer": DBOSPortableJSONSerializer(),
            "log_level": "WARNING",
            "max_executor_threads": THREADS,
        }
        if isinstance(self._database, Path):
            # One connection, for two would wait for each other's locks.
            config["system_database_url"] = f"sqlite:///{self._database}"
            config["db_engine_kwargs"] = {
                "pool_size": 1, "max_overflow": 0, "pool_timeout": 60, "connect_args": {"factory": _Connection},
            }  # fmt: skip
        else:
            config["system_database_url"] = self._database
            config["sys_db_pool_size"] = 5
        return config


class _Connection(sqlite3.Connection):
    """A connection to the engine's file: WAL, and the one function that SQLite before 3.42 does not have."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        if sqlite3.sqlite_version_info < (3, 42):
            self.create_function("unixepoch", 1, lambda _: time.time())
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
            self.execute(f"PRAGMA {pragma}")


def _discard_if_broken(file: Path) -> None:
    """A file that cannot be read holds nothing that would be missed."""
    try:
        with closing(sqlite3.connect(file)) as database:
            database.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.DatabaseError as error:
        log.warning("the engine's file is broken (%s) and is made anew", error)
        for name in (file.name, f"{file.name}-wal", f"{file.name}-shm"):
            file.with_name(name).unlink(missing_ok=True)


def _registered(job: Job) -> Callable[..., Any]:
    @DBOS.workflow(name=job.name)
    async def run(*args: str | int) -> None:
        try:
            await job.run(*args)
        except Exception:
            log.exception("%s failed", job.name)

    return run
