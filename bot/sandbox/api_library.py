"""The Web API's library of 2026: one place to keep tracks, albums and playlists, by URI."""

from __future__ import annotations

from aiohttp import web

from bot.sandbox.accounts import Grant
from bot.sandbox.catalogue import Catalogue
from bot.sandbox.gate import Gate, need_scopes
from bot.sandbox.objects import Objects, iso_seconds
from bot.sandbox.parameters import at_most, listed, uri_parts, whole
from bot.sandbox.playlists import Playlists
from bot.sandbox.refusals import Refusal

MOST_URIS = 40
SAVING = {"playlist": "playlist-modify-public", "user": "user-follow-modify", "artist": "user-follow-modify"}
READING = {"playlist": "playlist-read-private", "user": "user-follow-read", "artist": "user-follow-read"}
KINDS = frozenset({"track", "album", "episode", "show", "audiobook", "user", "playlist", "artist"})


class LibraryApi:
    """Handlers over the libraries."""

    def __init__(self, playlists: Playlists, catalogue: Catalogue, objects: Objects) -> None:
        self._playlists = playlists
        self._catalogue = catalogue
        self._objects = objects

    def routes(self, gate: Gate) -> list[web.RouteDef]:
        read = "user-library-read"
        return [
            web.put("/v1/me/library", gate.open_to(self.save)),
            web.delete("/v1/me/library", gate.open_to(self.drop)),
            web.get("/v1/me/library/contains", gate.open_to(self.contains)),
            web.get("/v1/me/tracks", gate.open_to(self.saved_tracks, read)),
            web.get("/v1/me/albums", gate.open_to(self.saved_albums, read)),
            web.get("/v1/me/following", gate.open_to(self.following, "user-follow-read")),
            *(
                web.get(f"/v1/me/{kind}", gate.open_to(self.saved_nothing, read))
                for kind in ("episodes", "shows", "audiobooks")
            ),
        ]

    async def save(self, request: web.Request, grant: Grant) -> web.Response:
        uris = self._uris(request, grant, SAVING, "user-library-modify")
        for uri in uris:
            kind, item_id = uri_parts(uri)
            if kind == "playlist":
                self._playlists.get(item_id)
        self._playlists.save(grant.listener_id, uris)
        return web.Response(status=200)

    async def drop(self, request: web.Request, grant: Grant) -> web.Response:
        self._playlists.drop(grant.listener_id, self._uris(request, grant, SAVING, "user-library-modify"))
        return web.Response(status=200)

    async def contains(self, request: web.Request, grant: Grant) -> web.Response:
        uris = self._uris(request, grant, READING, "user-library-read")
        return web.json_response([self._playlists.keeps(grant.listener_id, uri) for uri in uris])

    async def saved_tracks(self, request: web.Request, grant: Grant) -> web.Response:
        limit, offset = whole(request, "limit", 20, 1, 50), whole(request, "offset", 0, 0, 100_000)
        kept = [
            {"added_at": iso_seconds(at), "track": self._objects.track(self._catalogue.tracks[key])}
            for key, at in self._playlists.library(grant.listener_id, "track")
            if key in self._catalogue.tracks
        ]
        shown = kept[offset : offset + limit]
        return web.json_response(self._objects.page("me/tracks", shown, limit, offset, len(kept)))

    async def saved_albums(self, request: web.Request, grant: Grant) -> web.Response:
        limit, offset = whole(request, "limit", 20, 1, 50), whole(request, "offset", 0, 0, 100_000)
        kept = [
            {"added_at": iso_seconds(at), "album": self._objects.full_album(self._catalogue.albums[key])}
            for key, at in self._playlists.library(grant.listener_id, "album")
            if key in self._catalogue.albums
        ]
        shown = kept[offset : offset + limit]
        return web.json_response(self._objects.page("me/albums", shown, limit, offset, len(kept)))

    async def saved_nothing(self, request: web.Request, grant: Grant) -> web.Response:
        """The practice catalogue holds music only."""
        limit, offset = whole(request, "limit", 20, 1, 50), whole(request, "offset", 0, 0, 100_000)
        path = request.path.removeprefix("/v1/")
        return web.json_response(self._objects.page(path, [], limit, offset, 0))

    async def following(self, request: web.Request, grant: Grant) -> web.Response:
        """Nobody here follows an artist."""
        limit = whole(request, "limit", 20, 1, 50)
        href = f"{self._objects.base_url}/v1/me/following?type=artist&limit={limit}"
        page = {"href": href, "limit": limit, "next": None, "cursors": None, "total": 0, "items": []}
        return web.json_response({"artists": page})

    def _uris(self, request: web.Request, grant: Grant, scopes: dict[str, str], otherwise: str) -> list[str]:
        uris = at_most(
            listed(request, "uris"), MOST_URIS, f"A maximum of {MOST_URIS} URIs can be sent at once."
        )
        if not uris:
            raise Refusal(400, "Missing required parameter: uris")
        for uri in uris:
            kind, _ = uri_parts(uri)
            if kind not in KINDS:
                raise Refusal(400, f"Unsupported URI type: {kind}")
            need_scopes(grant, scopes.get(kind, otherwise))
        return uris
