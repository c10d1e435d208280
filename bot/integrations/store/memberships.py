"""How a membership ends, and a departure: what finding somebody gone shares with what they say themselves."""

from __future__ import annotations

from sqlalchemy import and_, delete, exists
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.model import GroupId, MemberId
from bot.integrations.store import schema

_ROOM, _CONSENT = schema.room.c, schema.room_consent.c

# A consent is one to this room.
SAME_ROOM = and_(
    _CONSENT.platform == _ROOM.platform, _CONSENT.place == _ROOM.place, _CONSENT.channel == _ROOM.channel
)


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
