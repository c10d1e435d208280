"""What a route is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from tests.twins.discord.incoming import Incoming


@dataclass(frozen=True, slots=True)
class Route:
    """A method, a path's template, and what answers it with JSON, or with None for "no content".

    A `public` route takes no token of the bot.
    """

    method: str
    path: str
    answer: Callable[[Incoming], Awaitable[Any]]
    public: bool = False
