"""What a member played: `ports.ListeningSource` at Spotify."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.core.model import NewPlay, RawTrack
from bot.integrations.spotify.failures import nonsense
from bot.integrations.spotify.gateway import SpotifyGateway
from bot.integrations.spotify.parsing import instant_ms, rows, table, track


class SpotifyListening:
    """One call each. Always the newest 50 rows and never `after`: a cursor misses what arrives late."""

    def __init__(self, gateway: SpotifyGateway) -> None:
        self._gateway = gateway

    async def recent(self, access_token: str) -> Sequence[NewPlay]:
        """The newest 50 plays, newest first. A row whose track Spotify no longer tells is left out."""
        body = await self._gateway.read(access_token, lambda it: it.current_user_recently_played(limit=50))
        plays = [play for row in rows(body) if (play := _play(table(row))) is not None]
        return sorted(plays, key=lambda play: play.at_ms, reverse=True)

    async def now_playing(self, access_token: str) -> RawTrack | None:
        """What is on now, None if nothing is, or something that is no track (a podcast, an advertisement)."""
        body = await self._gateway.read(access_token, lambda it: it.currently_playing())
        if body is None:
            return None
        fields = table(body)
        item = fields.get("item")
        if not fields.get("is_playing") or not isinstance(item, Mapping):
            return None
        return track(item) if item.get("type", "track") == "track" else None


def _play(row: Mapping[str, Any]) -> NewPlay | None:
    if "track" not in row:
        raise nonsense()
    if row["track"] is None:
        return None
    played = track(row["track"])
    if not (played.uri or (played.title and played.artist)):
        raise nonsense()
    return NewPlay(instant_ms(row.get("played_at")), played)
