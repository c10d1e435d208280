"""When two plays are the same song.

Raw tracks stay as the sources name them. What they count as is derived: names are made comparable (`naming`), tracks
become songs (`songs`), and where a group knows better than the rules, it says so (`aliases`).
"""

from __future__ import annotations

from bot.core.identity.aliases import Alias, Verdict, regrouped
from bot.core.identity.naming import (
    UNKNOWN_ARTIST,
    UNKNOWN_TITLE,
    Key,
    Keys,
    Name,
    artist_of,
    fold,
    keys_of,
    lasting,
    name_of,
    primary_artist,
    tracks_meant,
)
from bot.core.identity.songs import VERSION, clues_of, derive

__all__ = [
    "UNKNOWN_ARTIST", "UNKNOWN_TITLE", "VERSION", "Alias", "Key", "Keys", "Name", "Verdict", "artist_of", "clues_of",
    "derive", "fold", "keys_of", "lasting", "name_of", "primary_artist", "regrouped", "tracks_meant",
]  # fmt: skip
