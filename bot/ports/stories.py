"""Members' words: what they were asked, what they told, and whether they want to be asked at all."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from bot.core.model import GroupId, Member, MemberId, Span
from bot.core.stories import Occasion, State, Story


class StoryStore(Protocol):
    """Stories are their member's. They go with the plays that they speak of: where a link or a time is forgotten and
    no play of the member's is left from the first to the last of them, the story is gone, too.
    """

    async def to_ask(self, asked_ms: int, looked_ms: int, limit: int) -> Sequence[Member]:
        """Who may be asked: they said yes to stories in some group, do not pause, want to be asked, and were not
        since `asked_ms`, nor looked at since `looked_ms` (both included). Who was looked at longest ago first.
        """
        ...

    async def looked_at(self, member_id: MemberId, now_ms: int) -> None:
        """Nothing more is looked for in this member's plays for a while. Nothing happens where they are gone."""
        ...

    async def ask_about(
        self, member_id: MemberId, occasion: Occasion, now_ms: int, since_ms: int
    ) -> Story | None:
        """Write down that the member is asked now.

        None where they were asked after `since_ms`, or ever about this song, where they do not want to be asked, or
        are not there any more.
        """
        ...

    async def wants_to_be_asked(self, member_id: MemberId) -> bool: ...

    async def want_to_be_asked(self, member_id: MemberId, wanted: bool) -> None:
        """Raises `NotFound` where the member is not there any more."""
        ...

    async def new_story(
        self, member_id: MemberId, occasion: Occasion, words: str, groups: Collection[GroupId], now_ms: int
    ) -> Story:
        """Words that nobody asked for. Raises `NotFound` where the member is not there any more."""
        ...

    async def tell_story(
        self, member_id: MemberId, story_id: int, words: str, groups: Collection[GroupId], now_ms: int
    ) -> Story:
        """The words of a story and where they belong, in place of what was there. Raises `NotFound`."""
        ...

    async def answer_story(self, member_id: MemberId, story_id: int, state: State) -> Story:
        """An answer other than words; words that were there are deleted. The story as it was before.

        Raises `NotFound` where the member has no such story.
        """
        ...

    async def story(self, member_id: MemberId, story_id: int) -> Story | None:
        """One of the member's own."""
        ...

    async def stories(self, member_id: MemberId) -> Sequence[Story]:
        """All that the member was ever asked or told of, the newest first."""
        ...

    async def told_in(
        self, group_id: GroupId, member_ids: Collection[MemberId], during: Span
    ) -> Sequence[Story]:
        """What these members tell this group of plays that ended in a time, in the order in which it was told."""
        ...
