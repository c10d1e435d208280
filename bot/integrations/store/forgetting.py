"""What goes with plays that are forgotten."""

from __future__ import annotations

from sqlalchemy import delete, exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.model import MemberId
from bot.integrations.store import schema

_STORY = schema.story.c


async def forget_stories(connection: AsyncConnection, member_id: MemberId) -> None:
    """Delete the member's stories that speak of a time of which no play of theirs is left."""
    left = exists().where(
        schema.play.c.link_id.in_(select(schema.link.c.id).where(schema.link.c.member_id == member_id)),
        schema.play.c.at_ms.between(_STORY.first_ms, _STORY.last_ms),
    )
    gone = select(_STORY.id).where(_STORY.member_id == member_id, ~left)
    ids = (await connection.scalars(gone)).all()
    await connection.execute(delete(schema.story_group).where(schema.story_group.c.story_id.in_(ids)))
    await connection.execute(delete(schema.story).where(_STORY.id.in_(ids)))
