"""How the store reaches its database: transactions for writing and for reading, on SQLite and on PostgreSQL.

SQLite: one writer connection, taken in turn and begun with BEGIN IMMEDIATE, so that no write ever fails for being
second; readers each see one moment (WAL). `synchronous=FULL`: what was said done survives a power cut.
`secure_delete=ON`: what was deleted is overwritten. Only the writer checkpoints, because SQLite before 3.51.3 may
damage a file that two connections checkpoint at once.
PostgreSQL: a pool; reads are REPEATABLE READ, so that a reader sees one moment too.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Collection, Generator, Iterable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeAlias, TypeVar, cast

from sqlalchemy import ClauseElement, Connection, Executable, Row, Table, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.errors import Unavailable
from bot.integrations.store.failures import said_kindly
from bot.text import t

T = TypeVar("T")

# A row as SQLAlchemy gives it; its columns are read by name where it becomes one of our types.
AnyRow: TypeAlias = Row[*tuple[Any, ...]]

_WAIT_MS = 5_000
_READERS = 4
_VACUUM_S = 3_600.0
# Fewer values than either database takes in one statement.
_VALUES = 5_000

_EACH = (f"busy_timeout={_WAIT_MS}", "foreign_keys=ON")
_WRITER = ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", *_EACH)
_READER = ("query_only=ON", "wal_autocheckpoint=0", *_EACH)


def sqlite_engine(url: URL, pragmas: Sequence[str], begin: str, connections: int) -> AsyncEngine:
    """An engine on a SQLite file whose connections start with these pragmas and transactions with `begin`.

    What is in a row is in no error, and so in no log; the same on PostgreSQL.
    """
    engine = create_async_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        hide_parameters=True,
        connect_args={"isolation_level": None},
    )

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, record: object) -> None:
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def postgresql_engine(url: URL) -> AsyncEngine:
    """An engine on a PostgreSQL server; a connection that died is replaced before it is used."""
    return create_async_engine(
        url,
        pool_size=5,
        max_overflow=5,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={"timeout": 10, "command_timeout": 60},
    )


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL in the driver's own words with the values of its parameters, of one row or of `many`."""

    sql: str
    given: Sequence[Any]
    many: bool = False


# Asks for statements; is sent the rows of each, or how many it changed where it gives none.
Script: TypeAlias = Generator[Statement, Any, T]


