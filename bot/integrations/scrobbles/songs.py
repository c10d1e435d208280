"""What ListenBrainz knows of songs: MusicBrainz IDs, tags, year, the artist's area, how often they are listened to.

It takes a user token. IDs, names, years and areas are CC0; tags are CC BY-NC-SA 3.0, MusicBrainz' community's work.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from bot.core.foreign import name
from bot.core.songfacts import Fame, Of, SongFacts, Tag
from bot.integrations.scrobbles.listenbrainz import API_URL, read
from bot.integrations.scrobbles.web import JsonService, Unreadable, table

T = TypeVar("T")

LOOKUPS = 50
ALBUMS = 50  # they are named in the address, which servers cut off at some length
ITEMS = 1000
MOST_TAGS = 10
YEARS = range(1850, 2101)

_MBID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DATE = re.compile("(-?[0-9]{1,5})(-[0-9]{2}){0,2}")


class ListenBrainzSongs:
    """A `ports.SongLookup`."""

    def __init__(
        self, token: str, api_url: str = API_URL, *, every_s: float = 0.5, timeout_s: float = 30.0
    ) -> None:
        self._headers = {"Authorization": f"Token {token}"}
        self._web = JsonService("ListenBrainz", api_url.rstrip("/"), every_s=every_s, timeout_s=timeout_s)

    async def close(self) -> None:
        """Close the connections."""
        await self._web.close()

    async def look_up(self, songs: Sequence[tuple[str, str]]) -> Sequence[SongFacts]:
        """See `ports.SongLookup`: a call for each 50 songs and 50 albums, and three for each 1,000 songs known."""
        with self._web.reading():
            ids = [it for some in _batches(songs, LOOKUPS) for it in await self._ids(some)]
            recordings = sorted({recording for recording, _ in ids if recording})
            artists = sorted({artists[0] for _, artists in ids if artists})
            known = await self._known(recordings)
            fame = await self._fame("recording", recordings)
            artist_fame = await self._fame("artist", artists)
        return [
            replace(
                known.get(recording, SongFacts()),
                recording=recording,
                artists=artists,
                fame=fame.get(recording, Fame()),
                artist_fame=artist_fame.get(artists[0], Fame()) if artists else Fame(),
            )
            for recording, artists in ids
        ]

    async def _ids(self, songs: Sequence[tuple[str, str]]) -> list[tuple[str, tuple[str, ...]]]:
        asked = [{"artist_name": artist, "recording_name": title} for artist, title in songs]
        found: list[tuple[str, tuple[str, ...]]] = [("", ())] * len(songs)
        for row in _rows(await self._post("/1/metadata/lookup/", {"recordings": asked})):
            index, recording, artists = row.get("index"), row.get("recording_mbid"), row.get("artist_mbids")
            if not isinstance(index, int) or not 0 <= index < len(songs):
                raise Unreadable
            if recording is not None:
                found[index] = (
                    _mbid(recording),
                    tuple(map(_mbid, artists if isinstance(artists, list) else ())),
                )
        return found

    async def _known(self, recordings: Sequence[str]) -> Mapping[str, SongFacts]:
        """Tags, year and area alone. The year is the release's only where the first of its album is not known."""
        found: dict[str, SongFacts] = {}
        albums: dict[str, str] = {}
        for some in _batches(recordings, ITEMS):
            body = {"recording_mbids": some, "inc": "artist release tag"}
            told = table(await self._post("/1/metadata/recording/", body))
            for recording in some:
                row = table(told.get(recording, {}))
                tags, release = table(row.get("tag", {})), table(row.get("release", {}))
                if album := release.get("release_group_mbid"):
                    albums[recording] = _mbid(album)
                found[recording] = SongFacts(
                    tags=tuple(tag for of in Of for tag in _best(of, tags.get(of.value))),
                    year=_year(release.get("year")),
                    area=_area(_rows(table(row.get("artist", {})).get("artists", []))),
                )
        first = await self._first_years(sorted(set(albums.values())))
        for recording, album in albums.items():
            if year := first[album]:
                found[recording] = replace(found[recording], year=year)
        return found

    async def _first_years(self, albums: Sequence[str]) -> Mapping[str, int]:
        found: dict[str, int] = {}
        for some in _batches(albums, ALBUMS):
            told = table(
                await self._get("/1/metadata/release_group/", {"release_group_mbids": ",".join(some)})
            )
            for album in some:
                about = table(table(told.get(album, {})).get("release_group", {}))
                found[album] = _year_of(about.get("date"))
        return found

    async def _fame(self, what: str, ids: Sequence[str]) -> Mapping[str, Fame]:
        found: dict[str, Fame] = {}
        for some in _batches(ids, ITEMS):
            for row in _rows(await self._post(f"/1/popularity/{what}", {f"{what}_mbids": some})):
                listens, listeners = (
                    _count(row.get("total_listen_count")),
                    _count(row.get("total_user_count")),
                )
                found[_mbid(row.get(f"{what}_mbid"))] = Fame(listens, listeners)
        return found

    async def _get(self, path: str, parameters: Mapping[str, str]) -> Any:
        return read(await self._web.get(path, parameters, self._headers))

    async def _post(self, path: str, body: Any) -> Any:
        return read(await self._web.post(path, body, self._headers))


def _batches(of: Sequence[T], most: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(of), most):
        yield of[start : start + most]


def _rows(body: Any) -> list[Mapping[str, Any]]:
    if not isinstance(body, list):
        raise Unreadable
    return [table(row) for row in body]


def _mbid(value: Any) -> str:
    if not isinstance(value, str) or not _MBID.fullmatch(value):
        raise Unreadable
    return value


def _count(value: Any) -> int:
    """A count that is null where nothing is known."""
    if value is None:
        return 0
    if not isinstance(value, int) or not 0 <= value < 2**53:
        raise Unreadable
    return value


def _year(value: Any) -> int:
    """A year that is left out where none is known; somebody's slip (20, 19999) is as good as none."""
    if value is None:
        return 0
    if not isinstance(value, int):
        raise Unreadable
    return value if value in YEARS else 0


def _year_of(date: Any) -> int:
    """Of a date that may end with the year or the month, and is null or empty where none is known."""
    if date is None or date == "":
        return 0
    if not isinstance(date, str) or not (said := _DATE.fullmatch(date)):
        raise Unreadable
    return _year(int(said[1]))


def _area(artists: Sequence[Mapping[str, Any]]) -> str:
    """Where the first of them is from, which is left out where it is not known."""
    area = artists[0].get("area") if artists else None
    if not isinstance(area, str | None):
        raise Unreadable
    return name(area)


def _best(of: Of, rows: Any) -> list[Tag]:
    """The tags that most people gave; of several artists' the sum."""
    counts: dict[str, int] = {}
    genres: set[str] = set()
    for row in rows if isinstance(rows, list) else ():
        said = table(row)
        if word := name(said.get("tag")):
            counts[word] = counts.get(word, 0) + _count(said.get("count"))
            if said.get("genre_mbid"):
                genres.add(word)
    best = sorted(counts.items(), key=lambda it: (-it[1], it[0]))[:MOST_TAGS]
    return [Tag(word, count, word in genres, of) for word, count in best if count > 0]
