"""Which of the processes that share a PostgreSQL database this is, and which of the others have died.

A process holds one advisory lock as long as it lives: its slot. A slot whose lock can be had has no process any more.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from psycopg import AsyncConnection, Error

log = logging.getLogger(__name__)

MOST = 64
_LOCKS = 0x45617273  # our advisory locks, by number


class OnlySlot:
    """Of a process that shares its database with nobody."""

    name = "slot-0"

    async def keep(self) -> None:
        """Nobody else could take it."""

    @asynccontextmanager
    async def vacant(self, name: str) -> AsyncIterator[bool]:
        """There is no other slot."""
        yield False

    async def close(self) -> None:
        """Nothing is held."""


class Slots:
    """The slot that this process holds, and a look at the others'. Made by `open_slot`."""

    def __init__(self, url: str, connection: AsyncConnection, number: int) -> None:
        self._url = url
        self._connection = connection
        self._number = number
        self.name = f"slot-{number}"

    async def keep(self) -> None:
        """Take the slot again if the server let go of the connection."""
        try:
            await self._connection.execute("SELECT 1")
        except Error:
            await self._connection.close()
            self._connection = await _connected(self._url)
            if not await _locked(self._connection, self._number):
                log.warning("another process looks after what this one began")

    @asynccontextmanager
    async def vacant(self, name: str) -> AsyncIterator[bool]:
        """Whether the process of a slot has died; none takes the slot meanwhile."""
        number = int(name.removeprefix("slot-"))
        vacant = await _locked(self._connection, number)
        try:
            yield vacant
        finally:
            if vacant:
                await self._connection.execute("SELECT pg_advisory_unlock(%s, %s)", (_LOCKS, number))

    async def close(self) -> None:
        """Let go of the slot."""
        await self._connection.close()


async def open_slot(database: Path | str) -> Slots | OnlySlot:
    """A slot of this database's that nobody holds. Raises `RuntimeError` where too many processes run."""
    if isinstance(database, Path):
        return OnlySlot()
    connection = await _connected(database)
    for number in range(MOST):
        if await _locked(connection, number):
            return Slots(database, connection, number)
    await connection.close()
    raise RuntimeError(f"more than {MOST} processes on one database")


async def _connected(url: str) -> AsyncConnection:
    return await AsyncConnection.connect(url, autocommit=True)


async def _locked(connection: AsyncConnection, number: int) -> bool:
    answer = await connection.execute("SELECT pg_try_advisory_lock(%s, %s)", (_LOCKS, number))
    row = await answer.fetchone()
    return row is not None and bool(row[0])
