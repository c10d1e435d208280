"""Which characters a font file has glyphs for, read straight from its `cmap` table as ranges.

A full font library decodes every glyph's name first, which for a CJK collection takes a second and 50 MB that stay.
Layout of the file and of subtable formats 4 and 12: OpenType specification, "Font file" and "cmap".
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

_COLLECTION = b"ttcf"
# (platform, encoding), full Unicode before the basic plane
_PREFERRED = ((3, 10), (0, 6), (0, 4), (3, 1), (0, 3), (0, 2), (0, 1), (0, 0))


class BadFont(ValueError):
    """The file is no font, or its character map cannot be read."""


def characters(path: Path, number: int = 0) -> list[int]:
    """The code points of face `number` as sorted edges `[start, end, …]`, end excluded. `BadFont`, `OSError`."""
    try:
        with path.open("rb") as file:
            table = _table(file, _directory(file, number), b"cmap")
        return joined(_mapped(table))
    except (struct.error, IndexError) as error:
        raise BadFont(f"{path.name}: the character map breaks off") from error


def joined(codes: Iterable[int]) -> list[int]:
    """Ascending code points as edges."""
    edges: list[int] = []
    for code in codes:
        if edges and edges[-1] == code:
            edges[-1] = code + 1
        elif not edges or code > edges[-1]:
            edges += (code, code + 1)
    return edges


def _directory(file: BinaryIO, number: int) -> int:
    """Where the table directory of a face begins."""
    if file.read(4) != _COLLECTION:
        return 0
    file.seek(12 + 4 * number)
    (start,) = struct.unpack(">I", file.read(4))
    return int(start)


def _table(file: BinaryIO, directory: int, wanted: bytes) -> bytes:
    file.seek(directory + 4)
    (count,) = struct.unpack(">H", file.read(2))
    file.seek(directory + 12)
    records = file.read(16 * count)
    for tag, _checksum, offset, length in struct.iter_unpack(">4sIII", records):
        if tag == wanted:
            file.seek(offset)
            return file.read(length)
    raise BadFont(f"{file.name}: no {wanted.decode()} table")


def _mapped(table: bytes) -> Iterator[int]:
    (count,) = struct.unpack_from(">H", table, 2)
    records = (struct.unpack_from(">HHI", table, 4 + 8 * i) for i in range(count))
    offsets = {(platform, encoding): offset for platform, encoding, offset in records}
    for kind in _PREFERRED:
        if kind in offsets:
            offset = offsets[kind]
            (form,) = struct.unpack_from(">H", table, offset)
            if form == 12:
                return _segmented_coverage(table, offset)
            if form == 4:
                return _segment_mapping(table, offset)
    raise BadFont("no Unicode character map")


def _segmented_coverage(table: bytes, offset: int) -> Iterator[int]:
    """Format 12: groups of (first, last, first glyph)."""
    (groups,) = struct.unpack_from(">I", table, offset + 12)
    for i in range(groups):
        first, last, glyph = struct.unpack_from(">III", table, offset + 16 + 12 * i)
        yield from range(first + (glyph == 0), last + 1)  # glyph 0 is "missing"


def _segment_mapping(table: bytes, offset: int) -> Iterator[int]:
    """Format 4: segments of the basic plane, by a delta or through an array of glyphs."""
    (doubled,) = struct.unpack_from(">H", table, offset + 6)
    segments = doubled // 2
    ends, starts, deltas, ranges = (
        offset + 14,
        offset + 16 + doubled,
        offset + 16 + 2 * doubled,
        offset + 16 + 3 * doubled,
    )

    def at(where: int) -> int:
        (value,) = struct.unpack_from(">H", table, where)
        return int(value)

    for i in range(0, 2 * segments, 2):
        start, end, delta, distance = at(starts + i), at(ends + i), at(deltas + i), at(ranges + i)
        for code in range(start, end + 1):
            glyph = code if distance == 0 else at(ranges + i + distance + 2 * (code - start))
            if (glyph or distance == 0) and (glyph + delta) & 0xFFFF:
                yield code
