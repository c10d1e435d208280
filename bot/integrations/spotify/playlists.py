"""Where playlists are made: `ports.PlaylistHost` at Spotify.

`collaborative` needs `public: false`, which at Spotify means unlisted, not secret; anyone with the link can then add
and remove. All writing is done as the owner: what collaborators may do through the API is not promised.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.errors import ServiceError
from bot.integrations.spotify.failures import nonsense
from bot.integrations.spotify.gateway import SpotifyGateway
from bot.integrations.spotify.parsing import table, text
from bot.ports import MadePlaylist

AT_ONCE = 100


class SpotifyPlaylists:
    """`make_playlist` takes two calls, four if Spotify first makes it without collaboration."""

    def __init__(self, gateway: SpotifyGateway) -> None:
        self._gateway = gateway

    async def make_playlist(self, access_token: str, name: str, description: str) -> MadePlaylist:
        """Unlisted and collaborative, read back to be sure.

        Once it exists, trouble with reading it back or changing it is no error: what is known of it is returned.
        """
        made = _playlist(
            await self._gateway.write(
                access_token,
                lambda it: it.current_user_playlist_create(
                    name, public=False, collaborative=True, description=description
                ),
            )
        )
        try:
            made = await self._read_back(access_token, made.id)
            if not made.collaborative:
                await self._gateway.write(
                    access_token,
                    lambda it: it.playlist_change_details(made.id, public=False, collaborative=True),
                )
                made = await self._read_back(access_token, made.id)
        except ServiceError:
            return made
        return made

    async def add_items(
        self, access_token: str, playlist_id: str, uris: Sequence[str], *, position: int | None = None
    ) -> None:
        """Add tracks in this order, at the end or from `position` (0 is the top). One call per hundred."""
        for start in range(0, len(uris), AT_ONCE):
            body: dict[str, Any] = {"uris": list(uris[start : start + AT_ONCE])}
            if position is not None:
                body["position"] = position + start
            await self._add(access_token, playlist_id, body)

    async def _add(self, access_token: str, playlist_id: str, body: dict[str, Any]) -> None:
        # spotipy's own method sends a bare array and puts the position in the query; Spotify describes this.
        await self._gateway.write(
            access_token, lambda it: it._post(f"playlists/{playlist_id}/items", payload=body)
        )

    async def _read_back(self, access_token: str, playlist_id: str) -> MadePlaylist:
        return _playlist(await self._gateway.read(access_token, lambda it: it.playlist(playlist_id)))


def _playlist(body: Any) -> MadePlaylist:
    fields = table(body)
    playlist_id = text(fields.get("id"))
    if not playlist_id:
        raise nonsense()
    urls = fields.get("external_urls")
    url = text(urls.get("spotify")) if isinstance(urls, dict) else ""
    return MadePlaylist(
        id=playlist_id,
        url=url or f"https://open.spotify.com/playlist/{playlist_id}",
        collaborative=fields.get("collaborative") is True,
    )
