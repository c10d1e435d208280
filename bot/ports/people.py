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
    Room,
    RoomRef,
)


@dataclass(frozen=True, slots=True)
class Membership:
    """A member's yes to a group: which features may use their plays (`core.consent` names them), in which rooms.

    `paused`: the member has stopped everything for now, in every group.
    """

    member: Member
    group_id: GroupId
    features: frozenset[str]
    rooms: frozenset[RoomRef]
    joined_ms: int
    paused: bool = False


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

    async def identities_of(self, member_id: MemberId) -> Sequence[Identity]:
        """Who a member is on each platform, in order of the alphabet."""
        ...

    async def merge_members(self, keep: MemberId, gone: MemberId) -> None:
        """Two turn out to be one person: everything of `gone` becomes `keep`'s, and `gone` is no more.

        Where both are in a group, only the features stay that both said yes to, in the rooms of either. Imports
        of the same kind become one, without doubling a play. Raises `NotFound` where one is not there (any more).
        """
        ...


class GroupStore(Protocol):
    """Groups, their rooms, and who said yes to what."""

    async def open_room(self, room: RoomRef, name: str, zone: str) -> Group:
        """The room's group; made with this name and zone if the room has none.

        The room is called so from now on; "" leaves its name (its channel's, in a new room) as it is.
        """
        ...

    async def rooms(self, group_id: GroupId) -> Sequence[Room]:
        """The group's rooms, in order of their references."""
        ...

    async def move_room(self, room: RoomRef, group_id: GroupId) -> None:
        """The room becomes one of this group, which shows nobody in it yet.

        Raises `NotAllowed` where somebody has joined the room's own group, `NotFound`.
        """
        ...

    async def part_room(self, room: RoomRef) -> Group:
        """The room gets a group of its own again, with its name and without members; it was one of several.

        Raises `NotAllowed` for the only room of a group, `NotFound`.
        """
        ...

    async def group_of(self, room: RoomRef) -> Group | None: ...

    async def group(self, group_id: GroupId) -> Group | None: ...

    async def join(
        self,
        group_id: GroupId,
        member_id: MemberId,
        features: Collection[str],
        rooms: Collection[RoomRef],
        now_ms: int,
    ) -> None:
        """Say yes to these features in these rooms (of the group), in place of what was said before."""
        ...

    async def show_in(self, room: RoomRef, member_id: MemberId) -> bool:
        """Say yes to one more room. False where the member is not in the room's group."""
        ...

    async def leave(self, group_id: GroupId, member_id: MemberId) -> bool:
        """End a membership. False if there was none."""
        ...

    async def memberships(self, group_id: GroupId) -> Sequence[Membership]:
        """Oldest membership first."""
        ...

    async def groups_of(self, member_id: MemberId) -> Sequence[Group]: ...
