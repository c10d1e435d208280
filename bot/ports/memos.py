"""Small things an adapter has to remember over a restart."""

from __future__ import annotations

from typing import Protocol


class MemoStore(Protocol):
    """Words under a key (`discord:tree`). For nothing that is secret, and nothing about a person."""

    async def memo(self, key: str) -> str | None:
        """What is remembered; None if nothing is."""
        ...

    async def remember(self, key: str, value: str) -> None:
        """Remember it, in place of what was."""
        ...

    async def forget(self, key: str) -> bool:
        """Whether there was something to forget; of two who forget at once, one is told yes."""
        ...
