"""How fast plays come in and how much room they take, next to plain sqlite3 doing the same in the same run.

`python -m benchmarks.ingest [rows]` prints words, then one JSON object.

1. An export of so many rows. The yardstick loads each file whole with json, applies only the 30 second rule, and adds
   to two tables like ours with executemany in one transaction: no streaming, no reasons, no coverage, no checks.
2. Plays into the store in batches of 1,000 and of 50. The yardstick is sqlite3 in the loop with the same tables, the
   same pragmas and the same rows, a transaction a batch: tracks, then plays, each track's number looked up by its key.
   `numbers_known` is the ratio to a yardstick that keeps all numbers in a dictionary and only inserts.
3. Bytes a play, with the tracks of a group's catalogue: of polls (batches of 50; Spotify does not tell how long a play
   was) and of exports (batches of 1,000).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import resource
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

from bot.core.model import LinkId, NewPlay, RawTrack, Source
from bot.integrations.exports import FilesOnDisk
from bot.integrations.store import open_store
from bot.services.importing import Importing, ImportSummary

ROWS = 150_000
ROWS_A_FILE = 15_000
LISTENERS = 10
ROUNDS = 5
# So many songs a group of ten knows between them in a million plays.
CATALOGUE = 20_000

Listened = list[list[NewPlay]]


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


def listened(plays: int, *, told_ms: bool) -> Listened:
    """So many plays by ten listeners; `told_ms`: how long each was is known."""
    draw = random.Random(2)
    tracks = [
        RawTrack(f"spotify:track:{n:022d}", f"Song number {n}", f"Artist {n % 1500}", f"Album {n % 5000}")
        for n in range(CATALOGUE)
    ]
    listeners: Listened = []
    for _ in range(LISTENERS):
        at_ms = 1_700_000_000_000
        listeners.append([])
        for _ in range(plays // LISTENERS):
            at_ms += draw.randint(40_000, 1_200_000)
            track = tracks[min(int(draw.paretovariate(0.3)), CATALOGUE - 1)]
            listeners[-1].append(NewPlay(at_ms, track, draw.randint(30_000, 300_000) if told_ms else 0))
    return listeners


def batches(listeners: Listened, size: int) -> Iterator[tuple[int, list[NewPlay]]]:
    """Each listener's number from 1 with their next plays, in turn."""
    for start in range(0, len(listeners[0]), size):
        for number, plays in enumerate(listeners, 1):
            yield number, plays[start : start + size]


async def by_the_store(database: Path, listeners: Listened, size: int) -> float:
    """Seconds in which the store took the plays."""
    store = await open_store(f"sqlite:///{database}")
    try:
        for number in range(1, LISTENERS + 1):
            member = await store.add_member(f"Listener {number}", "UTC", None, 0)
            await store.export_link(member.id, Source.EXTENDED)
        start = perf_counter()
        for number, plays in batches(listeners, size):
            await store.record(LinkId(number), plays)
        return perf_counter() - start
    finally:
        await store.close()


def by_hand(
    database: Path, listeners: Listened, size: int, *, numbers_known: bool, shred: str = "ON"
) -> float:
    """Seconds in which plain sqlite3 took them. `shred`: the pragma secure_delete."""
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", f"secure_delete={shred}", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")
        for number in range(1, LISTENERS + 1):
            connection.execute("INSERT INTO member VALUES (?, ?, 'UTC')", (number, f"Listener {number}"))
            connection.execute(
                "INSERT INTO link VALUES (?, ?, 'extended', '', '', '', '', 0, 'active')", (number, number)
            )
        numbers: dict[str, int] = {}
        start = perf_counter()
        for link, plays in batches(listeners, size):
            tracks = dict.fromkeys(play.track for play in plays)
            connection.execute("BEGIN IMMEDIATE")
            if numbers_known:
                new = [track for track in tracks if track.key not in numbers]
                numbers.update((track.key, n) for n, track in enumerate(new, len(numbers) + 1))
                connection.executemany(
                    "INSERT INTO track VALUES (?, ?, ?, ?, ?, ?, ?)",
                    [(numbers[track.key], track.key, *track[1:]) for track in new],
                )
                connection.executemany(
                    "INSERT INTO play VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                    [(link, it.at_ms, numbers[it.track.key], it.ms_played, it.nth) for it in plays],
                )
            else:
                connection.executemany(
                    "INSERT INTO track (key, title, artist, album, duration_ms, isrc) VALUES (?, ?, ?, ?, ?, ?)"
                    " ON CONFLICT DO NOTHING",
                    [(track.key, *track[1:]) for track in tracks],
                )
                connection.executemany(
                    "INSERT INTO play SELECT ?, ?, id, ?, ? FROM track WHERE key = ? ON CONFLICT DO NOTHING",
                    [(link, it.at_ms, it.ms_played, it.nth, it.track.key) for it in plays],
                )
            connection.execute("COMMIT")
        return perf_counter() - start


