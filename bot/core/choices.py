"""What a member has taken out of the counting: an artist, a song, some hours; and time that is not kept at all.

An `Aside` leaves plays where they are and out of what is counted. Time that was paused or forgotten is not stored: no
source brings its plays back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.core.identity import Key, fold, tracks_meant
from bot.core.model import Play, Span, Track, TrackId

_CREDITS = re.compile(
    r"\s*(?:,|;|/|&|\+|\bx\b|\band\b|\bwith\b|\bfeat\b\.?|\bft\b\.?|\bfeaturing\b)\s*", re.IGNORECASE
)
_GUESTS = re.compile(r"\b(?:feat|ft|featuring|with)\b\.?\s+([^)\]]+)", re.IGNORECASE)


class Mark(StrEnum):
    """Why plays are set aside. `HIDDEN` ones count for the member's own eyes, the others for nobody's."""

    HIDDEN = "hidden"
    SLEEP = "sleep"
    KIDS = "kids"
    BACKGROUND = "background"


class Whole(StrEnum):
    """What an aside is about."""

    ARTIST = "artist"
    SONG = "song"
    TIME = "time"


NEVER = Span(0, 0)
FOR_EVER = 2**53  # where a pause that goes on ends


@dataclass(frozen=True, slots=True)
class Aside:
    """Plays set aside: of an artist or a song (`key` is folded, `name` as it is shown), or all of a time."""

    id: int
    mark: Mark
    whole: Whole
    key: Key = ()
    name: str = ""
    span: Span = NEVER


@dataclass(frozen=True, slots=True)
class Choices:
    """All that a member has taken out.

    `unread` are disjoint spans in order, of which nothing is kept; `declined` kinds of awards that they do not want.
    """

    asides: tuple[Aside, ...] = ()
    unread: tuple[Span, ...] = ()
    declined: frozenset[str] = frozenset()


NOTHING = Choices()


def within(at_ms: int, spans: Sequence[Span]) -> bool:
    """Whether an instant lies in one of the spans."""
    return any(start_ms <= at_ms < end_ms for start_ms, end_ms in spans)


def taken_out(plays: Sequence[Play], tracks: Mapping[TrackId, Track], aside: Aside) -> int:
    """How many of the plays this aside alone sets aside."""
    return len(plays) - len(left(plays, tracks, (aside,)))


def left(plays: Sequence[Play], tracks: Mapping[TrackId, Track], asides: Sequence[Aside]) -> Sequence[Play]:
    """The plays that are not set aside, in the same order."""
    if not asides:
        return plays
    artists = {fold(it.key[0]) for it in asides if it.whole is Whole.ARTIST}
    times = [it.span for it in asides if it.whole is Whole.TIME]
    played = {play.track_id for play in plays} if artists else set()
    out = {number for number in played if not artists.isdisjoint(credited(tracks[number]))}
    for it in asides:
        if it.whole is Whole.SONG:
            out |= tracks_meant(it.key, tracks)
    return [play for play in plays if play.track_id not in out and not within(play.at_ms, times)]


def credited(track: Track) -> set[str]:
    """Everybody whom a track names, folded: the credit as written, each part of it, the guests in the title.

    Rather one too many (“Simon”, of “Simon & Garfunkel”) than one too few.
    """
    names = {track.artist, *_CREDITS.split(track.artist)}
    for guests in _GUESTS.findall(track.title):
        names |= {guests, *_CREDITS.split(guests)}
    return {fold(it) for it in names} - {""}
