"""What is a member's own, gathered: where they are known, what is linked, which groups see what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.core import polling
from bot.core.choices import within
from bot.core.histories import Tally
from bot.core.lifetimes import GRANT_MS, deleted_ms
from bot.core.model import Group, Identity, Link, Member, Room, Source, Span
from bot.ports import (
    Clock,
    GroupStore,
    LifetimeStore,
    LinkStore,
    Membership,
    MemberStore,
    PlayStore,
    TallyStore,
)
from bot.services.lifetimes import life_of


@dataclass(frozen=True, slots=True)
class LinkView:
    """A link; of a Spotify account until when its grant lives, else the time that it covers. None: not known.

    `deleted_ms`: when a link that has ended goes with its plays. `seats`: how many are taken of its app. `unread`: how
    many plays more than were read the source has counted for days, negative where it counts fewer. `silent_since_ms`:
    the last play, where Spotify has told of none since for longer than usual.
    """

    link: Link
    until_ms: int | None
    covered: Span | None
    deleted_ms: int | None = None
    seats: int = 0
    unread: int = 0
    silent_since_ms: int | None = None


@dataclass(frozen=True, slots=True)
class GroupView:
    """A group of the member's, what they said there, and the rooms in which they are seen."""

    group: Group
    said: Membership
    rooms: Sequence[Room]


@dataclass(frozen=True, slots=True)
class Panel:
    """All of it."""

    identities: Sequence[Identity]
    links: Sequence[LinkView]
    groups: Sequence[GroupView]


class Panels:
    """Gathers what is one member's, for that member."""

    def __init__(
        self,
        members: MemberStore,
        groups: GroupStore,
        plays: PlayStore,
        links: LinkStore,
        lifetimes: LifetimeStore,
        tallies: TallyStore,
        clock: Clock,
    ) -> None:
        self._members = members
        self._groups = groups
        self._plays = plays
        self._links = links
        self._lifetimes = lifetimes
        self._tallies = tallies
        self._clock = clock

    async def of(self, member: Member) -> Panel:
        """The member's panel."""
        known = await self._plays.plays_between([member.id], 0, 0)
        tallies = await self._tallies.tallies([it.link.id for it in known])
        return Panel(
            await self._members.identities_of(member.id),
            [await self._link_view(it.link, it.covered, tallies.get(it.link.id)) for it in known],
            [await self._group_view(group, member) for group in await self._groups.groups_of(member.id)],
        )

    async def _group_view(self, group: Group, member: Member) -> GroupView:
        (said,) = [it for it in await self._groups.memberships(group.id) if it.member.id == member.id]
        rooms = [it for it in await self._groups.rooms(group.id) if it.ref in said.rooms]
        return GroupView(group, said, rooms)

    async def _link_view(self, link: Link, covered: Sequence[Span], tally: Tally | None) -> LinkView:
        if link.source is not Source.SPOTIFY:
            whole = Span(covered[0].start_ms, covered[-1].end_ms) if covered else None
            unread = tally.unread if tally is not None and tally.lasting else 0
            return LinkView(link, None, whole, unread=unread)
        known = await self._lifetimes.lifetime(link.id)
        return LinkView(
            link,
            link.authorized_at_ms + GRANT_MS,
            None,
            None if known is None else deleted_ms(life_of(known.link, known.ended_ms)),
            await self._links.seats(link.client_id),
            silent_since_ms=await self._silent_since_ms(link),
        )

    async def _silent_since_ms(self, link: Link) -> int | None:
        now_ms = self._clock.now_ms()
        if within(now_ms, await self._plays.unread(link.id)):
            return None
        times = sorted(at_ms for at_ms, _ in await self._plays.recent_keys(link.id, polling.KNOWN))
        unusual_ms = polling.unusual_ms(times)
        return None if unusual_ms is None or now_ms < unusual_ms else times[-1]
