"""A double press runs once."""

from __future__ import annotations

from bot.errors import Stale
from bot.text import t


class Once:
    """Holds off the second press of a double press: until the block ends, or, once kept, until released."""

    def __init__(self, busy: set[tuple[str, int, int]], key: tuple[str, int, int]) -> None:
        self._busy = busy
        self._key = key
        self._kept = False

    def __enter__(self) -> Once:
        if self._key in self._busy:
            raise Stale(t("That is still running."))
        self._busy.add(self._key)
        return self

    def __exit__(self, *failure: object) -> None:
        if not self._kept:
            self.release()

    def keep(self) -> None:
        """Hold on after the block."""
        self._kept = True

    def release(self) -> None:
        """Let the next press through."""
        self._busy.discard(self._key)
