"""Who lives here and where they meet: what the lounge needs to be told by whoever builds it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.chat.context import Person
from bot.core.model import RoomRef

PLATFORM = "lounge"


@dataclass(frozen=True, slots=True)
class LoungeRoom:
    """A room: `name` is its slug in URLs and in `RoomRef.channel`, `title` is what people read."""

    name: str
    title: str

    @property
    def ref(self) -> RoomRef:
        """The room as the rest of the bot knows it."""
        return RoomRef(PLATFORM, "", self.name)


class Residents(Protocol):
    """The people one can be in the lounge."""

    async def people(self) -> Sequence[Person]:
        """Everybody, in the order to offer them."""
        ...

    async def add(self, name: str, zone: str) -> Person:
        """Somebody new. `zone` is an IANA name. Raises `UserError` with a sentence if that cannot be."""
        ...
