"""What the migrations build is what `schema` says, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import asyncpg
import pytest
import sqlalchemy
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, make_url
from sqlalchemy.ext.asyncio import create_async_engine

from bot.errors import ConfigError
from bot.integrations.store import open_store, schema
from tests.contracts.postgres import PostgresServer


async def test_the_revisions_build_the_tables(database_url: str) -> None:
    driver = "sqlite+aiosqlite" if database_url.startswith("sqlite") else "postgresql+asyncpg"
    engine = create_async_engine(make_url(database_url).set(drivername=driver))

    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, schema.metadata))

    def keys(connection: Connection) -> dict[str, list[str]]:
        looked = inspect(connection)
        return {
            name: looked.get_pk_constraint(name)["constrained_columns"] for name in schema.metadata.tables
        }

    try:
        async with engine.connect() as connection:
            assert await connection.run_sync(differences) == []
            assert await connection.run_sync(keys) == {
                table.name: [column.name for column in table.primary_key]
                for table in schema.metadata.sorted_tables
            }
    finally:
        await engine.dispose()


def test_on_sqlite_they_do_so_to_the_letter(migrated_file: Path, tmp_path: Path) -> None:
    engine = sqlalchemy.create_engine(f"sqlite:///{tmp_path / 'wanted.sqlite'}")
    schema.metadata.create_all(engine)
    engine.dispose()
    wanted = _statements(tmp_path / "wanted.sqlite")
    assert "WITHOUT ROWID" in wanted["play"]
    assert "AUTOINCREMENT" in wanted["link"]
    assert _statements(migrated_file) == wanted


def _statements(file: Path) -> dict[str, str]:
    """The statement behind each table and index; the order of constraints does not matter."""
    with closing(sqlite3.connect(file)) as database:
        found = database.execute(
            "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'alembic%'"
        )
        return {name: "\n".join(sorted(it.strip(" ,") for it in sql.splitlines())) for name, sql in found}


@pytest.mark.postgres
async def test_two_that_start_at_once_build_the_tables_once(postgres: PostgresServer) -> None:
    url = await asyncio.to_thread(postgres.empty)
    first, second = await asyncio.gather(open_store(url), open_store(url))
    ana = await first.add_member("Ana", "UTC", None, 1)
    assert await second.all_members() == [ana]
    await first.close()
    await second.close()


@pytest.mark.postgres
async def test_a_database_that_is_not_there_is_named(postgres: PostgresServer) -> None:
    with pytest.raises(ConfigError, match="has no database of this name"):
        await open_store(postgres.url("nowhere"))


@pytest.mark.postgres
async def test_a_server_that_ends_a_connection_is_asked_again(postgres: PostgresServer) -> None:
    url = await asyncio.to_thread(postgres.migrated)
    store = await open_store(url)
    ana = await store.add_member("Ana", "UTC", None, 1)
    other = await asyncpg.connect(postgres.url("postgres"))
    await other.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
    )
    await other.close()
    assert await store.all_members() == [ana]
    await store.close()
