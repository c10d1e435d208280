"""What SQLite is asked for: plays by the key alone, few bytes, nothing lost when the process is killed."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.core.model import Link, NewPlay, RawTrack, Source, Span
from bot.integrations.store import Store, open_store

# Says a number once the store said that this many plays are kept.
RECORDER = """
import asyncio, sys
from bot.core.model import NewPlay, RawTrack, Source
from bot.integrations.store import open_store

async def main():
    store = await open_store(sys.argv[1])
    link = await store.export_link((await store.add_member("Ana", "UTC", None, 1)).id, Source.EXTENDED)
    for batch in range(10_000):
        await store.record(link.id, [NewPlay(batch, RawTrack(f"spotify:track:{n}", "", "")) for n in range(7)])
        print((batch + 1) * 7, flush=True)

asyncio.run(main())
"""


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


def _bytes(file: Path) -> int:
    return file.stat().st_size


async def test_a_killed_process_loses_nothing_that_was_said_done(file: Path) -> None:
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-c", RECORDER, f"sqlite:///{file}", stdout=asyncio.subprocess.PIPE
    )
    assert running.stdout is not None
    said = 0
    async with asyncio.timeout(20):
        while said < 210:
            said = int(await running.stdout.readline())
    running.send_signal(signal.SIGKILL)
    said = max([said, *(int(line) for line in (await running.stdout.read()).split())])
    await running.wait()

    store = await open_store(f"sqlite:///{file}")
    [member] = await store.all_members()
    [found] = await store.plays_between([member.id], 0, 10_000)
    await store.close()
    assert len(found.plays) % 7 == 0
    assert said <= len(found.plays) <= said + 7


async def test_the_writer_waits_for_the_disk_and_readers_cannot_write(store: Store) -> None:
    async def told(pragma: str, *, writer: bool) -> object:
        database = store._database
        async with database.write() if writer else database.read() as connection:
            return await connection.scalar(text(f"PRAGMA {pragma}"))

    full, on = 2, 1
    assert await told("journal_mode", writer=True) == "wal"
    assert await told("synchronous", writer=True) == full
    assert await told("secure_delete", writer=True) == on
    assert await told("foreign_keys", writer=True) == 1
    assert await told("query_only", writer=False) == 1
    assert await told("wal_autocheckpoint", writer=False) == 0


async def test_a_million_plays_take_less_than_25_megabytes(store: Store, link: Link, file: Path) -> None:
    tracks = [RawTrack(f"spotify:track:{n}", "", "") for n in range(500)]
    await store.record(link.id, [NewPlay(0, track) for track in tracks])
    await store.close()
    before = _bytes(file)
    store = await open_store(f"sqlite:///{file}")
    for start in range(0, 40_000, 5_000):
        plays = [
            NewPlay(1_700_000_000_000 + n * 200_000, tracks[n * 7 % 500], 30_000 + n * 7_919 % 300_000)
            for n in range(start, start + 5_000)
        ]
        assert await store.record(link.id, plays) == 5_000
    await store.close()
    assert (_bytes(file) - before) / 40_000 < 25


@pytest.mark.parametrize(
    "question",
    [
        "SELECT at_ms, track_id, ms_played FROM play WHERE link_id = 1 AND at_ms >= 5 AND at_ms < 9"
        " ORDER BY at_ms, track_id, ms_played, nth",
        "SELECT min(at_ms) FROM play WHERE link_id = 1",
        "SELECT count(*) FROM play WHERE link_id = 1 AND at_ms BETWEEN 5 AND 9",
    ],
)
async def test_plays_are_read_by_the_key_alone(store: Store, file: Path, question: str) -> None:
    with closing(sqlite3.connect(file)) as database:
        plan = [row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {question}")]
    assert len(plan) == 1
    assert "USING PRIMARY KEY (link_id=?" in plan[0]


async def test_readers_go_on_while_somebody_writes(store: Store, link: Link) -> None:
    await store.cover(link.id, [Span(0, 5)])
    async with store._database.write() as connection:
        await connection.execute(text("DELETE FROM covered"))
        async with asyncio.timeout(2):
            [found] = await store.plays_between([link.member_id], 0, 10)
    assert found.covered == [Span(0, 5)]
