"""Who asked, where, and how to tell them that it takes a little longer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from bot.core.model import Identity, RoomRef
from bot.text import Text


@dataclass(frozen=True, slots=True)
class Person:
    """Who asked, as the platform knows them. `zone` is "" where the platform does not tell."""

    identity: Identity
    name: str
    zone: str = ""
    admin: bool = False


class Upload(Protocol):
    """A file that came with a form, on the local disk until the answer is given."""

    @property
    def name(self) -> str: ...

    @property
    def path(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Context:
    """One exchange: the person, the room (None in a private chat), a request id for the log, and progress."""

    person: Person
    room: RoomRef | None
    request_id: str
    progress: Callable[[Text], Awaitable[None]]
    room_name: str = ""
    uploads: Mapping[str, Upload] = field(default_factory=dict)
