"""What is deleted with a member, for good."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from bot.core.model import MemberId

# A document of a group's without one of its members; "" where nothing would be left of it.
Redact: TypeAlias = Callable[[str, MemberId], str]


@dataclass(frozen=True, slots=True)
class Deleted:
    """How many of what went with a member; `plays` in all their `links` and `imports`.

    `tracks` nobody else had played, `messages` were theirs, named them or asked for them (`/top who:@Dana`) in a room
    that we keep ourselves, `settings` is whatever else was theirs alone. From `redacted` recaps and drafts of their
    groups they were taken out. `pictures` are the names of files that those messages showed and no other does.
    """

    links: int = 0
    imports: int = 0
    plays: int = 0
    tracks: int = 0
    memberships: int = 0
    drafts: int = 0
    playlists: int = 0
    recaps: int = 0
    whispers: int = 0
    codes: int = 0
    uploads: int = 0
    messages: int = 0
    settings: int = 0
    redacted: int = 0
    pictures: tuple[str, ...] = ()


class DeletionStore(Protocol):
    """Forgetting a person. `delete_member`, then `shred`."""

    async def delete_member(self, member_id: MemberId, *, recap: Redact, draft: Redact) -> Deleted:
        """Delete a member and everything of theirs; `recap` and `draft` take them out of what others keep.

        Raises `NotFound` where there is no such member (any more).
        """
        ...

    async def shred(self) -> None:
        """Let no byte of what was deleted stay in the database's files, nor a track that nobody has played any more.

        To be called after whatever deletes: a member, a link, a time.
        Raises `Unavailable` where somebody still reads what was there before: try again later.
        """
        ...
