"""What a row of a Spotify export means: a play, or the reason why it is none.

Two formats are known, by their fields. *Extended* history has `ts` (UTC, the second at which the stream ended),
`ms_played`, `spotify_track_uri` and names; *account* data has `endTime` (UTC, the minute), `msPlayed` and names.
Only what is listed here is looked at: nothing else of a row (addresses, devices, user names) goes any further.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from math import isfinite
from typing import NamedTuple

from bot.core.foreign import name
from bot.core.model import NewPlay, RawTrack, Source

SHORTEST_PLAY_MS = 30_000
# No stream is longer than this (25 days, what fits in 31 bits); no row is older than Spotify.
LONGEST_PLAY_MS = 2**31 - 1
OLDEST_MS = int(datetime(2006, 1, 1, tzinfo=UTC).timestamp()) * 1000
NEWEST_MS = int(datetime(2100, 1, 1, tzinfo=UTC).timestamp()) * 1000


class Format(StrEnum):
    """Which of the two exports a file belongs to."""

    EXTENDED = "extended"
    ACCOUNT = "account"

    @property
    def source(self) -> Source:
        """The source that its plays are stored under."""
        return Source.EXTENDED if self is Format.EXTENDED else Source.ACCOUNT


class Skip(StrEnum):
    """Why a row is no play, in the order in which it is decided."""

    UNREADABLE = "unreadable"
    NOT_MUSIC = "not_music"
    INCOGNITO = "incognito"
    TOO_SHORT = "too_short"
    DUPLICATE = "duplicate"
    COVERED = "covered"
    NOT_KEPT = "not_kept"


class Skipped(NamedTuple):
    """A row that is no play. `at_ms` is its time as far as it has one; `why` is said of unreadable rows."""

    at_ms: int | None
    skip: Skip
    why: str = ""


class FileName(NamedTuple):
    """What the name of an export file tells: its family without years and number, its number, its years."""

    family: str
    number: int | None
    years: tuple[int, int] | None = None

    @property
    def is_history(self) -> bool:
        """Spotify gives such names to listening history, and to nothing else."""
        return self.family.startswith(("streaminghistory", "streaming_history", "endsong"))

    @property
    def is_spoken(self) -> bool:
        """A file of podcasts or audiobooks."""
        return self.is_history and ("podcast" in self.family or "audiobook" in self.family)

    @property
    def is_video(self) -> bool:
        """A file of videos; music videos among them have a track URI."""
        return self.is_history and "video" in self.family

    def follows(self, other: FileName) -> bool:
        """Whether this is the file after the other one in an export: by number, else by years."""
        if self.family != other.family:
            return False
        if self.number is not None and other.number is not None:
            return self.number == other.number + 1
        if self.number is not None or other.number is not None or self.years is None or other.years is None:
            return False
        return other.years < self.years and self.years[0] - other.years[1] in (0, 1)

    @property
    def format(self) -> Format | None:
        """The format that belongs to the name, for files whose rows do not tell."""
        if not self.is_history:
            return None
        return Format.ACCOUNT if self.family.startswith("streaminghistory") else Format.EXTENDED


_NAME = re.compile(
    r"(?P<family>.*?)_?(?P<years>20\d\d(?:-20\d\d)?)?_?(?P<number>\d{1,3})?(?: ?\(\d+\))?\.json",
    re.IGNORECASE,
)
_TRACK_URI = ("spotify:track:", "spotify:local:")
_SPOKEN_URI = ("spotify:episode:", "spotify:show:", "spotify:chapter:", "spotify:audiobook:")
_SPOKEN_FIELDS = (
    "spotify_episode_uri", "episode_name", "episode_show_name",
    "audiobook_uri", "audiobook_title", "audiobook_chapter_uri", "audiobook_chapter_title",
)  # fmt: skip
_SPOKEN_ACCOUNT_FIELDS = (
    "podcastName",
    "episodeName",
    "authorName",
    "audiobookName",
    "bookName",
    "chapterName",
)

NO_OBJECT = "not a JSON object"
NO_TIME = "no time that can be read"
NO_LENGTH = "no playing time that can be read"
NO_TRACK = "neither a track nor an artist with a title"


def file_name(path: str) -> FileName:
    """What the last part of a path tells."""
    found = _NAME.fullmatch(path.replace("\\", "/").rpartition("/")[2])
    if found is None:
        return FileName("", None)
    number, years = found["number"], found["years"]
    return FileName(
        found["family"].lower(),
        None if number is None else int(number),
        None if years is None else (int(years[:4]), int(years[-4:])),
    )


def format_of(rows: Sequence[object]) -> Format | None:
    """The format of a file by its first rows, whatever its name; None where it is no listening history."""
    for row in rows:
        if isinstance(row, Mapping):
            if "ts" in row and "ms_played" in row:
                return Format.EXTENDED
            if "endTime" in row and "msPlayed" in row:
                return Format.ACCOUNT
    return None


def read_row(row: object, form: Format, *, spoken: bool = False) -> NewPlay | Skipped:
    """One row as a play, or why it is none. `spoken` says that its file holds podcasts or audiobooks.

    Duplicates, and rows that a stronger source covers, take more than one row to tell: see `core.intake`.
    """
    if not isinstance(row, Mapping):
        return Skipped(None, Skip.UNREADABLE, NO_OBJECT)
    get = row.get
    extended = form is Format.EXTENDED
    at_ms = _instant(get("ts") if extended else get("endTime"))
    if at_ms is None:
        return Skipped(None, Skip.UNREADABLE, NO_TIME)
    ms_played = _length(get("ms_played") if extended else get("msPlayed"))
    if ms_played is None:
        return Skipped(at_ms, Skip.UNREADABLE, NO_LENGTH)
    uri = ""
    if extended:
        uri = name(get("spotify_track_uri"))
        if uri and not uri.startswith(_TRACK_URI):
            spoken = spoken or uri.startswith(_SPOKEN_URI)
            uri = ""
        title = name(get("master_metadata_track_name"))
        artist = name(get("master_metadata_album_artist_name"))
        album = name(get("master_metadata_album_album_name"))
        if not uri and (spoken or any(map(get, _SPOKEN_FIELDS))):
            return Skipped(at_ms, Skip.NOT_MUSIC)
    else:
        title, artist, album = name(get("trackName")), name(get("artistName")), ""
        if spoken or any(map(get, _SPOKEN_ACCOUNT_FIELDS)):
            return Skipped(at_ms, Skip.NOT_MUSIC)
    if not uri and not (artist and title):
        return Skipped(at_ms, Skip.UNREADABLE, NO_TRACK)
    if extended and get("incognito_mode") in _YES:
        return Skipped(at_ms, Skip.INCOGNITO)
    if ms_played < SHORTEST_PLAY_MS:
        return Skipped(at_ms, Skip.TOO_SHORT)
    return NewPlay(at_ms, RawTrack(uri, title, artist, album), ms_played)


_YES = (True, "true", "True")


def _instant(value: object) -> int | None:
    """ms UTC of `2024-03-01T12:03:04Z`, `2024-03-01 12:03` and their like; without a zone it is UTC."""
    if not isinstance(value, str) or len(value) < len("2024-03-01 12:03"):
        return None
    try:
        when = datetime.fromisoformat(value)
    except ValueError:
        try:
            when = datetime.fromisoformat(value.strip().removesuffix(" UTC"))
        except ValueError:
            return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    try:
        at_ms = int(when.timestamp()) * 1000 + when.microsecond // 1000
    except OverflowError:
        return None
    return at_ms if OLDEST_MS <= at_ms < NEWEST_MS else None


def _length(value: object) -> int | None:
    """Whole ms of a number, or of a number in quotes."""
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, float):
        if not isfinite(value):
            return None
        value = int(value) if value >= 0 else -1
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if value <= LONGEST_PLAY_MS else None
