"""A track's title taken apart: the song, which version of it, who guests.

The classes of versions and what each costs when nobody asked for it follow the comparison on some 1,150 real cases
in our research notes (docs/numbers.md tells the short of it).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from bot.core.words.folding import fold

# class → (what it costs when not asked for, the words that say so)
VERSIONS: dict[str, tuple[int, str]] = {
    "karaoke": (60, r"karaoke|backing track|in the style of|made famous by|originally performed by"),
    "cover": (
        40,
        r"cover(?:ed)?(?: version)?|tribute|lullab(?:y|ies)|8 ?bit|piano version|music box|string quartet|rendition",
    ),
    "speed": (40, r"sped up|speed up|slowed(?: down)?|nightcore|reverb|8d(?: audio)?|chopped"),
    "instrumental": (30, r"instrumentals?|inst|a ?cap+ella|vocals only"),
    "live": (18, r"live|concert|unplugged|session|sessions|en vivo|ao vivo|en directo|bbc|mtv"),
    "remix": (
        18,
        r"remix(?:ed)?|rmx|bootleg|mashup|vip|dub|rework|flip|club mix|dance mix|extended mix|12 ?(?:inch|in)",
    ),
    "acoustic": (16, r"acoustic|stripped|acustic[oa]|akustik"),
    "demo": (16, r"demo|outtake|early take|rough mix|alternate(?: take)?|rehearsal"),
    "long": (16, r"\d+ minute(?: version)?"),
    "rerecorded": (5, r"re ?recorded|new recording|.* s version|taylors version"),
    "edit": (3, r"edit|radio|clean|single(?: version)?|short"),
}
_CLASSES = {name: re.compile(rf"\b(?:{words})\b") for name, (_, words) in VERSIONS.items()}
_NEUTRAL = re.compile(
    r"(?:\d{4} )?(?:digital(?:ly)? )?remaster(?:ed)?(?: version)?(?: \d{4})?|\d{4} (?:stereo |mono )?mix"
    r"|mono(?: version)?|stereo(?: version)?|deluxe(?: edition| version)?|(?:original )?album version"
    r"|original(?: version| mix)?|lp version|explicit(?: version)?|bonus track|(?:\w+ )?anniversary(?: edition)?"
    r"|from .*|theme from .*|soundtrack.*|main title|standard version|\d{4}(?: version)?|expanded edition"
)
_PARTS = re.compile(r"\b(?:pt|part|vol|volume|no|chapter|act)\s?([0-9]+|[ivx]+)\b|\b([ivx]{2,}|[0-9]{1,2})$")
_FEAT = re.compile(r"\b(?:feat|ft|featuring|with)\b\.?\s+(.+)", re.IGNORECASE)
_BRACKETS = re.compile(r"[(\[{]([^()\[\]{}]*)[)\]}]")
_DASH = re.compile(r"\s[-–—]\s")


@dataclass(frozen=True, slots=True)
class Title:
    """`plain`: the song's name without brackets, as written; `base`: folded; `full`: folded with every bracket.

    `name`: folded, with those brackets that are no version and no guest; `versions`: classes of `VERSIONS`;
    `parts`: part and volume numbers; `guests`: as credited in the title, unfolded.
    """

    plain: str
    base: str
    name: str
    full: str
    versions: frozenset[str]
    parts: frozenset[str]
    guests: tuple[str, ...]

    @property
    def song(self) -> str:
        """The name under which it is the same song: the base, and any version that makes it another."""
        said = sorted(self.versions - {"edit"})
        return " ".join([self.name, *(f"[{version}]" for version in said)])


def split_title(title: str) -> Title:
    """Take a title apart. Brackets and a " - suffix" hold versions and guests; other brackets belong to the name."""
    kept, qualifiers, guests = cut(title, _says_version)
    name = fold(kept) or fold(title)
    plain = " ".join(_BRACKETS.sub(lambda at: at[0] if at.start() == 0 else " ", kept).split()) or title
    versions = frozenset(name for qualifier in qualifiers for name in version_classes(qualifier))
    parts = frozenset(number for groups in _PARTS.findall(name) for number in groups if number)
    return Title(plain, fold(plain) or name, name, fold(title), versions, parts, guests)


def cut(title: str, off: Callable[[str], bool]) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """What is left of a title without its guests and those brackets and " - suffixes" that are to be cut `off`.

    With what was cut off, and the guests as credited. A bracket that a title begins with belongs to the name.
    """
    kept, qualifiers, guests = title, [], []
    for match in _BRACKETS.finditer(title):
        if match.start() == 0:
            continue
        feat = _FEAT.match(match[1].strip())
        if feat is not None:
            guests.append(feat[1])
            kept = kept.replace(match[0], " ")
        elif off(match[1]):
            qualifiers.append(match[1])
            kept = kept.replace(match[0], " ")
    pieces = _DASH.split(kept)
    while len(pieces) > 1 and off(pieces[-1]):
        qualifiers.append(pieces.pop())
    kept = " - ".join(pieces)
    feat = re.search(r"\s(?:feat|ft|featuring)\b\.?\s+(.+)$", kept, re.IGNORECASE)
    if feat is not None:
        guests.append(feat[1])
        kept = kept[: feat.start()]
    return kept, tuple(qualifiers), tuple(guests)


def version_classes(words: str) -> frozenset[str]:
    """The version classes that a qualifier, an artist's or an album's name speaks of."""
    folded = fold(words)
    if _NEUTRAL.fullmatch(folded):
        return frozenset()
    return frozenset(name for name, pattern in _CLASSES.items() if pattern.search(folded))


def _says_version(words: str) -> bool:
    folded = fold(words)
    return bool(_NEUTRAL.fullmatch(folded)) or bool(version_classes(words))
