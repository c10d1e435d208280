"""Who asked, where, and how to tell them that it takes a little longer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from bot.core.model import GroupId, Identity, Place
from bot.text import Text


@dataclass(frozen=True, slots=True)
class Person:
    """Who asked, as the platform knows them. `zone` is "" where the platform does not tell."""

    identity: Identity
    name: str
    zone: str = ""
    admin: bool = False


async def _silent(text: Text) -> None:
    """Progress of something nobody waits for on a screen."""


class Upload(Protocol):
    """A file that came with a form, on the local disk until the answer is given."""

    @property
    def name(self) -> str: ...

    @property
    def path(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Context:
    """One exchange: who asks, where, a request id for the log, and progress.

    `uploads` are the files that came with a form; `upload_most` is how many bytes a form can take here.
    """

    person: Person
    place: Place
    request_id: str
    progress: Callable[[Text], Awaitable[None]] = _silent
    uploads: Mapping[str, Upload] = field(default_factory=dict)
    upload_most: int = 0

    def in_group(self, group: GroupId, *, private: bool = False) -> Context:
        """The same exchange, about a group that was chosen: in a private chat, or anywhere for a private answer.

        Whatever a whole room reads is about the room's own group.
        """
        return replace(self, place=Place(None, group=group) if private else self.place._replace(group=group))
