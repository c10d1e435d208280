"""What Discord stores of a message and of a file."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.twins.discord.components import EPHEMERAL, IS_V2, LOADING, Json, walk

if TYPE_CHECKING:
    from tests.twins.discord.humans import Account, Human
    from tests.twins.discord.places import Channel
    from tests.twins.discord.seeing import Asked


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it arrived."""

    name: str
    data: bytes


@dataclass(eq=False, slots=True)
class Attachment:
    """A file as Discord keeps it."""

    id: int
    name: str
    data: bytes
    url: str
    description: str | None = None
    ephemeral: bool = False

    @property
    def content_type(self) -> str:
        return mimetypes.guess_type(self.name)[0] or "application/octet-stream"


@dataclass(eq=False, slots=True)
class Message:
    """A message. `only_for` is the one person who sees it, if it is ephemeral; `watchers` wait for its changes."""

    id: int
    channel: Channel
    author: Account
    at: float
    kind: int = 0
    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    flags: int = 0
    nonce: str | int | None = None
    poll: Json | None = None
    reply_to: Message | None = None
    metadata: Json | None = None
    only_for: Human | None = None
    edited: float | None = None
    mentions: list[Account] = field(default_factory=list)
    mention_everyone: bool = False
    pings: tuple[str, ...] = ()
    watchers: list[Asked] = field(default_factory=list)

    @property
    def ephemeral(self) -> bool:
        return bool(self.flags & EPHEMERAL)

    @property
    def is_thinking(self) -> bool:
        return bool(self.flags & LOADING)

    @property
    def is_v2(self) -> bool:
        return bool(self.flags & IS_V2)

    def component(self, custom_id: str) -> Json:
        """The component with this custom id. Raises StopIteration when there is none."""
        return next(it for _, it in walk(self.components) if it.get("custom_id") == custom_id)

    def kept(self) -> dict[str, Any]:
        """What a later edit is judged by: its flags, and the names and ids of its files."""
        return {"flags": self.flags, "files": {str(it.id): it.name for it in self.attachments}}
