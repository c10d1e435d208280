"""What sources say an account has (`TallyStore`)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict

from sqlalchemy import select

from bot.core.histories import Tally
from bot.core.model import LinkId
from bot.integrations.store import schema
from bot.integrations.store.engine import OnDatabase
from bot.integrations.store.links import require_link


class Tallies(OnDatabase):
    """See `ports.TallyStore`."""

    async def note_tally(self, link_id: LinkId, tally: Tally) -> None:
        noted = asdict(tally)
        async with self._database.write() as connection:
            await require_link(connection, link_id)
            await connection.execute(
                self._database.insert(schema.tally)
                .values(link_id=link_id, **noted)
                .on_conflict_do_update(index_elements=["link_id"], set_=noted)
            )

    async def tallies(self, link_ids: Collection[LinkId]) -> Mapping[LinkId, Tally]:
        tally = schema.tally.c
        kept = select(tally.link_id, tally.told, tally.stored, tally.at_ms, tally.differs_ms).where(
            tally.link_id.in_(list(link_ids))
        )
        async with self._database.read() as connection:
            return {LinkId(row[0]): Tally(*row[1:]) for row in await connection.execute(kept)}
