"""Calls spent per developer account, and until when it is blocked (`BudgetStore`)."""

from __future__ import annotations

from sqlalchemy import delete, func, select

from bot.integrations.store import schema
from bot.integrations.store.engine import OnDatabase

# The budget looks back 24 hours; twice that is kept, for whoever wants to know why it ran out.
_KEPT_MS = 48 * 3_600_000


class Budget(OnDatabase):
    """See `ports.BudgetStore`."""

    async def spend(self, developer: str, now_ms: int, calls: int = 1) -> None:
        spent = self._database.insert(schema.spending).values(developer=developer, at_ms=now_ms, calls=calls)
        async with self._database.write() as connection:
            await connection.execute(
                spent.on_conflict_do_update(
                    index_elements=["developer", "at_ms"],
                    set_={"calls": schema.spending.c.calls + spent.excluded.calls},
                )
            )
            await connection.execute(
                delete(schema.spending).where(
                    schema.spending.c.developer == developer, schema.spending.c.at_ms < now_ms - _KEPT_MS
                )
            )

    async def spent(self, developer: str, since_ms: int) -> int:
        async with self._database.read() as connection:
            calls = await connection.scalar(
                select(func.sum(schema.spending.c.calls)).where(
                    schema.spending.c.developer == developer, schema.spending.c.at_ms >= since_ms
                )
            )
        return int(calls or 0)

    async def block(self, developer: str, until_ms: int) -> None:
        async with self._database.write() as connection:
            await connection.execute(
                self._database.insert(schema.blocked)
                .values(developer=developer, until_ms=until_ms)
                .on_conflict_do_update(index_elements=["developer"], set_={"until_ms": until_ms})
            )

    async def blocked_until(self, developer: str) -> int:
        async with self._database.read() as connection:
            until_ms = await connection.scalar(
                select(schema.blocked.c.until_ms).where(schema.blocked.c.developer == developer)
            )
        return until_ms or 0
