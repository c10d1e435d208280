"""Brings a database to the tables of this version, or says why it cannot be.

All revisions run in one transaction: an upgrade that fails leaves the database as it was. On SQLite foreign keys are
off meanwhile (rebuilding a parent table would otherwise delete its children), checked afterwards, and a copy of the
file is kept beside it first; in the end it is written anew, so that no older version's leftovers stay in it.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import URL

from bot.errors import ConfigError
from bot.integrations.store import schema
from bot.integrations.store.engine import postgresql_engine, sqlite_engine

_MIGRATIONS = Path(__file__).with_name("migrations")

# Any number that is the same for every Earshot: whoever holds this advisory lock upgrades, the others wait.
_UPGRADE_LOCK = 0x4541_5253


async def bring_up_to_date(url: URL, migrations: Path = _MIGRATIONS) -> None:
    """Run the revisions that are missing.

    Raises `ConfigError` for a database that is newer than this code, or somebody else's.
    """
    config = _config(migrations)
    if url.get_backend_name() == "sqlite":
        await _upgrade_sqlite(url, config)
    else:
        await _upgrade_postgresql(url, config)


async def pending(url: URL) -> tuple[list[str], str | None]:
    """The revisions that are missing, oldest first, and the one the database is at (None: it is empty).

    Changes nothing; a SQLite file has to be there. Raises as `bring_up_to_date` does.
    """
    if url.get_backend_name() == "sqlite":
        engine = sqlite_engine(url, ("query_only=ON",), "BEGIN", 1)
    else:
        engine = postgresql_engine(url)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(_missing, _config(_MIGRATIONS))
    finally:
        await engine.dispose()


def _config(migrations: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


async def _upgrade_sqlite(url: URL, config: Config) -> None:
    file = Path(url.database or "")
    await asyncio.to_thread(_make_private, file)
    engine = sqlite_engine(
        url,
        ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "foreign_keys=OFF"),
        "BEGIN IMMEDIATE",
        1,
    )
    try:
        async with engine.begin() as connection:
            missing, version = await connection.run_sync(_missing, config)
        if missing:
            if version:
                await asyncio.to_thread(_copy, file, file.with_name(f"{file.name}.before-{missing[0]}"))
            async with engine.begin() as connection:
                await connection.run_sync(_run, config)
                broken = (await connection.execute(text("PRAGMA foreign_key_check"))).all()
                if broken:
                    raise ConfigError(
                        [
                            f"{file}: the upgrade was undone, because rows of {broken[0][0]} would have lost what they"
                            f" belong to. Keep using the Earshot you had, and report this."
                        ]
                    )
            if version:
                async with engine.connect() as connection:
                    raw: Any = (await connection.get_raw_connection()).driver_connection
                    await raw.execute("VACUUM")
    finally:
        await engine.dispose()


async def _upgrade_postgresql(url: URL, config: Config) -> None:
    engine = postgresql_engine(url)
    try:
        async with engine.begin() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _UPGRADE_LOCK})
            missing, _ = await connection.run_sync(_missing, config)
            if missing:
                await connection.run_sync(_run, config)
    finally:
        await engine.dispose()


def _missing(connection: Connection, config: Config) -> tuple[list[str], str | None]:
    """The revisions to run, oldest first, and the one the database is at (None: it is empty)."""
    known = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()][::-1]
    version = MigrationContext.configure(connection).get_current_revision()
    if version is None:
        strangers = set(inspect(connection).get_table_names()) & set(schema.metadata.tables)
        if strangers:
            raise ConfigError(
                [
                    f"The database holds tables of something else ({', '.join(sorted(strangers))})."
                    " Give Earshot a database of its own in [data]."
                ]
            )
        return known, None
    if version not in known:
        raise ConfigError(
            [
                f"The database was made by a newer Earshot (revision {version}, this one knows {known[-1]})."
                " Start that version again, or put a backup from before the upgrade in its place."
            ]
        )
    return known[known.index(version) + 1 :], version


def _run(connection: Connection, config: Config) -> None:
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _make_private(file: Path) -> None:
    """A file that only its owner may read, in a folder that is there: it will hold what people listen to."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise ConfigError(
            [
                f"{file}: cannot be made or written ({error.strerror}). Name a file in a folder of your own in [data]."
            ]
        ) from error


def _copy(file: Path, copy: Path) -> None:
    """A complete copy of a database, also of what is still in its write-ahead log."""
    copy.unlink(missing_ok=True)
    _make_private(copy)
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
