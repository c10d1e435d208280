"""One-time codes that somebody makes in one place and types in another. Only their hashes are kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from bot.core.model import GroupId, Identity


@dataclass(frozen=True, slots=True)
class OneTimeCode:
    """A code as stored: what it is for (`kind`, and the group, for a room), who made it, until when it can be used."""

    hash: str
    kind: str
    maker: Identity
    group_id: GroupId | None
    expires_ms: int
    used: bool = False


class CodeStore(Protocol):
    """Codes, and who typed wrong ones."""

    async def keep_code(self, code: OneTimeCode, now_ms: int) -> None:
        """Keep it, in place of its maker's earlier one of this kind. What expired a day ago is forgotten.

        Raises `NotFound` where the maker is unknown.
        """
        ...

    async def find_code(
        self, hash_: str, identity: Identity, *, now_ms: int, since_ms: int, most_wrong: int
    ) -> OneTimeCode | None:
        """The code, used or expired too; None if there is none, which is written down as a wrong one of `identity`.

        Raises `NotAllowed`, without looking, after `most_wrong` wrong ones since then.
        """
        ...

    async def use_code(self, hash_: str) -> bool:
        """Use it up. Of several who do so at once, one is told yes."""
        ...
