"""Is this search result the song that was meant? And how to ask for it.

The rules, their numbers and the comparison they come from (some 1,150 real cases; 0 wrong accepted with the song
present, 0.7 % with it absent) are in our research notes. A similarity of token sets is never used: a title that
contains another one whole would score full marks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from bot.core.model import RawTrack
from bot.core.words.folding import fold, without_the
from bot.core.words.titles import VERSIONS, Title, split_title, version_classes

TITLE_OK, ARTIST_OK = 85.0, 80.0
LONG_TITLE, LONG_TITLE_OK, SURE_ARTIST = 10, 80.0, 95.0
SHORT_NAME = 8  # letters below which one different letter makes another artist
MOST_PENALTY = 15.0
_MISSING, _MISSING_SMALL, _OTHER_PART = 15.0, 3.0, 20.0
_SMALL = frozenset({"edit", "rerecorded"})
_LONGEST_QUERY = 200


@dataclass(frozen=True, slots=True)
class Wanted:
    """A song as suggested. `native_title` is its title in its own script, if it has another."""

    title: str
    artist: str
    native_title: str = ""
    clean: bool = False

    @property
    def key(self) -> str:
        """Under which a search's outcome is remembered. Whether clean was asked is part of it."""
        return f"{fold(self.artist)}\x1f{fold(self.title)}" + ("\x1fclean" if self.clean else "")


class Found(Protocol):
    """A search result (`ports.FoundTrack`)."""

    @property
    def track(self) -> RawTrack: ...
    @property
    def artists(self) -> tuple[str, ...]: ...
    @property
    def explicit(self) -> bool: ...


F = TypeVar("F", bound=Found)


def queries(wanted: Wanted) -> tuple[str, ...]:
    """At most three searches, most exact first; stop at the first that yields an accepted track."""
    title = _harmless(split_title(wanted.title).plain)
    artist = _harmless(wanted.artist)
    native = _harmless(wanted.native_title)
    last = f'track:"{native}" artist:"{artist}"' if native else f'{title} artist:"{artist}"'
    asked = (f'track:"{title}" artist:"{artist}"', f"{title} {artist}", last)
    return tuple(dict.fromkeys(asked)) if title and artist else ()


def accept(wanted: Wanted, candidates: Sequence[F]) -> F | None:
    """The candidate (in the order of the search) that is the wanted song; None if none is, however alike."""
    best: tuple[float, int, int] | None = None
    chosen: F | None = None
    for position, candidate in enumerate(candidates):
        if wanted.clean and candidate.explicit:
            continue
        score = match(wanted, candidate.track, candidate.artists)
        if score is None:
            continue
        rank = (score - 0.3 * position, -len(candidate.track.title), -position)
        if best is None or rank > best:
            best, chosen = rank, candidate
    return chosen


def match(wanted: Wanted, track: RawTrack, artists: Sequence[str]) -> float | None:
    """How surely a track is the wanted song (0-100); None if it is to be rejected."""
    credited = tuple(artists) or (track.artist,)
    asked, guests = split_title(wanted.title), split_title(track.title).guests
    offered = split_title(_without_artist(track.title, credited))
    penalty = _penalty(asked, offered, wanted, track, credited)
    titles = max(
        (_title_score(one, offered) for one in (asked, *_native(wanted))),
        default=0.0,
    )
    artist = _artist_score(wanted.artist, [*credited, *guests])
    if penalty >= MOST_PENALTY:
        return None
    sure = titles >= TITLE_OK and artist >= ARTIST_OK
    long_and_sure = titles >= LONG_TITLE_OK and artist >= SURE_ARTIST and len(asked.base) >= LONG_TITLE
    if not (sure or long_and_sure):
        return None
    return 0.55 * titles + 0.45 * artist - penalty


def _native(wanted: Wanted) -> tuple[Title, ...]:
    return (split_title(wanted.native_title),) if wanted.native_title else ()


def _penalty(asked: Title, offered: Title, wanted: Wanted, track: RawTrack, credited: Sequence[str]) -> float:
    """What speaks against it: versions nobody asked for, asked ones that are missing, another part or number."""
    about = version_classes(" ".join(credited)) | version_classes(track.album)
    has = offered.versions | (about & {"karaoke", "cover"} - version_classes(wanted.artist))
    extra = sum(VERSIONS[name][0] for name in has - asked.versions)
    missing = sum(_MISSING_SMALL if name in _SMALL else _MISSING for name in asked.versions - has)
    return extra + missing + (_OTHER_PART if asked.parts != offered.parts else 0.0)


def _title_score(asked: Title, offered: Title) -> float:
    base, full = _alike(asked.base, offered.base), _alike(asked.full, offered.full)
    return max(base - (2.0 if asked.full != offered.full else 0.0), min(full, base + 8.0))


def _alike(one: str, other: str) -> float:
    return max(fuzz.ratio(one, other), 100.0 * OSA.normalized_similarity(one, other))


def _artist_score(asked: str, credited: Sequence[str]) -> float:
    """The best of every credited artist and every part of a joint credit; and of all of them together."""
    want = without_the(fold(asked))
    names = [
        without_the(fold(part)) for name in credited for part in (name, *_JOINT.split(name)) if part.strip()
    ]
    best = 0.0
    for name in names:
        score = _alike(want, name)
        if score < SURE_ARTIST and min(len(want), len(name)) < SHORT_NAME:
            score = 0.0
        best = max(best, score)
    if len(credited) > 1:
        best = max(best, fuzz.token_sort_ratio(want, fold(" ".join(credited))))
    return best


_JOINT = re.compile(r"\s*(?:,|&|\+|/|\bx\b|\band\b|\bwith\b|\bfeat\.?|\bft\.?)\s+", re.IGNORECASE)


def _without_artist(title: str, credited: Sequence[str]) -> str:
    """`Artist - Title` in the title field is only the title."""
    first, dash, rest = title.partition(" - ")
    return rest if dash and rest and any(fold(first) == fold(name) for name in credited) else title


def _harmless(words: str) -> str:
    """Words that cannot act as a field filter or an operator of the search."""
    plain = re.sub(r"[\"“”„:*]+", " ", "".join(char for char in words if char.isprintable()))
    quiet = re.sub(r"\b(AND|OR|NOT)\b", lambda word: word[0].lower(), plain)
    return " ".join(quiet.split())[:_LONGEST_QUERY].strip()
