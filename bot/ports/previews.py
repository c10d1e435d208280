"""What members said to their part of a group's posts, which they are shown before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from bot.core.consent import Previewed
from bot.core.model import GroupId, MemberId


class PreviewStore(Protocol):
    """One answer for each member and group."""

    async def to_preview(self, now_ms: int, until_ms: int, limit: int) -> Sequence[tuple[GroupId, MemberId]]:
        """Whom to show their part: where a group's next post goes out between now and then, its members who share and
        were never shown it, or who wanted to be left out before and were not shown it since the next one is this near.
        The soonest post first.
        """
        ...

    async def ask_preview(self, group_id: GroupId, member_id: MemberId, now_ms: int, since_ms: int) -> bool:
        """The member is shown their part now: for the first time, or again after they wanted to be left out of a post.

        False where neither is so, where they were shown it since then, or are not there any more.
        """
        ...

    async def answer_preview(self, group_id: GroupId, member_id: MemberId, said: Previewed) -> None:
        """In place of what was said before. Raises `NotFound` where one of them is not there any more."""
        ...

    async def previews(self, group_id: GroupId) -> Mapping[MemberId, Previewed]:
        """What was said, by member; nothing of those who have not answered."""
        ...
