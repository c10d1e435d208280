"""The practice catalogue: real songs' names, albums and years, read from a tab-separated file.

Ids, ISRCs, track numbers and popularity are made up here, each from the row alone, so that a song keeps
its id while the file grows around it.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from bot.sandbox.chance import draw, fraction, spotify_id

SAMPLE_FILE = Path(__file__).with_name("catalogue.tsv")
COLUMNS = ("title", "artist", "album", "year", "seconds", "explicit", "lang", "scene")
VARIOUS_ARTISTS_FROM = 3
"""An album whose listed songs have this many first artists or more is a compilation."""


COPIES = ("karaoke", "made famous by", "tribute")
"""Search must be able to meet these; hardly anybody looks for them, and nobody listens of an evening."""


class CatalogueError(ValueError):
    """A row of the catalogue cannot be read; the sentence names the line and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Artist:
    """Somebody who plays; the same name is the same artist."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Album:
    """A release: its name, its artists and the year it came out."""

    id: str
    name: str
    artists: tuple[Artist, ...]
    year: int


@dataclass(frozen=True, slots=True)
class Track:
    """One recording on one album. `weight` (0 to 1) is how well known it is; Spotify no longer tells."""

    id: str
    title: str
    artists: tuple[Artist, ...]
    album: Album
    duration_ms: int
    explicit: bool
    isrc: str
    lang: str
    scene: str
    weight: float

    @property
    def is_copy(self) -> bool:
        """A karaoke or tribute version of somebody else's song."""
        words = f"{self.title} {self.artists[0].name} {self.album.name}".casefold()
        return any(word in words for word in COPIES)

    @property
    def uri(self) -> str:
        return f"spotify:track:{self.id}"


class Catalogue:
    """All tracks, albums and artists by id. Two rows that say the same song on the same album are one."""

    def __init__(self, tracks: Iterable[Track]) -> None:
        self.tracks: Mapping[str, Track] = MappingProxyType({track.id: track for track in tracks})
        albums: dict[str, Album] = {}
        artists: dict[str, Artist] = {}
        on_album: defaultdict[str, list[Track]] = defaultdict(list)
        by_artist: defaultdict[str, list[Track]] = defaultdict(list)
        for track in self.tracks.values():
            albums.setdefault(track.album.id, track.album)
            on_album[track.album.id].append(track)
            for artist in track.artists:
                artists.setdefault(artist.id, artist)
                by_artist[artist.id].append(track)
        self.albums: Mapping[str, Album] = MappingProxyType(albums)
        self.artists: Mapping[str, Artist] = MappingProxyType(artists)
        self._on_album = {key: tuple(value) for key, value in on_album.items()}
        self._by_artist = {key: tuple(value) for key, value in by_artist.items()}
        self._number = {
            track.id: number for listed in self._on_album.values() for number, track in enumerate(listed, 1)
        }

    def on_album(self, album_id: str) -> tuple[Track, ...]:
        """The album's tracks in the order of the file."""
        return self._on_album.get(album_id, ())

    def by_artist(self, artist_id: str) -> tuple[Track, ...]:
        """Every track the artist is on, as first name or as guest."""
        return self._by_artist.get(artist_id, ())

    def number_on_album(self, track: Track) -> int:
        """The track's place on its album, from 1."""
        return self._number[track.id]

    def album_type(self, album: Album) -> str:
        """Spotify's word for it: single, compilation or album."""
        listed = self.on_album(album.id)
        if len({track.artists[0].id for track in listed}) >= VARIOUS_ARTISTS_FROM:
            return "compilation"
        return "single" if len(listed) == 1 and listed[0].title == album.name else "album"


def read_catalogue(file: Path = SAMPLE_FILE) -> Catalogue:
    """Reads a catalogue file: UTF-8, tab separated, a header with the eight columns.

    Raises CatalogueError with the line number when a row is not what the header promises.
    """
    with file.open(encoding="utf-8", newline="") as lines:
        rows = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        header = next(rows, [])
        if tuple(header) != COLUMNS:
            raise CatalogueError(f"{file.name}: the first line must be the columns {', '.join(COLUMNS)}.")
        return Catalogue(_track(row, f"{file.name}, line {rows.line_num}") for row in rows if row)


def _track(row: list[str], where: str) -> Track:
    if len(row) != len(COLUMNS):
        raise CatalogueError(f"{where}: {len(row)} fields instead of {len(COLUMNS)}.")
    title, artist_field, album_name, year_field, seconds_field, explicit, lang, scene = map(str.strip, row)
    names = [name.strip() for name in artist_field.split(";") if name.strip()]
    if not (title and names and album_name):
        raise CatalogueError(f"{where}: title, artist and album must all be given.")
    if explicit not in {"0", "1"}:
        raise CatalogueError(f"{where}: explicit is 0 or 1, not {explicit!r}.")
    try:
        year, seconds = int(year_field), int(seconds_field)
    except ValueError as error:
        raise CatalogueError(f"{where}: year and seconds must be whole numbers.") from error
    artists = tuple(Artist(spotify_id("artist", name), name) for name in names)
    album = Album(spotify_id("album", album_name, names[0], year), album_name, artists[:1], year)
    return Track(
        id=spotify_id("track", title, artist_field, album_name),
        title=title,
        artists=artists,
        album=album,
        duration_ms=seconds * 1000 + draw("ms", title, artist_field) % 1000,
        explicit=explicit == "1",
        isrc=_isrc(title, artist_field, year),
        lang=lang,
        scene=scene,
        weight=0.1 + 0.9 * fraction("known", title, artist_field) ** 2,
    )


def _isrc(title: str, artists: str, year: int) -> str:
    """A well-formed ISRC that no label can own: XX is no country and PRC (practice) no registrant of it.

    The same title by the same artists has one code on every album, as one recording has.
    """
    return f"XXPRC{year % 100:02d}{draw('isrc', title, artists) % 100_000:05d}"
