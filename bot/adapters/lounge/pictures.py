"""Pictures on the disk, each under the sha256 of its bytes: the same is kept once, as long as a message shows it."""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Any

_PNG = b"\x89PNG\r\n\x1a\n"
_SHOWN = re.compile(r"/pictures/([0-9a-f]{64}\.(?:png|jpg))")
_NAME = re.compile(r"[0-9a-f]{64}\.(?:png|jpg)")
# Start-of-frame markers carry the size; C4, C8 and CC share the range but mean other things.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


class Pictures:
    """The folder of pictures, made if absent."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def keep(self, data: bytes) -> dict[str, Any] | None:
        """Write the picture down: `{"src", "width", "height"}` in pixels. None if it is neither PNG nor JPEG.

        Blocking. The file appears whole or not at all.
        """
        size = size_of(data)
        if size is None:
            return None
        name = hashlib.sha256(data).hexdigest() + (".png" if data.startswith(_PNG) else ".jpg")
        path = self._folder / name
        if not path.exists():
            unfinished = path.with_suffix(".part")
            unfinished.write_bytes(data)
            unfinished.replace(path)
        return {"src": f"/pictures/{name}", "width": size[0], "height": size[1]}

    def drop(self, names: Iterable[str]) -> None:
        """Delete these. Blocking."""
        discard(self._folder, names)

    def path(self, name: str) -> Path | None:
        """The file of this name, None if there is no such picture."""
        if not _NAME.fullmatch(name):
            return None
        path = self._folder / name
        return path if path.is_file() else None


def pictures_in(body: str) -> set[str]:
    """The names of the pictures that a message's body shows."""
    return set(_SHOWN.findall(body))


def discard(folder: Path, names: Iterable[str]) -> None:
    """Delete pictures of a folder by their names. Blocking."""
    for name in filter(_NAME.fullmatch, names):
        (folder / name).unlink(missing_ok=True)


def size_of(data: bytes) -> tuple[int, int] | None:
    """Width and height in pixels from the header of a PNG (IHDR) or JPEG (its frame), None for anything else."""
    if data.startswith(_PNG) and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
        return width, height
    return _jpeg_size(data) if data.startswith(b"\xff\xd8") else None


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        if data[at + 1] in _FRAMES:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        at += 2 + int(struct.unpack(">H", data[at + 2 : at + 4])[0])
    return None
