"""What came before people's eyes, bounded waiting for it, and the two ways in which a person can be let down."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")
PATIENCE_S = 10.0


class CannotDo(AssertionError):
    """A person tried what Slack's own client would not let them do."""


class NoAnswer(AssertionError):
    """A person waited, and nothing of the kind came."""


@dataclass(frozen=True)
class Sight:
    """What came before somebody's eyes at loop time `at`: a message or view as it then was."""

    kind: str
    at: float
    raw: dict[str, Any]
    source: object


class Changes:
    """What came before people's eyes, in order (`seen`); wakes those who wait for something to happen."""

    def __init__(self) -> None:
        self._next: asyncio.Future[None] | None = None
        self.count = 0
        self.seen: list[Sight] = []

    def tell(self) -> None:
        """Something happened."""
        self.count += 1
        if self._next is not None and not self._next.done():
            self._next.set_result(None)
        self._next = None

    def sight(self, kind: str, raw: dict[str, Any], source: object) -> None:
        """Somebody sees something new."""
        self.seen.append(Sight(kind, asyncio.get_running_loop().time(), raw, source))
        self.tell()

    async def until(self, look: Callable[[], T | None], within: float, what: str) -> T:
        """What `look` finds, once it finds something. Raises NoAnswer that says `what` did not happen."""
        deadline = asyncio.get_running_loop().time() + within
        while (found := look()) is None:
            if self._next is None:
                self._next = asyncio.get_running_loop().create_future()
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0:
                raise NoAnswer(f"{what}: not within {within:g} s")
            await asyncio.wait({self._next}, timeout=left)
        return found
