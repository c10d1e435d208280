"""Joining a group and leaving it: what the others may see of you, one by one."""

from __future__ import annotations

from bot.chat import Button, Card, Choice, Cog, Context, Form, FormField, Lines, action, command, submitted
from bot.core.consent import Feature
from bot.core.model import Group, Member
from bot.errors import BadOption
from bot.ports import Clock, GroupStore, LinkStore
from bot.services.people import People
from bot.text import t

FEATURES = {
    Feature.RECAP: t("Mini-Wrapped: your tops, counts and moments, by name"),
    Feature.COMPARE: t("Comparisons: how alike you are, who plays an artist"),
    Feature.PLAYLISTS: t("Playlists: what you play helps to choose the songs"),
}


class Consent(Cog):
    """A member's yes to a group, and their no."""

    def __init__(self, people: People, groups: GroupStore, links: LinkStore, clock: Clock) -> None:
        self.people = people
        self.groups = groups
        self.links = links
        self.clock = clock

    @command("Say what this group may see of your listening", private=True)
    async def join(self, ctx: Context) -> Form:
        """Three things, one by one; all of them chosen at first, or as last said."""
        group, member = await self._here(ctx)
        before = [it.features for it in await self.people.joined(group) if it.member.id == member.id]
        chosen = before[0] if before else frozenset(Feature)
        return Form(
            t("Join {group}", group=group.name),
            (
                FormField(
                    "features",
                    t("What the others here may see"),
                    t("Take out what you do not want. Change it with /join, stop it all with /leave."),
                    value=",".join(it.value for it in Feature if it in chosen),
                    choices=tuple(Choice(it.value, FEATURES[it]) for it in Feature),
                    many=True,
                    required=False,
                ),
            ),
            submit="account.join",
            button=t("Join"),
        )

    @submitted("account.join")
    async def join_now(self, ctx: Context, features: str = "") -> Card:
        """The member's yes, in place of what was said before."""
        chosen = [it for it in Feature if it.value in features.split(",")]
        if not chosen:
            raise BadOption(
                t("Nothing was chosen, so nothing has changed. To show nothing at all, use /leave."),
                "features",
            )
        group, member = await self._here(ctx)
        await self.groups.join(group.id, member.id, [it.value for it in chosen], self.clock.now_ms())
        linked = await self.links.links(member.id)
        lines = tuple(FEATURES[it] for it in Feature if it in chosen)
        return Card(
            t("You are in {group}", group=group.name),
            (Lines(lines, heading=t("The others may now see")),),
            buttons=() if linked else (Button(t("Link Spotify"), "account.link", strong=True),),
            footer=None
            if linked
            else t("There is nothing to show yet: link Spotify, or bring a file with /link export."),
        )

    @command("Stop showing this group anything of yours", private=True)
    async def leave(self, ctx: Context) -> Card:
        """Asks first."""
        group, member = await self._here(ctx)
        if all(it.member.id != member.id for it in await self.people.joined(group)):
            return Card(
                t("You have not joined {group}, so nothing of yours is shown here.", group=group.name)
            )
        return Card(
            t("Leave {group}?", group=group.name),
            (
                Lines(
                    (
                        t("No new post or number here will use your plays. Posts from before stay."),
                        t("Your links stay too; /unlink is for those."),
                    )
                ),
            ),
            buttons=(Button(t("Leave"), "account.leave", strong=True),),
        )

    @action("account.leave", private=True)
    async def leave_now(self, ctx: Context) -> Card:
        """The member's no."""
        group, member = await self._here(ctx)
        await self.groups.leave(group.id, member.id)
        return Card(
            t("You have left {group}.", group=group.name), footer=t("/join brings you back."), replaces=True
        )

    async def _here(self, ctx: Context) -> tuple[Group, Member]:
        person = ctx.person
        member = await self.people.member(person.identity, person.name, person.zone)
        return await self.people.group(ctx.place, member), member
