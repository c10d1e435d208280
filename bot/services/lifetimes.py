"""Reminds members of links that end, and deletes what was kept of those that have ended.

Level-triggered: what is due follows from what is stored (`core.lifetimes`), and what is said is noted before it is
said, so that two processes, or a restart, say nothing twice.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from bot.core import lifetimes
from bot.core.lifetimes import Life, Said
from bot.core.model import Link, MemberId
from bot.ports import Clock, Lifetime, LifetimeStore

log = logging.getLogger(__name__)

AT_ONCE = 100
# Tells a member what is said of a link of theirs, and the instant that it is about (`core.lifetimes.Due.until_ms`).
Tell = Callable[[MemberId, Said, int], Awaitable[object]]


class Lifetimes:
    """`run` again and again; each time it does what is due of at most a hundred links."""

    def __init__(self, store: LifetimeStore, clock: Clock, tell: Tell) -> None:
        self._store = store
        self._clock = clock
        self._tell = tell

    async def run(self) -> None:
        """Do what is due."""
        for seen in await self._store.due_lifetimes(self._clock.now_ms(), AT_ONCE):
            await self._tend(seen)

    async def _tend(self, seen: Lifetime) -> None:
        life = life_of(seen.link, seen.ended_ms, Said(seen.said))
        due = lifetimes.due(life, self._clock.now_ms())
        if due.delete:
            if await self._store.drop_link(seen):
                log.info("a link that had ended was deleted with what was read (%s)", seen.said or "untold")
            return
        if await self._store.note_lifetime(seen, due.say or seen.said, due.next_ms) and due.say:
            await self._tell(seen.link.member_id, due.say, due.until_ms)


def life_of(link: Link, ended_ms: int, said: Said = Said.NOTHING) -> Life:
    """What `core.lifetimes` wants to know of a link."""
    return Life(link.authorized_at_ms, link.state, ended_ms, said)
