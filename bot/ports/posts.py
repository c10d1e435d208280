"""Which messages in rooms show members' numbers, so that they can be changed when somebody takes theirs back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.core.model import GroupId, MemberId, RoomRef
from bot.ports.deletion import Redact


@dataclass(frozen=True, slots=True)
class Post:
    """A message in a room. It shows `members` as the recap of `recap_id` has them, in the way that `view` names.

    `message` is the platform's id, "" where nothing can be edited; `thread` is the channel where it stands if that is a
    thread of the room. `withdrawn` counts who took their part back since it was posted. Until `until_ms` a change is
    tried.
    """

    id: int
    recap_id: int
    view: str
    room: RoomRef
    thread: str
    message: str
    posted_ms: int
    until_ms: int
    withdrawn: int
    members: frozenset[MemberId]


class PostStore(Protocol):
    """The ledger of what was shown."""

    async def posted(
        self,
        recap_id: int,
        view: str,
        room: RoomRef,
        thread: str,
        message: str,
        members: Collection[MemberId],
        now_ms: int,
        until_ms: int,
    ) -> None:
        """Write a message down. One that was written down already says this now.

        If one of the members is not there any more, because they were deleted while it was shown, it is due at once.
        """
        ...

    async def strike_out(
        self,
        member_id: MemberId,
        group_id: GroupId | None,
        redact: Redact,
        now_ms: int,
        until_ms: int,
        *,
        stays: bool,
    ) -> Sequence[Post]:
        """Take a member out of the frozen facts of a group (None: of every group) with `redact`.

        Each message that shows them is due to be changed from now on, until then. Returned are these, the newest first,
        with those that nothing can change. Unless the member `stays`, none of them counts as showing them any more.
        """
        ...

    async def draw_anew(
        self, member_id: MemberId, group_id: GroupId, since_ms: int, now_ms: int, until_ms: int
    ) -> Sequence[Post]:
        """Each message that shows the member to this group, posted since then, is due to be changed, until then.

        Nothing that was frozen changes. Returned are these, as by `strike_out`.
        """
        ...

    async def posts_due(self, now_ms: int, limit: int) -> Sequence[Post]:
        """Messages that are due to be changed, the longest due first."""
        ...

    async def put_off(self, post_id: int, due_ms: int) -> None:
        """Change it later."""
        ...

    async def changed(self, post_id: int, recap_id: int, members: Collection[MemberId]) -> None:
        """It shows these members of this recap now, and nothing is due."""
        ...

    async def given_up(self, post_id: int) -> None:
        """It could not be changed, and is not tried again."""
        ...
