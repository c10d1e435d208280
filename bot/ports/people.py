"""People, groups, and who said yes to what."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.core.model import (
    Group,
    GroupId,
    Identity,
    Member,
    MemberId,
    RoomRef,
)


@dataclass(frozen=True, slots=True)
class Membership:
    """A member's yes to a group: which features may use their plays there (`core.consent` names them)."""

    member: Member
    group_id: GroupId
    features: frozenset[str]
    joined_ms: int


class MemberStore(Protocol):
    """People and who they are on each platform."""

    async def add_member(self, name: str, zone: str, identity: Identity | None, now_ms: int) -> Member:
        """A new member. With an identity that is known already, that member as stored."""
        ...

    async def member(self, member_id: MemberId) -> Member | None: ...

    async def member_of(self, identity: Identity) -> Member | None: ...

    async def members_named(self, name: str) -> Sequence[Member]:
        """Members with exactly this name, oldest first."""
        ...

    async def all_members(self) -> Sequence[Member]:
        """Every member, oldest first."""
        ...

    async def identities(self, platform: str) -> Sequence[tuple[Identity, Member]]:
        """Everybody with an identity on this platform, oldest member first."""
        ...


class GroupStore(Protocol):
    """Groups, their rooms, and who said yes to what."""

    async def open_room(self, room: RoomRef, name: str, zone: str) -> Group:
        """The room's group; made with this name and zone if the room has none."""
        ...

    async def group_of(self, room: RoomRef) -> Group | None: ...

    async def group(self, group_id: GroupId) -> Group | None: ...

    async def join(
        self, group_id: GroupId, member_id: MemberId, features: Collection[str], now_ms: int
    ) -> None:
        """Say yes to these features, in place of what was said before."""
        ...

    async def leave(self, group_id: GroupId, member_id: MemberId) -> bool:
        """End a membership. False if there was none."""
        ...

    async def memberships(self, group_id: GroupId) -> Sequence[Membership]:
        """Oldest membership first."""
        ...

    async def groups_of(self, member_id: MemberId) -> Sequence[Group]: ...
