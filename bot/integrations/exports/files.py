"""Finds the JSON files in zips, folders and paths. A zip is never unpacked: what is needed is read out of it.

Names are shown relative to what was given, so that no report tells where on a disk something lies.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from bot.errors import BadExport, BrokenOff
from bot.integrations.exports.rows import read_rows
from bot.text import t

# An export has some dozens of files and packs about 1:20; a zip far beyond that was made to do harm.
MOST_ENTRIES = 10_000
MOST_BYTES = 8 << 30
BIG_BYTES = 1 << 30
MOST_PACKED = 200

_UNREADABLE = (OSError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError)

ENCRYPTED = "is encrypted: unpack it with its password first, then give me the folder"
DAMAGED = "is damaged inside its zip: get the zip again"
INCOMPLETE = "is not a complete zip: the download may have stopped early, so get it again"
TOO_MUCH = "would unpack to far more than any export holds, so I do not open it"
ZIP_IN_ZIP = "is a zip inside a zip: unpack the outer one, then give me the folder"
NO_FILE = "is no ordinary file, so I do not read it"
NO_ACCESS = "cannot be opened: check its permissions"


@dataclass(frozen=True, slots=True)
class JsonFile:
    """One JSON file (`ports.ExportFile`). `size` is its length in bytes, unpacked."""

    name: str
    group: str
    open_bytes: Callable[[], BinaryIO]
    size: int = 0
    same_as: str = ""
    problem: str = ""
    _reading: list[_Guarded] = field(default_factory=list, compare=False, repr=False)

    @property
    def bytes_read(self) -> int:
        """See `ports.ExportFile.bytes_read`."""
        return self._reading[-1].bytes_read if self._reading else 0

    def rows(self) -> Iterator[object]:
        """See `ports.ExportFile.rows`."""
        try:
            stream = self.open_bytes()
        except _UNREADABLE:
            raise BrokenOff(t("cannot be opened"), 0) from None
        with stream:
            guarded = _Guarded(stream)
            self._reading[:] = [guarded]
            try:
                yield from read_rows(guarded)  # type: ignore[arg-type]  # only read() is asked of it
            except BadExport as error:
                if not guarded.damaged:
                    raise
                lost = error.lost if isinstance(error, BrokenOff) else 0
                raise BrokenOff(t("is damaged: {how}", how=error.text), lost) from None

    def digest(self) -> bytes:
        """sha256 of its bytes; of what can be read, where it is damaged."""
        found = hashlib.sha256()
        try:
            with self.open_bytes() as stream:
                guarded = _Guarded(stream)
                while data := guarded.read(1 << 20):
                    found.update(data)
        except _UNREADABLE:
            return self.name.encode()
        return found.digest() + bytes([guarded.damaged])


class _Guarded:
    """A stream that ends where it can no longer be read, and remembers that."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.damaged = False
        self.bytes_read = 0

    def read(self, size: int) -> bytes:
        try:
            data = self._stream.read(size)
            self.bytes_read += len(data)
            return data
        except _UNREADABLE:
            self.damaged = True
            return b""


class FilesOnDisk:
    """`ports.ExportReader` for local paths."""

    def open(self, paths: Sequence[str]) -> list[JsonFile]:
        """Every JSON file in these zips, folders and files, in order of name.

        Raises `BadExport` for a path that is not there. A zip that cannot be opened is a file with a problem.
        """
        found: list[JsonFile] = []
        for given in paths:
            path = Path(given)
            if path.is_dir():
                found.extend(_in_folder(path))
            elif path.is_file():
                found.extend(_one(path, path.name, inside=f"{path.name}/" if len(paths) > 1 else ""))
            else:
                raise BadExport(
                    t("There is no file or folder “{path}”. Check the spelling.", path=path.name or given)
                )
        return _without_copies(found)


def _in_folder(root: Path) -> Iterator[JsonFile]:
    closed: list[OSError] = []
    for folder, below, names in os.walk(root, onerror=closed.append):
        below[:] = sorted((name for name in below if not _is_clutter(name)), key=_natural)
        for name in sorted(names, key=_natural):
            if not _is_clutter(name) and name.lower().endswith((".json", ".zip")):
                path = Path(folder, name)
                shown = path.relative_to(root).as_posix()
                yield from _one(path, shown, inside=f"{shown}/")
    for error in closed:
        path = Path(error.filename)
        shown = "this folder" if path == root else f"{path.relative_to(root).as_posix()}/"
        yield JsonFile(shown, shown, path_opener(path), problem=NO_ACCESS)


