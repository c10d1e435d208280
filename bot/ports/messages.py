"""Rooms that no platform keeps for us."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Message:
    """A message in a room that we keep ourselves. `private_to` is the only user who sees it ("" = the room).

    `author` is "" for Earshot itself; `body` is JSON of the adapter's own making.
    """

    id: int
    room: str
    author: str
    private_to: str
    made_ms: int
    body: str


class MessageStore(Protocol):
    """Rooms that no platform keeps for us."""

    async def append(self, room: str, author: str, private_to: str, body: str, now_ms: int) -> Message: ...

    async def rewrite(self, message_id: int, body: str) -> Message | None:
        """Replace a body; None if there is no such message."""
        ...

    async def message(self, message_id: int) -> Message | None: ...

    async def holds(self, word: str) -> bool:
        """Whether this stands in some message's body."""
        ...

    async def messages(self, room: str, viewer: str, after_id: int, limit: int) -> Sequence[Message]:
        """What this viewer may see, oldest first: the newest `limit` messages with an id above `after_id`."""
        ...
