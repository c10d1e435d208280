"""The machine as the flows need it: what time it is, and chance."""

from __future__ import annotations

from typing import Protocol


class Clock(Protocol):
    """The only way to know what time it is."""

    def now_ms(self) -> int:
        """Now, ms UTC."""
        ...


class Chance(Protocol):
    """The only way to draw chance."""

    def token(self) -> str:
        """An unguessable URL-safe string (at least 128 bits)."""
        ...

    def seed(self) -> int:
        """A seed for something that is to be repeatable."""
        ...
