"""What the world knows of a song, and which songs to ask about.

Only songs that something else than Spotify's API has told are asked about: its terms allow neither to hand its content
to another service nor to build on it there (`docs/sources.md`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.core.model import Track

RENEW_MS = 90 * 86_400_000
LONGEST_QUERY = 250


class Of(StrEnum):
    """What a tag was given to."""

    RECORDING = "recording"
    RELEASE_GROUP = "release_group"
    ARTIST = "artist"


@dataclass(frozen=True, slots=True)
class Tag:
    """A word that people gave, how many did, and whether it is the name of a genre."""

    name: str
    count: int
    genre: bool
    of: Of


@dataclass(frozen=True, slots=True)
class Fame:
    """How often something was listened to at ListenBrainz, and by how many. 0: nobody is known to."""

    listens: int = 0
    listeners: int = 0


@dataclass(frozen=True, slots=True)
class SongFacts:
    """A song's MusicBrainz ID with those of its artists ("" and none where it is not known), tags and fame.

    `artist_fame` is that of the artist named first, and `area` where that artist is from, as MusicBrainz names it:
    mostly a country, but also a part of one, a town ("England", "Liverpool") or "[Worldwide]"; "" where not known.

    `year` (1850 to 2100, 0 where not known) is when the album first came out, in whichever edition, that ListenBrainz
    takes for the song's own: of all with the recording an album before a single before a compilation. Where no date of
    the album is known it is that of ListenBrainz' edition, for which a later CD goes before an earlier record.
    """

    recording: str = ""
    artists: tuple[str, ...] = ()
    tags: tuple[Tag, ...] = ()
    fame: Fame = Fame()
    artist_fame: Fame = Fame()
    year: int = 0
    area: str = ""


def can_be_asked(track: Track) -> bool:
    """Whether a track has the names it takes, and they are not longer than is allowed."""
    return bool(track.artist and track.title) and len(track.artist) + len(track.title) <= LONGEST_QUERY
