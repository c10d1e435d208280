"""Where a chat platform let us in, for platforms where each place (a Slack workspace) gives a token of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class InstallationStore(Protocol):
    """Sealed tokens by place; the sealing is the adapter's, through `ports.Vault`."""

    async def keep_installation(self, platform: str, place: str, sealed: bytes) -> None:
        """Keep it, in place of an older one."""
        ...

    async def installation(self, platform: str, place: str) -> bytes | None: ...

    async def installations(self, platform: str) -> Sequence[str]:
        """The places, in order."""
        ...

    async def forget_installation(self, platform: str, place: str) -> None: ...
