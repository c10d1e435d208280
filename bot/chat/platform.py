"""What a chat platform is to the rest of the bot, and how something is said that nobody just asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from bot.chat.cards import Card
from bot.core.model import Identity, RoomRef
from bot.errors import Unavailable
from bot.text import t


@dataclass(frozen=True, slots=True)
class PostRef:
    """A message of ours, to be edited later. Can be stored."""

    room: RoomRef
    message: str


class Outbox(Protocol):
    """Says things unasked: in a room, or to one person alone."""

    async def post(self, room: RoomRef, card: Card, key: str = "") -> PostRef:
        """Say it in a room. With a `key` the message carries it, and `find` knows it again.

        Raises `RoomLost` where the room is gone or closed to us, `Unavailable` where the platform is, `Unsure` (which
        is one) where it may have been said.
        """
        ...

    async def find(self, room: RoomRef, key: str, since_ms: int) -> PostRef | None:
        """The message of ours that carries this key, posted since then; None where there is none.

        Raises `Refused` where we may not look, else as `post` does.
        """
        ...

    async def edit(self, post: PostRef, card: Card) -> None:
        """Raises as `post` does, and `NotFound` where the message is gone."""
        ...

    async def whisper(self, identity: Identity, card: Card) -> None:
        """For one person's eyes; where it cannot be delivered it is kept for their next private answer."""
        ...


class ChatPlatform(Outbox, Protocol):
    """One adapter."""

    @property
    def name(self) -> str: ...

    @property
    def connected(self) -> bool:
        """Whether it can hear people right now."""
        ...

    async def start(self) -> None:
        """Connect and serve. Returns once it is ready to answer. Raises `ConfigError` for a token that is no good."""
        ...

    async def stop(self) -> None:
        """Finish what is in flight, then close."""
        ...

    async def present(self, identity: Identity, place: str) -> bool | None:
        """Whether somebody is (still) in a server or workspace (`RoomRef.place`), asked anew.

        None where one has nothing to do with the other. Raises a `ServiceError` where it cannot be told now.
        """
        ...

    def forget(self, identity: Identity) -> None:
        """Let go of whatever is remembered of somebody."""
        ...


class Platforms:
    """An `Outbox` over every platform that runs: each thing is said where its room or its person is.

    Features that say something unasked get it before there is any platform, for a platform needs the features.
    """

    def __init__(self) -> None:
        self._by_name: dict[str, ChatPlatform] = {}

    def add(self, platform: ChatPlatform) -> None:
        """From now on this platform is said things, too."""
        self._by_name[platform.name] = platform

    def connected(self) -> Mapping[str, bool]:
        """Which platforms can hear people right now."""
        return {name: platform.connected for name, platform in self._by_name.items()}

    async def post(self, room: RoomRef, card: Card, key: str = "") -> PostRef:
        """See `Outbox`. Raises `Unavailable` where the platform does not run."""
        return await self._of(room.platform).post(room, card, key)

    async def find(self, room: RoomRef, key: str, since_ms: int) -> PostRef | None:
        """See `Outbox`. Raises `Unavailable` where the platform does not run."""
        return await self._of(room.platform).find(room, key, since_ms)

    async def edit(self, post: PostRef, card: Card) -> None:
        """See `Outbox`. Raises `Unavailable` where the platform does not run."""
        await self._of(post.room.platform).edit(post, card)

    async def whisper(self, identity: Identity, card: Card) -> None:
        """See `Outbox`. Raises `Unavailable` where the platform does not run."""
        await self._of(identity.platform).whisper(identity, card)

    async def present(self, identity: Identity, place: str) -> bool | None:
        """See `ChatPlatform`. Raises `Unavailable` where the platform does not run."""
        return await self._of(identity.platform).present(identity, place)

    def forget(self, identity: Identity) -> None:
        """See `ChatPlatform`. What does not run remembers nothing."""
        if identity.platform in self._by_name:
            self._by_name[identity.platform].forget(identity)

    def _of(self, name: str) -> ChatPlatform:
        if name not in self._by_name:
            raise Unavailable(t("{platform} is not set up here (any more).", platform=name))
        return self._by_name[name]
