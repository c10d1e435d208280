"""Recaps as they were shown (`RecapStore`)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.model import GroupId, MemberId, Period
from bot.errors import NotFound
from bot.integrations.store import schema
from bot.integrations.store.engine import AnyRow, OnDatabase
from bot.integrations.store.people import still_there
from bot.ports import FrozenRecap
from bot.text import t


class Recaps(OnDatabase):
    """See `ports.RecapStore`."""

    async def freeze(
        self,
        group_id: GroupId | None,
        member_id: MemberId | None,
        made_ms: int,
        facts: str,
        sha256: str,
        members: Collection[MemberId] = (),
    ) -> FrozenRecap:
        owner = owner_of(group_id, member_id)
        async with self._database.write() as connection:
            if await still_there(connection, members) != set(members):
                raise NotFound(t("Somebody who was counted has left in this moment. Please ask again."))
            await connection.execute(
                self._database.insert(schema.recap)
                .values(
                    group_id=group_id,
                    member_id=member_id,
                    owner=owner,
                    made_ms=made_ms,
                    facts=facts,
                    sha256=sha256,
                )
                .on_conflict_do_nothing(index_elements=["owner", "sha256"])
            )
            kept = await connection.execute(
                select(schema.recap).where(schema.recap.c.owner == owner, schema.recap.c.sha256 == sha256)
            )
            return recap_of_row(kept.one())

    async def awarded(
        self, group_id: GroupId, period: Period, given: Collection[tuple[MemberId, str]]
    ) -> None:
        async with self._database.write() as connection:
            there = await still_there(connection, [who for who, _ in given])
            when = {"group_id": group_id, "period": period.kind.value, "first": period.first.isoformat()}
            rows = [{**when, "member_id": who, "kind": kind} for who, kind in given if who in there]
            if rows:
                await connection.execute(self._database.insert(schema.award).on_conflict_do_nothing(), rows)

    async def last_awards(self, group_id: GroupId, period: Period) -> Mapping[MemberId, frozenset[str]]:
        award = schema.award.c
        same = (award.group_id == group_id) & (award.period == period.kind.value)
        last = select(func.max(award.first)).where(same, award.first < period.first.isoformat())
        async with self._database.read() as connection:
            rows = await connection.execute(
                select(award.member_id, award.kind).where(same, award.first == last.scalar_subquery())
            )
            found: dict[MemberId, frozenset[str]] = {}
            for row in rows:
                found[row.member_id] = found.get(row.member_id, frozenset()) | {row.kind}
            return found

    async def frozen(self, recap_id: int) -> FrozenRecap | None:
        async with self._database.read() as connection:
            row = (
                await connection.execute(select(schema.recap).where(schema.recap.c.id == recap_id))
            ).one_or_none()
        return None if row is None else recap_of_row(row)

    async def frozen_as(self, sha256: str) -> FrozenRecap | None:
        begins = schema.recap.c.sha256.startswith(sha256, autoescape=True)
        async with self._database.read() as connection:
            rows = (await connection.execute(select(schema.recap).where(begins).limit(2))).all()
        return recap_of_row(rows[0]) if len(rows) == 1 else None

    async def newest(self, group_id: GroupId | None, member_id: MemberId | None) -> FrozenRecap | None:
        owner = schema.recap.c.owner == owner_of(group_id, member_id)
        newest = select(schema.recap).where(owner).order_by(schema.recap.c.id.desc()).limit(1)
        async with self._database.read() as connection:
            row = (await connection.execute(newest)).one_or_none()
        return None if row is None else recap_of_row(row)


def owner_of(group_id: GroupId | None, member_id: MemberId | None) -> str:
    """Group and member in one column: a unique constraint does not see two NULLs as equal."""
    return f"group={group_id or ''} member={member_id or ''}"


async def rewrite(
    connection: AsyncConnection,
    member_id: MemberId,
    change: Callable[[str], str],
    group_id: GroupId | None = None,
) -> None:
    """Change the documents of a group (None: of every group) in which a member may be."""
    recap = schema.recap
    whose = recap.c.group_id.is_not(None) if group_id is None else recap.c.group_id == group_id
    likely = select(recap.c.id).where(whose, recap.c.facts.contains(str(member_id)))
    # One at a time, for there may be years of them.
    for recap_id in (await connection.scalars(likely)).all():
        this = recap.c.id == recap_id
        before = await connection.scalar(select(recap.c.facts).where(this))
        if before is not None and (after := change(before)) != before:
            await connection.execute(update(recap).where(this).values(facts=after))


def recap_of_row(row: AnyRow) -> FrozenRecap:
    """The recap of a row that has its columns."""
    return FrozenRecap(row.id, row.group_id, row.member_id, row.made_ms, row.facts, row.sha256)
