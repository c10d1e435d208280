"""How long links whose grants end live on: what their members were told, and when all of them goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.core.model import Link, LinkId


@dataclass(frozen=True, slots=True)
class Lifetime:
    """A link that was given a grant: when the grant was refused (0: not yet), what its member was told last."""

    link: Link
    ended_ms: int
    said: str


class LifetimeStore(Protocol):
    """Each link with a grant is due once it is made, renewed or ended, and then when it was said to be.

    Who changes or drops one names what they saw: False where the link was renewed, ended, told or removed meanwhile.
    """

    async def due_lifetimes(self, now_ms: int, limit: int) -> Sequence[Lifetime]:
        """Those to be looked at, the longest due first."""
        ...

    async def lifetime(self, link_id: LinkId) -> Lifetime | None:
        """That of one link; None where the link is gone, or was never given a grant."""
        ...

    async def note_lifetime(self, seen: Lifetime, said: str, due_ms: int) -> bool:
        """What the member is told now, and when to look at it again."""
        ...

    async def drop_link(self, seen: Lifetime) -> bool:
        """Delete the link with everything that belongs to it."""
        ...
