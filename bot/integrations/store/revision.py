"""Which revision of the tables this code knows, and a quick look whether a SQLite file is at it.

Alembic takes longer to import than most commands run, so it is asked only where there is something to upgrade.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

REVISION = "0003"


def is_current(file: Path) -> bool:
    """Whether this database is at `REVISION`. False also where that cannot be told."""
    if not file.is_file():
        return False
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            return connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(REVISION,)]
    except sqlite3.Error:
        return False
