"""The songbook: songs that we know by heart, annotated by us, and what can be looked up in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from bot.core.words.folding import artist_key
from bot.core.words.titles import split_title

SongKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Song:
    """A song with what we know of it. `year` 0, `energy` 0, `lang` "" and None are unknown. `lang` zxx: no words.

    Energy and valence go from 1 to 5; `year` is of the earliest release. Two songs are the same when their keys are.
    """

    title: str
    artist: str
    year: int = 0
    genres: tuple[str, ...] = ()
    moods: tuple[str, ...] = ()
    energy: float = 0
    valence: float = 0
    lang: str = ""
    instrumental: bool | None = None
    explicit: bool | None = None
    key: SongKey = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", song_key(self.title, self.artist))


@lru_cache(maxsize=32_768)
def song_key(title: str, artist: str) -> SongKey:
    """The identity of a song by its names: a remaster is the song, a live take or a remix is not."""
    return artist_key(artist), split_title(title).song


@dataclass(frozen=True, slots=True)
class Songbook:
    """The annotated songs, by song and by artist."""

    songs: tuple[Song, ...]
    by_key: dict[SongKey, Song] = field(repr=False)
    by_artist: dict[str, list[Song]] = field(repr=False)
    newest: int

    def artists(self) -> list[str]:
        """Every artist once, in the order of the book."""
        return [songs[0].artist for songs in self.by_artist.values()]


COLUMNS = ("title", "artist", "year", "genres", "moods", "energy", "valence", "lang", "vocal", "explicit")


def songbook(lines: Iterable[str]) -> Songbook:
    """The songbook from its tab-separated lines, header first.

    Raises `ValueError` naming the line that is not as it should be.
    """
    rows = iter(lines)
    header = tuple(next(rows, "").rstrip("\n").split("\t"))
    if header != COLUMNS:
        raise ValueError(f"the songbook's header is {header}, not {COLUMNS}")
    songs = [_song(line.rstrip("\n").split("\t"), at) for at, line in enumerate(rows, 2) if line.strip()]
    by_key: dict[SongKey, Song] = {}
    by_artist: dict[str, list[Song]] = {}
    for song in songs:
        if by_key.setdefault(song.key, song) is song:
            by_artist.setdefault(song.key[0], []).append(song)
    return Songbook(tuple(by_key.values()), by_key, by_artist, max((song.year for song in songs), default=0))


def _song(cells: Sequence[str], at: int) -> Song:
    if len(cells) != len(COLUMNS):
        raise ValueError(f"line {at} of the songbook has {len(cells)} cells, not {len(COLUMNS)}")
    title, artist, year, genres, moods, energy, valence, lang, vocal, explicit = cells
    try:
        return Song(
            title, artist, int(year), _tags(genres), _tags(moods), float(energy), float(valence), lang,
            {"instrumental": True, "sung": False}[vocal], {"0": False, "1": True}[explicit],
        )  # fmt: skip
    except (KeyError, ValueError) as error:
        raise ValueError(f"line {at} of the songbook: {error}") from None


def _tags(cell: str) -> tuple[str, ...]:
    return tuple(tag.strip() for tag in cell.split(",") if tag.strip())
