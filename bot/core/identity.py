"""When two raw tracks are the same song, artist or album.

Raw tracks stay as the sources name them; the keys here are derived from them whenever something is counted. Two
names are the same when they are equal after Unicode NFKC, case folding, and squeezing white space. Nothing is cut
off a title: a live take, a remix and a remaster are songs of their own.
"""

from __future__ import annotations

import unicodedata

from bot.core.model import Track

UNKNOWN_TITLE = "(title unknown)"
UNKNOWN_ARTIST = "(artist unknown)"

# (artist, title), folded; a track without a name is only ever the same as itself: (raw key,).
SongKey = tuple[str, ...]
# (artist,) or (artist, album), folded.
NameKey = tuple[str, ...]


def fold(name: str) -> str:
    """A name as it is compared: NFKC, case-folded, white space squeezed."""
    if name.isascii():
        return " ".join(name.lower().split())
    compatible = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return " ".join(compatible.split())


def song_key(track: Track) -> SongKey:
    """Which song a raw track is: (artist, title) folded, or (raw key,) where a name is missing."""
    artist, title = fold(track.artist), fold(track.title)
    return (artist, title) if artist and title else (track.key,)


def artist_key(track: Track) -> NameKey | None:
    """Which artist, as credited in the row; None where the source names none."""
    artist = fold(track.artist)
    return (artist,) if artist else None


def album_key(track: Track) -> NameKey | None:
    """Which album, with its artist; None where the source names none."""
    artist, album = fold(track.artist), fold(track.album)
    return (artist, album) if album else None
