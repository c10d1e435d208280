"""Members and their identities (`MemberStore`; merging is in `merging`)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Select, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.model import Identity, Member, MemberId
from bot.integrations.store import schema
from bot.integrations.store.engine import AnyRow, OnDatabase

MEMBER = select(schema.member.c.id, schema.member.c.name, schema.member.c.zone)


class People(OnDatabase):
    """See `ports.MemberStore`."""

    async def add_member(self, name: str, zone: str, identity: Identity | None, now_ms: int) -> Member:
        async with self._database.write() as connection:
            if identity is not None:
                known = await _one_member(connection, _of_identity(identity))
                if known is not None:
                    return known
            added = await connection.execute(
                insert(schema.member).values(name=name, zone=zone).returning(*schema.member.c)
            )
            member = member_of_row(added.one())
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
            return member_of_row((await connection.execute(_of_identity(identity))).one())

    async def member(self, member_id: MemberId) -> Member | None:
        async with self._database.read() as connection:
            return await _one_member(connection, MEMBER.where(schema.member.c.id == member_id))

    async def member_of(self, identity: Identity) -> Member | None:
        async with self._database.read() as connection:
            return await _one_member(connection, _of_identity(identity))

    async def members_named(self, name: str) -> Sequence[Member]:
        async with self._database.read() as connection:
            rows = await connection.execute(
                MEMBER.where(schema.member.c.name == name).order_by(schema.member.c.id)
            )
            return [member_of_row(row) for row in rows]

    async def all_members(self) -> Sequence[Member]:
        async with self._database.read() as connection:
            rows = await connection.execute(MEMBER.order_by(schema.member.c.id))
            return [member_of_row(row) for row in rows]

    async def identities(self, platform: str) -> Sequence[tuple[Identity, Member]]:
        wanted = (
            MEMBER.add_columns(schema.identity.c.user)
            .join(schema.identity)
            .where(schema.identity.c.platform == platform)
            .order_by(schema.member.c.id, schema.identity.c.user)
        )
        async with self._database.read() as connection:
            return [
                (Identity(platform, row.user), member_of_row(row)) for row in await connection.execute(wanted)
            ]

    async def identities_of(self, member_id: MemberId) -> Sequence[Identity]:
        async with self._database.read() as connection:
            rows = await connection.execute(
                select(schema.identity.c.platform, schema.identity.c.user).where(
                    schema.identity.c.member_id == member_id
                )
            )
            return sorted(Identity(row.platform, row.user) for row in rows)


def _of_identity(identity: Identity) -> Select[Any]:
    return MEMBER.join(schema.identity).where(
        schema.identity.c.platform == identity.platform, schema.identity.c.user == identity.user
    )


async def still_there(connection: AsyncConnection, members: Collection[MemberId]) -> set[MemberId]:
    """Which of these members are there; they stay until the transaction ends."""
    member = schema.member.c.id
    known = select(member).where(member.in_(members)).with_for_update(read=True, key_share=True)
    return {MemberId(it) for it in await connection.scalars(known)} if members else set()


async def _one_member(connection: AsyncConnection, wanted: Select[Any]) -> Member | None:
    row = (await connection.execute(wanted)).one_or_none()
    return None if row is None else member_of_row(row)


def member_of_row(row: AnyRow) -> Member:
    """The member in a row of `MEMBER`."""
    return Member(row.id, row.name, row.zone)
