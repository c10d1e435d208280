"""The Web API's catalogue: search, tracks, albums, artists."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from aiohttp import web

from bot.sandbox.accounts import Grant
from bot.sandbox.catalogue import Catalogue
from bot.sandbox.gate import Gate
from bot.sandbox.objects import Objects
from bot.sandbox.parameters import listed, whole
from bot.sandbox.refusals import Refusal, not_found
from bot.sandbox.search import Search

SEARCH_LIMIT = 10
SEARCH_DEFAULT = 5
SEARCH_DEPTH = 1000
KINDS = frozenset({"album", "artist", "playlist", "track", "show", "episode", "audiobook"})
NOT_STOCKED = (
    "shows/{id}",
    "shows/{id}/episodes",
    "episodes/{id}",
    "audiobooks/{id}",
    "audiobooks/{id}/chapters",
    "chapters/{id}",
)


class CatalogueApi:
    """Handlers over the catalogue; they need a token but no scope."""

    def __init__(self, catalogue: Catalogue, objects: Objects) -> None:
        self._catalogue = catalogue
        self._objects = objects

    def routes(self, gate: Gate) -> list[web.RouteDef]:
        return [
            web.get("/v1/search", gate.open_to(self.search)),
            web.get("/v1/tracks/{id}", gate.open_to(self.track)),
            web.get("/v1/albums/{id}", gate.open_to(self.album)),
            web.get("/v1/albums/{id}/tracks", gate.open_to(self.album_tracks)),
            web.get("/v1/artists/{id}", gate.open_to(self.artist)),
            web.get("/v1/artists/{id}/albums", gate.open_to(self.artist_albums)),
            *(web.get(f"/v1/{path}", gate.open_to(self.not_stocked)) for path in NOT_STOCKED),
        ]

    @cached_property
    def _search(self) -> Search:
        """Indexed when the first search comes."""
        return Search(self._catalogue)

    async def search(self, request: web.Request, grant: Grant) -> web.Response:
        text = request.query.get("q", "").strip()
        kinds = listed(request, "type")
        limit = whole(request, "limit", SEARCH_DEFAULT, 1, SEARCH_LIMIT)
        offset = whole(request, "offset", 0, 0, SEARCH_DEPTH)
        if not text:
            raise Refusal(400, "No search query")
        if not kinds:
            raise Refusal(400, "Missing parameter type")
        for kind in kinds:
            if kind not in KINDS:
                raise Refusal(400, f"Bad search type field {kind}")
        answer = {}
        for kind in kinds:
            found = self._found(kind, text)[:SEARCH_DEPTH]
            answer[f"{kind}s"] = self._objects.page(
                "search",
                [self._shown(kind, item) for item in found[offset : offset + limit]],
                limit,
                offset,
                len(found),
                q=text,
                type=kind,
            )
        return web.json_response(answer)

    async def track(self, request: web.Request, grant: Grant) -> web.Response:
        track = self._catalogue.tracks.get(request.match_info["id"])
        if track is None:
            raise not_found()
        return web.json_response(self._objects.track(track))

    async def album(self, request: web.Request, grant: Grant) -> web.Response:
        album = self._catalogue.albums.get(request.match_info["id"])
        if album is None:
            raise not_found()
        return web.json_response(self._objects.full_album(album))

    async def album_tracks(self, request: web.Request, grant: Grant) -> web.Response:
        album_id = request.match_info["id"]
        limit, offset = whole(request, "limit", 20, 1, 50), whole(request, "offset", 0, 0, 100_000)
        tracks = self._catalogue.on_album(album_id)
        if not tracks:
            raise not_found()
        shown = [self._objects.simple_track(track) for track in tracks[offset : offset + limit]]
        return web.json_response(
            self._objects.page(f"albums/{album_id}/tracks", shown, limit, offset, len(tracks))
        )

    async def artist(self, request: web.Request, grant: Grant) -> web.Response:
        artist = self._catalogue.artists.get(request.match_info["id"])
        if artist is None:
            raise not_found()
        return web.json_response(self._objects.full_artist(artist))

    async def artist_albums(self, request: web.Request, grant: Grant) -> web.Response:
        artist_id = request.match_info["id"]
        limit, offset = whole(request, "limit", 5, 1, 10), whole(request, "offset", 0, 0, 100_000)
        tracks = self._catalogue.by_artist(artist_id)
        if not tracks:
            raise not_found()
        albums = sorted({track.album for track in tracks}, key=lambda album: (-album.year, album.id))
        shown = [
            {**self._objects.album(album), "album_group": self._group(album.artists[0].id, artist_id)}
            for album in albums[offset : offset + limit]
        ]
        return web.json_response(
            self._objects.page(f"artists/{artist_id}/albums", shown, limit, offset, len(albums))
        )

    async def not_stocked(self, request: web.Request, grant: Grant) -> web.Response:
        """The practice catalogue holds music only."""
        raise not_found()

    def _group(self, of_album: str, asked: str) -> str:
        return "album" if of_album == asked else "appears_on"

    def _found(self, kind: str, text: str) -> list[Any]:
        match kind:
            case "track":
                return self._search.tracks(text)
            case "artist":
                return self._search.artists(text)
            case "album":
                return self._search.albums(text)
            case _:
                return []

    def _shown(self, kind: str, item: Any) -> dict[str, Any]:
        match kind:
            case "track":
                return self._objects.track(item)
            case "artist":
                return self._objects.full_artist(item)
            case _:
                return self._objects.album(item)
