"""What was said, kept so that it can be proven."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from bot.core.model import (
    GroupId,
    MemberId,
)


@dataclass(frozen=True, slots=True)
class FrozenRecap:
    """A recap as it was shown: canonical JSON of its facts (`core.receipts`) and that JSON's sha256."""

    id: int
    group_id: GroupId | None
    member_id: MemberId | None
    made_ms: int
    facts: str
    sha256: str


class RecapStore(Protocol):
    """What was said, kept so that it can be proven later."""

    async def freeze(
        self, group_id: GroupId | None, member_id: MemberId | None, made_ms: int, facts: str, sha256: str
    ) -> FrozenRecap:
        """Keep it; the same facts of the same owner keep their first id."""
        ...

    async def frozen(self, recap_id: int) -> FrozenRecap | None: ...
