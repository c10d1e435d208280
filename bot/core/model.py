"""The words of the trade as frozen types: who listens, what was played, which time is meant.

Times are integers in ms UTC unless a name says otherwise. Raw identity (`Track.key` and the names as received)
is kept for ever; which tracks are one song is derived from it (`core.identity`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple, NewType

MemberId = NewType("MemberId", int)
GroupId = NewType("GroupId", int)
LinkId = NewType("LinkId", int)
TrackId = NewType("TrackId", int)
SongId = NewType("SongId", int)

# An index of PostgreSQL takes some 2,700 bytes, which in the longest script are this many letters.
LONGEST_KEY = 600


class Identity(NamedTuple):
    """A user on a chat platform: `("lounge", "ana")`."""

    platform: str
    user: str


class RoomRef(NamedTuple):
    """Where a group talks: platform, place (server, workspace; "" where there is none), channel."""

    platform: str
    place: str
    channel: str


@dataclass(frozen=True, slots=True)
class Room:
    """A room of a group, with the name that people read."""

    ref: RoomRef
    name: str


class Place(NamedTuple):
    """Where somebody asks: a room with its name, or a private chat (no room). `group`: which one they chose there."""

    room: RoomRef | None
    name: str = ""
    group: GroupId | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """A person. `zone` is the IANA name of their own time zone."""

    id: MemberId
    name: str
    zone: str


@dataclass(frozen=True, slots=True)
class Group:
    """Members who share their listening; `zone` decides its weeks."""

    id: GroupId
    name: str
    zone: str


class Source(StrEnum):
    """Where a play is known from. Order of precedence is `core.precedence`."""

    SPOTIFY = "spotify"
    EXTENDED = "extended"
    ACCOUNT = "account"
    LASTFM = "lastfm"
    LISTENBRAINZ = "listenbrainz"


class LinkState(StrEnum):
    """Whether a link can be asked for plays. `HIDDEN`: the member hides them at the source."""

    ACTIVE = "active"
    EXPIRED = "expired"
    NOT_ALLOWLISTED = "not_allowlisted"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Link:
    """A member's account at a source.

    `account` is the source's own pseudonymous id ("" for an export); `client_id` and `scopes` belong to an
    OAuth grant, given at `authorized_at_ms`. `developer` is the developer account whose quota a call spends.
    """

    id: LinkId
    member_id: MemberId
    source: Source
    account: str = ""
    client_id: str = ""
    developer: str = ""
    scopes: frozenset[str] = frozenset()
    authorized_at_ms: int = 0
    state: LinkState = LinkState.ACTIVE


class RawTrack(NamedTuple):
    """What was played, as the source says it. `uri` is "" where the source has none, names are "" if unknown."""

    uri: str
    title: str
    artist: str
    album: str = ""
    duration_ms: int = 0
    isrc: str = ""

    @property
    def key(self) -> str:
        """The raw identity: the URI, else artist, title and album as written; a digest where that is long."""
        key = self.uri or f"name:{self.artist}\x1f{self.title}\x1f{self.album}"
        if len(key) <= LONGEST_KEY:
            return key
        return f"name:{sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()}"


class NewPlay(NamedTuple):
    """A play as it comes in. `ms_played` is 0 where the source does not tell; `nth` tells apart equal rows."""

    at_ms: int
    track: RawTrack
    ms_played: int = 0
    nth: int = 0


class Play(NamedTuple):
    """A play as stored: the instant it ended, which track, how long it sounded (0 = the source does not tell).

    Last.fm and ListenBrainz tell when a play began; there it is the beginning.
    """

    at_ms: int
    track_id: TrackId
    ms_played: int


@dataclass(frozen=True, slots=True)
class Track:
    """A stored track with its raw identity. `duration_ms` is 0 where unknown.

    `song` is derived (`core.identity`); until then each track is a song of its own.
    """

    id: TrackId
    key: str
    title: str
    artist: str
    album: str
    duration_ms: int = 0
    isrc: str = ""
    song: SongId = SongId(0)

    def __post_init__(self) -> None:
        if not self.song:
            object.__setattr__(self, "song", SongId(self.id))

    @property
    def uri(self) -> str:
        """The source's URI, or ""."""
        return "" if self.key.startswith("name:") else self.key


class Span(NamedTuple):
    """From `start_ms` (included) to `end_ms` (excluded)."""

    start_ms: int
    end_ms: int


class Gap(NamedTuple):
    """An interval in which plays may be missing, and why (`overflow`, `outage`, `expired`, `stale`)."""

    start_ms: int
    end_ms: int
    cause: str


@dataclass(frozen=True, slots=True)
class LinkPlays:
    """What one link knows of a time: its plays in order of time, the intervals it vouches for, its known gaps."""

    link: Link
    plays: Sequence[Play]
    covered: Sequence[Span]
    gaps: Sequence[Gap] = ()


class Origin(NamedTuple):
    """From `start_ms` (included) to `end_ms` (excluded) only plays of this source count."""

    start_ms: int
    end_ms: int
    source: Source


@dataclass(frozen=True, slots=True)
class Counted:
    """One member's plays of a period in order of time, after source precedence, before any choice of the member.

    `covered` and `gaps` are clipped to the period; `origins` (disjoint, in order) say which source counts when.
    Nothing shows it: `core.consent` makes a `Listening` of it for whoever looks.
    """

    member: Member
    plays: Sequence[Play]
    covered: Sequence[Span]
    gaps: Sequence[Gap]
    origins: Sequence[Origin] = ()


@dataclass(frozen=True, slots=True)
class Listening:
    """One member's plays of a period, in order of time, as far as they count for whoever looks.

    Only `core.consent` makes one. `timed` are those of the plays whose hour may be told. `sources` counts the plays by
    source; `covered`, `gaps` and `origins` are as in `Counted`.
    """

    member: Member
    plays: Sequence[Play]
    timed: Sequence[Play]
    sources: Mapping[Source, int]
    covered: Sequence[Span]
    gaps: Sequence[Gap]
    origins: Sequence[Origin] = ()


class Heard(NamedTuple):
    """When a member had first and last played something, before some time."""

    first_ms: int
    last_ms: int


@dataclass(frozen=True, slots=True)
class Memory:
    """What a member had played before some time, as far as it counts for whoever looks. Only `core.consent` makes one.

    `since_ms` is when what is known of them begins.
    """

    since_ms: int
    heard: Mapping[TrackId, Heard]


class PeriodKind(StrEnum):
    """Which kind of time a recap speaks of."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    DAYS = "days"


@dataclass(frozen=True, slots=True)
class Period:
    """Local days of a zone, first and last included, with the instants they span."""

    kind: PeriodKind
    first: date
    last: date
    zone: str
    start_ms: int
    end_ms: int