class Database:
    """Where a transaction comes from. Everything the database raises leaves here as one of our errors."""

    def __init__(self, url: URL) -> None:
        self._open = True
        self._turn: AbstractAsyncContextManager[Any]
        if url.get_backend_name() == "sqlite":
            self._writer = sqlite_engine(url, _WRITER, "BEGIN IMMEDIATE", 1)
            self._reader = sqlite_engine(url, _READER, "BEGIN", _READERS)
            self._turn = asyncio.Lock()
        else:
            self._writer = postgresql_engine(url)
            self._reader = self._writer.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
            self._turn = nullcontext()

    @property
    def is_postgresql(self) -> bool:
        """Whether this is PostgreSQL; else it is SQLite."""
        return self._writer.dialect.name == "postgresql"

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that writes: all of it or, after any error, nothing."""
        self._require_open()
        with said_kindly():
            async with self._turn, self._writer.begin() as connection:
                yield connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that reads: all of its statements see the same moment."""
        self._require_open()
        with said_kindly():
            async with self._reader.begin() as connection:
                yield connection

    async def hold(self, connection: AsyncConnection, table: Table) -> None:
        """Until the end of the transaction nobody else writes or holds a row of this table; who does, ends first."""
        if self.is_postgresql:
            await connection.exec_driver_sql(f'LOCK TABLE "{table.name}" IN EXCLUSIVE MODE')

    async def shred(self, tables: Iterable[Table]) -> None:
        """Let nothing that was deleted from these tables stay in the files: neither in the log nor as a dead row.

        Raises `Unavailable` while a reader still looks at how things were before.
        """
        self._require_open()
        with said_kindly():
            async with self._turn, self._writer.connect() as connection:
                raw: Any = (await connection.get_raw_connection()).driver_connection
                if self.is_postgresql:
                    names = ", ".join(f'"{it.name}"' for it in tables)
                    await raw.execute(f"VACUUM {names}", timeout=_VACUUM_S)
                    return
                ((busy, *_),) = await raw.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")
        if busy:
            raise Unavailable(t("The database is being read right now. Try again in a moment."))

    async def close(self) -> None:
        """Let go of every connection; the writer goes last, because the last one to go tidies the file."""
        self._open = False
        await self._reader.dispose()
        await self._writer.dispose()

    def insert(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """An INSERT that knows `on_conflict_…` in this database's dialect."""
        if self.is_postgresql:
            return postgresql.insert(table)
        return sqlite.insert(table)

    def driver_sql(self, statement: ClauseElement) -> str:
        """`statement` in the driver's own words, for the few places where SQLAlchemy's care per row is too slow."""
        return str(statement.compile(dialect=self._writer.dialect))

    async def write_by(self, script: Script[T]) -> T:
        """A transaction of its own in which a script is followed. What the script returns in the end."""
        if self.is_postgresql:
            async with self.write() as connection:
                return await self.follow(connection, script)
        self._require_open()
        with said_kindly():
            async with self._turn, self._writer.connect() as connection:
                return await _on_its_thread(connection, _in_a_transaction, script)

    async def follow(self, connection: AsyncConnection, script: Script[T]) -> T:
        """Execute what a script asks for and give it the answers. What it returns in the end."""
        if self.is_postgresql:
            answer: Any = None
            while True:
                try:
                    wanted = script.send(answer)
                except StopIteration as done:
                    return cast(T, done.value)
                ran = await connection.exec_driver_sql(wanted.sql, wanted.given)
                answer = ran.fetchall() if ran.returns_rows else ran.rowcount
        return await _on_its_thread(connection, _followed, script)

    def _require_open(self) -> None:
        if not self._open:
            raise Unavailable(t("The database is closed: Earshot is shutting down."))


async def _on_its_thread(
    connection: AsyncConnection, work: Callable[[sqlite3.Connection, Script[T]], T], script: Script[T]
) -> T:
    """Do all of it on the thread of a SQLite connection: aiosqlite's own methods are an errand a statement."""
    driver: Any = (await connection.get_raw_connection()).driver_connection
    return cast(T, await driver._execute(work, driver._conn, script))


def _in_a_transaction(connection: sqlite3.Connection, script: Script[T]) -> T:
    connection.execute("BEGIN IMMEDIATE")
    try:
        done = _followed(connection, script)
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()
        raise
    return done


def _followed(connection: sqlite3.Connection, script: Script[T]) -> T:
    answer: Any = None
    while True:
        try:
            wanted = script.send(answer)
        except StopIteration as done:
            return cast(T, done.value)
        run = connection.executemany if wanted.many else connection.execute
        cursor = run(wanted.sql, wanted.given)
        answer = cursor.rowcount if cursor.description is None else cursor.fetchall()


async def raw_rows(connection: AsyncConnection, statement: Executable) -> Sequence[Any]:
    """The driver's own rows (tuples of columns), without SQLAlchemy's care per row."""
    cursor = (await connection.execute(statement)).cursor
    assert cursor is not None, "a SELECT has a cursor"
    return cursor.fetchall()


def batched(values: Collection[T]) -> Iterator[list[T]]:
    """The values, at most so many at a time as one statement may name."""
    remaining = iter(values)
    while some := list(islice(remaining, _VALUES)):
        yield some


class OnDatabase:
    """What the parts of the store share: the database they are on."""

    def __init__(self, database: Database) -> None:
        self._database = database
