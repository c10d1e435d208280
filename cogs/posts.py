"""What was posted before: taken out of it, or counted again after something was hidden or unlinked."""

from __future__ import annotations

from collections.abc import Sequence

from bot.chat import Card, Cog, Context, Lines, action
from bot.chat.asker import asker
from bot.chat.features import number
from bot.chat.posts import became_of
from bot.core.model import GroupId, Member
from bot.services.people import People
from bot.services.redaction import PostResult, Redaction
from bot.text import t


class Posts(Cog):
    """Changes the posts that show a member. Each of them is asked for by a button."""

    def __init__(self, people: People, redaction: Redaction) -> None:
        self.people = people
        self.redaction = redaction

    @action("posts.leave_out", private=True)
    async def leave_out(self, ctx: Context, group: str) -> Card:
        """The member is taken out of what was said of a group."""
        member = await asker(self.people, ctx)
        await ctx.progress(t("Changing the posts that show you …"))
        return _done(await self.redaction.take_back(member.id, GroupId(number(group))), member)

    @action("posts.count_again", private=True)
    async def count_again(self, ctx: Context) -> Card:
        """What they have hidden or unlinked is gone from what was said; the rest of them stays where they share it."""
        member = await asker(self.people, ctx)
        await ctx.progress(t("Counting the posts that show you again …"))
        return _done(await self.redaction.count_again(member.id), member)


def _done(posts: Sequence[PostResult], member: Member) -> Card:
    if not posts:
        return Card(t("No post from before shows you."), replaces=True)
    return Card(t("Posts from before"), (Lines(became_of(posts, member.zone)),), replaces=True)
