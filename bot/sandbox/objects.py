"""The JSON objects of the Web API as dev-mode apps get them since 2026.

Not sent, because Spotify no longer sends them: popularity, available_markets, linked_from, followers,
label, and of a person country, email, product and explicit_content. `genres` is there and empty.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from bot.sandbox.catalogue import Album, Artist, Catalogue, Track
from bot.sandbox.chance import spotify_id
from bot.sandbox.listeners import Listener
from bot.sandbox.listening import Play

COVER_PX = 300


def iso(ms: int) -> str:
    """UTC milliseconds as `2026-11-22T05:30:00.123Z`."""
    moment = datetime.fromtimestamp(ms // 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{ms % 1000:03d}Z"


def iso_seconds(ms: int) -> str:
    """UTC milliseconds as `2026-11-22T05:30:00Z`, cut to the second."""
    return f"{datetime.fromtimestamp(ms // 1000, UTC):%Y-%m-%dT%H:%M:%SZ}"


class Objects:
    """Builds the objects with this server's own addresses in them."""

    def __init__(self, catalogue: Catalogue, base_url: str) -> None:
        """`base_url` without a slash at the end."""
        self._catalogue = catalogue
        self.base_url = base_url

    def links(self, kind: str, item_id: str) -> dict[str, Any]:
        """The fields every object has: href, id, type, uri and where a person can look at it."""
        return {
            "external_urls": {"spotify": f"{self.base_url}/{kind}/{item_id}"},
            "href": f"{self.base_url}/v1/{kind}s/{item_id}",
            "id": item_id,
            "type": kind,
            "uri": f"spotify:{kind}:{item_id}",
        }

    def artist(self, artist: Artist) -> dict[str, Any]:
        return {**self.links("artist", artist.id), "name": artist.name}

    def full_artist(self, artist: Artist) -> dict[str, Any]:
        return {**self.artist(artist), "genres": [], "images": []}

    def album(self, album: Album) -> dict[str, Any]:
        return {
            **self.links("album", album.id),
            "album_type": self._catalogue.album_type(album),
            "artists": [self.artist(artist) for artist in album.artists],
            "images": [{"url": f"{self.base_url}/image/{album.id}", "height": COVER_PX, "width": COVER_PX}],
            "name": album.name,
            "release_date": str(album.year),
            "release_date_precision": "year",
            "total_tracks": len(self._catalogue.on_album(album.id)),
        }

    def full_album(self, album: Album) -> dict[str, Any]:
        tracks = [self.simple_track(track) for track in self._catalogue.on_album(album.id)]
        return {
            **self.album(album),
            "tracks": self.page(f"albums/{album.id}/tracks", tracks[:50], 50, 0, len(tracks)),
            "copyrights": [],
            "external_ids": {},
            "genres": [],
        }

    def simple_track(self, track: Track) -> dict[str, Any]:
        return {
            **self.links("track", track.id),
            "artists": [self.artist(artist) for artist in track.artists],
            "disc_number": 1,
            "duration_ms": track.duration_ms,
            "explicit": track.explicit,
            "is_local": False,
            "is_playable": True,
            "name": track.title,
            "preview_url": None,
            "track_number": self._catalogue.number_on_album(track),
        }

    def track(self, track: Track) -> dict[str, Any]:
        return {
            **self.simple_track(track),
            "album": self.album(track.album),
            "external_ids": {"isrc": track.isrc},
        }

    def user(self, listener: Listener) -> dict[str, Any]:
        return {**self.links("user", listener.id), "display_name": listener.display_name}

    def me(self, listener: Listener) -> dict[str, Any]:
        account = spotify_id("account", listener.id)
        return {**self.user(listener), "account_id": account, "images": []}

    def context(self, play: Play) -> dict[str, Any] | None:
        """Where the play came from: its album, or nothing known."""
        if not play.album_run:
            return None
        links = self.links("album", play.track.album.id)
        return {key: links[key] for key in ("type", "href", "external_urls", "uri")}

    def device(self, listener: Listener) -> dict[str, Any]:
        return {
            "id": spotify_id("device", listener.id),
            "is_active": True,
            "is_private_session": False,
            "is_restricted": False,
            "name": listener.device,
            "type": "Smartphone" if listener.platform in {"ios", "android"} else "Computer",
            "volume_percent": 60,
            "supports_volume": True,
        }

    def page(
        self, path: str, items: Sequence[Any], limit: int, offset: int, total: int, **query: str
    ) -> dict[str, Any]:
        """A paging object: the items of this page and the addresses of the pages around it."""

        def address(at: int) -> str:
            return f"{self.base_url}/v1/{path}?{urlencode({**query, 'offset': at, 'limit': limit})}"

        return {
            "href": address(offset),
            "items": list(items),
            "limit": limit,
            "next": address(offset + limit) if offset + limit < total else None,
            "offset": offset,
            "previous": address(max(0, offset - limit)) if offset > 0 else None,
            "total": total,
        }
