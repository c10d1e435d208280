"""What goes wrong with a SQLite file is said in a sentence, and leaves nothing half done."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from bot.core.model import Link, NewPlay, RawTrack, Source
from bot.errors import Unavailable
from bot.integrations.store import Store, open_store, schema

PLAYS = [NewPlay(n, RawTrack(f"spotify:track:{n}", "x" * 200, "Artist")) for n in range(3_000)]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "earshot.sqlite"


@pytest.fixture
async def store(file: Path) -> AsyncIterator[Store]:
    opened = await open_store(f"sqlite:///{file}")
    yield opened
    await opened.close()


@pytest.fixture
async def link(store: Store) -> Link:
    return await store.export_link((await store.add_member("Ana", "UTC", None, 1)).id, Source.EXTENDED)


async def _tell(store: Store, pragma: str) -> None:
    """The writer keeps its one connection, so a pragma set on it lasts."""
    async with store._database.write() as connection:
        await connection.exec_driver_sql(f"PRAGMA {pragma}")


def _damage(file: Path, start: int) -> None:
    """Overwrite the beginning of every page from a byte on."""
    content = bytearray(file.read_bytes())
    for page in range(start, len(content), 4096):
        content[page : page + 64] = b"\xff" * 64
    file.write_bytes(content)


async def test_another_program_holds_the_file(store: Store, file: Path) -> None:
    await _tell(store, "busy_timeout=20")
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert await store.all_members() == []
        with pytest.raises(Unavailable, match="locked by another program"):
            await store.add_member("Ana", "UTC", None, 1)
    assert (await store.add_member("Ana", "UTC", None, 1)).name == "Ana"


async def test_the_disk_is_full(store: Store, link: Link) -> None:
    await _tell(store, "max_page_count=100")
    with pytest.raises(Unavailable, match="disk is full") as caught:
        await store.record(link.id, PLAYS)
    assert caught.value.__cause__ is not None
    assert await store.artists() == []
    await _tell(store, "max_page_count=100000")
    assert await store.record(link.id, PLAYS) == 3_000


async def test_the_file_is_read_only(store: Store, link: Link) -> None:
    await _tell(store, "query_only=ON")
    with pytest.raises(Unavailable, match="cannot be written to"):
        await store.record(link.id, PLAYS)
    assert (await store.members_named("Ana"))[0].id == link.member_id


async def test_the_file_is_damaged(store: Store, link: Link, file: Path) -> None:
    size = file.stat().st_size
    await store.record(link.id, PLAYS)
    await store.close()
    _damage(file, size)
    damaged = await open_store(f"sqlite:///{file}")
    with pytest.raises(Unavailable, match="newest backup"):
        await damaged.plays_between([link.member_id], 0, 10_000)
    await damaged.close()


async def test_what_was_to_be_stored_is_in_no_error(store: Store) -> None:
    with pytest.raises(IntegrityError) as caught:
        async with store._database.write() as connection:
            await connection.execute(insert(schema.memo).values(key="s3cret", value=None))
    assert "NOT NULL" in str(caught.value)
    assert "s3cret" not in str(caught.value)
