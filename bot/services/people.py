"""Who is this, and who will see the answer? The first step of nearly every command."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.consent import Audience
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

    async def known(self, identity: Identity) -> Member | None:
        """The member behind an identity, None for somebody who never asked for anything."""
        return await self._members.member_of(identity)

    async def audience(self, place: Place, member: Member) -> Audience:
        """Who will see an answer. In a room: the room's group (made on first use), in this room.

        In a private chat: the member's own group, or the chosen one, in the rooms where the member is seen, for
        whom they see there they may see here. Raises `WhichGroup` where they are in several groups, `UserError`
        where in none.
        """
        if place.room is not None:
            group = await self._groups.open_room(place.room, place.name, self._default_zone)
            return Audience(group, frozenset({place.room}))
        group = await self._chosen(place, member)
        mine = await self.membership(group, member)
        return Audience(group, mine.rooms if mine is not None else frozenset())

    async def joined(self, group: Group) -> Sequence[Membership]:
        """Who said yes in this group, in whichever room."""
        return await self._groups.memberships(group.id)

    async def membership(self, group: Group, member: Member) -> Membership | None:
        """The member's yes to this group, None where there is none."""
        return next((it for it in await self.joined(group) if it.member.id == member.id), None)

    async def require_joined(self, audience: Audience, member: Member) -> Membership:
        """The member's yes to being seen here. Raises `NotJoined` with what to do."""
        mine = await self.membership(audience.group, member)
        if mine is None or mine.rooms.isdisjoint(audience.rooms):
            raise NotJoined(
                t(
                    "You have not joined {group} here yet. /join shows what the others would see.",
                    group=audience.group.name,
                )
            )
        return mine

    async def _chosen(self, place: Place, member: Member) -> Group:
        groups = await self._groups.groups_of(member.id)
        if not groups:
            raise UserError(
                t("That is about a group: please say it in the group's room, and /join there first.")
            )
        chosen = [group for group in groups if place.group in (None, group.id)]
        if len(chosen) != 1:
            raise WhichGroup(t("Which group do you mean?"), [(group.id, group.name) for group in groups])
        return chosen[0]
