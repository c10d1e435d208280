"""Who is this, and which group is this room? The first step of nearly every command."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.model import Group, Identity, Member, Place
from bot.errors import NotJoined, UserError, WhichGroup
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

    async def group(self, place: Place, member: Member) -> Group:
        """The group that is meant: the room's, made on first use; in a private chat the member's own, or the chosen.

        Raises `WhichGroup` where they are in several, `UserError` where in none.
        """
        if place.room is not None:
            return await self._groups.open_room(
                place.room, place.name or place.room.channel, self._default_zone
            )
        groups = await self._groups.groups_of(member.id)
        if not groups:
            raise UserError(
                t("That is about a group: please say it in the group's room, and /join there first.")
            )
        chosen = [group for group in groups if place.group in (None, group.id)]
        if len(chosen) != 1:
            raise WhichGroup(t("Which group do you mean?"), [(group.id, group.name) for group in groups])
        return chosen[0]

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
