"""What members say to their part of a group's posts (`PreviewStore`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Text, and_, delete, exists, insert, or_, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.consent import Feature, Previewed
from bot.core.model import GroupId, MemberId
from bot.errors import NotFound
from bot.integrations.store import schema
from bot.integrations.store.choices import PAUSED
from bot.integrations.store.engine import OnDatabase
from bot.integrations.store.links import hold_members
from bot.text import t

_PREVIEW = schema.preview.c
_SHARES = type_coerce(schema.membership.c.features, Text).contains(Feature.RECAP.value)


class Previews(OnDatabase):
    """See `ports.PreviewStore`."""

    async def to_preview(self, now_ms: int, until_ms: int, limit: int) -> Sequence[tuple[GroupId, MemberId]]:
        said = schema.membership.c
        ahead_ms = until_ms - now_ms
        pausing = exists().where(schema.unread.c.member_id == said.member_id, PAUSED)
        waiting = (
            select(said.group_id, said.member_id)
            .join(schema.weekly, schema.weekly.c.group_id == said.group_id)
            .outerjoin(
                schema.preview,
                and_(_PREVIEW.group_id == said.group_id, _PREVIEW.member_id == said.member_id),
            )
            .where(schema.weekly.c.active, schema.weekly.c.next_ms > now_ms)
            .where(schema.weekly.c.next_ms <= until_ms, _SHARES, ~pausing)
            .where(
                or_(
                    _PREVIEW.member_id.is_(None),
                    ~_PREVIEW.fine
                    & (_PREVIEW.left_out != "")
                    & (_PREVIEW.asked_ms < schema.weekly.c.next_ms - ahead_ms),
                )
            )
            .order_by(schema.weekly.c.next_ms, said.group_id, said.member_id)
            .limit(limit)
        )
        async with self._database.read() as connection:
            return [(GroupId(group), MemberId(who)) for group, who in await connection.execute(waiting)]

    async def ask_preview(self, group_id: GroupId, member_id: MemberId, now_ms: int, since_ms: int) -> bool:
        new = self._database.insert(schema.preview).values(
            group_id=group_id, member_id=member_id, asked_ms=now_ms, fine=False, left_out=""
        )
        again = ~_PREVIEW.fine & (_PREVIEW.left_out != "") & (_PREVIEW.asked_ms < since_ms)
        asked = new.on_conflict_do_update(
            index_elements=["group_id", "member_id"], set_={"asked_ms": now_ms}, where=again
        )
        async with self._database.write() as connection:
            if not await _there(connection, group_id, member_id):
                return False
            return (await connection.execute(asked)).rowcount == 1

    async def answer_preview(self, group_id: GroupId, member_id: MemberId, said: Previewed) -> None:
        answer = {"fine": said.fine, "left_out": said.left_out}
        new = self._database.insert(schema.preview).values(
            group_id=group_id, member_id=member_id, asked_ms=0, **answer
        )
        async with self._database.write() as connection:
            if not await _there(connection, group_id, member_id):
                raise NotFound(t("You are not known here (any more)."))
            await connection.execute(
                new.on_conflict_do_update(index_elements=["group_id", "member_id"], set_=answer)
            )

    async def previews(self, group_id: GroupId) -> Mapping[MemberId, Previewed]:
        async with self._database.read() as connection:
            rows = await connection.execute(select(schema.preview).where(_PREVIEW.group_id == group_id))
            return {row.member_id: Previewed(row.fine, row.left_out) for row in rows}


async def merge_previews(connection: AsyncConnection, keep: MemberId, gone: MemberId) -> None:
    """Two members become one: in a group of both it is fine where both said so, and nobody is asked twice."""
    both = delete(schema.preview).where(_PREVIEW.member_id.in_([keep, gone])).returning(*_PREVIEW)
    merged: dict[int, dict[str, object]] = {}
    for row in await connection.execute(both):
        known = merged.get(row.group_id)
        merged[row.group_id] = {
            "group_id": row.group_id,
            "member_id": keep,
            "asked_ms": max(row.asked_ms, 0 if known is None else known["asked_ms"]),
            "fine": row.fine and (known is None or known["fine"]),
            "left_out": max(row.left_out, "" if known is None else known["left_out"]),
        }
    if merged:
        await connection.execute(insert(schema.preview), list(merged.values()))


async def _there(connection: AsyncConnection, group_id: GroupId, member_id: MemberId) -> bool:
    known = exists().where(schema.chat_group.c.id == group_id)
    return await hold_members(connection, member_id) and bool(await connection.scalar(select(known)))
