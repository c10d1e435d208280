"""Members, their identities, groups, rooms and memberships (`MemberStore`, `GroupStore`)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Select, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.model import Group, GroupId, Identity, Member, MemberId, RoomRef
from bot.integrations.store import schema
from bot.integrations.store.engine import AnyRow, OnDatabase
from bot.ports import Membership

_MEMBER = select(schema.member.c.id, schema.member.c.name, schema.member.c.zone)
_GROUP = select(schema.chat_group.c.id, schema.chat_group.c.name, schema.chat_group.c.zone)


class People(OnDatabase):
    """See `ports.MemberStore` and `ports.GroupStore`."""

    async def add_member(self, name: str, zone: str, identity: Identity | None, now_ms: int) -> Member:
        async with self._database.write() as connection:
            if identity is not None:
                known = await _one_member(connection, _of_identity(identity))
                if known is not None:
                    return known
            added = await connection.execute(
                insert(schema.member).values(name=name, zone=zone).returning(*schema.member.c)
            )
            member = _member(added.one())
            if identity is None:
                return member
            taken = await connection.execute(
                self._database.insert(schema.identity)
                .values(platform=identity.platform, user=identity.user, member_id=member.id)
                .on_conflict_do_nothing()
            )
            if taken.rowcount == 1:
                return member
            # Another process wrote the same identity down in this moment: theirs stays.
            await connection.execute(delete(schema.member).where(schema.member.c.id == member.id))
            return _member((await connection.execute(_of_identity(identity))).one())

    async def member(self, member_id: MemberId) -> Member | None:
        async with self._database.read() as connection:
            return await _one_member(connection, _MEMBER.where(schema.member.c.id == member_id))

    async def member_of(self, identity: Identity) -> Member | None:
        async with self._database.read() as connection:
            return await _one_member(connection, _of_identity(identity))

    async def members_named(self, name: str) -> Sequence[Member]:
        async with self._database.read() as connection:
            rows = await connection.execute(
                _MEMBER.where(schema.member.c.name == name).order_by(schema.member.c.id)
            )
            return [_member(row) for row in rows]

    async def all_members(self) -> Sequence[Member]:
        async with self._database.read() as connection:
            rows = await connection.execute(_MEMBER.order_by(schema.member.c.id))
            return [_member(row) for row in rows]

    async def identities(self, platform: str) -> Sequence[tuple[Identity, Member]]:
        wanted = (
            _MEMBER.add_columns(schema.identity.c.user)
            .join(schema.identity)
            .where(schema.identity.c.platform == platform)
            .order_by(schema.member.c.id, schema.identity.c.user)
        )
        async with self._database.read() as connection:
            return [(Identity(platform, row.user), _member(row)) for row in await connection.execute(wanted)]

    async def open_room(self, room: RoomRef, name: str, zone: str) -> Group:
        async with self._database.write() as connection:
            known = await _one_group(connection, _of_room(room))
            if known is not None:
                return known
            added = await connection.execute(
                insert(schema.chat_group).values(name=name, zone=zone).returning(*schema.chat_group.c)
            )
            group = _group(added.one())
            taken = await connection.execute(
                self._database.insert(schema.room)
                .values(platform=room.platform, place=room.place, channel=room.channel, group_id=group.id)
                .on_conflict_do_nothing()
            )
            if taken.rowcount == 1:
                return group
            await connection.execute(delete(schema.chat_group).where(schema.chat_group.c.id == group.id))
            return _group((await connection.execute(_of_room(room))).one())

    async def group_of(self, room: RoomRef) -> Group | None:
        async with self._database.read() as connection:
            return await _one_group(connection, _of_room(room))

    async def group(self, group_id: GroupId) -> Group | None:
        async with self._database.read() as connection:
            return await _one_group(connection, _GROUP.where(schema.chat_group.c.id == group_id))

    async def join(
        self, group_id: GroupId, member_id: MemberId, features: Collection[str], now_ms: int
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

    async def leave(self, group_id: GroupId, member_id: MemberId) -> bool:
        async with self._database.write() as connection:
            ended = await connection.execute(
                delete(schema.membership).where(
                    schema.membership.c.group_id == group_id, schema.membership.c.member_id == member_id
                )
            )
            return ended.rowcount == 1

    async def memberships(self, group_id: GroupId) -> Sequence[Membership]:
        async with self._database.read() as connection:
            rows = await connection.execute(
                _MEMBER.add_columns(schema.membership.c.features, schema.membership.c.joined_ms)
                .join(schema.membership)
                .where(schema.membership.c.group_id == group_id)
                .order_by(schema.membership.c.joined_ms, schema.member.c.id)
            )
            return [Membership(_member(row), group_id, row.features, row.joined_ms) for row in rows]

    async def groups_of(self, member_id: MemberId) -> Sequence[Group]:
        async with self._database.read() as connection:
            rows = await connection.execute(
                _GROUP.join(schema.membership)
                .where(schema.membership.c.member_id == member_id)
                .order_by(schema.membership.c.joined_ms, schema.chat_group.c.id)
            )
            return [_group(row) for row in rows]


def _of_identity(identity: Identity) -> Select[Any]:
    return _MEMBER.join(schema.identity).where(
        schema.identity.c.platform == identity.platform, schema.identity.c.user == identity.user
    )


def _of_room(room: RoomRef) -> Select[Any]:
    return _GROUP.join(schema.room).where(
        schema.room.c.platform == room.platform,
        schema.room.c.place == room.place,
        schema.room.c.channel == room.channel,
    )


async def _one_member(connection: AsyncConnection, wanted: Select[Any]) -> Member | None:
    row = (await connection.execute(wanted)).one_or_none()
    return None if row is None else _member(row)


async def _one_group(connection: AsyncConnection, wanted: Select[Any]) -> Group | None:
    row = (await connection.execute(wanted)).one_or_none()
    return None if row is None else _group(row)


def _member(row: AnyRow) -> Member:
    return Member(row.id, row.name, row.zone)


def _group(row: AnyRow) -> Group:
    return Group(row.id, row.name, row.zone)
