"""The Web API's playlists and library, with the names of 2026: items instead of tracks, one library for all."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from bot.sandbox.accounts import Grant
from bot.sandbox.catalogue import Catalogue
from bot.sandbox.gate import Gate, need_scopes
from bot.sandbox.listeners import Listener
from bot.sandbox.objects import Objects, iso_seconds
from bot.sandbox.parameters import (
    at_most,
    flag_of,
    json_object,
    listed,
    number_of,
    strings,
    text_of,
    uri_parts,
    whole,
)
from bot.sandbox.playlists import MOST_AT_ONCE, Entry, Playlist, Playlists
from bot.sandbox.refusals import Refusal

LARGEST_COVER = 256 * 1024
JPEG = b"\xff\xd8\xff"
PUBLIC, PRIVATE = "playlist-modify-public", "playlist-modify-private"


class PlaylistsApi:
    """Handlers over playlists."""

    def __init__(
        self,
        playlists: Playlists,
        catalogue: Catalogue,
        listeners: Mapping[str, Listener],
        objects: Objects,
    ) -> None:
        self._playlists = playlists
        self._catalogue = catalogue
        self._listeners = listeners
        self._objects = objects

    def routes(self, gate: Gate) -> list[web.RouteDef]:
        one = "/v1/playlists/{id}"
        return [
            web.get("/v1/me/playlists", gate.open_to(self.mine, "playlist-read-private")),
            web.post("/v1/me/playlists", gate.open_to(self.create)),
            web.get(one, gate.open_to(self.read)),
            web.put(one, gate.open_to(self.change)),
            web.get(f"{one}/items", gate.open_to(self.items)),
            web.post(f"{one}/items", gate.open_to(self.add)),
            web.put(f"{one}/items", gate.open_to(self.reorder_or_replace)),
            web.delete(f"{one}/items", gate.open_to(self.remove)),
            web.get(f"{one}/images", gate.open_to(self.images)),
            web.put(f"{one}/images", gate.open_to(self.set_image, "ugc-image-upload")),
        ]

    async def mine(self, request: web.Request, grant: Grant) -> web.Response:
        limit, offset = whole(request, "limit", 20, 1, 50), whole(request, "offset", 0, 0, 100_000)
        kept = [self._playlists.get(key) for key, _ in self._playlists.library(grant.listener_id, "playlist")]
        seen = [
            playlist
            for playlist in kept
            if not playlist.collaborative or "playlist-read-collaborative" in grant.scopes
        ]
        shown = [self._simple(playlist) for playlist in seen[offset : offset + limit]]
        return web.json_response(self._objects.page("me/playlists", shown, limit, offset, len(seen)))

    async def create(self, request: web.Request, grant: Grant) -> web.Response:
        body = await json_object(request)
        name = text_of(body, "name")
        if not name or not name.strip():
            raise Refusal(400, "Missing required field: name")
        public, collaborative = flag_of(body, "public", True), flag_of(body, "collaborative", False)
        need_scopes(grant, *_scopes(public=public, collaborative=collaborative))
        playlist = self._playlists.create(
            grant.listener_id, name, text_of(body, "description"), public=public, collaborative=collaborative
        )
        return web.json_response(self._full(playlist), status=201)

    async def read(self, request: web.Request, grant: Grant) -> web.Response:
        """Anyone with the id may; the songs are told to the owner alone."""
        playlist = self._playlists.get(request.match_info["id"])
        owner = playlist.owner_id == grant.listener_id
        return web.json_response(self._full(playlist) if owner else self._head(playlist))

    async def change(self, request: web.Request, grant: Grant) -> web.Response:
        playlist = self._mine_to_change(request, grant)
        body = await json_object(request)
        name = text_of(body, "name", playlist.name)
        if not name or not name.strip():
            raise Refusal(400, "Invalid name")
        public = flag_of(body, "public", playlist.public)
        collaborative = flag_of(body, "collaborative", playlist.collaborative)
        need_scopes(grant, *_scopes(public=public, collaborative=collaborative))
        self._playlists.change(
            playlist,
            name=name,
            description=text_of(body, "description", playlist.description),
            public=public,
            collaborative=collaborative,
        )
        return web.Response(status=200)

    async def items(self, request: web.Request, grant: Grant) -> web.Response:
        need_scopes(grant, "playlist-read-private")
        limit, offset = whole(request, "limit", 20, 1, 50), whole(request, "offset", 0, 0, 100_000)
        playlist = self._playlists.get(request.match_info["id"])
        if playlist.owner_id != grant.listener_id:
            raise Refusal(403, "You are neither the owner nor a collaborator of this playlist.")
        return web.json_response(self._items(playlist, limit, offset))

    async def add(self, request: web.Request, grant: Grant) -> web.Response:
        playlist = self._mine_to_change(request, grant)
        body = await json_object(request)
        uris = listed(request, "uris") or strings(body.get("uris", []), "uris")
        position = number_of(body, "position")
        if "position" in request.query:
            position = whole(request, "position", 0, 0, 100_000)
        changed = self._playlists.add(playlist, grant.listener_id, self._track_ids(uris), position)
        return web.json_response({"snapshot_id": changed.snapshot_id}, status=201)

    async def reorder_or_replace(self, request: web.Request, grant: Grant) -> web.Response:
        playlist = self._mine_to_change(request, grant)
        body = await json_object(request)
        if "uris" in request.query or "uris" in body:
            uris = listed(request, "uris") or strings(body.get("uris", []), "uris")
            ids = self._track_ids(uris, may_be_empty=True)
            changed = self._playlists.replace_all(playlist, grant.listener_id, ids)
        else:
            start, before = number_of(body, "range_start"), number_of(body, "insert_before")
            if start is None or before is None:
                raise Refusal(400, "Missing uris, or range_start and insert_before")
            length = number_of(body, "range_length", 1)
            changed = self._playlists.reorder(playlist, start, before, 1 if length is None else length)
        return web.json_response({"snapshot_id": changed.snapshot_id})

    async def remove(self, request: web.Request, grant: Grant) -> web.Response:
        playlist = self._mine_to_change(request, grant)
        items = (await json_object(request)).get("items")
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise Refusal(400, "Missing items")
        changed = self._playlists.remove(
            playlist, self._track_ids(strings([item.get("uri") for item in items], "items"))
        )
        return web.json_response({"snapshot_id": changed.snapshot_id})

    async def images(self, request: web.Request, grant: Grant) -> web.Response:
        return web.json_response(self._images(self._playlists.get(request.match_info["id"])))

    async def set_image(self, request: web.Request, grant: Grant) -> web.Response:
        playlist = self._mine_to_change(request, grant)
        text = await request.read()
        if len(text) > LARGEST_COVER:
            raise Refusal(413, "Image is too large: 256 KB at most.")
        try:
            image = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError) as error:
            raise Refusal(400, "Image is not base64.") from error
        if request.content_type != "image/jpeg" or not image.startswith(JPEG):
            raise Refusal(400, "Image is not a JPEG.")
        self._playlists.set_cover(playlist, text.decode("ascii"))
        return web.Response(status=202)

    def _mine_to_change(self, request: web.Request, grant: Grant) -> Playlist:
        playlist = self._playlists.owned(request.match_info["id"], grant.listener_id)
        need_scopes(grant, *_scopes(public=playlist.public, collaborative=playlist.collaborative))
        return playlist

    def _track_ids(self, uris: list[str], *, may_be_empty: bool = False) -> list[str]:
        if not uris and not may_be_empty:
            raise Refusal(400, "No uris provided")
        ids = []
        for uri in at_most(uris, MOST_AT_ONCE, f"A maximum of {MOST_AT_ONCE} items can be sent at once."):
            kind, track_id = uri_parts(uri)
            if kind != "track" or track_id not in self._catalogue.tracks:
                raise Refusal(400, f"Invalid track uri: {uri}")
            ids.append(track_id)
        return ids

    def _head(self, playlist: Playlist) -> dict[str, Any]:
        return {
            **self._objects.links("playlist", playlist.id),
            "collaborative": playlist.collaborative,
            "description": playlist.description or "",
            "images": self._images(playlist),
            "name": playlist.name,
            "owner": self._objects.user(self._listeners[playlist.owner_id]),
            "public": playlist.public,
            "snapshot_id": playlist.snapshot_id,
        }

    def _simple(self, playlist: Playlist) -> dict[str, Any]:
        href = f"{self._objects.base_url}/v1/playlists/{playlist.id}/items"
        return {**self._head(playlist), "items": {"href": href, "total": len(playlist.entries)}}

    def _full(self, playlist: Playlist) -> dict[str, Any]:
        return {**self._head(playlist), "items": self._items(playlist, MOST_AT_ONCE, 0)}

    def _items(self, playlist: Playlist, limit: int, offset: int) -> dict[str, Any]:
        shown = [self._entry(entry) for entry in playlist.entries[offset : offset + limit]]
        path = f"playlists/{playlist.id}/items"
        return self._objects.page(path, shown, limit, offset, len(playlist.entries))

    def _entry(self, entry: Entry) -> dict[str, Any]:
        track = self._catalogue.tracks.get(entry.track_id)  # gone from the file since: null, as on Spotify
        return {
            "added_at": iso_seconds(entry.added_ms),
            "added_by": self._objects.links("user", entry.added_by),
            "is_local": False,
            "item": None if track is None else self._objects.track(track),
        }

    def _images(self, playlist: Playlist) -> list[dict[str, Any]]:
        if playlist.cover is None:
            return []
        url = f"{self._objects.base_url}/image/{playlist.id}?v={playlist.revision}"
        return [{"url": url, "height": None, "width": None}]


def _scopes(*, public: bool, collaborative: bool) -> tuple[str, ...]:
    """A collaborative playlist needs both scopes, though it is not public."""
    if collaborative:
        return (PUBLIC, PRIVATE)
    return (PUBLIC,) if public else (PRIVATE,)
