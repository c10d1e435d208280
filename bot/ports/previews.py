"""What members said to their part of a group's posts, which they are shown before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from bot.core.consent import Previewed
from bot.core.model import GroupId, MemberId


class PreviewStore(Protocol):
    """One answer for each member and group."""

    async def ask_preview(self, group_id: GroupId, member_id: MemberId, key: str) -> bool:
        """The member is shown their part of the post of this period (`schedule.key_of`).

        False where they were shown it already, said that theirs is fine, or are not there any more.
        """
        ...

    async def answer_preview(self, group_id: GroupId, member_id: MemberId, said: Previewed) -> None:
        """In place of what was said before. Raises `NotFound` where one of them is not there any more."""
        ...

    async def previews(self, group_id: GroupId) -> Mapping[MemberId, Previewed]:
        """What was said, by member; nothing of those who have not answered."""
        ...
