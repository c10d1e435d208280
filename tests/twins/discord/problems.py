"""What is wrong with a request: where, and why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from tests.twins.discord.components import Path


class Problem(NamedTuple):
    """A fault at a place in the body."""

    path: Path
    says: str

    def __str__(self) -> str:
        place = "".join(f"[{it}]" if isinstance(it, int) else f".{it}" for it in self.path)
        return f"{place.lstrip('.')}: {self.says}" if place else self.says

    def under(self, *path: str | int) -> Problem:
        """The same fault, seen from further out."""
        return Problem((*path, *self.path), self.says)


def as_errors(problems: Iterable[Problem]) -> dict[str, Any]:
    """Problems as Discord nests them in an error's `errors`."""
    root: dict[str, Any] = {}
    for problem in problems:
        node = root
        for step in problem.path:
            node = node.setdefault(str(step), {})
        node.setdefault("_errors", []).append({"code": "INVALID", "message": problem.says})
    return root
