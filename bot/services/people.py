"""Who is this, and which group is this room? The first step of nearly every command."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.model import Group, Identity, Member, RoomRef
from bot.errors import NotJoined
from bot.ports import Clock, GroupStore, Membership, MemberStore
from bot.text import t


class People:
    """Members and groups as the platforms know them. `default_zone` is used where a platform tells none."""

    def __init__(self, members: MemberStore, groups: GroupStore, clock: Clock, default_zone: str) -> None:
        self._members = members
        self._groups = groups
        self._clock = clock
        self._default_zone = default_zone

    async def member(self, identity: Identity, name: str, zone: str = "") -> Member:
        """The member behind an identity; somebody new is written down (and shown nowhere before `/join`)."""
        known = await self._members.member_of(identity)
        if known is not None:
            return known
        return await self._members.add_member(
            name, zone or self._default_zone, identity, self._clock.now_ms()
        )

    async def group(self, room: RoomRef, room_name: str) -> Group:
        """The room's group, made on first use."""
        return await self._groups.open_room(room, room_name or room.channel, self._default_zone)

    async def joined(self, group: Group) -> Sequence[Membership]:
        """Who said yes in this group."""
        return await self._groups.memberships(group.id)

    async def require_joined(self, group: Group, member: Member) -> Membership:
        """The member's yes to this group. Raises `NotJoined` with what to do."""
        for membership in await self._groups.memberships(group.id):
            if membership.member.id == member.id:
                return membership
        raise NotJoined(
            t("You have not joined {group} yet. /join shows what the others would see.", group=group.name)
        )
