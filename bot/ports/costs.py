"""What models' answers have cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bot.core.model import GroupId
from bot.ports.models import Usage


class Outcome(StrEnum):
    """What came of a question."""

    SONGS = "songs"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Cost:
    """What one question of a group took: when (ms UTC), what came of it, and in millionths of a US dollar what it cost.

    `microdollars` is None where nobody knows the price. Nobody's words are in it, and nobody's name.
    """

    group_id: GroupId
    at_ms: int
    usage: Usage
    outcome: Outcome
    microdollars: int | None


class CostStore(Protocol):
    """What was spent, by group."""

    async def note_cost(self, cost: Cost) -> None:
        """Write it down."""
        ...

    async def costs(self, group_id: GroupId, since_ms: int) -> Sequence[Cost]:
        """What a group has spent since then, the newest first."""
        ...
