"""Which characters the fonts can draw, so that no box with a question mark is ever printed.

typst does not say when a glyph is missing. The character maps are read once and kept as JSON beside the unpacked
fonts, by each file's path, size and time.
"""

from __future__ import annotations

import json
import logging
import os
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from bot.integrations.painter.cmap import BadFont, characters, joined

log = logging.getLogger(__name__)


class Face(NamedTuple):
    """One face: a font file, and the number of the face inside it (0 but in collections)."""

    path: str
    number: int


class ScriptReport(NamedTuple):
    """Whether `sample` of `script` can be drawn; `hint` says what to install if not ("" if nothing is known)."""

    script: str
    sample: str
    ok: bool
    hint: str


_CORE, _CJK, _EMOJI = (
    f"apt install {package}" for package in ("fonts-noto-core", "fonts-noto-cjk", "fonts-noto-color-emoji")
)
_SAMPLES = (
    ("Latin", "Aéßğ", ""), ("Vietnamese", "ễựở", ""), ("Cyrillic", "Жёї", ""), ("Greek", "Ωή", ""),
    ("Arabic", "نورگ", _CORE), ("Hebrew", "שלום", _CORE), ("Devanagari", "श्रृं", _CORE),
    ("Bengali", "বাংলা", _CORE), ("Tamil", "தமிழ்", _CORE), ("Telugu", "తెలుగు", _CORE),
    ("Thai", "เพื่อน", _CORE), ("Georgian", "ქართ", _CORE), ("Armenian", "Հայ", _CORE),
    ("Ethiopic", "አማርኛ", _CORE), ("Khmer", "ខ្មែរ", _CORE), ("Burmese", "မြန်မာ", _CORE),
    ("Japanese", "夜に駆ける", _CJK), ("Korean", "밤편지", _CJK), ("Simplified Chinese", "亮们", _CJK),
    ("Traditional Chinese", "麗鄧", _CJK), ("Emoji", "🎧👩🏽‍🚀🇯🇵", _EMOJI),
)  # fmt: skip

_JOINERS = frozenset("\u200c\u200d\u200e\u200f\ufe0e\ufe0f")
_TAGS = range(0xE0020, 0xE0080)


class Coverage:
    """The characters of each family. Safe to share between threads."""

    def __init__(self, families: Mapping[str, Sequence[int]]) -> None:
        """`families`: for each family, the sorted edges `[start, end, start, end, …]` (end excluded)."""
        self._edges = tuple(tuple(edges) for edges in families.values())
        self._having = lru_cache(maxsize=8192)(self._families_with)

    def covers(self, cluster: str) -> bool:
        """Whether a single family has all of `cluster` (a letter with its marks must not be split over faces)."""
        families = -1
        for char in cluster:
            if char not in _JOINERS and ord(char) not in _TAGS:
                families &= self._having(char)
        return families != 0

    def _families_with(self, char: str) -> int:
        """The families that have `char`, one bit each."""
        code = ord(char)
        return sum(1 << bit for bit, edges in enumerate(self._edges) if bisect_right(edges, code) % 2)


def scripts(coverage: Coverage) -> list[ScriptReport]:
    """A sample of each script and whether it can be drawn, for `doctor`."""
    return [
        ScriptReport(script, sample, ok, "" if ok else hint)
        for script, sample, hint in _SAMPLES
        for ok in [all(coverage.covers(char) for char in sample)]
    ]


def read_coverage(families: Mapping[str, Sequence[Face]], store: Path) -> Coverage:
    """What these faces have, from `store` where it knows them; what was read anew is added there.

    A family has what all of its given faces have. A file that is no font is left out and logged.
    """
    known = _load(store)
    edges: dict[str, list[int]] = {}
    keys = {face: _key(face) for faces in families.values() for face in faces}
    fresh = [face for face, key in keys.items() if key not in known]
    for face in fresh:
        known[keys[face]] = _edges_of(face)
    for family, faces in families.items():
        edges[family] = _common([known[keys[face]] for face in faces])
    if fresh:
        wanted = set(keys.values())
        _save(store, {key: value for key, value in known.items() if key in wanted or _still_there(key)})
    return Coverage(edges)


def _key(face: Face) -> str:
    stat = Path(face.path).stat()
    return f"{face.number}|{stat.st_size}|{stat.st_mtime_ns}|{face.path}"


def _still_there(key: str) -> bool:
    return Path(key.split("|", 3)[-1]).exists()


def _edges_of(face: Face) -> list[int]:
    try:
        return characters(Path(face.path), face.number)
    except (BadFont, OSError) as error:
        log.warning("font left out: %s", error)
        return []


def _common(faces: Sequence[Sequence[int]]) -> list[int]:
    """The ranges that all faces share."""
    if not faces:
        return []
    shared = list(faces[0])
    for other in faces[1:]:
        if list(other) != shared:
            shared = joined(sorted(_codes(shared) & _codes(other)))
    return shared


def _codes(edges: Sequence[int]) -> set[int]:
    pairs = zip(edges[::2], edges[1::2], strict=True)
    return {code for start, end in pairs for code in range(start, end)}


def _load(store: Path) -> dict[str, list[int]]:
    try:
        known = json.loads(store.read_text("utf-8"))
    except (OSError, ValueError):
        return {}  # not there yet, or cut off: it is only a copy
    return known if isinstance(known, dict) else {}


def _save(store: Path, known: Mapping[str, Sequence[int]]) -> None:
    part = store.with_suffix(f".{os.getpid()}.part")
    part.write_text(json.dumps(known, separators=(",", ":")), "utf-8")
    part.replace(store)
