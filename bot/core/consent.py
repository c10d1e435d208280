"""What of whom may be shown where: the only way from memberships to members, and from plays to what is counted.

A yes is given per group, per feature and per room: whoever said yes in one room of a group is not shown in another,
and whoever pauses is shown nowhere. What a member has hidden or set aside is out before anything is counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bot.core.calendar import HOUR_MS, at_local, day_start, local_time, offset_at, segments
from bot.core.choices import Aside, Choices, Mark, left
from bot.core.model import (
    Counted,
    Gap,
    Group,
    Heard,
    Listening,
    Member,
    MemberId,
    Memory,
    Play,
    RoomRef,
    Span,
    Track,
    TrackId,
)
from bot.core.precedence import by_source, intersect, subtract, union


class Feature(StrEnum):
    """What a member says yes to, one by one."""

    RECAP = "recap"
    COMPARE = "compare"
    NIGHTS = "nights"
    STORIES = "stories"
    PLAYLISTS = "playlists"


@dataclass(frozen=True, slots=True)
class Audience:
    """Who will see something: a group, as far as it meets in these of its rooms."""

    group: Group
    rooms: frozenset[RoomRef]


@dataclass(frozen=True, slots=True)
class Eyes:
    """Who looks: the member alone, or others, who may read the hours of the nights of these members only."""

    others: bool
    nights: frozenset[MemberId] = frozenset()


OWN = Eyes(others=False)
# Whole hours of the member's own clock, which only `Feature.NIGHTS` lets others read.
NIGHT = range(5)


class Consent(Protocol):
    """A member's yes to a group (`ports.Membership`)."""

    @property
    def member(self) -> Member: ...

    @property
    def features(self) -> Collection[str]: ...

    @property
    def rooms(self) -> frozenset[RoomRef]: ...

    @property
    def paused(self) -> bool: ...


def shown(memberships: Iterable[Consent], rooms: frozenset[RoomRef]) -> list[Member]:
    """The members who said yes to being seen in one of these rooms, with whichever feature, and do not pause."""
    return [it.member for it in memberships if not it.paused and not rooms.isdisjoint(it.rooms)]


def sharing(memberships: Iterable[Consent], feature: Feature, rooms: frozenset[RoomRef]) -> list[Member]:
    """The members whose plays this feature may use for those who see one of these rooms."""
    return shown((it for it in memberships if feature in it.features), rooms)


@dataclass(frozen=True, slots=True)
class Previewed:
    """What a member said to their part of a group's posts: once `fine`, and not in the post of period `left_out`."""

    fine: bool = False
    left_out: str = ""


def cleared(
    memberships: Iterable[Consent], previews: Mapping[MemberId, Previewed], key: str
) -> frozenset[MemberId]:
    """Who may be in the post of the period with this key: whoever has seen their part and said that it is fine.

    Whoever has not answered is in no post; whoever said "not this week" is in all but that one.
    """
    said = {it.member.id: previews.get(it.member.id, Previewed()) for it in memberships}
    return frozenset(who for who, it in said.items() if it.fine and it.left_out != key)


def others(memberships: Iterable[Consent]) -> Eyes:
    """How others of this group look at its members."""
    return Eyes(True, frozenset(it.member.id for it in memberships if Feature.NIGHTS in it.features))


def seen(it: Counted, choices: Choices, tracks: Mapping[TrackId, Track], eyes: Eyes) -> Listening:
    """What of a member's plays counts for those who look. `tracks` has every track of the plays."""
    plays = left(it.plays, tracks, _asides(choices, eyes))
    whole = not eyes.others or it.member.id in eyes.nights
    covered = _vouched(it, choices, eyes)
    return Listening(
        member=it.member,
        plays=plays,
        timed=plays if whole else _by_day(plays, it.member.zone),
        sources=by_source(plays, it.origins),
        covered=covered if whole else _to_the_nights(covered, it),
        gaps=[
            Gap(kept.start_ms, kept.end_ms, gap.cause)
            for gap in it.gaps
            for kept in subtract([Span(gap.start_ms, gap.end_ms)], choices.unread)
        ],
        origins=it.origins,
    )


def remembered(
    heard: Mapping[TrackId, Heard],
    choices: Choices,
    tracks: Mapping[TrackId, Track],
    eyes: Eyes,
    before_ms: int,
) -> Memory:
    """What of a member's past before then counts for those who look.

    A track of which the first or the last play is set aside is not remembered.
    """
    ends = [Play(at_ms, it, 0) for it, told in heard.items() for at_ms in (told.first_ms, told.last_ms)]
    kept = Counter(play.track_id for play in left(ends, tracks, _asides(choices, eyes)))
    since_ms = min((it.first_ms for it in heard.values()), default=before_ms)
    return Memory(since_ms, {it: told for it, told in heard.items() if kept[it] == 2})


def _vouched(it: Counted, choices: Choices, eyes: Eyes) -> list[Span]:
    """What is vouched for. Of time that is not kept the member is told so; for others nothing counts in it, and that is
    the whole truth: they do not read off when somebody paused, or what was forgotten."""
    if not eyes.others:
        return subtract(it.covered, choices.unread)
    return intersect(union([*it.covered, *choices.unread]), _bounds(it))


def _bounds(it: Counted) -> list[Span]:
    """The time that was counted."""
    return [Span(it.origins[0].start_ms, it.origins[-1].end_ms)] if it.origins else []


def _to_the_nights(covered: Sequence[Span], it: Counted) -> list[Span]:
    """Less of what is vouched for: an interval that begins or ends with a play of the night does not tell that hour."""
    bounds = {at_ms for span in _bounds(it) for at_ms in span}
    found = []
    for start_ms, end_ms in covered:
        night = _night_around(start_ms, it.member.zone) if start_ms not in bounds else None
        from_ms = start_ms if night is None else night.end_ms
        night = _night_around(end_ms, it.member.zone) if end_ms not in bounds else None
        to_ms = end_ms if night is None else night.start_ms
        if from_ms < to_ms:
            found.append(Span(from_ms, to_ms))
    return found


def _night_around(at_ms: int, zone: str) -> Span | None:
    """The night of this clock in which an instant lies."""
    local = local_time(at_ms, zone)
    if local.hour not in NIGHT:
        return None
    return Span(day_start(local.date(), zone), at_local(local.date(), NIGHT.stop, 0, zone))


def _asides(choices: Choices, eyes: Eyes) -> list[Aside]:
    return [it for it in choices.asides if eyes.others or it.mark is not Mark.HIDDEN]


def _by_day(plays: Sequence[Play], zone: str) -> list[Play]:
    """The plays (in order of time) outside of the nights of this zone's clock."""
    if not plays:
        return []
    pieces = segments(zone, plays[0].at_ms, plays[-1].at_ms + 1)
    return [
        play for play in plays if (play.at_ms + offset_at(pieces, play.at_ms)) // HOUR_MS % 24 not in NIGHT
    ]
