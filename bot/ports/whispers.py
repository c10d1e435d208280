"""Private words that could not be delivered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bot.core.model import Identity


class WhisperStore(Protocol):
    """What waits for a member's next private answer. `body` is JSON of the chat layer's making."""

    async def keep_whisper(self, identity: Identity, body: str, now_ms: int) -> None:
        """Keep it for the member behind this identity; nothing is kept for somebody unknown."""
        ...

    async def take_whispers(self, identity: Identity) -> Sequence[str]:
        """What waits for the member behind this identity, oldest first; deleted by this."""
        ...
