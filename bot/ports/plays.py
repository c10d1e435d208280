"""Plays and what vouches for them; calls spent at a source."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.core.model import (
    Gap,
    GroupId,
    Heard,
    LinkId,
    LinkPlays,
    MemberId,
    NewPlay,
    Source,
    Span,
    Track,
    TrackId,
)


@dataclass(frozen=True, slots=True)
class Polled:
    """What one look at a link showed, decided by `core.polling` or `core.scrobbles`, stored in one transaction.

    `at_ms` becomes the link's `last_ms`; a look that failed repeats the one before and counts up `fails`. `gone` are
    stored plays (at_ms, raw track key) that the source has taken back.
    """

    link_id: LinkId
    at_ms: int
    plays: Sequence[NewPlay]
    certified: Span | None
    gap: Gap | None
    next_ms: int
    fails: int = 0
    gone: Sequence[tuple[int, str]] = ()


class PlayStore(Protocol):
    """Plays: raw identity kept; only what a source takes back goes again.

    No play is kept of time that a member has paused or forgotten (`ports.ChoiceStore`).
    """

    async def record(self, link_id: LinkId, plays: Sequence[NewPlay]) -> int:
        """Add plays; those already there are left alone. How many were new.

        What is stored of a track is kept; names that were unknown are filled in from what comes later.
        """
        ...

    async def cover(self, link_id: LinkId, spans: Iterable[Span]) -> None:
        """The link vouches for these intervals; touching ones are merged with what is stored."""
        ...

    async def expire(self, source: Source, before_ms: int, limit: int) -> int:
        """Delete plays of this source that are older, at most so many; how many were deleted.

        No link of it vouches for that time any more, from the first call on.
        """
        ...

    async def record_poll(self, polled: Polled) -> int:
        """Plays, coverage and the next look, all or nothing. How many plays were new."""
        ...

    async def unread(self, link_id: LinkId) -> tuple[Span, ...]:
        """The time of which nothing is kept for this link's member: disjoint, in order."""
        ...

    async def keys_between(self, link_id: LinkId, start_ms: int, end_ms: int) -> Sequence[tuple[int, str]]:
        """The stored plays of a link in [start, end) as (at_ms, raw track key), oldest first."""
        ...

    async def count_plays(self, link_id: LinkId) -> int:
        """How many plays of a link are stored."""
        ...

    async def recent_keys(self, link_id: LinkId, limit: int) -> Sequence[tuple[int, str]]:
        """The newest stored plays of a link as (at_ms, raw track key), newest first."""
        ...

    async def plays_between(
        self, member_ids: Collection[MemberId], start_ms: int, end_ms: int
    ) -> Sequence[LinkPlays]:
        """For each link of these members: plays in [start, end), all covered spans, gaps touching it."""
        ...

    async def heard_before(
        self, member_ids: Collection[MemberId], before_ms: int
    ) -> Mapping[MemberId, Mapping[TrackId, Heard]]:
        """Of each of these members every track they played before then, with the first and last play.

        Over all of their links: a play that any source tells was heard.
        """
        ...

    async def tracks(self, track_ids: Collection[TrackId]) -> Mapping[TrackId, Track]:
        """The tracks of these numbers, each with the song that it is by the rules."""
        ...

    async def in_group(self, tracks: Mapping[TrackId, Track], group_id: GroupId) -> Mapping[TrackId, Track]:
        """The same tracks with the songs that they are in this group, which may know better."""
        ...

    async def artists(self) -> Sequence[tuple[str, int]]:
        """Every artist name in stored tracks with the number of stored tracks."""
        ...


class BudgetStore(Protocol):
    """Calls spent per developer account in a rolling 24 hours, and until when it is blocked."""

    async def spend(self, developer: str, now_ms: int, calls: int = 1) -> None: ...

    async def spent(self, developer: str, since_ms: int) -> int: ...

    async def block(self, developer: str, until_ms: int) -> None: ...

    async def blocked_until(self, developer: str) -> int:
        """ms UTC, 0 if not blocked."""
        ...
