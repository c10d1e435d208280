"""Taking back what was shown: a member is struck out of frozen facts, and the messages that show them are changed.

What is due is in the store, so nothing is forgotten by a restart; what a platform refuses now is tried again for five
days.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.core.calendar import DAY_MS, HOUR_MS
from bot.core.frozen import redacted
from bot.core.model import GroupId, MemberId, RoomRef
from bot.errors import EarshotError, NotFound
from bot.ports import Clock, Post, PostStore
from bot.services.recap import Recaps, Told
from bot.text import Moment, Text, t, tn

log = logging.getLogger(__name__)

TRIED_FOR_MS = 5 * DAY_MS
AGAIN_MS = HOUR_MS
AT_ONCE = 20


class Outcome(StrEnum):
    """What became of a message: it is changed (or was gone already), tried again by itself, or stays as it is."""

    CHANGED = "changed"
    LATER = "later"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class PostResult:
    """A message in `room` that showed the member, and what became of it; until `until_ms` it is tried again."""

    room: RoomRef
    posted_ms: int
    outcome: Outcome
    until_ms: int


# Puts a recap (None: nobody is left) in the place of what a message shows, with a line that says why it changed.
# Raises `NotFound` where the message is gone, another `EarshotError` where it cannot be changed now.
Redraw = Callable[[Post, Told | None, Text], Awaitable[None]]


class Redaction:
    """Strikes members out of what was said, and has the messages drawn anew."""

    def __init__(self, posts: PostStore, recaps: Recaps, clock: Clock, redraw: Redraw) -> None:
        self._posts = posts
        self._recaps = recaps
        self._clock = clock
        self._redraw = redraw

    async def take_back(self, member_id: MemberId, group_id: GroupId | None = None) -> Sequence[PostResult]:
        """Take a member out of all that was said of a group (None: of every group), whether they still share or not.

        What became of each message that showed them, the newest first; the first are changed at once, the rest soon.
        """
        return await self._strike_out(member_id, group_id, stays=False)

    async def count_again(self, member_id: MemberId, group_id: GroupId | None = None) -> Sequence[PostResult]:
        """The same after something of theirs was hidden or deleted; where they still share, they are counted anew."""
        return await self._strike_out(member_id, group_id, stays=True)

    async def draw_anew(self, member_id: MemberId, group_id: GroupId, since_ms: int) -> Sequence[PostResult]:
        """What was posted to a group since then and shows this member is drawn anew: their words have changed."""
        now_ms = self._clock.now_ms()
        until_ms = now_ms + TRIED_FOR_MS
        posts = await self._posts.draw_anew(member_id, group_id, since_ms, now_ms, until_ms)
        return await self._change_first(posts, until_ms)

    async def change_due(self) -> None:
        """Change some of the messages that are due."""
        for post in await self._posts.posts_due(self._clock.now_ms(), AT_ONCE):
            await self._change(post)

    async def _strike_out(
        self, member_id: MemberId, group_id: GroupId | None, *, stays: bool
    ) -> Sequence[PostResult]:
        now_ms = self._clock.now_ms()
        until_ms = now_ms + TRIED_FOR_MS
        posts = await self._posts.strike_out(member_id, group_id, redacted, now_ms, until_ms, stays=stays)
        return await self._change_first(posts, until_ms)

    async def _change_first(self, posts: Sequence[Post], until_ms: int) -> Sequence[PostResult]:
        results = []
        tried = 0
        for post in posts:
            outcome = Outcome.LATER
            if not post.message:
                outcome = Outcome.NEVER
            elif tried < AT_ONCE:
                tried += 1
                outcome = await self._change(post)
            results.append(PostResult(post.room, post.posted_ms, outcome, until_ms))
        return results

    async def _change(self, post: Post) -> Outcome:
        now_ms = self._clock.now_ms()
        if now_ms > post.until_ms:
            await self._posts.given_up(post.id)
            return Outcome.NEVER
        told = await self._recaps.again(post.recap_id, post.members, post.room)
        left = frozenset() if told is None else frozenset(it.member.id for it in told.recap.members)
        try:
            await self._redraw(post, told, _why(post, now_ms, told))
        except NotFound:
            await self._posts.given_up(post.id)
            return Outcome.CHANGED
        except EarshotError as error:
            log.info("a message stays as it is for now: %s", type(error).__name__)
            await self._posts.put_off(post.id, now_ms + AGAIN_MS)
            return Outcome.LATER
        await self._posts.changed(post.id, post.recap_id if told is None else told.frozen.id, left)
        return Outcome.CHANGED


def _why(post: Post, now_ms: int, told: Told | None) -> Text:
    """Why a message changed, and when by the group's clock (UTC where nobody is left)."""
    audience = None if told is None else told.audience
    day = Moment(now_ms) if audience is None else Moment(now_ms, audience.group.zone)
    if not post.withdrawn:
        return t("Changed on {day}: one member changed what is shown of theirs.", day=day)
    whose = tn("one member took their part back", "{n} members took their part back", post.withdrawn)
    return t("Changed on {day}: {whose}.", day=day, whose=whose)
