"""What the databases raise → our errors, each with a sentence that says what to do. The only place that knows both.

SQLite names its errors (`sqlite_errorname`), PostgreSQL numbers them (SQLSTATE). What is in neither table is our
own mistake and goes on unchanged.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoFreeConnection

from bot.errors import EarshotError, NotFound, Unavailable
from bot.text import Text, t

_GONE = t("That is not there any more: it was deleted in the meantime. Look again.")

# By the beginning of the name, the longest first where one begins another.
_SQLITE = (
    (
        "SQLITE_BUSY",
        "The database is locked by another program. Close it (one Earshot per file), then try again.",
    ),
    (
        "SQLITE_LOCKED",
        "The database is locked by another program. Close it (one Earshot per file), then try again.",
    ),
    (
        "SQLITE_READONLY",
        "The database cannot be written to. Give Earshot the right to write the file and its folder.",
    ),
    (
        "SQLITE_PERM",
        "The database cannot be written to. Give Earshot the right to write the file and its folder.",
    ),
    ("SQLITE_FULL", "The disk is full. Nothing was half written; free some space, then try again."),
    (
        "SQLITE_CANTOPEN",
        "The database file cannot be opened. Check that its folder exists and may be written to.",
    ),
    (
        "SQLITE_NOTADB",
        "The database file is not a SQLite database. Check the path, or put a backup in its place.",
    ),
    ("SQLITE_CORRUPT", "The database file is damaged. Stop Earshot and put the newest backup in its place."),
    ("SQLITE_IOERR", "The disk reports an error. Check the disk, then start Earshot again."),
)

# By the beginning of the SQLSTATE (PostgreSQL manual, appendix A).
_POSTGRESQL = (
    ("08", "PostgreSQL cannot be reached. Check that it runs and that [data] url names it."),
    (
        "25006",
        "PostgreSQL takes no writes here: this is a read-only copy. Name the primary server in [data] url.",
    ),
    ("28", "PostgreSQL did not accept the user or the password. Check [data] url."),
    ("3D000", "PostgreSQL has no database of this name. Make it with `createdb`, or correct [data] url."),
    ("40", "PostgreSQL could not finish this beside what others were doing. Try again."),
    ("42501", "PostgreSQL does not let this user do that. Make the user the owner of the database."),
    ("53100", "PostgreSQL's disk is full. Nothing was half written; free some space, then try again."),
    ("53", "PostgreSQL has no room left (memory or connections). Try again in a moment."),
    ("55P03", "PostgreSQL is busy with this. Try again in a moment."),
    ("57", "PostgreSQL stopped or cancelled this. Try again in a moment."),
    ("58", "PostgreSQL's disk reports an error. Look into its log."),
)


@contextmanager
def said_kindly() -> Iterator[None]:
    """Inside, the database's errors become `Unavailable`, and a missing parent row becomes `NotFound`."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        ours = worded(error)
        if ours is None:
            raise
        raise ours from error
    except NoFreeConnection as error:
        raise Unavailable(t("The database is too busy right now. Try again in a moment.")) from error
    except OSError as error:
        raise Unavailable(
            t(
                "The database cannot be reached ({why}). Check that it runs.",
                why=error.strerror or str(error) or "no answer",
            )
        ) from error


def worded(error: DBAPIError | sqlite3.Error) -> EarshotError | None:
    """Our error for the database's, None where it is no failure of the world but a mistake in our code."""
    original = error.orig if isinstance(error, DBAPIError) else error
    name = getattr(original, "sqlite_errorname", "")
    state = getattr(original, "sqlstate", None) or ""
    if name == "SQLITE_CONSTRAINT_FOREIGNKEY" or state == "23503":
        return NotFound(_GONE)
    for known, given in ((_SQLITE, name), (_POSTGRESQL, state)):
        for beginning, sentence in known:
            if given and given.startswith(beginning):
                return Unavailable(Text(sentence))
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return Unavailable(t("The connection to the database was lost. Try again in a moment."))
    return None
