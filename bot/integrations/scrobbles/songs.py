"""What ListenBrainz knows of songs: MusicBrainz IDs, tags, and how often they are listened to.

It takes a user token. IDs and names are CC0; tags are the work of MusicBrainz' community, CC BY-NC-SA 3.0.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from bot.core.foreign import name
from bot.core.songfacts import Fame, Of, SongFacts, Tag
from bot.integrations.scrobbles.listenbrainz import API_URL, read
from bot.integrations.scrobbles.web import JsonService, Unreadable, table

T = TypeVar("T")

LOOKUPS = 50
ITEMS = 1000
MOST_TAGS = 10

_MBID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class ListenBrainzSongs:
    """A `ports.SongLookup`."""

    def __init__(
        self, token: str, api_url: str = API_URL, *, every_s: float = 0.5, timeout_s: float = 30.0
    ) -> None:
        self._token = token
        self._web = JsonService("ListenBrainz", api_url.rstrip("/"), every_s=every_s, timeout_s=timeout_s)

    async def close(self) -> None:
        """Close the connections."""
        await self._web.close()

    async def look_up(self, songs: Sequence[tuple[str, str]]) -> Sequence[SongFacts]:
        """See `ports.SongLookup`: a call for each 50 songs, and three for each 1,000 that are known."""
        with self._web.reading():
            ids = [it for some in _batches(songs, LOOKUPS) for it in await self._ids(some)]
            recordings = sorted({recording for recording, _ in ids if recording})
            artists = sorted({artists[0] for _, artists in ids if artists})
            tags = await self._tags(recordings)
            fame = await self._fame("recording", recordings)
            artist_fame = await self._fame("artist", artists)
        return [
            SongFacts(
                recording, artists, tags.get(recording, ()), fame.get(recording, Fame()),
                artist_fame.get(artists[0], Fame()) if artists else Fame(),
            )
            for recording, artists in ids
        ]  # fmt: skip

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

    async def _tags(self, recordings: Sequence[str]) -> Mapping[str, tuple[Tag, ...]]:
        found: dict[str, tuple[Tag, ...]] = {}
        for some in _batches(recordings, ITEMS):
            told = table(
                await self._post("/1/metadata/recording/", {"recording_mbids": some, "inc": "artist tag"})
            )
            for recording in some:
                tags = table(table(told.get(recording, {})).get("tag", {}))
                found[recording] = tuple(tag for of in Of for tag in _best(of, tags.get(of.value)))
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

    async def _post(self, path: str, body: Any) -> Any:
        return read(await self._web.post(path, body, {"Authorization": f"Token {self._token}"}))


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
