"""Private words that could not be delivered (`WhisperStore`)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ScalarSelect, delete, insert, select

from bot.core.model import Identity
from bot.integrations.store import schema
from bot.integrations.store.engine import OnDatabase


class Whispers(OnDatabase):
    """See `ports.WhisperStore`."""

    async def keep_whisper(self, identity: Identity, body: str, now_ms: int) -> None:
        async with self._database.write() as connection:
            member_id = (await connection.execute(select(_member_of(identity)))).scalar_one()
            if member_id is not None:
                await connection.execute(
                    insert(schema.whisper).values(member_id=member_id, body=body, kept_ms=now_ms)
                )

    async def take_whispers(self, identity: Identity) -> Sequence[str]:
        # Nearly nobody has one waiting, and a write would stand in line with every other.
        waiting = select(schema.whisper.c.id).where(schema.whisper.c.member_id == _member_of(identity))
        async with self._database.read() as connection:
            if (await connection.execute(waiting.limit(1))).first() is None:
                return []
        async with self._database.write() as connection:
            taken = await connection.execute(
                delete(schema.whisper)
                .where(schema.whisper.c.member_id == _member_of(identity))
                .returning(schema.whisper.c.id, schema.whisper.c.body)
            )
            return [row.body for row in sorted(taken, key=lambda row: row.id)]


def _member_of(identity: Identity) -> ScalarSelect[int]:
    return (
        select(schema.identity.c.member_id)
        .where(schema.identity.c.platform == identity.platform, schema.identity.c.user == identity.user)
        .scalar_subquery()
    )
