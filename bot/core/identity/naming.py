"""Names made comparable: the artist of a credit, a title without what makes no other song of it.

Only harmless additions are cut off a title, and only where a whole bracket or suffix is one: a remaster, the album's
own version. Anything else in it (live, remix, edit, demo, Taylor's Version, Pt. 2) keeps two songs apart.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from bot.core.model import Track, TrackId
from bot.core.words import folding
from bot.core.words.titles import cut

UNKNOWN_TITLE = "(title unknown)"
UNKNOWN_ARTIST = "(artist unknown)"

# What a raw track counts as: (song,), (artist,), (artist, album); names are folded.
Key = tuple[str, ...]

_HARMLESS = re.compile(
    r"(?:\d{4} )?(?:digital(?:ly)? )?remaster(?:ed)?(?: version)?(?: \d{4})?"
    r"|(?:album|lp|standard) version|bonus track(?: version)?|(?:explicit|clean)(?: version)?"
    r"|deluxe(?: edition| version)?"
)
_GUESTS = re.compile(r"\s[(\[]?(?:feat\.?|ft\.?|featuring)\s", re.IGNORECASE)
_LISTED = re.compile(r"\s*[;,]\s+")
_BAND = re.compile(r"[;,]\s+(?:the\s|.*(?:&|\band\b))", re.IGNORECASE)
_LOCAL = "spotify:local:"

fold = lru_cache(maxsize=32_768)(folding.fold)


class Name(NamedTuple):
    """A song's name, folded; "" where unknown. `guests` are those that the title names.

    A local file bears names of its own: whoever has it may have written anything.
    """

    artist: str
    title: str
    guests: str
    local: bool

    @property
    def family(self) -> tuple[str, str, bool] | None:
        """What it shares with songs that may be the same, but for guests; None where a name is unknown."""
        return (self.artist, self.title, self.local) if self.artist and self.title else None


class Keys(NamedTuple):
    """What a raw track counts as, equal for tracks of one song, artist, album; None where no such thing is named."""

    song: Key
    artist: Key | None
    album: Key | None


def primary_artist(track: Track) -> str:
    """The artist of a track's credit, without guests.

    A track with a URI names one artist, whatever commas are in it. Elsewhere the first of a list counts, unless it may
    be a band's name (`Earth, Wind & Fire`; `Tyler, The Creator`).
    """
    return _primary(track.artist, bool(track.uri))


def artist_of(track: Track) -> str:
    """The artist that a track counts for, folded; "" where unknown."""
    return _artist(track.artist, bool(track.uri))


def name_of(track: Track) -> Name:
    """The name of a track's song."""
    return Name(artist_of(track), *_title(track.title), track.key.startswith(_LOCAL))


def keys_of(track: Track) -> Keys:
    """Which song, artist and album a raw track is."""
    artist, album = artist_of(track), fold(track.album)
    return Keys((str(track.song),), (artist,) if artist else None, (artist, album) if album else None)


def lasting(track: Track) -> Key:
    """How a song is written down by one of its tracks: (raw key, artist, title), or the raw key where one is unknown.

    A song's number may change; a raw key does not, and names find the song where that track is gone.
    """
    name = name_of(track)
    return (track.key, name.artist, name.title) if name.family else (track.key,)


def tracks_meant(written: Key, tracks: Mapping[TrackId, Track]) -> set[TrackId]:
    """The tracks of the song that was written down, as songs are now.

    Before there was `lasting`, a song was written down as (artist, title).
    """
    by_key = written[0] if len(written) != 2 else None
    songs = {track.song for track in tracks.values() if track.key == by_key}
    if not songs and len(written) > 1:
        artist, title = fold(written[-2]), _title(written[-1])[0]
        songs = {track.song for track in tracks.values() if name_of(track)[:2] == (artist, title)}
    return {number for number, track in tracks.items() if track.song in songs}


@lru_cache(maxsize=32_768)
def _artist(credit: str, one: bool) -> str:
    return fold(_primary(credit, one))


def _primary(credit: str, one: bool) -> str:
    """The artist of a credit, which may be `one` artist's name whatever is in it."""
    lead = _GUESTS.split(credit, maxsplit=1)[0] or credit
    if one or _BAND.search(lead):
        return lead
    return _LISTED.split(lead, maxsplit=1)[0] or lead


@lru_cache(maxsize=32_768)
def _title(title: str) -> tuple[str, str]:
    """A title without what is harmless and without guests, and the guests; folded."""
    kept, _, guests = cut(title, _is_harmless)
    return fold(kept) or fold(title), " ".join(map(fold, guests))


def _is_harmless(qualifier: str) -> bool:
    return _HARMLESS.fullmatch(fold(qualifier)) is not None
