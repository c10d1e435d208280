"""Spotify's JSON into our types, at the boundary and nowhere else. What is not as described is `Unavailable`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.core.model import RawTrack
from bot.integrations.spotify.failures import nonsense

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def table(value: Any) -> Mapping[str, Any]:
    """A JSON object. Raises `Unavailable` for anything else."""
    if not isinstance(value, Mapping):
        raise nonsense()
    return value


def rows(body: Any) -> list[Any]:
    """The `items` of a page. Raises `Unavailable` if there is no such list."""
    items = table(body).get("items")
    if not isinstance(items, list):
        raise nonsense()
    return items


def instant_ms(value: Any) -> int:
    """`2026-11-22T02:10:04.589Z` → ms UTC. A time without zone is UTC, as Spotify's description says."""
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise nonsense() from None
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return (aware - _EPOCH) // timedelta(milliseconds=1)


def track(value: Any) -> RawTrack:
    """A TrackObject. Names that Spotify has blanked (a track it took down) are ""."""
    fields = table(value)
    artists = fields.get("artists")
    album = fields.get("album")
    ids = fields.get("external_ids")
    return RawTrack(
        uri=text(fields.get("uri")),
        title=text(fields.get("name")),
        artist=text(table(artists[0]).get("name")) if isinstance(artists, list) and artists else "",
        album=text(album.get("name")) if isinstance(album, Mapping) else "",
        duration_ms=number(fields.get("duration_ms")),
        isrc=text(ids.get("isrc")) if isinstance(ids, Mapping) else "",
    )


def text(value: Any) -> str:
    """A string, or "" where there is none."""
    return value if isinstance(value, str) else ""


def number(value: Any) -> int:
    """A whole number that is not negative, or 0 where there is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
