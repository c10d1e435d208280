"""Backups: made while the database is in use, complete, restorable, private, and gone in time."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.core.calendar import DAY_MS
from bot.core.findings import Level
from bot.core.model import MemberId, NewPlay, RawTrack, Source
from bot.errors import ConfigError, Unavailable
from bot.integrations.store import database_file, open_data, open_store, pg_dump_command
from bot.integrations.store.backup import Backups, back_up, backup_findings, backups, made_ms, prune
from tests.fakes import FakeClock

ROOT = Path(__file__).parents[3]
NOW = 1_790_000_000_000


def earshot(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments], capture_output=True, text=True, timeout=60, check=False, cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip


def plays(file: Path) -> int:
    with closing(sqlite3.connect(file)) as database:
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        count: int = database.execute("SELECT count(*) FROM play").fetchone()[0]
    return count


async def test_a_backup_made_while_plays_come_in_is_of_one_moment(tmp_path: Path) -> None:
    store = await open_data(tmp_path)
    member = await store.add_member("Ana", "UTC", None, 1)
    link = await store.export_link(member.id, Source.EXTENDED)
    going = True

    async def write() -> int:
        written = 0
        while going:
            batch = [
                NewPlay(written + n, RawTrack(f"spotify:track:{written + n}", "A", "B")) for n in range(100)
            ]
            written += await store.record(link.id, batch)
        return written

    writing = asyncio.create_task(write())
    made = [
        await asyncio.to_thread(back_up, tmp_path / "earshot.sqlite", tmp_path / "kept", NOW + n * 1000)
        for n in range(3)
    ]
    going = False
    written = await writing
    await store.close()
    counts = [plays(it) for it in made]
    assert all(count % 100 == 0 for count in counts)
    assert counts == sorted(counts)
    assert 0 < counts[-1] <= written
    assert plays(tmp_path / "earshot.sqlite") == written


async def test_it_is_for_its_owner_alone_and_nothing_unfinished_is_left(tmp_path: Path) -> None:
    await (await open_data(tmp_path)).close()
    made = back_up(tmp_path / "earshot.sqlite", tmp_path / "kept", NOW)
    assert made.name == datetime.fromtimestamp(NOW / 1000, UTC).strftime("earshot-%Y%m%dT%H%M%SZ.sqlite")
    assert made_ms(made) == NOW
    assert (made.stat().st_mode & 0o777, made.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert list(made.parent.iterdir()) == [made]


async def test_the_three_steps_bring_everything_back(tmp_path: Path) -> None:
    rows = [
        {
            "ts": f"2026-03-28T{hour:02d}:59:59Z", "ms_played": 180_000, "spotify_track_uri": f"spotify:track:{hour}",
            "master_metadata_track_name": f"Song {hour}", "master_metadata_album_artist_name": "Low",
        }
        for hour in range(10)
    ]  # fmt: skip
    (tmp_path / "Streaming_History_Audio_2026_0.json").write_text(json.dumps(rows))
    assert (
        earshot(tmp_path, "import", "Streaming_History_Audio_2026_0.json", "--member", "Ana").returncode == 0
    )
    days = ("recap", "--from", "2026-03-28", "--to", "2026-03-28", "--json")
    before = earshot(tmp_path, *days).stdout
    assert json.loads(before)["plays"] == 10
    told: dict[str, Any] = json.loads(earshot(tmp_path, "backup", "--to", "kept", "--json").stdout)
    assert (told["deleted"], told["bytes"]) == ([], (tmp_path / told["backup"]).stat().st_size)
    shutil.rmtree(tmp_path / "earshot-data")
    # docs/operating.md: stop Earshot, put the file in place without what lay beside the old one, start.
    (tmp_path / "earshot-data").mkdir(mode=0o700)
    shutil.copy(tmp_path / told["backup"], tmp_path / "earshot-data" / "earshot.sqlite")
    assert earshot(tmp_path, *days).stdout == before


async def test_what_was_deleted_is_in_no_later_backup_and_old_ones_go(tmp_path: Path) -> None:
    file, kept = tmp_path / "earshot.sqlite", tmp_path / "kept"
    store = await open_data(tmp_path)
    member = await store.add_member("QzkWvXnbRtYpLmGh", "UTC", None, 1)
    with_them = back_up(file, kept, NOW)
    await store.delete_member(member.id, recap=unchanged, draft=unchanged)
    later = back_up(file, kept, NOW + DAY_MS)
    await store.close()
    assert b"QzkWvXnbRtYpLmGh" in with_them.read_bytes()
    assert b"QzkWvXnbRtYpLmGh" not in later.read_bytes()
    assert prune(file, [kept], NOW) == []
    assert prune(file, [kept], NOW + 1) == [with_them]
    assert backups(kept) == [later]


def unchanged(document: str, _: MemberId) -> str:
    return document


def test_only_what_is_ours_and_old_is_deleted(tmp_path: Path) -> None:
    file, kept = tmp_path / "earshot.sqlite", tmp_path / "kept"
    kept.mkdir()
    old, young = tmp_path / "earshot.sqlite.before-0002", tmp_path / "earshot.sqlite.before-0003"
    stranger = kept / "earshot-of-mine.sqlite"
    for it in (file, old, young, stranger):
        it.touch()
    for it in (file, old, stranger):
        os.utime(it, (NOW / 1000 - 1, NOW / 1000 - 1))
    os.utime(young, (NOW / 1000, NOW / 1000))
    assert prune(file, [kept], NOW) == [old]
    assert prune(file, [], NOW) == []
    assert sorted(tmp_path.rglob("*.sqlite*")) == sorted([file, young, stranger])


async def test_one_is_made_a_day_and_kept_for_as_long_as_set(tmp_path: Path) -> None:
    await (await open_data(tmp_path)).close()
    file, kept, clock = tmp_path / "earshot.sqlite", tmp_path / "kept", FakeClock(NOW)
    for _ in range(5 * 24):  # as if it had been started anew each hour
        await Backups(file, kept, tmp_path / "backups", 2, clock).run()
        clock.advance(3_600_000)
    assert [made_ms(it) for it in backups(kept)] == [NOW + day * DAY_MS for day in (3, 4)]


async def test_where_none_can_be_made_the_log_says_so_and_old_ones_go_all_the_same(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await (await open_data(tmp_path)).close()
    (tmp_path / "kept").write_text("in the way")
    file = tmp_path / "earshot.sqlite"
    old = back_up(file, tmp_path / "backups", NOW - 6 * DAY_MS)
    with caplog.at_level(logging.ERROR):
        await Backups(file, tmp_path / "kept", tmp_path / "backups", 5, FakeClock(NOW)).run()
    assert "no backup could be made" in caplog.text
    assert not old.exists()


async def test_where_none_is_made_by_itself_those_made_by_hand_go_all_the_same(tmp_path: Path) -> None:
    data = tmp_path / "earshot-data"
    await (await open_data(data)).close()
    file = data / "earshot.sqlite"
    for to in ([], ["--to", "elsewhere"], ["--to", "elsewhere"], ["--to", "away"]):
        assert earshot(tmp_path, "backup", *to).returncode == 0
    made = [backups(it)[-1] for it in (data / "backups", tmp_path / "elsewhere", tmp_path / "away")]
    before = tmp_path / "elsewhere" / "earshot-20200101T000000Z.sqlite"
    before.touch()
    (tmp_path / "away").rename(tmp_path / "unmounted")

    async def run(now_ms: int) -> list[Path]:
        await Backups(file, None, data / "backups", 5, FakeClock(now_ms)).run()
        return [it for it in (before, *made) if it.exists()]

    assert await run(made_ms(made[0])) == made[:2]
    later = max(map(made_ms, made)) + 5 * DAY_MS + 1
    assert await run(later) == []
    (tmp_path / "unmounted").rename(tmp_path / "away")
    assert made[2].exists()
    assert await run(later) == []


async def test_a_folder_where_deleting_fails_is_named_and_hinders_no_other(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await (await open_data(tmp_path)).close()
    file = tmp_path / "earshot.sqlite"
    stuck, fine = (back_up(file, tmp_path / name, NOW) for name in ("stuck", "usual"))
    stuck.unlink()
    stuck.mkdir()  # no file any more, so that it cannot be unlinked, not even by root
    with caplog.at_level(logging.ERROR):
        assert prune(file, [], NOW + 1) == [fine]
    assert f"old backups in {tmp_path / 'stuck'} cannot be deleted" in caplog.text


async def test_a_damaged_database_gives_no_backup(tmp_path: Path) -> None:
    store = await open_data(tmp_path)
    member = await store.add_member("Ana", "UTC", None, 1)
    link = await store.export_link(member.id, Source.EXTENDED)
    await store.record(link.id, [NewPlay(n, RawTrack(f"spotify:track:{n}", "A", "B")) for n in range(5_000)])
    await store.close()
    file = tmp_path / "earshot.sqlite"
    size = file.stat().st_size
    with file.open("rb+") as damaged:
        damaged.seek(size // 2)
        damaged.write(os.urandom(size // 4))
    with pytest.raises(Unavailable, match="damaged"):
        back_up(file, tmp_path / "kept", NOW)
    assert list((tmp_path / "kept").iterdir()) == []


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("in the way")
    with pytest.raises(ConfigError, match="kept: no backup can be written there"):
        back_up(tmp_path / "earshot.sqlite", tmp_path / "kept", NOW)


def test_for_postgresql_it_says_what_to_tell_pg_dump_without_the_password(tmp_path: Path) -> None:
    url = "postgresql+asyncpg://ana:geheim@db.example/earshot"
    assert database_file(tmp_path, url) is None
    said = "pg_dump --format=custom --file=earshot.dump 'postgresql://ana@db.example/earshot'"
    assert pg_dump_command(url) == said
    (tmp_path / "config.toml").write_text(f'[data]\nurl = "{url}"\n')
    done = earshot(tmp_path, "backup")
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "geheim" not in done.stderr


def test_where_there_is_nothing_yet_nothing_is_made(tmp_path: Path) -> None:
    done = earshot(tmp_path, "backup")
    assert (done.returncode, list(tmp_path.iterdir())) == (3, [])


async def test_doctor_says_how_old_the_newest_is(tmp_path: Path) -> None:
    assert [it.level for it in backup_findings(tmp_path / "kept", 5, NOW)] == [Level.WARNING]
    await (await open_store(f"sqlite:///{tmp_path / 'earshot.sqlite'}")).close()
    back_up(tmp_path / "earshot.sqlite", tmp_path / "kept", NOW)
    (found,) = backup_findings(tmp_path / "kept", 5, NOW + 7 * 3_600_000)
    assert (found.level, "the newest 7 hours old" in found.said) == (Level.OK, True)
    (found,) = backup_findings(tmp_path / "kept", 5, NOW + 3 * DAY_MS)
    assert found.level is Level.WARNING
