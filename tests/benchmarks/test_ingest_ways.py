"""What `benchmarks.ingest` compares does the same: the store and both yardsticks leave the same rows behind."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from benchmarks import ingest
from bot.integrations.store import open_store


@pytest.mark.parametrize("size", [50, 1_000])
def test_the_store_and_plain_sqlite_leave_the_same_rows_behind(size: int, tmp_path: Path) -> None:
    async def make() -> None:
        await (await open_store(f"sqlite:///{tmp_path / 'empty.sqlite'}")).close()

    asyncio.run(make())
    listeners = ingest.listened(4_000, told_ms=True)
    files = [Path(shutil.copy(tmp_path / "empty.sqlite", tmp_path / f"{n}.sqlite")) for n in range(3)]
    assert asyncio.run(ingest.by_the_store(files[0], listeners, size)) > 0
    assert ingest.by_hand(files[1], listeners, size, numbers_known=False) > 0
    assert ingest.by_hand(files[2], listeners, size, numbers_known=True) > 0
    assert len(plays(files[0])) == 4_000
    assert plays(files[0]) == plays(files[1]) == plays(files[2])


def plays(file: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(
            "SELECT link_id, at_ms, ms_played, nth, key, title, artist, album, duration_ms, isrc"
            " FROM play JOIN track ON track.id = track_id ORDER BY 1, 2, 5"
        ).fetchall()