def _one(path: Path, shown: str, inside: str) -> Iterable[JsonFile]:
    """The file, or those in the zip; `inside` is put before their names."""
    # A name that is no text (a disk may hold such) could not be printed.
    shown, inside = (name.encode("utf-8", "replace").decode() for name in (shown, inside))
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            return [JsonFile(shown, shown, path_opener(path), problem=NO_FILE)]
        with path.open("rb") as stream:
            is_zip = stream.read(2) == b"PK" or path.suffix.lower() == ".zip"
    except OSError:
        return [JsonFile(shown, shown, path_opener(path), problem=NO_ACCESS)]
    if is_zip:
        return _in_zip(path, shown, inside)
    return [JsonFile(shown, str(path.resolve().parent), path_opener(path), status.st_size)]


def _in_zip(path: Path, shown: str, inside: str) -> list[JsonFile]:
    def broken(why: str) -> list[JsonFile]:
        return [JsonFile(shown, shown, path_opener(path), problem=why)]

    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    except _UNREADABLE:
        return broken(INCOMPLETE)
    wanted = [
        entry
        for entry in entries
        if entry.filename.lower().endswith((".json", ".zip"))
        and not any(map(_is_clutter, _parts(entry.filename)))
    ]
    if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in wanted) > MOST_BYTES:
        return broken(TOO_MUCH)
    if any(entry.file_size > max(BIG_BYTES, MOST_PACKED * entry.compress_size) for entry in wanted):
        return broken(TOO_MUCH)
    if any(entry.flag_bits & 0x1 for entry in wanted):
        return broken(ENCRYPTED)
    found = []
    for entry in sorted(wanted, key=lambda entry: _natural(entry.filename)):
        inner = _ZipEntry(path, entry)
        group = f"{path.resolve()}\x1f{'/'.join(_parts(entry.filename)[:-1])}"
        problem = ZIP_IN_ZIP if entry.filename.lower().endswith(".zip") else inner.damage()
        found.append(JsonFile(inside + entry.filename, group, inner.open, entry.file_size, problem=problem))
    return found


@dataclass(frozen=True, slots=True)
class _ZipEntry:
    path: Path
    entry: zipfile.ZipInfo

    def open(self) -> BinaryIO:
        # The zip stays open as long as the entry does: the entry holds its own reference to the file.
        with zipfile.ZipFile(self.path) as archive:
            return archive.open(self.entry)  # type: ignore[return-value]  # a reader of bytes

    def damage(self) -> str:
        """What is wrong with its bytes, "" if its checksum is right.

        Asked before a row is counted: one wrong bit can become many rows that look right.
        """
        try:
            with self.open() as stream:
                while stream.read(1 << 20):
                    pass
        except _UNREADABLE:
            return DAMAGED
        return ""


def path_opener(path: Path) -> Callable[[], BinaryIO]:
    """Opens a plain file for reading."""
    return lambda: path.open("rb")


def _without_copies(files: list[JsonFile]) -> list[JsonFile]:
    """The files, each marked if an earlier one has the same bytes. Only files of one size are looked into."""
    by_size: dict[int, list[int]] = {}
    for index, file in enumerate(files):
        if not file.problem and file.size:
            by_size.setdefault(file.size, []).append(index)
    for indexes in by_size.values():
        if len(indexes) < 2:
            continue
        firsts: dict[bytes, int] = {}
        for index in indexes:
            first = firsts.setdefault(files[index].digest(), index)
            if first != index:
                files[index] = replace(files[index], same_as=files[first].name)
    return files


def _parts(name: str) -> list[str]:
    return name.replace("\\", "/").split("/")


def _is_clutter(name: str) -> bool:
    """What systems add to a folder: `__MACOSX`, `._x.json`, hidden files."""
    return name == "__MACOSX" or name.startswith(".")


def _natural(name: str) -> list[tuple[int, str]]:
    """`x_2` before `x_10`."""
    return [(int(part), "") if part.isdecimal() else (-1, part.lower()) for part in re.split(r"(\d+)", name)]
