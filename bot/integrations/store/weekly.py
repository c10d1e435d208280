"""When groups get their posts, and what became of each (`WeeklyStore`)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import Select, case, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.model import GroupId, MemberId, PeriodKind, RoomRef
from bot.core.schedule import Schedule
from bot.integrations.store import schema
from bot.integrations.store.engine import AnyRow, OnDatabase
from bot.integrations.store.people import still_there
from bot.ports import Delivery, NewDelivery, Planned, Settled, Stage, Weekly, Why

_weekly, _delivery, _admin = schema.weekly.c, schema.delivery.c, schema.weekly_admin.c
_WISHES = select(schema.weekly, schema.chat_group.c.zone).join(schema.chat_group)
_ONE_ROOMS = ["group_id", "platform", "place", "channel", "key"]


class Weeklies(OnDatabase):
    """See `ports.WeeklyStore`."""

    async def weekly(self, group_id: GroupId) -> Weekly | None:
        async with self._database.read() as connection:
            return await _wishes(connection, group_id)

    async def begin_weekly(self, weekly: Weekly) -> Weekly:
        first = self._database.insert(schema.weekly).values(group_id=weekly.group_id, **_columns(weekly))
        async with self._database.write() as connection:
            await connection.execute(first.on_conflict_do_nothing())
            return await _wishes(connection, weekly.group_id) or weekly

    async def weekly_due(self, now_ms: int, limit: int) -> Sequence[Weekly]:
        due = _WISHES.where(_weekly.next_ms.between(1, now_ms)).order_by(_weekly.next_ms, _weekly.group_id)
        async with self._database.read() as connection:
            return [_of_row(row) for row in await connection.execute(due.limit(limit))]

    async def plan(self, plans: Sequence[Planned], now_ms: int) -> Sequence[bool]:
        async with self._database.write() as connection:
            return [await self._plan(connection, it, now_ms) for it in plans]

    async def weekly_admins(self, group_id: GroupId) -> Sequence[MemberId]:
        asked = select(_admin.member_id).where(_admin.group_id == group_id).order_by(_admin.at_ms.desc())
        async with self._database.read() as connection:
            return [MemberId(it) for it in await connection.scalars(asked)]

    async def deliveries(self, group_id: GroupId, key: str) -> Sequence[Delivery]:
        wanted = select(schema.delivery).where(_delivery.group_id == group_id, _delivery.key == key)
        return await self._read(wanted.order_by(_delivery.platform, _delivery.place, _delivery.channel))

    async def deliveries_in(
        self, room: RoomRef, group_id: GroupId, kind: PeriodKind, limit: int
    ) -> Sequence[Delivery]:
        there = (_delivery.platform == room.platform, _delivery.place == room.place,
                 _delivery.channel == room.channel)  # fmt: skip
        wanted = select(schema.delivery).where(
            _delivery.group_id == group_id, *there, _delivery.kind == kind.value
        )
        return await self._read(wanted.order_by(_delivery.first.desc()).limit(limit))

    async def due_platforms(self, now_ms: int) -> Sequence[str]:
        due = select(_delivery.platform).where(_delivery.next_ms.between(1, now_ms)).distinct()
        async with self._database.read() as connection:
            return sorted(await connection.scalars(due))

    async def claim_deliveries(
        self, platform: str, now_ms: int, until_ms: int, limit: int
    ) -> Sequence[Delivery]:
        wanted = (
            select(schema.delivery)
            .where(_delivery.next_ms.between(1, now_ms), _delivery.platform == platform)
            .order_by(_delivery.next_ms, _delivery.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        unsure = _delivery.stage == Stage.SENDING.value
        async with self._database.write() as connection:
            seen = [_delivery_of(row) for row in await connection.execute(wanted)]
            if seen:
                await connection.execute(
                    update(schema.delivery)
                    .where(_delivery.id.in_([it.id for it in seen]))
                    .values(
                        stage=Stage.SENDING.value,
                        attempt=_delivery.attempt + 1,
                        next_ms=until_ms,
                        started_ms=case((unsure, _delivery.started_ms), else_=now_ms),
                    )
                )
        return [_taken(it, now_ms, until_ms) for it in seen]

    async def say(self, delivery: Delivery, recap_id: int) -> bool:
        return await self._change(delivery, says=recap_id)

    async def settle(self, delivery: Delivery, settled: Settled) -> bool:
        return await self._change(
            delivery,
            stage=settled.stage.value,
            why=settled.why.value,
            next_ms=settled.next_ms,
            message=settled.message,
            posted_ms=settled.posted_ms,
        )

    async def _read(self, wanted: Select[tuple[object, ...]]) -> Sequence[Delivery]:
        async with self._database.read() as connection:
            return [_delivery_of(row) for row in await connection.execute(wanted)]

    async def _change(self, delivery: Delivery, **values: str | int) -> bool:
        """Unless somebody else has taken it since."""
        ours = (_delivery.attempt == delivery.attempt, _delivery.stage == Stage.SENDING.value)
        async with self._database.write() as connection:
            changed = await connection.execute(
                update(schema.delivery).where(_delivery.id == delivery.id, *ours).values(values)
            )
            return changed.rowcount == 1

    async def _plan(self, connection: AsyncConnection, planned: Planned, now_ms: int) -> bool:
        before, now = planned.before, planned.now
        changed = await connection.execute(
            update(schema.weekly)
            .where(_weekly.group_id == now.group_id, _weekly.version == before.version)
            .values({**_columns(now), "version": before.version + 1})
        )
        if changed.rowcount == 0:
            return False
        if now.schedule.zone != before.schedule.zone:
            group = schema.chat_group
            await connection.execute(
                update(group).where(group.c.id == now.group_id).values(zone=now.schedule.zone)
            )
        for it in planned.deliveries:
            await self._deliver(connection, now.group_id, it, again=planned.again)
        if planned.admin is not None:
            await self._remember(connection, now.group_id, planned.admin, now_ms)
        return True

    async def _deliver(
        self, connection: AsyncConnection, group_id: GroupId, new: NewDelivery, *, again: bool
    ) -> None:
        due = {
            "stage": (Stage.SKIPPED if new.why else Stage.DUE).value,
            "why": new.why.value,
            "due_ms": new.slot.at_ms,
            "next_ms": 0 if new.why else new.slot.at_ms,
        }
        nothing = {"attempt": 0, "started_ms": 0, "message": "", "says": 0, "posted_ms": 0}
        period = new.slot.period
        added = self._database.insert(schema.delivery).values(
            group_id=group_id, **new.room._asdict(), key=new.slot.key, kind=period.kind.value,
            first=period.first.isoformat(), zone=period.zone, **due, **nothing,
        )  # fmt: skip
        if again:
            over = _delivery.stage.in_([Stage.SKIPPED.value, Stage.GIVEN_UP.value])
            await connection.execute(
                added.on_conflict_do_update(index_elements=_ONE_ROOMS, set_=due, where=over)
            )
        else:
            await connection.execute(added.on_conflict_do_nothing(index_elements=_ONE_ROOMS))

    async def _remember(
        self, connection: AsyncConnection, group_id: GroupId, admin: MemberId, now_ms: int
    ) -> None:
        if await still_there(connection, [admin]):
            asked = self._database.insert(schema.weekly_admin).values(
                group_id=group_id, member_id=admin, at_ms=now_ms
            )
            await connection.execute(
                asked.on_conflict_do_update(index_elements=["group_id", "member_id"], set_={"at_ms": now_ms})
            )


def _taken(seen: Delivery, now_ms: int, until_ms: int) -> Delivery:
    unsure = seen.stage is Stage.SENDING
    return replace(
        seen,
        stage=Stage.SENDING,
        attempt=seen.attempt + 1,
        next_ms=until_ms,
        started_ms=seen.started_ms if unsure else now_ms,
        unsure=unsure,
    )


async def _wishes(connection: AsyncConnection, group_id: GroupId) -> Weekly | None:
    row = (await connection.execute(_WISHES.where(_weekly.group_id == group_id))).one_or_none()
    return None if row is None else _of_row(row)


def _columns(weekly: Weekly) -> dict[str, object]:
    """What is written down of a group's wishes; the zone is the group's own."""
    wanted = weekly.schedule
    return {
        "active": weekly.active,
        "weekday": wanted.weekday,
        "hour": wanted.hour,
        "minute": wanted.minute,
        "settle_h": wanted.settle_h,
        "kinds": frozenset(kind.value for kind in wanted.kinds),
        "layout": weekly.layout,
        "left_out": weekly.left_out,
        "language": weekly.language,
        "skipped": weekly.skipped,
        "after": json.dumps({kind.value: day.isoformat() for kind, day in sorted(weekly.after.items())}),
        "next_ms": weekly.next_ms,
        "version": weekly.version,
    }


def _of_row(row: AnyRow) -> Weekly:
    kinds = frozenset(map(PeriodKind, row.kinds))
    after = {PeriodKind(kind): date.fromisoformat(day) for kind, day in json.loads(row.after).items()}
    return Weekly(
        row.group_id,
        Schedule(row.zone, row.weekday, row.hour, row.minute, row.settle_h, kinds),
        row.active,
        row.layout,
        row.left_out,
        row.language,
        row.skipped,
        after,
        row.next_ms,
        row.version,
    )


def _delivery_of(row: AnyRow) -> Delivery:
    return Delivery(
        row.id,
        row.group_id,
        RoomRef(row.platform, row.place, row.channel),
        row.key,
        PeriodKind(row.kind),
        date.fromisoformat(row.first),
        row.zone,
        Stage(row.stage),
        Why(row.why),
        row.due_ms,
        row.next_ms,
        row.attempt,
        row.started_ms,
        row.message,
        row.says,
        row.posted_ms,
    )
