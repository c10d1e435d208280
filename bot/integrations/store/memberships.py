"""What a membership says yes to, how it ends, and how a departure does: shared by all who ask or change that."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Text, and_, delete, exists, type_coerce
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.consent import Feature
from bot.core.model import GroupId, MemberId
from bot.integrations.store import schema

_ROOM, _CONSENT = schema.room.c, schema.room_consent.c

# A consent is one to this room.
SAME_ROOM = and_(
    _CONSENT.platform == _ROOM.platform, _CONSENT.place == _ROOM.place, _CONSENT.channel == _ROOM.channel
)


def said_yes(feature: Feature) -> ColumnElement[bool]:
    """Whether a membership has this feature; no feature's name is a part of another's."""
    return type_coerce(schema.membership.c.features, Text).contains(feature.value)


async def take_back_rooms(connection: AsyncConnection, group_id: GroupId, member_id: MemberId) -> None:
    """Take back every yes of a member to a room of this group."""
    rooms = exists().where(SAME_ROOM, _ROOM.group_id == group_id)
    await connection.execute(delete(schema.room_consent).where(_CONSENT.member_id == member_id, rooms))


async def end_membership(connection: AsyncConnection, group_id: GroupId, member_id: MemberId) -> bool:
    """The member is not in the group any more, nor seen in its rooms. False where they were not."""
    await take_back_rooms(connection, group_id, member_id)
    ended = await connection.execute(
        delete(schema.membership).where(
            schema.membership.c.group_id == group_id, schema.membership.c.member_id == member_id
        )
    )
    return ended.rowcount == 1


async def end_departure(connection: AsyncConnection, *members: MemberId) -> bool:
    """These members are here (again); whether one of them was departing."""
    ended = await connection.execute(
        delete(schema.departure).where(schema.departure.c.member_id.in_(members))
    )
    return ended.rowcount > 0
