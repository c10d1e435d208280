"""Bounded waiting for something to become true, and the two ways in which a test's person can be let down."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
PATIENCE_S = 5.0


class CannotDo(AssertionError):
    """A person tried what Discord's own client would not let them do."""


class NoAnswer(AssertionError):
    """A person waited, and nothing of the kind came."""


class Changes:
    """Tells those who wait that something has changed."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    def tell(self) -> None:
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(None)

    async def until(self, check: Callable[[], T | None], within: float, sentence: Callable[[], str]) -> T:
        """The first thing that `check` finds. Raises NoAnswer with `sentence` after `within` seconds."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + within
        while (found := check()) is None:
            change = loop.create_future()
            self._waiting.add(change)
            try:
                async with asyncio.timeout_at(deadline):
                    await change
            except TimeoutError:
                raise NoAnswer(f"{sentence()} (waited {within:g} s)") from None
            finally:
                self._waiting.discard(change)
        return found
