"""One group in several rooms, on any platform: admins of both say so, and then each member for themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.model import Group, Identity, Room, RoomRef
from bot.errors import NotAllowed, NotFound
from bot.ports import GroupStore, MemberStore, OneTimeCode
from bot.services.codes import Codes, Kind
from bot.text import t, tn


@dataclass(frozen=True, slots=True)
class Invitation:
    """The group that a room would join, and where that group meets."""

    group: Group
    rooms: Sequence[Room]


@dataclass(frozen=True, slots=True)
class Joined:
    """A room that has joined a group; `ask` are the identities of each member who is to be asked about it."""

    group: Group
    room: Room
    ask: Sequence[Sequence[Identity]]


class Rooms:
    """The rooms of groups. Who may ask for this is decided by whoever calls it."""

    def __init__(self, members: MemberStore, groups: GroupStore, codes: Codes) -> None:
        self._members = members
        self._groups = groups
        self._codes = codes

    async def of(self, group: Group) -> Sequence[Room]:
        """The group's rooms."""
        return await self._groups.rooms(group.id)

    async def offer(self, admin: Identity, group: Group) -> str:
        """A code that lets another room join this group."""
        return await self._codes.make(Kind.ROOM, admin, group.id)

    async def invitation(self, typed: str, admin: Identity, own: Group) -> Invitation:
        """What a room of the group `own` would join by this code; nothing happens yet.

        Raises `NotFound` as `Codes.look_up`, `NotAllowed` where the room cannot join.
        """
        return (await self._look_up(typed, admin, own))[1]

    async def join(self, typed: str, admin: Identity, own: Group, room: RoomRef) -> Joined:
        """Let the room join. Nobody is shown in it before they say yes. Raises as `invitation`, and `Stale`."""
        code, invitation = await self._look_up(typed, admin, own)
        await self._codes.use(code)
        group = invitation.group
        await self._groups.move_room(room, group.id)
        (there,) = [it for it in await self._groups.rooms(group.id) if it.ref == room]
        memberships = await self._groups.memberships(group.id)
        return Joined(group, there, [await self._members.identities_of(it.member.id) for it in memberships])

    async def part(self, group: Group, room: RoomRef) -> Group:
        """Take a room out of the group: it has one of its own again. Raises `NotFound`, `NotAllowed` for the last."""
        if all(it.ref != room for it in await self._groups.rooms(group.id)):
            raise NotFound(t("That room is not one of {group}'s (any more).", group=group.name))
        return await self._groups.part_room(room)

    async def _look_up(self, typed: str, admin: Identity, own: Group) -> tuple[OneTimeCode, Invitation]:
        code = await self._codes.look_up(Kind.ROOM, typed, admin)
        group = None if code.group_id is None else await self._groups.group(code.group_id)
        if group is None:
            raise NotFound(t("The group of that code is not here any more."))
        if group.id == own.id:
            raise NotAllowed(t("This room is one of {group}'s already.", group=group.name))
        joined = len(await self._groups.memberships(own.id))
        if joined:
            raise NotAllowed(
                tn(
                    "{n} member has joined {own} in this room, and what they said was not about {group}. Once they "
                    "have left with /leave, the room can join.",
                    "{n} members have joined {own} in this room, and what they said was not about {group}. Once they "
                    "have left with /leave, the room can join.",
                    joined,
                    own=own.name,
                    group=group.name,
                )
            )  # fmt: skip
        return code, Invitation(group, await self._groups.rooms(group.id))
