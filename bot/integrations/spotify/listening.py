"""What a member played: `ports.ListeningSource` at Spotify."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.core.model import NewPlay
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


def _play(row: Mapping[str, Any]) -> NewPlay | None:
    if "track" not in row:
        raise nonsense()
    if row["track"] is None:
        return None
    played = track(row["track"])
    if not (played.uri or (played.title and played.artist)):
        raise nonsense()
    return NewPlay(instant_ms(row.get("played_at")), played)
