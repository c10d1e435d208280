"""What the migrations build is what `schema` says, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
import shutil
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

from bot.core.model import GroupId, Room, RoomRef
from bot.errors import ConfigError
from bot.integrations.store import migrations, open_store, schema
from bot.integrations.store.upgrade import bring_up_to_date
from tests.contracts.postgres import PostgresServer

MIGRATIONS = Path(migrations.__file__).parent


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
    """The statement behind each table and index; neither order of constraints nor quotes matter."""
    with closing(sqlite3.connect(file)) as database:
        found = database.execute(
            "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'alembic%'"
        )
        return {
            name: "\n".join(sorted(it.strip(" ,\t") for it in sql.replace('"', "").splitlines()))
            for name, sql in found
        }


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def test_who_said_yes_before_rooms_had_a_yes_of_their_own_is_seen_in_all_of_them(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'old.sqlite'}"
    if kind == "postgres":
        url = await asyncio.to_thread(request.getfixturevalue("postgres").empty)
    address = make_url(url).set(drivername="sqlite+aiosqlite" if kind == "sqlite" else "postgresql+asyncpg")
    older = Path(shutil.copytree(MIGRATIONS, tmp_path / "migrations"))
    for later in ("rev_0002.py", "rev_0003.py"):
        (older / "versions" / later).unlink()
    await bring_up_to_date(address, older)
    engine = create_async_engine(address)
    async with engine.begin() as connection:
        for statement in (
            "INSERT INTO member (name, zone) VALUES ('Ana', 'UTC'), ('Ben', 'UTC')",
            "INSERT INTO chat_group (name, zone) VALUES ('Club', 'UTC'), ('Work', 'UTC')",
            "INSERT INTO room VALUES ('lounge', '', 'club', 1), ('slack', 'T', 'C', 2)",
            "INSERT INTO membership VALUES (1, 1, 'recap', 5), (2, 1, 'compare', 6)",
        ):
            await connection.execute(sqlalchemy.text(statement))
    await engine.dispose()
    store = await open_store(url)
    club, work = RoomRef("lounge", "", "club"), RoomRef("slack", "T", "C")
    assert [await store.rooms(GroupId(n)) for n in (1, 2)] == [[Room(club, "Club")], [Room(work, "Work")]]
    said = [it for n in (1, 2) for it in await store.memberships(GroupId(n))]
    assert [(it.member.name, it.features, it.rooms) for it in said] == [
        ("Ana", {"recap"}, {club}),
        ("Ana", {"compare"}, {work}),
    ]
    await store.close()


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
