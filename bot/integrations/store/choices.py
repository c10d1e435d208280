"""What members have taken out (`ChoiceStore`), and of which time nothing is kept (`PlayStore.unread`)."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from itertools import groupby
from operator import attrgetter

from sqlalchemy import BindParameter, Column, Exists, Select, delete, exists, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.choices import FOR_EVER, Aside, Choices, Mark, Whole
from bot.core.model import LinkId, MemberId, Span
from bot.core.precedence import union
from bot.integrations.store import schema
from bot.integrations.store.engine import AnyRow, OnDatabase
from bot.integrations.store.forgetting import forget_stories
from bot.integrations.store.links import require_member

_DECLINED = schema.award_declined
_PAUSED = schema.unread.c.end_ms == FOR_EVER


class ChoicesMade(OnDatabase):
    """See `ports.ChoiceStore`; and `unread` of `ports.PlayStore`."""

    async def choices(self, member_ids: Collection[MemberId]) -> Mapping[MemberId, Choices]:
        asides: defaultdict[MemberId, list[Aside]] = defaultdict(list)
        unread: dict[MemberId, tuple[Span, ...]] = {}
        wanted = list(member_ids)
        async with self._database.read() as connection:
            for row in await connection.execute(
                select(schema.aside).where(schema.aside.c.member_id.in_(wanted)).order_by(schema.aside.c.id)
            ):
                asides[row.member_id].append(_aside(row))
            rows = await connection.execute(
                select(schema.unread)
                .where(schema.unread.c.member_id.in_(wanted))
                .order_by(schema.unread.c.member_id)
            )
            for member_id, spans in groupby(rows, attrgetter("member_id")):
                unread[member_id] = _spans(spans)
            declined: defaultdict[MemberId, set[str]] = defaultdict(set)
            for row in await connection.execute(select(_DECLINED).where(_DECLINED.c.member_id.in_(wanted))):
                declined[row.member_id].add(row.kind)
        return {
            it: Choices(tuple(asides[it]), unread.get(it, ()), frozenset(declined[it])) for it in member_ids
        }

    async def set_aside(self, member_id: MemberId, aside: Aside, now_ms: int) -> Aside:
        values = {
            "member_id": member_id,
            "mark": aside.mark.value,
            "whole": aside.whole.value,
            "key": json.dumps(aside.key),
            "name": aside.name,
            "start_ms": aside.span.start_ms,
            "end_ms": aside.span.end_ms,
        }
        same = [schema.aside.c[name] == value for name, value in values.items() if name != "name"]
        async with self._database.write() as connection:
            await require_member(connection, member_id)
            known = (await connection.execute(select(schema.aside).where(*same))).one_or_none()
            if known is None:
                added = await connection.execute(
                    insert(schema.aside).values(**values, made_ms=now_ms).returning(*schema.aside.c)
                )
                known = added.one()
            return _aside(known)

    async def take_back(self, member_id: MemberId, aside_id: int) -> bool:
        async with self._database.write() as connection:
            gone = await connection.execute(
                delete(schema.aside).where(
                    schema.aside.c.id == aside_id, schema.aside.c.member_id == member_id
                )
            )
            return gone.rowcount == 1

    async def pause(self, member_id: MemberId, now_ms: int) -> bool:
        async with self._database.write() as connection:
            await require_member(connection, member_id)
            if await _paused(connection, member_id):
                return False
            await connection.execute(
                insert(schema.unread).values(member_id=member_id, start_ms=now_ms, end_ms=FOR_EVER)
            )
            return True

    async def resume(self, member_id: MemberId, now_ms: int) -> bool:
        async with self._database.write() as connection:
            ended = await connection.execute(
                update(schema.unread)
                .where(schema.unread.c.member_id == member_id, _PAUSED)
                .values(end_ms=now_ms)
            )
            return ended.rowcount > 0

    async def paused(self, member_id: MemberId) -> bool:
        async with self._database.read() as connection:
            return await _paused(connection, member_id)

    async def decline_award(self, member_id: MemberId, kind: str) -> None:
        async with self._database.write() as connection:
            await require_member(connection, member_id)
            await connection.execute(
                self._database.insert(_DECLINED)
                .values(member_id=member_id, kind=kind)
                .on_conflict_do_nothing()
            )

    async def allow_award(self, member_id: MemberId, kind: str) -> None:
        async with self._database.write() as connection:
            await connection.execute(
                delete(_DECLINED).where(_DECLINED.c.member_id == member_id, _DECLINED.c.kind == kind)
            )

    async def forget_time(self, member_id: MemberId, span: Span) -> int:
        links = select(schema.link.c.id).where(schema.link.c.member_id == member_id)
        async with self._database.write() as connection:
            await require_member(connection, member_id)
            await connection.execute(insert(schema.unread).values(member_id=member_id, **span._asdict()))
            gone = await connection.execute(
                delete(schema.play).where(
                    schema.play.c.link_id.in_(links),
                    schema.play.c.at_ms >= span.start_ms,
                    schema.play.c.at_ms < span.end_ms,
                )
            )
            await forget_stories(connection, member_id)
            return gone.rowcount

    async def unread(self, link_id: LinkId) -> tuple[Span, ...]:
        async with self._database.read() as connection:
            return _spans(await connection.execute(unread_of(link_id)))


def pausing(member_id: Column[int]) -> Exists:
    """Whether the member of this column pauses."""
    return exists().where(_PAUSED, schema.unread.c.member_id == member_id)


def unread_of(link_id: LinkId | BindParameter[int]) -> Select[tuple[int, int]]:
    """Asks for the spans of which nothing is kept for this link's member; they may overlap."""
    return (
        select(schema.unread.c.start_ms, schema.unread.c.end_ms)
        .join(schema.link, schema.link.c.member_id == schema.unread.c.member_id)
        .where(schema.link.c.id == link_id)
    )


async def _paused(connection: AsyncConnection, member_id: MemberId) -> bool:
    found = select(schema.unread.c.id).where(schema.unread.c.member_id == member_id, _PAUSED).limit(1)
    return await connection.scalar(found) is not None


def _spans(rows: Iterable[AnyRow]) -> tuple[Span, ...]:
    return tuple(union(Span(row.start_ms, row.end_ms) for row in rows))


def _aside(row: AnyRow) -> Aside:
    return Aside(
        row.id,
        Mark(row.mark),
        Whole(row.whole),
        tuple(json.loads(row.key)),
        row.name,
        Span(row.start_ms, row.end_ms),
    )
