"""What members say to their part of a group's posts (`PreviewStore`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, and_, delete, exists, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.consent import Feature, Previewed
from bot.core.model import GroupId, MemberId
from bot.errors import NotFound
from bot.integrations.store import schema
from bot.integrations.store.choices import pausing
from bot.integrations.store.engine import OnDatabase
from bot.integrations.store.links import hold_members
from bot.integrations.store.memberships import said_yes
from bot.text import t

_PREVIEW = schema.preview.c


class Previews(OnDatabase):
    """See `ports.PreviewStore`."""

    async def to_preview(self, now_ms: int, until_ms: int, limit: int) -> Sequence[tuple[GroupId, MemberId]]:
        said = schema.membership.c
        ahead_ms = until_ms - now_ms
        waiting = (
            select(said.group_id, said.member_id)
            .join(schema.weekly, schema.weekly.c.group_id == said.group_id)
            .outerjoin(
                schema.preview,
                and_(_PREVIEW.group_id == said.group_id, _PREVIEW.member_id == said.member_id),
            )
            .where(schema.weekly.c.active, schema.weekly.c.next_ms > now_ms)
            .where(schema.weekly.c.next_ms <= until_ms, said_yes(Feature.RECAP))
            .where(~pausing(said.member_id))
            .where(or_(_PREVIEW.member_id.is_(None), _again(schema.weekly.c.next_ms - ahead_ms)))
            .order_by(schema.weekly.c.next_ms, said.group_id, said.member_id)
            .limit(limit)
        )
        async with self._database.read() as connection:
            return [(GroupId(group), MemberId(who)) for group, who in await connection.execute(waiting)]

    async def ask_preview(self, group_id: GroupId, member_id: MemberId, now_ms: int, since_ms: int) -> bool:
        new = self._database.insert(schema.preview).values(
            group_id=group_id, member_id=member_id, asked_ms=now_ms, fine=False, left_out=""
        )
        asked = new.on_conflict_do_update(
            index_elements=["group_id", "member_id"], set_={"asked_ms": now_ms}, where=_again(since_ms)
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


def _again(since_ms: int | ColumnElement[int]) -> ColumnElement[bool]:
    """Whether somebody wanted to be left out and was not shown their part since then."""
    return ~_PREVIEW.fine & (_PREVIEW.left_out != "") & (_PREVIEW.asked_ms < since_ms)


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
