"""What can be seen of the database before Earshot starts; nothing is made or upgraded."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from bot.core.findings import Finding, failed, fine, warning, wrong
from bot.errors import ConfigError, Unavailable
from bot.integrations.store import DATABASE, Store, open_as_it_is

ABOUT = "database"

# https://sqlite.org/wal.html, section on the WAL-reset bug.
_MENDED = (3, 51, 3)


async def database_findings(folder: Path, url: str) -> tuple[Sequence[Finding], Store | None]:
    """The database of this data folder, or of this URL; where it can be asked, the store too (close it)."""
    try:
        store, missing = await open_as_it_is(folder, url)
    except ConfigError as error:
        return [wrong(ABOUT, said, "Give Earshot the database it knows.") for said in error.problems], None
    except Unavailable as error:
        return [failed(ABOUT, str(error.text), "Earshot cannot start before that is mended.")], None
    if missing:
        return [
            warning(
                ABOUT,
                f"is of an older Earshot ({len(missing)} steps behind)",
                "The next start upgrades it by itself, and keeps a copy of a SQLite file beside it. "
                "Of PostgreSQL make a backup first.",
            )
        ], None
    where = "PostgreSQL" if url and not url.startswith("sqlite") else url or str(folder / DATABASE)
    if store is None:
        return [fine(ABOUT, f"{where} gets its tables at the first start")], None
    return [fine(ABOUT, f"{where} is there and up to date")], store


def sqlite_finding(version: str = sqlite3.sqlite_version) -> Finding:
    """Which SQLite it is, and what to know of it."""
    if tuple(map(int, version.split("."))) >= _MENDED:
        return fine("SQLite", version)
    return fine(
        "SQLite",
        f"{version}; before 3.51.3 it may, very rarely, damage a file that two programs write at the same instant: "
        "let no other program write to the database, and keep backups",
    )
