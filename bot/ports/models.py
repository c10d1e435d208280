"""A model that proposes songs, and what its answers cost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from bot.core.answers import Course, Proposal
from bot.core.briefs import Brief


@dataclass(frozen=True, slots=True)
class Usage:
    """What one answer took, in tokens. `cached` are of those read, `thought` of those written."""

    model: str
    read: int
    written: int
    cached: int = 0
    thought: int = 0


class Model(Protocol):
    """Proposes songs for a brief, which is all that it is shown."""

    def propose(self, brief: Brief, count: int) -> AsyncIterator[Course | Proposal | Usage]:
        """The direction, then songs as they are written, and last what each answer took, also of those that failed.

        Raises `ServiceError`s where no (more) answer comes: what was told until then stands.
        """
        ...


class PriceList(Protocol):
    """Prices of models."""

    def microdollars(self, usage: Usage, at_ms: int) -> int | None:
        """What an answer cost at that time, in millionths of a US dollar; None where nobody knows."""
        ...
