"""How fast an export of 150,000 rows comes in, next to plain json and sqlite3 doing the same in the same run.

`python -m benchmarks.ingest [rows]`. The yardstick loads each file whole, applies only the 30 second rule, and adds to
two tables like ours with executemany in one transaction: no streaming, no reasons, no coverage, no checks.
"""

from __future__ import annotations

import asyncio
import json
import random
import resource
import sqlite3
import sys
import tempfile
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

from bot.integrations.exports import FilesOnDisk
from bot.integrations.store import open_store
from bot.services.importing import Importing, ImportSummary

ROWS = 150_000
ROWS_A_FILE = 15_000


def make_export(folder: Path, rows: int) -> int:
    """An extended export of this many rows, some three years of a heavy listener. Its size in bytes."""
    draw = random.Random(1)
    at = datetime(2022, 1, 1, tzinfo=UTC)
    size = 0
    for number in range(-(-rows // ROWS_A_FILE)):
        path = folder / f"Streaming_History_Audio_2022-2025_{number}.json"
        with path.open("w", encoding="utf-8") as file:
            between = "["
            for _ in range(min(ROWS_A_FILE, rows - number * ROWS_A_FILE)):
                at += timedelta(seconds=draw.randint(40, 1200))
                file.write(f"{between}{json.dumps(_row(draw, at), indent=2)}")
                between = ",\n"
            file.write("]")
        size += path.stat().st_size
    return size


def _row(draw: random.Random, at: datetime) -> dict[str, object]:
    song = min(int(draw.paretovariate(0.3)), 20_000)
    return {
        "ts": at.strftime("%Y-%m-%dT%H:%M:%SZ"), "platform": "Android OS 13 API 33 (a phone)",
        "ms_played": draw.choice([draw.randint(0, 29_999), *[draw.randint(30_000, 300_000)] * 9]),
        "conn_country": "DE", "ip_addr": "203.0.113.9", "master_metadata_track_name": f"Song number {song}",
        "master_metadata_album_artist_name": f"Artist {song % 1500}",
        "master_metadata_album_album_name": f"Album {song % 5000}",
        "spotify_track_uri": f"spotify:track:{song:022d}", "episode_name": None, "episode_show_name": None,
        "spotify_episode_uri": None, "audiobook_title": None, "audiobook_uri": None,
        "audiobook_chapter_uri": None, "audiobook_chapter_title": None, "reason_start": "trackdone",
        "reason_end": "trackdone", "shuffle": False, "skipped": False, "offline": False,
        "offline_timestamp": None, "incognito_mode": False,
    }  # fmt: skip


def yardstick(folder: Path, database: Path) -> tuple[int, float]:
    """Plays and seconds of the plain way."""
    start = perf_counter()
    connection = sqlite3.connect(database)
    connection.executescript(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
        "CREATE TABLE track (id INTEGER PRIMARY KEY, key TEXT UNIQUE, title TEXT, artist TEXT, album TEXT);"
        "CREATE TABLE play (link_id INT, at_ms INT, track_id INT, ms_played INT, nth INT,"
        " PRIMARY KEY (link_id, at_ms, track_id, ms_played, nth)) WITHOUT ROWID;"
    )
    tracks: dict[str, int] = {}
    with connection:
        for path in sorted(folder.glob("*.json")):
            plays = []
            for row in json.loads(path.read_text(encoding="utf-8")):
                if row["ms_played"] >= 30_000:
                    track = tracks.setdefault(row["spotify_track_uri"], len(tracks))
                    at_ms = int(datetime.fromisoformat(row["ts"]).timestamp()) * 1000
                    plays.append((1, at_ms, track, row["ms_played"], 0))
            connection.executemany("INSERT OR IGNORE INTO play VALUES (?, ?, ?, ?, ?)", plays)
        connection.executemany(
            "INSERT INTO track VALUES (?, ?, '', '', '')", ((number, key) for key, number in tracks.items())
        )
    count: int = connection.execute("SELECT count(*) FROM play").fetchone()[0]
    connection.close()
    return count, perf_counter() - start


async def ours(path: Path, database: Path) -> list[tuple[ImportSummary, float]]:
    """A first import, and the same again."""
    store = await open_store(f"sqlite:///{database}")
    try:
        member = await store.add_member("Ana", "Europe/Berlin", None, 0)
        told = []
        for _ in range(2):
            start = perf_counter()
            summary = await Importing(store, store, FilesOnDisk()).run(member, [str(path)])
            told.append((summary, perf_counter() - start))
        return told
    finally:
        await store.close()


def main() -> None:
    """Make an export in a temporary folder, import it in each way, print times and ratios."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made, "export")
        folder.mkdir()
        size = make_export(folder, rows)
        archive = Path(made, "export.zip")
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
            for path in sorted(folder.iterdir()):
                zipped.write(path, path.name)
        before = _peak_mb()
        (first, first_s), (again, again_s) = asyncio.run(ours(folder, Path(made, "folder.sqlite")))
        after = _peak_mb()
        (packed, packed_s), _ = asyncio.run(ours(archive, Path(made, "zip.sqlite")))
        plain, plain_s = yardstick(folder, Path(made, "plain.sqlite"))
    assert first.plays == packed.plays == again.already_known == plain
    print(f"{rows:,} rows, {size / 1e6:.0f} MB of JSON, {first.plays:,} plays")
    for name, seconds in (
        ("folder", first_s), ("the same again", again_s), ("zip", packed_s), ("plain json + sqlite3", plain_s)
    ):  # fmt: skip
        print(f"  {name:22} {seconds:6.2f} s  {rows / seconds:9,.0f} rows/s  {seconds / plain_s:5.2f} x")
    print(f"  memory at its peak {after:.0f} MB ({before:.0f} MB before the import)")


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
