"""A PostgreSQL server that the tests start themselves, with databases to open stores on."""

from __future__ import annotations

import asyncio
from itertools import count
from typing import Any

import asyncpg

from bot.integrations.store import open_store, schema

_CLEAR = "; ".join(
    [
        *(str(table.delete()) for table in reversed(schema.metadata.sorted_tables)),
        "SELECT setval(seqrelid::regclass, 1, false) FROM pg_sequence",
    ]
)


class PostgresServer:
    """A PostgreSQL server of our own."""

    def __init__(self, running: Any) -> None:
        self._running = running
        self._names = (f"earshot_{n}" for n in count(1))
        self._migrated = ""
        # These databases live for seconds: nobody needs them to survive a power cut.
        asyncio.run(self._do("ALTER SYSTEM SET fsync = off"))
        asyncio.run(self._do("SELECT pg_reload_conf()"))

    def empty(self) -> str:
        """The URL of a new database with nothing in it."""
        name = next(self._names)
        asyncio.run(self._do(f"CREATE DATABASE {name}"))
        return self.url(name)

    def migrated(self) -> str:
        """The URL of the one database with all tables, its rows deleted."""
        if not self._migrated:
            self._migrated = self.empty()
            asyncio.run(migrate(self._migrated))
        asyncio.run(self._do(_CLEAR, self._migrated))
        return self._migrated

    def url(self, name: str) -> str:
        """The URL of a database of this server."""
        url: str = self._running.get_uri(database=name)
        return url

    async def _do(self, statements: str, url: str = "") -> None:
        connection = await asyncpg.connect(url or self.url("postgres"))
        try:
            await connection.execute(statements)
        finally:
            await connection.close()


async def migrate(url: str) -> None:
    """Build the tables in a database."""
    await (await open_store(url)).close()
