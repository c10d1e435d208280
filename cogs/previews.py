"""What a member says to their part of a group's posts, before it is posted."""

from __future__ import annotations

from bot.chat import Button, Card, Cog, Context, Lines, action
from bot.chat.asker import asker
from bot.chat.features import GROUP
from bot.core.calendar import When
from bot.core.model import Group, Member
from bot.errors import NotJoined
from bot.services.people import People
from bot.services.previews import Previews
from bot.text import t


class PartPreviews(Cog):
    """Fine, less of it, or not this time. `chat.previews` draws the question."""

    def __init__(self, people: People, previews: Previews) -> None:
        self.people = people
        self.previews = previews

    @action("previews.fine", private=True)
    async def fine(self, ctx: Context) -> Card:
        """In every post from now on."""
        group, member = await self._here(ctx)
        await self.previews.fine(group, member)
        return Card(
            t("Good. You are in the posts of {group}.", group=group.name),
            buttons=(_see(group),),
            footer=t("/privacy changes what they show, /join whether you are in them at all."),
            replaces=True,
        )

    @action("previews.not_now", private=True)
    async def not_now(self, ctx: Context, key: str) -> Card:
        """Not in this one."""
        group, member = await self._here(ctx)
        await self.previews.leave_out(group, member, key[:40])
        return Card(
            t("That post of {group} has nothing of you.", group=group.name),
            buttons=(_see(group),),
            footer=t("“Fine” brings you back."),
            replaces=True,
        )

    @action("previews.less", private=True)
    async def less(self, ctx: Context) -> Card:
        """What can be taken out of it."""
        group, _ = await self._here(ctx)
        return Card(
            t("What shall be left out?"),
            (
                Lines(
                    (
                        t("An artist, a song or some hours: for every post and every group."),
                        t("Or one kind of thing at all, in {group} alone.", group=group.name),
                    )
                ),
            ),
            (
                Button(t("An artist"), "aside.artist"),
                Button(t("A song"), "aside.song"),
                Button(t("Some hours"), "aside.time"),
                Button(t("Change what they see"), "/join", {GROUP: str(group.id)}),
                _see(group),
            ),
            t("Then look again, and say that it is fine."),
        )

    async def _here(self, ctx: Context) -> tuple[Group, Member]:
        """The group that is meant, of which the member is one. Raises `NotJoined`."""
        member = await asker(self.people, ctx)
        group = (await self.people.audience(ctx.place, member)).group
        if await self.people.membership(group, member) is None:
            raise NotJoined(t("You are not in {group} (any more). /join brings you back.", group=group.name))
        return group, member


def _see(group: Group) -> Button:
    return Button(t("Show it again"), "privacy.preview", {"when": When.THIS_WEEK.value, GROUP: str(group.id)})
