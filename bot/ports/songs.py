"""What is known of songs elsewhere, and where that is kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from bot.core.model import Track, TrackId
from bot.core.songfacts import SongFacts


class SongLookup(Protocol):
    """A service that knows songs by their names."""

    async def look_up(self, songs: Sequence[tuple[str, str]]) -> Sequence[SongFacts]:
        """What is known of these (artist, title), in the same order. Raises `ServiceError`s."""
        ...


class SongStore(Protocol):
    """What was looked up, kept as long as somebody plays the track."""

    async def songs_to_look_up(self, before_ms: int, limit: int) -> Sequence[Track]:
        """Tracks that an export, Last.fm or ListenBrainz has told, not looked up since `before_ms`, by number."""
        ...

    async def keep_facts(self, found: Mapping[TrackId, SongFacts], now_ms: int) -> None:
        """Keep what was found, in place of what was known; tracks that are gone are left out."""
        ...

    async def song_facts(self, track_ids: Collection[TrackId]) -> Mapping[TrackId, SongFacts]:
        """Those of these tracks that were looked up."""
        ...
