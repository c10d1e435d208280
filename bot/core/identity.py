"""When two raw tracks are the same song, artist or album.

Raw tracks stay as the sources name them; the keys here are derived from them whenever something is counted. Two
names are the same when they are equal after Unicode NFKC, case folding, and squeezing white space. Nothing is cut
off a title: a live take, a remix and a remaster are songs of their own.
"""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

from bot.core.model import Track

UNKNOWN_TITLE = "(title unknown)"
UNKNOWN_ARTIST = "(artist unknown)"

# Folded names, the artist first: (artist, title), (artist,), (artist, album). A track that lacks one of its names is
# only ever the same as itself: (raw key,).
Key = tuple[str, ...]


def fold(name: str) -> str:
    """A name as it is compared: NFKC, case-folded, white space squeezed."""
    if name.isascii():
        return " ".join(name.lower().split())
    compatible = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return " ".join(compatible.split())


class Keys(NamedTuple):
    """What a raw track counts as; None where the source names no such thing."""

    song: Key
    artist: Key | None
    album: Key | None


def keys_of(track: Track) -> Keys:
    """Which song, artist (as credited in the row) and album a raw track is."""
    artist, title, album = fold(track.artist), fold(track.title), fold(track.album)
    return Keys(
        (artist, title) if artist and title else (track.key,),
        (artist,) if artist else None,
        (artist, album) if album else None,
    )
