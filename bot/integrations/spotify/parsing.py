"""Spotify's JSON into our types, at the boundary and nowhere else. What is not as described is `Unavailable`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.core.exports import NEWEST_MS, OLDEST_MS
from bot.core.foreign import name
from bot.core.model import RawTrack
from bot.integrations.spotify.failures import nonsense

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST = 2**31


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
    """`2026-11-22T02:10:04.589Z` → ms UTC. A time without zone is UTC, as Spotify's description says.

    What was played before there was Spotify was not played.
    """
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise nonsense() from None
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    at_ms = (aware - _EPOCH) // timedelta(milliseconds=1)
    if not OLDEST_MS <= at_ms < NEWEST_MS:
        raise nonsense()
    return at_ms


def track(value: Any) -> RawTrack:
    """A TrackObject. Names that Spotify has blanked (a track it took down) are ""."""
    fields = table(value)
    artists = fields.get("artists")
    album = fields.get("album")
    ids = fields.get("external_ids")
    return RawTrack(
        uri=name(fields.get("uri")),
        title=name(fields.get("name")),
        artist=name(table(artists[0]).get("name")) if isinstance(artists, list) and artists else "",
        album=name(album.get("name")) if isinstance(album, Mapping) else "",
        duration_ms=number(fields.get("duration_ms")),
        isrc=name(ids.get("isrc")) if isinstance(ids, Mapping) else "",
    )


def text(value: Any) -> str:
    """A string, or "" where there is none."""
    return value if isinstance(value, str) else ""


def number(value: Any) -> int:
    """A whole number that is not negative and that a database can keep, or 0 where there is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < _LONGEST else 0