def speed(folder: Path, empty: Path, size: int, plays: int) -> dict[str, float]:
    """Plays a second and ratios for batches of a size: of each way its best round, taken in turn."""
    listeners = listened(plays, told_ms=True)
    seconds: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        for name, run in (
            ("store", lambda file: asyncio.run(by_the_store(file, listeners, size))),
            ("plain", lambda file: by_hand(file, listeners, size, numbers_known=False)),
            ("known", lambda file: by_hand(file, listeners, size, numbers_known=True)),
            ("unshredded", lambda file: by_hand(file, listeners, size, numbers_known=True, shred="OFF")),
        ):
            file = folder / "speed.sqlite"
            shutil.copy(empty, file)
            seconds.setdefault(name, []).append(run(file))
            for left in folder.glob("speed.sqlite*"):
                left.unlink()
    best = {name: min(taken) for name, taken in seconds.items()}
    return {
        "batch": size,
        "plays_per_second": round(plays / best["store"]),
        "ratio": round(best["store"] / best["plain"], 2),
        "ratio_numbers_known": round(best["store"] / best["known"], 2),
        "cost_of_secure_delete": round(best["known"] / best["unshredded"], 2),
    }


def size(folder: Path, empty: Path, plays: int, *, polled: bool) -> dict[str, float]:
    """Megabytes per million plays, tracks included, of a database as it grows."""
    file = folder / "size.sqlite"
    shutil.copy(empty, file)
    before = file.stat().st_size
    listeners = listened(plays, told_ms=not polled)
    asyncio.run(by_the_store(file, listeners, 50 if polled else 1_000))
    taken = file.stat().st_size - before
    with closing(sqlite3.connect(file)) as connection:
        stored, tracks = connection.execute(
            "SELECT (SELECT count(*) FROM play), (SELECT count(*) FROM track)"
        ).fetchone()
        connection.executescript("DELETE FROM play; VACUUM;")
    of_tracks = file.stat().st_size - before
    file.unlink()
    return {
        "plays": stored,
        "tracks": tracks,
        "mb_per_million_plays": round(taken / stored, 1),
        "of_that_tracks": round(of_tracks / stored, 1),
    }


def imports(folder: Path, rows: int) -> dict[str, float]:
    """An export of so many rows, as a folder and as a zip, and the same again. Rows a second and ratios."""
    export = folder / "export"
    export.mkdir()
    bytes_of_json = make_export(export, rows)
    archive = folder / "export.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
        for path in sorted(export.iterdir()):
            zipped.write(path, path.name)
    before = _peak_mb()
    (first, first_s), (again, again_s) = asyncio.run(ours(export, folder / "folder.sqlite"))
    after = _peak_mb()
    (packed, packed_s), _ = asyncio.run(ours(archive, folder / "zip.sqlite"))
    plain, plain_s = yardstick(export, folder / "plain.sqlite")
    assert first.plays == packed.plays == again.already_known == plain
    print(f"{rows:,} rows, {bytes_of_json / 1e6:.0f} MB of JSON, {first.plays:,} plays")
    for name, seconds in (
        ("folder", first_s), ("the same again", again_s), ("zip", packed_s), ("plain json + sqlite3", plain_s)
    ):  # fmt: skip
        print(f"  {name:22} {seconds:6.2f} s  {rows / seconds:9,.0f} rows/s  {seconds / plain_s:5.2f} x")
    print(f"  memory at its peak {after:.0f} MB ({before:.0f} MB before the import)")
    return {
        "rows_per_second": round(rows / first_s),
        "ratio": round(first_s / plain_s, 2),
        "ratio_again": round(again_s / plain_s, 2),
        "ratio_zip": round(packed_s / plain_s, 2),
        "peak_mb": round(after),
    }


def main() -> None:
    """Measure in a temporary folder; print words, then JSON."""
    given = argparse.ArgumentParser(description="How fast plays come in, and how much room they take.")
    given.add_argument("rows", type=int, nargs="?", default=ROWS, help="of the export (default: %(default)s)")
    rows = given.parse_args().rows
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        empty = folder / "empty.sqlite"
        asyncio.run(_make(empty))
        measured = {
            "import": imports(folder, rows),
            "store": [speed(folder, empty, batch, rows // 3) for batch in (1_000, 50)],
            "polled": size(folder, empty, 1_000_000 * rows // ROWS, polled=True),
            "exported": size(folder, empty, 1_000_000 * rows // ROWS, polled=False),
        }
    for it in measured["store"]:
        print(
            f"  batches of {it['batch']:>5,}  {it['plays_per_second']:9,} plays/s  {it['ratio']:5.2f} x sqlite3"
            f"  ({it['ratio_numbers_known']:.2f} x where it knows the tracks' numbers)"
        )
    for name in ("polled", "exported"):
        it = measured[name]
        print(
            f"  {name:10} {it['mb_per_million_plays']} MB per million plays, {it['of_that_tracks']} of it tracks"
        )
    print(json.dumps(measured))


async def _make(database: Path) -> None:
    await (await open_store(f"sqlite:///{database}")).close()


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
