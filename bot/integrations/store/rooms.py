"""Groups, their rooms, and who said yes to what in which of them (`GroupStore`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, exists, func, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.model import Group, GroupId, MemberId, Room, RoomRef
from bot.errors import NotAllowed, NotFound
from bot.integrations.store import schema
from bot.integrations.store.choices import pausing
from bot.integrations.store.engine import AnyRow, OnDatabase
from bot.integrations.store.memberships import SAME_ROOM, end_departure, end_membership, take_back_rooms
from bot.integrations.store.people import MEMBER, member_of_row
from bot.ports import Membership
from bot.text import t

_GROUP = select(schema.chat_group.c.id, schema.chat_group.c.name, schema.chat_group.c.zone)
_ROOM = schema.room.c
_CONSENT = schema.room_consent.c
_NO_ROOM = t("That room is not there any more.")


class Rooms(OnDatabase):
    """See `ports.GroupStore`."""

    async def open_room(self, room: RoomRef, name: str, zone: str) -> Group:
        # Nearly every command asks for a room that is there, and a write would stand in line with every other.
        wanted = _of_room(room)
        async with self._database.read() as connection:
            known = await _one_group(connection, wanted.where(_ROOM.name == name) if name else wanted)
        if known is not None:
            return known
        async with self._database.write() as connection:
            renamed = await connection.execute(update(schema.room).where(_is(room)).values(name=name))
            if renamed.rowcount == 1:
                return _group((await connection.execute(_of_room(room))).one())
            group = await _new_group(connection, name or room.channel, zone)
            taken = await connection.execute(
                self._database.insert(schema.room)
                .values(**room._asdict(), group_id=group.id, name=name or room.channel)
                .on_conflict_do_nothing()
            )
            if taken.rowcount == 1:
                return group
            # Another process opened the same room in this moment: theirs stays.
            await connection.execute(delete(schema.chat_group).where(schema.chat_group.c.id == group.id))
            return _group((await connection.execute(_of_room(room))).one())

    async def group_of(self, room: RoomRef) -> Group | None:
        async with self._database.read() as connection:
            return await _one_group(connection, _of_room(room))

    async def group(self, group_id: GroupId) -> Group | None:
        async with self._database.read() as connection:
            return await _one_group(connection, _GROUP.where(schema.chat_group.c.id == group_id))

    async def rooms(self, group_id: GroupId) -> Sequence[Room]:
        async with self._database.read() as connection:
            rows = await connection.execute(select(schema.room).where(_ROOM.group_id == group_id))
            return sorted((Room(_ref(row), row.name) for row in rows), key=lambda it: it.ref)

    async def move_room(self, room: RoomRef, group_id: GroupId) -> None:
        async with self._database.write() as connection:
            before = await _hold(connection, room)
            if before.id == group_id:
                return
            if await connection.scalar(select(exists().where(schema.membership.c.group_id == before.id))):
                raise NotAllowed(t("Somebody has joined {group} in this room.", group=before.name))
            await _change_group(connection, room, group_id)

    async def part_room(self, room: RoomRef) -> Group:
        async with self._database.write() as connection:
            before = await _hold(connection, room)
            rooms = select(func.count()).select_from(schema.room).where(_ROOM.group_id == before.id)
            if await connection.scalar(rooms) == 1:
                raise NotAllowed(t("It is the only room of {group}.", group=before.name))
            name = (await connection.execute(select(_ROOM.name).where(_is(room)))).scalar_one()
            group = await _new_group(connection, name, before.zone)
            await _change_group(connection, room, group.id)
            return group

    async def join(
        self,
        group_id: GroupId,
        member_id: MemberId,
        features: Collection[str],
        rooms: Collection[RoomRef],
        now_ms: int,
    ) -> None:
        said = self._database.insert(schema.membership).values(
            group_id=group_id, member_id=member_id, features=frozenset(features), joined_ms=now_ms
        )
        async with self._database.write() as connection:
            await connection.execute(
                said.on_conflict_do_update(
                    index_elements=["group_id", "member_id"], set_={"features": said.excluded.features}
                )
            )
            await take_back_rooms(connection, group_id, member_id)
            await end_departure(connection, member_id)
            for room in rooms:
                await self._say_yes(connection, room, group_id, member_id)

    async def show_in(self, room: RoomRef, member_id: MemberId) -> bool:
        mine = (
            select(schema.membership.c.group_id)
            .join(schema.room, _ROOM.group_id == schema.membership.c.group_id)
            .where(schema.membership.c.member_id == member_id, _is(room))
        )
        async with self._database.write() as connection:
            group_id = await connection.scalar(mine)
            if group_id is None:
                return False
            await self._say_yes(connection, room, group_id, member_id)
            return True

    async def leave(self, group_id: GroupId, member_id: MemberId) -> bool:
        async with self._database.write() as connection:
            return await end_membership(connection, group_id, member_id)

    async def memberships(self, group_id: GroupId) -> Sequence[Membership]:
        consents = select(schema.room_consent).join(schema.room, SAME_ROOM).where(_ROOM.group_id == group_id)
        memberships = (
            MEMBER.add_columns(
                schema.membership.c.features,
                schema.membership.c.joined_ms,
                pausing(schema.member.c.id).label("paused"),
            )
            .join(schema.membership)
            .where(schema.membership.c.group_id == group_id)
            .order_by(schema.membership.c.joined_ms, schema.member.c.id)
        )
        rooms: dict[MemberId, set[RoomRef]] = defaultdict(set)
        async with self._database.read() as connection:
            for row in await connection.execute(consents):
                rooms[row.member_id].add(_ref(row))
            return [
                Membership(
                    member_of_row(row),
                    group_id,
                    row.features,
                    frozenset(rooms[row.id]),
                    row.joined_ms,
                    bool(row.paused),
                )
                for row in await connection.execute(memberships)
            ]

    async def groups_of(self, member_id: MemberId) -> Sequence[Group]:
        async with self._database.read() as connection:
            rows = await connection.execute(
                _GROUP.join(schema.membership)
                .where(schema.membership.c.member_id == member_id)
                .order_by(schema.membership.c.joined_ms, schema.chat_group.c.id)
            )
            return [_group(row) for row in rows]

    async def _say_yes(
        self, connection: AsyncConnection, room: RoomRef, group_id: GroupId, member_id: MemberId
    ) -> None:
        """A yes to a room, if it is one of this group."""
        here = select(
            _ROOM.platform, _ROOM.place, _ROOM.channel, literal(member_id, _CONSENT.member_id.type)
        ).where(_is(room), _ROOM.group_id == group_id)
        await connection.execute(
            self._database.insert(schema.room_consent)
            .from_select(["platform", "place", "channel", "member_id"], here)
            .on_conflict_do_nothing()
        )


def _of_room(room: RoomRef) -> Select[Any]:
    return _GROUP.join(schema.room).where(_is(room))


def _is(room: RoomRef) -> ColumnElement[bool]:
    return and_(_ROOM.platform == room.platform, _ROOM.place == room.place, _ROOM.channel == room.channel)


async def _one_group(connection: AsyncConnection, wanted: Select[Any]) -> Group | None:
    row = (await connection.execute(wanted)).one_or_none()
    return None if row is None else _group(row)


async def _new_group(connection: AsyncConnection, name: str, zone: str) -> Group:
    added = await connection.execute(
        insert(schema.chat_group).values(name=name, zone=zone).returning(*schema.chat_group.c)
    )
    return _group(added.one())


async def _hold(connection: AsyncConnection, room: RoomRef) -> Group:
    """The room's group, held with the room until the end of the transaction: nobody joins it meanwhile."""
    group = await _one_group(connection, _of_room(room).with_for_update())
    if group is None:
        raise NotFound(_NO_ROOM)
    return group


async def _change_group(connection: AsyncConnection, room: RoomRef, group_id: GroupId) -> None:
    """The room belongs to another group from now on, and nobody has said yes to that."""
    consents = and_(
        _CONSENT.platform == room.platform, _CONSENT.place == room.place, _CONSENT.channel == room.channel
    )
    await connection.execute(delete(schema.room_consent).where(consents))
    await connection.execute(update(schema.room).where(_is(room)).values(group_id=group_id))


def _ref(row: AnyRow) -> RoomRef:
    return RoomRef(row.platform, row.place, row.channel)


def _group(row: AnyRow) -> Group:
    return Group(row.id, row.name, row.zone)
