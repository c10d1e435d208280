"""Backups of a SQLite database, made while it is in use; none is kept longer than a deletion may take to reach it.

A backup is one file, complete and checked, readable by its owner alone, and named by its instant. The key that opens
the tokens is not in it. The copy that an upgrade leaves beside the database is a backup too.

Every folder that a backup was made into is written down, in a file beside the database: so old ones are found where
`earshot backup --to` put them, and a database that was restored has forgotten none.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from bot.core.calendar import DAY_MS, HOUR_MS
from bot.core.findings import Finding, fine, warning
from bot.errors import ConfigError, Unavailable
from bot.integrations.store.failures import said_kindly
from bot.ports import Clock
from bot.text import t

log = logging.getLogger(__name__)

_NAME = "earshot-%Y%m%dT%H%M%SZ.sqlite"
_NAMED = re.compile(r"earshot-\d{8}T\d{6}Z\.sqlite")


class Backups:
    """A backup a day of the database `file` into `folder` (None: none is made).

    Those older than `days` are deleted, wherever they were made; `usual` is where `earshot backup` makes them.
    """

    def __init__(self, file: Path, folder: Path | None, usual: Path, days: int, clock: Clock) -> None:
        self._file = file
        self._folder = folder
        self._usual = usual
        self._days = days
        self._clock = clock

    async def run(self) -> None:
        """Do what is due."""
        now_ms = self._clock.now_ms()
        if self._folder is not None:
            newest = max(map(made_ms, await asyncio.to_thread(backups, self._folder)), default=0)
            if now_ms - newest >= DAY_MS:
                try:
                    await asyncio.to_thread(back_up, self._file, self._folder, now_ms)
                except (ConfigError, Unavailable) as error:
                    log.error("no backup could be made: %s", error)
        folders = [self._usual] if self._folder is None else [self._usual, self._folder]
        await asyncio.to_thread(prune, self._file, folders, now_ms - self._days * DAY_MS)


def back_up(file: Path, folder: Path, now_ms: int) -> Path:
    """A complete copy of the database in the folder, which is made if absent; checked before it gets its name.

    Raises `ConfigError` where the folder cannot be used, `Unavailable` where the database or its copy is no good.
    """
    copy = folder / datetime.fromtimestamp(now_ms // 1000, UTC).strftime(_NAME)
    unfinished = copy.with_suffix(".part")
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _remember(file, folder)
        unfinished.unlink(missing_ok=True)
        # SQLite fills an empty file that is there, and so leaves its rights as they are.
        os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        raise ConfigError([f"{folder}: no backup can be written there ({error.strerror})."]) from error
    try:
        with said_kindly():
            _copy_into(file, unfinished)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    unfinished.replace(copy)
    return copy


def _copy_into(file: Path, copy: Path) -> None:
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=rw", uri=True)) as database:
        # Only the running Earshot checkpoints (see `engine`).
        database.execute("PRAGMA wal_autocheckpoint=0")
        database.execute("VACUUM INTO ?", (str(copy),))
    with closing(sqlite3.connect(copy)) as made:
        ((said,), *_) = made.execute("PRAGMA quick_check").fetchall()
    if said != "ok":
        raise Unavailable(
            t("The copy is damaged ({what}), so it was not kept. Check the disk, then try again.", what=said)
        )
    with copy.open("rb+") as written:
        os.fsync(written.fileno())


def backups(folder: Path) -> Sequence[Path]:
    """The backups in a folder, oldest first."""
    if not folder.is_dir():
        return []
    return sorted(it for it in folder.iterdir() if _NAMED.fullmatch(it.name))


def made_ms(backup: Path) -> int:
    """When a backup was made, by its name."""
    return round(datetime.strptime(backup.name, _NAME).replace(tzinfo=UTC).timestamp()) * 1000


def prune(file: Path, folders: Iterable[Path], before_ms: int) -> Sequence[Path]:
    """Delete older backups in the folders and wherever else one was made, and older copies from before upgrades.

    Which they were. A folder that is not there now is passed over, and looked into again the next time.
    """
    gone: list[Path] = []
    for folder in {it.resolve(): it for it in (*_remembered(file), *folders)}.values():
        try:
            _delete([it for it in backups(folder) if made_ms(it) < before_ms], gone)
        except OSError as error:
            log.error("old backups in %s cannot be deleted (%s); delete them by hand", folder, error.strerror)
    copies = file.parent.glob(f"{file.name}.before-*")
    _delete([it for it in copies if it.stat().st_mtime_ns // 1_000_000 < before_ms], gone)
    return gone


def _delete(old: Iterable[Path], gone: list[Path]) -> None:
    for it in old:
        it.unlink(missing_ok=True)
        gone.append(it)


def _places(file: Path) -> Path:
    """Where the folders with backups of a database are written down: a line of JSON each."""
    return file.with_name(f"{file.name}.backups")


def _remembered(file: Path) -> list[Path]:
    places = _places(file)
    return [Path(json.loads(line)) for line in places.read_text().splitlines()] if places.exists() else []


def _remember(file: Path, folder: Path) -> None:
    place = folder.resolve()
    if place in _remembered(file):
        return
    with os.fdopen(os.open(_places(file), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "w") as places:
        places.write(f"{json.dumps(str(place))}\n")
        places.flush()
        os.fsync(places.fileno())


def backup_findings(folder: Path, days: int, now_ms: int) -> Sequence[Finding]:
    """How old the newest backup is, where backups are wanted."""
    about = "backups"
    made = backups(folder)
    if not made:
        do = "Is Earshot running? The first one is made when it starts; earshot backup makes one now."
        return [warning(about, f"there is none in {folder} yet", do)]
    hours = (now_ms - made_ms(made[-1])) // HOUR_MS
    said = f"{len(made)} in {folder}, the newest {hours} hours old; each is deleted after {days} days"
    if hours > 48:
        return [warning(about, said, "Look into the log for “no backup could be made”.")]
    return [fine(about, said)]
