"""What a chat platform is to the rest of the bot, and how something is said that nobody just asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from bot.chat.cards import Card
from bot.core.model import Identity, RoomRef


@dataclass(frozen=True, slots=True)
class PostRef:
    """A message of ours, to be edited later. Can be stored."""

    room: RoomRef
    message: str


class Outbox(Protocol):
    """Says things unasked: in a room, or to one person alone."""

    async def post(self, room: RoomRef, card: Card) -> PostRef: ...

    async def edit(self, post: PostRef, card: Card) -> None: ...

    async def whisper(self, identity: Identity, card: Card) -> None:
        """For one person's eyes; where it cannot be delivered it is kept for their next private answer."""
        ...


class ChatPlatform(Outbox, Protocol):
    """One adapter."""

    @property
    def name(self) -> str: ...

    async def start(self) -> None:
        """Connect and serve. Returns once it is ready to answer."""
        ...

    async def stop(self) -> None:
        """Finish what is in flight, then close."""
        ...
