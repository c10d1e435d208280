"""How long links live on (`LifetimeStore`)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.model import LinkId
from bot.integrations.store import schema
from bot.integrations.store.engine import AnyRow, OnDatabase
from bot.integrations.store.links import forget_link, link_of_row
from bot.ports import Lifetime

_LIFETIMES = select(schema.link, schema.lifetime.c.ended_ms, schema.lifetime.c.said).join(schema.lifetime)


class Lifetimes(OnDatabase):
    """See `ports.LifetimeStore`."""

    async def due_lifetimes(self, now_ms: int, limit: int) -> Sequence[Lifetime]:
        due = (
            _LIFETIMES.where(schema.lifetime.c.due_ms <= now_ms)
            .order_by(schema.lifetime.c.due_ms, schema.link.c.id)
            .limit(limit)
        )
        async with self._database.read() as connection:
            return [_lifetime(row) for row in await connection.execute(due)]

    async def lifetime(self, link_id: LinkId) -> Lifetime | None:
        async with self._database.read() as connection:
            row = (await connection.execute(_LIFETIMES.where(schema.link.c.id == link_id))).one_or_none()
        return None if row is None else _lifetime(row)

    async def note_lifetime(self, seen: Lifetime, said: str, due_ms: int) -> bool:
        async with self._database.write() as connection:
            if not await _unchanged(connection, seen):
                return False
            await connection.execute(
                update(schema.lifetime)
                .where(schema.lifetime.c.link_id == seen.link.id)
                .values(said=said, due_ms=due_ms)
            )
            return True

    async def drop_link(self, seen: Lifetime) -> bool:
        async with self._database.write() as connection:
            if not await _unchanged(connection, seen):
                return False
            await forget_link(connection, seen.link.id)
            return True


async def _unchanged(connection: AsyncConnection, seen: Lifetime) -> bool:
    """Hold on to the link until the end of the transaction; whether it is still as it was seen."""
    link, lifetime = schema.link.c, schema.lifetime.c
    held = await connection.scalar(
        select(link.id)
        .where(
            link.id == seen.link.id,
            link.authorized_at_ms == seen.link.authorized_at_ms,
            link.state == seen.link.state.value,
        )
        .with_for_update()
    )
    if held is None:
        return False
    told = await connection.scalar(
        select(lifetime.link_id).where(
            lifetime.link_id == seen.link.id,
            lifetime.ended_ms == seen.ended_ms,
            lifetime.said == seen.said,
        )
    )
    return told is not None


def _lifetime(row: AnyRow) -> Lifetime:
    return Lifetime(link_of_row(row), row.ended_ms, row.said)
