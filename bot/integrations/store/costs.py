"""What models' answers have cost (`CostStore`)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import insert, select

from bot.core.model import GroupId
from bot.integrations.store import schema
from bot.integrations.store.engine import OnDatabase
from bot.ports import Cost, Outcome, Usage


class Costs(OnDatabase):
    """See `ports.CostStore`."""

    async def note_cost(self, cost: Cost) -> None:
        it = cost.usage
        row = {
            "group_id": cost.group_id,
            "at_ms": cost.at_ms,
            "model": it.model,
            "read": it.read,
            "written": it.written,
            "cached": it.cached,
            "thought": it.thought,
            "outcome": cost.outcome.value,
            "microdollars": cost.microdollars,
        }
        async with self._database.write() as connection:
            await connection.execute(insert(schema.cost), row)

    async def costs(self, group_id: GroupId, since_ms: int) -> Sequence[Cost]:
        kept = (
            select(schema.cost)
            .where(schema.cost.c.group_id == group_id, schema.cost.c.at_ms >= since_ms)
            .order_by(schema.cost.c.at_ms.desc(), schema.cost.c.id.desc())
        )
        async with self._database.read() as connection:
            return [
                Cost(
                    GroupId(row.group_id),
                    row.at_ms,
                    Usage(row.model, row.read, row.written, row.cached, row.thought),
                    Outcome(row.outcome),
                    row.microdollars,
                )
                for row in await connection.execute(kept)
            ]
