"""Rooms that no platform keeps for us (`MessageStore`)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from sqlalchemy import exists, insert, select, update

from bot.integrations.store import schema
from bot.integrations.store.engine import AnyRow, Database, OnDatabase
from bot.ports import Message


class Messages(OnDatabase):
    """See `ports.MessageStore`."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        # PostgreSQL numbers rows when they are written and shows them when they are committed. One at a time keeps
        # both orders the same, so that nobody who reads on after an id misses a smaller one.
        self._one_at_a_time = asyncio.Lock()

    async def append(self, room: str, author: str, private_to: str, body: str, now_ms: int) -> Message:
        async with self._one_at_a_time, self._database.write() as connection:
            added = await connection.execute(
                insert(schema.message)
                .values(room=room, author=author, private_to=private_to, made_ms=now_ms, body=body)
                .returning(*schema.message.c)
            )
            return _message(added.one())

    async def rewrite(self, message_id: int, body: str) -> Message | None:
        async with self._database.write() as connection:
            changed = await connection.execute(
                update(schema.message)
                .where(schema.message.c.id == message_id)
                .values(body=body)
                .returning(*schema.message.c)
            )
            row = changed.one_or_none()
        return None if row is None else _message(row)

    async def message(self, message_id: int) -> Message | None:
        async with self._database.read() as connection:
            row = (
                await connection.execute(select(schema.message).where(schema.message.c.id == message_id))
            ).one_or_none()
        return None if row is None else _message(row)

    async def holds(self, word: str) -> bool:
        held = select(exists().where(schema.message.c.body.contains(word, autoescape=True)))
        async with self._database.read() as connection:
            return bool(await connection.scalar(held))

    async def messages(self, room: str, viewer: str, after_id: int, limit: int) -> Sequence[Message]:
        async with self._database.read() as connection:
            rows = await connection.execute(
                select(schema.message)
                .where(
                    schema.message.c.room == room,
                    schema.message.c.id > after_id,
                    schema.message.c.private_to.in_(("", viewer)),
                )
                .order_by(schema.message.c.id.desc())
                .limit(limit)
            )
            newest_first = [_message(row) for row in rows]
        return newest_first[::-1]


def _message(row: AnyRow) -> Message:
    return Message(row.id, row.room, row.author, row.private_to, row.made_ms, row.body)
