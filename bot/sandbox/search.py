"""Search as a person meets it: words in any order, accents optional, a slip forgiven, the known first.

Field filters (`track:`, `artist:`, `album:`, `year:`, `isrc:`, `genre:`, with quotes for several words)
must all match; loose words need not all be found, as on the real service, which rather shows something near.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from bot.sandbox.catalogue import COPIES, Album, Artist, Catalogue, Track

_TERM = re.compile(r'(?:(?P<field>[a-z]+):)?(?:"(?P<quoted>[^"]*)"?|(?P<word>\S+))', re.IGNORECASE)
_YEARS = re.compile(r"(\d{4})(?:-(\d{4}))?\Z")
FIELDS = frozenset({"track", "artist", "album", "year", "isrc", "genre", "upc", "tag"})
FOUND_SHARE = 0.5
"""At least this share of the loose words must be met somewhere."""
TITLE, ARTIST, ALBUM = 3.0, 2.8, 0.7
"""What a word is worth by where it is met; `EXACT` comes on top when the whole query is the name."""
EXACT = 1.0
PLAIN = 0.8
SLIP_FROM = 5
"""A word this long may have one letter wrong, missing or too many."""


def fold(text: str) -> str:
    """Lower case without accents or punctuation; other scripts stay as they are."""
    spread = unicodedata.normalize("NFKD", text.casefold().replace("&", " and "))
    bare = "".join(
        char
        for char in spread
        if not (unicodedata.combining(char) and ord(char) < 0x0370)  # Latin accents only
    )
    words = "".join(char if char.isalnum() or unicodedata.combining(char) else " " for char in bare)
    return unicodedata.normalize("NFC", " ".join(words.replace("ł", "l").replace("ø", "o").split()))


@dataclass(frozen=True, slots=True)
class Query:
    """A search taken apart: folded loose words, and the filters as (field, text)."""

    words: tuple[str, ...]
    filters: tuple[tuple[str, str], ...]


def parse_query(text: str) -> Query:
    """Takes the text apart. A filter's value is one word, or several in quotes."""
    words: list[str] = []
    filters: list[tuple[str, str]] = []
    for term in _TERM.finditer(text):
        value = term["quoted"] if term["quoted"] is not None else term["word"]
        name = (term["field"] or "").casefold()
        if name in FIELDS:
            filters.append((name, value))
        else:
            words += fold(f"{term['field'] or ''} {value}").split()
    return Query(tuple(words), tuple(filters))


@dataclass(frozen=True, slots=True)
class _Entry:
    track: Track
    title: str
    artists: str
    album: str


_Found = TypeVar("_Found", Artist, Album)


@dataclass(frozen=True, slots=True)
class _Row(Generic[_Found]):
    found: _Found
    id: str
    name: str
    songs: list[_Entry]


class Search:
    """An index over a catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._entries = [
            _Entry(
                track,
                fold(track.title),
                fold(" ".join(artist.name for artist in track.artists)),
                fold(track.album.name),
            )
            for track in catalogue.tracks.values()
        ]
        self._entry = {entry.track.id: entry for entry in self._entries}

    def tracks(self, text: str) -> list[Track]:
        """All matching tracks, best first."""
        query = parse_query(text)
        scored = []
        for entry in self._entries:
            if not all(_passes(entry, name, value) for name, value in query.filters):
                continue
            score = _score(query.words, ((entry.title, TITLE), (entry.artists, ARTIST), (entry.album, ALBUM)))
            if score is not None:
                extra = _extra(query.words, entry.title, f"{entry.title} {entry.artists}") + _known(
                    entry.track, query.words
                )
                scored.append((-(score + extra), entry.track.id, entry.track))
        return [track for _, _, track in sorted(scored, key=lambda row: row[:2])]

    def artists(self, text: str) -> list[Artist]:
        """All matching artists, best first; a filter holds if it holds for one of the artist's songs."""
        rows = []
        for artist in self._catalogue.artists.values():
            songs = [self._entry[track.id] for track in self._catalogue.by_artist(artist.id)]
            rows.append(_Row(artist, artist.id, fold(artist.name), songs))
        return _ranked(parse_query(text), rows)

    def albums(self, text: str) -> list[Album]:
        """All matching albums, best first; a filter holds if it holds for one of the album's songs."""
        rows = []
        for album in self._catalogue.albums.values():
            songs = [self._entry[track.id] for track in self._catalogue.on_album(album.id)]
            names = fold(" ".join((album.name, *(artist.name for artist in album.artists))))
            rows.append(_Row(album, album.id, names, songs))
        return _ranked(parse_query(text), rows)


def _ranked(query: Query, rows: Iterable[_Row[_Found]]) -> list[_Found]:
    scored = []
    for row in rows:
        if not any(all(_passes(song, *each) for each in query.filters) for song in row.songs):
            continue
        score = _score(query.words, ((row.name, TITLE),))
        if score is not None:
            extra = _extra(query.words, row.name, row.name)
            known = max(_known(song.track, query.words) for song in row.songs)
            scored.append((-(score + extra + known), row.id, row.found))
    return [found for _, _, found in sorted(scored, key=lambda each: each[:2])]


def _passes(entry: _Entry, name: str, value: str) -> bool:
    if name == "year":
        years = _YEARS.match(value)
        return years is not None and int(years[1]) <= entry.track.album.year <= int(years[2] or years[1])
    if name == "isrc":
        return entry.track.isrc == value.strip().upper()
    if name == "genre":
        return fold(value).replace(" ", "") == entry.track.scene
    held = {"track": entry.title, "artist": entry.artists, "album": entry.album}.get(name)
    return held is not None and all(_met(word, held.split()) > 0 for word in fold(value).split())


def _score(words: tuple[str, ...], fields: tuple[tuple[str, float], ...]) -> float | None:
    """The mean weight of where the words are met; None when too few are. No words is a match of weight 0."""
    if not words:
        return 0.0
    held = [(text.split(), weight) for text, weight in fields]
    met = [max(_met(word, tokens) * weight for tokens, weight in held) for word in words]
    if sum(value > 0 for value in met) < FOUND_SHARE * len(words):
        return None
    return sum(met) / len(words)


def _extra(words: tuple[str, ...], name: str, whole: str) -> float:
    """For being just what was typed, or for a name with little beside it (rather the song than its live take)."""
    if not words:
        return 0.0
    held = name.split()
    exact = EXACT if " ".join(words) in {name, whole} else 0.0
    return exact + PLAIN * sum(any(_met(word, [token]) for word in words) for token in held) / max(
        1, len(held)
    )


def _known(track: Track, words: tuple[str, ...]) -> float:
    """The better known first; a karaoke version last, unless karaoke is what was typed."""
    return -2.0 if track.is_copy and not set(words) & set(COPIES) else track.weight


def _met(word: str, tokens: list[str]) -> float:
    """How well a word is among the tokens: 1 as it is, less as a beginning or with a slip, 0 not at all."""
    if word in tokens:
        return 1.0
    if any(token.startswith(word) or (not token.isascii() and word in token) for token in tokens):
        return 0.7
    if len(word) >= SLIP_FROM and any(_one_slip(word, token) for token in tokens):
        return 0.6
    return 0.0


def _one_slip(one: str, other: str) -> bool:
    """Whether one letter more, less or other makes the words equal."""
    if abs(len(one) - len(other)) > 1:
        return False
    same = 0
    while same < min(len(one), len(other)) and one[same] == other[same]:
        same += 1
    short, long = sorted((one[same:], other[same:]), key=len)
    return long[1:] == (short if len(short) < len(long) else short[1:])
