"""Who was looked for where, and who is departing (`PresenceStore`)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, delete, exists, func, select, union, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.model import Group, GroupId, MemberId
from bot.integrations.store import schema
from bot.integrations.store.engine import OnDatabase
from bot.integrations.store.memberships import SAME_ROOM, end_departure, end_membership
from bot.ports import Whereabouts

_SEEN = schema.presence.c
_LEFT = schema.departure.c
_ROOM = schema.room.c
_CONSENT = schema.room_consent.c
_MEMBERSHIP = schema.membership.c


class Presences(OnDatabase):
    """See `ports.PresenceStore`."""

    async def to_look_for(
        self, before_ms: int, limit: int, group_id: GroupId | None = None
    ) -> Sequence[Whereabouts]:
        shown = (
            select(_CONSENT.member_id, _CONSENT.platform, _CONSENT.place)
            .join(schema.room, SAME_ROOM)
            .join(
                schema.identity,
                and_(
                    schema.identity.c.member_id == _CONSENT.member_id,
                    schema.identity.c.platform == _CONSENT.platform,
                ),
            )
        )
        departing = select(_SEEN.member_id, _SEEN.platform, _SEEN.place).join(
            schema.departure, _LEFT.member_id == _SEEN.member_id
        )
        wanted = (
            union(shown, departing)
            if group_id is None
            else shown.where(_ROOM.group_id == group_id).distinct()
        ).subquery()
        looked_ms = func.coalesce(_SEEN.looked_ms, 0)
        longest_ago_first = (
            select(wanted)
            .outerjoin(
                schema.presence,
                and_(
                    _SEEN.member_id == wanted.c.member_id,
                    _SEEN.platform == wanted.c.platform,
                    _SEEN.place == wanted.c.place,
                ),
            )
            .where(looked_ms < before_ms)
            .order_by(looked_ms, wanted.c.member_id, wanted.c.platform, wanted.c.place)
            .limit(limit)
        )
        async with self._database.read() as connection:
            return [Whereabouts(*row) for row in await connection.execute(longest_ago_first)]

    async def looked_for(self, where: Whereabouts, now_ms: int) -> None:
        async with self._database.write() as connection:
            await self._looked(connection, where, now_ms)

    async def still_there(self, where: Whereabouts, now_ms: int) -> None:
        async with self._database.write() as connection:
            await self._looked(connection, where, now_ms)
            await end_departure(connection, where.member_id)

    async def gone_from(self, where: Whereabouts, now_ms: int) -> Sequence[Group]:
        async with self._database.write() as connection:
            await self._looked(connection, where, now_ms)
            await connection.execute(
                update(schema.departure).where(_LEFT.member_id == where.member_id).values(confirmed_ms=now_ms)
            )
            left = await _groups_shown_in(connection, where)
            there = and_(
                _CONSENT.member_id == where.member_id,
                _CONSENT.platform == where.platform,
                _CONSENT.place == where.place,
            )
            await connection.execute(delete(schema.room_consent).where(there))
            ended = [it for it in left if not await _known_elsewhere(connection, it.id, where.member_id)]
            for group in ended:
                await end_membership(connection, group.id, where.member_id)
            if ended and not await _is_member(connection, where.member_id):
                await connection.execute(
                    self._database.insert(schema.departure)
                    .values(member_id=where.member_id, since_ms=now_ms, confirmed_ms=now_ms)
                    .on_conflict_do_nothing()
                )
            return ended

    async def long_gone(self, before_ms: int, confirmed_ms: int, limit: int) -> Sequence[MemberId]:
        due = (
            select(_LEFT.member_id)
            .where(_LEFT.since_ms <= before_ms, _LEFT.confirmed_ms >= confirmed_ms)
            .order_by(_LEFT.since_ms, _LEFT.member_id)
            .limit(limit)
        )
        async with self._database.read() as connection:
            return [MemberId(it) for it in await connection.scalars(due)]

    async def departing(self, member_id: MemberId) -> int | None:
        async with self._database.read() as connection:
            since_ms: int | None = await connection.scalar(
                select(_LEFT.since_ms).where(_LEFT.member_id == member_id)
            )
        return since_ms

    async def stays(self, member_id: MemberId) -> bool:
        async with self._database.write() as connection:
            return await end_departure(connection, member_id)

    async def _looked(self, connection: AsyncConnection, where: Whereabouts, now_ms: int) -> None:
        await connection.execute(
            self._database.insert(schema.presence)
            .values(**where._asdict(), looked_ms=now_ms)
            .on_conflict_do_update(
                index_elements=["member_id", "platform", "place"], set_={"looked_ms": now_ms}
            )
        )


async def _groups_shown_in(connection: AsyncConnection, where: Whereabouts) -> list[Group]:
    """The groups that show a member in rooms of a place, oldest first."""
    rows = await connection.execute(
        select(schema.chat_group.c.id, schema.chat_group.c.name, schema.chat_group.c.zone)
        .distinct()
        .join(schema.room, _ROOM.group_id == schema.chat_group.c.id)
        .join(schema.room_consent, SAME_ROOM)
        .join(
            schema.membership,
            and_(_MEMBERSHIP.group_id == _ROOM.group_id, _MEMBERSHIP.member_id == _CONSENT.member_id),
        )
        .where(
            _CONSENT.member_id == where.member_id,
            _CONSENT.platform == where.platform,
            _CONSENT.place == where.place,
        )
        .order_by(schema.chat_group.c.id)
    )
    return [Group(GroupId(row.id), row.name, row.zone) for row in rows]


async def _known_elsewhere(connection: AsyncConnection, group_id: GroupId, member_id: MemberId) -> bool:
    """Whether the group shows a member in a room of a platform that knows them."""
    platforms = select(schema.identity.c.platform).where(schema.identity.c.member_id == member_id)
    rooms = (
        select(func.count())
        .select_from(schema.room)
        .join(schema.room_consent, SAME_ROOM)
        .where(_ROOM.group_id == group_id, _CONSENT.member_id == member_id, _CONSENT.platform.in_(platforms))
    )
    return bool(await connection.scalar(rooms))


async def _is_member(connection: AsyncConnection, member_id: MemberId) -> bool:
    return bool(await connection.scalar(select(exists().where(_MEMBERSHIP.member_id == member_id))))
