"""What a recap says. Plain frozen data; `recap.compute` makes it, cards and pictures show it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.core.model import Gap, Member, MemberId, Period, Source, Span, TrackId


class Kind(StrEnum):
    """What a top list ranks."""

    TRACK = "track"
    ARTIST = "artist"
    ALBUM = "album"


@dataclass(frozen=True, slots=True)
class Ranked:
    """One line of a top list.

    `title` is the track's or album's name ("" for an artist); `shares` are the plays of each member who played
    it, most first; `rank` is 1 for the first (equal counts keep the order of `core.recap.tops`); `was` is its
    rank in the period before, None where it was not played then, or where that is not `compared` because too little of
    it is known. `back` says of what was not played then whether it ever had been, as far as is known; None where nobody
    looked (`core.recap.movement`). `track_ids` are the raw tracks behind it, most played first.
    """

    kind: Kind
    rank: int
    title: str
    artist: str
    plays: int
    shares: tuple[tuple[MemberId, int], ...]
    was: int | None
    track_ids: tuple[TrackId, ...]
    uri: str = ""
    compared: bool = True
    back: bool | None = None


@dataclass(frozen=True, slots=True)
class Loop:
    """One member played one song `times` times with no other song in between; instants are ends of plays."""

    member: Member
    title: str
    artist: str
    times: int
    first_ms: int
    last_ms: int
    track_ids: tuple[TrackId, ...]


@dataclass(frozen=True, slots=True)
class BusyHour:
    """The clock hour with the most plays of the period: from `start_ms` for 60 minutes, in `zone`.

    `shares` are, of a group's hour, the plays of each member who had any.
    """

    start_ms: int
    zone: str
    plays: int
    shares: tuple[tuple[MemberId, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of the period is vouched for, as far as it has passed (`until_ms`).

    `complete` is the share of that (0 to 1), 1 only where nothing is `missing`: those are the intervals that nobody
    vouches for, in order, with a cause where one is known.
    """

    member: Member
    complete: float
    covered: tuple[Span, ...]
    gaps: tuple[Gap, ...]
    sources: tuple[tuple[Source, int], ...]
    missing: tuple[Gap, ...] = ()
    until_ms: int = 0


@dataclass(frozen=True, slots=True)
class MemberRecap:
    """One member's part, by the member's own clock.

    `minutes` are whole minutes; `minutes_exact` is False where a source does not tell how long a play sounded
    and the track's own length was taken (cards then say "about"). `plays_before` is None where too little is known of
    the period before.
    """

    member: Member
    plays: int
    plays_before: int | None
    minutes: int
    minutes_exact: bool
    top_tracks: tuple[Ranked, ...]
    top_artists: tuple[Ranked, ...]
    top_albums: tuple[Ranked, ...]
    clock: tuple[int, ...]
    week: tuple[int, ...]
    busiest: BusyHour | None
    loops: tuple[Loop, ...]


@dataclass(frozen=True, slots=True)
class Recap:
    """The facts of a group's (or one member's) period.

    `clock` has 24 counts by local hour, `week` 168 by local weekday (Monday first) and hour, each play by the
    clock of the member who played it. `listeners` is how many members played anything.
    `plays_before` is None where too little is known of the period before for one of those who count.
    """

    name: str
    period: Period
    plays: int
    plays_before: int | None
    listeners: int
    minutes: int
    minutes_exact: bool
    top_tracks: tuple[Ranked, ...]
    top_artists: tuple[Ranked, ...]
    top_albums: tuple[Ranked, ...]
    clock: tuple[int, ...]
    week: tuple[int, ...]
    busiest: BusyHour | None
    loops: tuple[Loop, ...]
    members: tuple[MemberRecap, ...]
    coverage: tuple[Coverage, ...]

    def member(self, member_id: MemberId) -> MemberRecap | None:
        """The part of one member, or None."""
        return next((part for part in self.members if part.member.id == member_id), None)
