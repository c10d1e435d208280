"""Where suggested songs become real ones: `ports.Catalogue` at Spotify."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.integrations.spotify.gateway import SpotifyGateway
from bot.integrations.spotify.parsing import rows, table, text, track
from bot.ports import FoundTrack

MOST = 10  # what a development-mode app gets at most since February 2026


class SpotifyCatalogue:
    """One call for each search."""

    def __init__(self, gateway: SpotifyGateway) -> None:
        self._gateway = gateway

    async def search(self, access_token: str, query: str) -> Sequence[FoundTrack]:
        """At most ten tracks, best first."""
        body = await self._gateway.read(access_token, lambda it: it.search(q=query, limit=MOST, type="track"))
        return [_found(row) for row in rows(table(body).get("tracks")) if row is not None]


def _found(row: Any) -> FoundTrack:
    fields = table(row)
    artists = fields.get("artists")
    album = fields.get("album")
    released = text(album.get("release_date")) if isinstance(album, Mapping) else ""
    return FoundTrack(
        track=track(fields),
        artists=tuple(text(table(it).get("name")) for it in artists) if isinstance(artists, list) else (),
        year=int(released[:4]) if released[:4].isascii() and released[:4].isdigit() else 0,
        explicit=fields.get("explicit") is True,
    )
