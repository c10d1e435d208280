"""Time and chance for real: the only place that asks the machine for either."""

from __future__ import annotations

import secrets
import time


class SystemClock:
    """The port `Clock`."""

    def now_ms(self) -> int:
        """Now, ms UTC."""
        return time.time_ns() // 1_000_000


class SystemChance:
    """The port `Chance`."""

    def token(self) -> str:
        """256 unguessable bits, URL-safe."""
        return secrets.token_urlsafe(32)

    def seed(self) -> int:
        """31 random bits."""
        return secrets.randbits(31)
