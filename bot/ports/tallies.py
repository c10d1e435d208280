"""How many plays a source says that an account has, to compare with what was read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol

from bot.core.histories import Tally
from bot.core.model import LinkId


class TallyStore(Protocol):
    """The last tally of each link."""

    async def note_tally(self, link_id: LinkId, tally: Tally) -> None:
        """Keep it in place of the one before. Raises `NotFound` where the link is gone."""
        ...

    async def tallies(self, link_ids: Collection[LinkId]) -> Mapping[LinkId, Tally]:
        """Those of these links that were compared."""
        ...
