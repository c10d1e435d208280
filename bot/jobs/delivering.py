"""Posts that are due on one platform, a few at a time."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence

from bot.services.posting import Posting

log = logging.getLogger(__name__)


class Delivering:
    """Each run makes deliveries for about `within_s` seconds, `at_once` at the same time. A lane is a platform."""

    name = "post"
    lanes_at_once = 3

    def __init__(self, posting: Posting, *, within_s: float = 10.0, at_once: int = 4) -> None:
        self._posting = posting
        self._within_s = within_s
        self._at_once = at_once
        self._stopping = False

    async def due(self) -> Sequence[str]:
        """The platforms on which something is to be posted now."""
        return await self._posting.due()

    async def run(self, lane: str) -> None:
        """Post what is due there, as far as the time goes."""
        end_s = time.monotonic() + self._within_s
        await asyncio.gather(*(self._work(lane, end_s) for _ in range(self._at_once)))

    def stop(self) -> None:
        """Finish the posts that are under way, and begin no other."""
        self._stopping = True

    async def _work(self, platform: str, end_s: float) -> None:
        while not self._stopping and time.monotonic() < end_s:
            delivery = await self._posting.claim(platform)
            if delivery is None:
                return
            try:
                await self._posting.post(delivery)
            except Exception:
                log.exception("delivery %d failed", delivery.id)
