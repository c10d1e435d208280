"""The twin's time: real time, and what a test has added to it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

DISCORD_EPOCH_MS = 1_420_070_400_000
Clock = Callable[[], float]


class MovingClock:
    """Seconds since 1970. Goes by itself; `move` puts it ahead."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self._ahead

    def move(self, seconds: float) -> None:
        """Time passes for Discord, not for the test."""
        self._ahead += seconds


class Snowflakes:
    """Ids that carry the time they were made, and are never the same."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._made = 0

    def new(self) -> int:
        self._made += 1
        since = max(0, int(self._clock() * 1000) - DISCORD_EPOCH_MS)
        return since << 22 | self._made & 0x3FFFFF


def timestamp(seconds: float) -> str:
    """A moment as Discord writes it."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds")
