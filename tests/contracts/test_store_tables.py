"""What the migrations build is what `schema` says, on SQLite and on PostgreSQL."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import sqlalchemy
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, make_url
from sqlalchemy.ext.asyncio import create_async_engine

from bot.integrations.store import schema


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
