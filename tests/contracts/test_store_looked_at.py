"""A database that is only looked at, and asked whether it takes writes; on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from bot.core.findings import Level
from bot.errors import ConfigError, Unavailable
from bot.integrations.store import open_as_it_is, open_store
from bot.integrations.store.checks import database_findings
from tests.contracts.postgres import PostgresServer


async def _tell(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def test_what_is_up_to_date_can_be_asked_and_written(tmp_path: Path, database_url: str) -> None:
    found, store = await database_findings(tmp_path, database_url)
    assert [it.level for it in found] == [Level.OK]
    assert "is there and up to date" in found[0].said
    assert store is not None
    assert await store.states() == {}
    await store.check_writable()
    await store.close()


@pytest.mark.postgres
async def test_an_empty_database_stays_empty(tmp_path: Path, postgres: PostgresServer) -> None:
    url = await asyncio.to_thread(postgres.empty)
    assert await open_as_it_is(tmp_path, url) == (None, ())
    found, store = await database_findings(tmp_path, url)
    assert [it.said for it in found] == ["PostgreSQL gets its tables at the first start"]
    assert store is None


@pytest.mark.postgres
async def test_an_older_one_and_a_newer_one_are_told_apart(tmp_path: Path, postgres: PostgresServer) -> None:
    url = await asyncio.to_thread(postgres.empty)
    await (await open_store(url)).close()
    await _tell(url, "UPDATE alembic_version SET version_num = '0001'")
    [older], store = await database_findings(tmp_path, url)
    assert (older.level, store) == (Level.WARNING, None)
    assert "make a backup first" in older.do
    await _tell(url, "UPDATE alembic_version SET version_num = '9999'")
    [newer], store = await database_findings(tmp_path, url)
    assert (newer.level, newer.outside, store) == (Level.PROBLEM, False, None)
    with pytest.raises(ConfigError, match="newer Earshot"):
        await open_as_it_is(tmp_path, url)


@pytest.mark.postgres
async def test_a_copy_that_takes_no_writes_says_so(postgres: PostgresServer) -> None:
    url = await asyncio.to_thread(postgres.empty)
    await (await open_store(url)).close()
    name = urlsplit(url).path.removeprefix("/")
    await _tell(url, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    store = await open_store(url)
    assert await store.all_members() == []
    with pytest.raises(Unavailable, match="takes no writes here"):
        await store.check_writable()
    await store.close()
