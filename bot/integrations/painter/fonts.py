"""The faces to draw with: unpacked from a package, joined by what the system has, in order of preference.

No font file lies in the repository. `pymupdf-fonts` brings FiraGO, Noto Sans, Space Mono and symbols (SIL OFL 1.1);
Debian's `fonts-noto-cjk`, `fonts-noto-color-emoji` and `fonts-noto-core` are used where they are installed.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import pymupdf_fonts
import typst

from bot.integrations.painter.coverage import Coverage, Face, read_coverage

_CODES = (
    "figo", "figbo", "notos", "notosbo", "spacemo", "spacembo", "fimo", "fimbo", "symbol1", "symbol2", "math",
)  # fmt: skip

_LABELS = ("Space Mono", "Fira Mono")
_TEXT = ("FiraGO", "Noto Sans")
# One of these serves all of CJK: each has every glyph and takes the forms that suit the language of a line. A second
# would cost memory for nothing (typst reads a collection once per face: 19 MB).
_CJK = tuple(f"Noto Sans CJK {region}" for region in ("JP", "SC", "KR", "TC", "HK"))
# Emoji stand before symbols, or hearts and keycaps come out black; both come after the text, or they take its digits.
_LAST = ("Noto Color Emoji", "Noto Sans Symbols2", "Noto Sans Symbols", "Noto Sans Math", "DejaVu Sans")
_NOT_FOR_TEXT = tuple(f"Noto Sans {name}" for name in ("CJK", "Mono", "Display", "Symbols", "Math"))
_WEIGHTS = (400, 700)


@dataclass(frozen=True, slots=True)
class FontSet:
    """Loaded faces. `stacks` are families by language, best first; `labels` come before them in labels."""

    typst: typst.Fonts
    stacks: Mapping[str, tuple[str, ...]]
    labels: tuple[str, ...]
    coverage: Coverage


def load_fonts(cache: Path, *, system_fonts: bool = True) -> FontSet:
    """Unpack what is not unpacked yet and look at what is installed. Blocks; `OSError` if `cache` cannot be written."""
    folder = unpack(cache)
    fonts = typst.Fonts(
        include_system_fonts=system_fonts, include_embedded_fonts=False, font_paths=[str(folder)]
    )
    installed = frozenset(fonts.families())
    stacks = {language: _stack(language, installed) for language in ("en", "th")}
    coverage = read_coverage(_faces(fonts.fonts(), stacks["en"]), folder / "coverage.json")
    return FontSet(fonts, stacks, tuple(name for name in _LABELS if name in installed), coverage)


def unpack(cache: Path) -> Path:
    """Write the packaged faces into a folder below `cache`, unmodified, and return it. Quick the second time."""
    folder = cache / f"pymupdf-fonts-{version('pymupdf-fonts')}"
    folder.mkdir(parents=True, exist_ok=True)
    for code in _CODES:
        stems = {path.stem for path in folder.glob(f"{code}.[ot]tf")}
        if code in stems:
            continue
        data = pymupdf_fonts.fontbuffers[code]()
        path = folder / (code + (".otf" if data[:4] == b"OTTO" else ".ttf"))
        part = path.with_suffix(f".{os.getpid()}.part")
        part.write_bytes(data)
        part.replace(path)  # another process may do the same: whole files only
    return folder


def _stack(language: str, installed: frozenset[str]) -> tuple[str, ...]:
    """Families for a language that are there (naming an absent one makes typst warn)."""
    cjk = [name for name in _CJK if name in installed][:1]
    others = sorted(
        name for name in installed if name.startswith("Noto Sans ") and not name.startswith(_NOT_FOR_TEXT)
    )
    # FiraGO sets marks on two Thai letters wrongly, so a Thai face goes first where there is one.
    first = ("Noto Sans Thai",) if language == "th" else ()
    wanted = dict.fromkeys((*first, *_TEXT, *cjk, *others, "Noto Serif Tibetan", *_LAST))
    return tuple(name for name in wanted if name in installed)


def _faces(infos: Iterable[typst.FontInfo], families: Sequence[str]) -> Mapping[str, Sequence[Face]]:
    """The upright faces of each family that the card's two weights resolve to."""
    by_family: dict[str, list[typst.FontInfo]] = {name: [] for name in families}
    for info in infos:
        if info.family in by_family and info.style == "normal" and info.path:
            by_family[info.family].append(info)
    return {
        family: tuple(
            dict.fromkeys(
                Face(str(info.path), info.index)
                for weight in _WEIGHTS
                for info in found
                if abs(info.weight - weight) == min(abs(other.weight - weight) for other in found)
            )
        )
        for family, found in by_family.items()
    }
