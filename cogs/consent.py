"""Joining a group and leaving it: what the others may see of you, one by one, and in which rooms."""

from __future__ import annotations

from collections.abc import Sequence

from bot.chat import Button, Card, Choice, Cog, Context, Form, FormField, Lines, action, command, submitted
from bot.chat.asker import asker
from bot.chat.cards import Block
from bot.chat.features import GROUP
from bot.chat.places import room_of, room_word, where
from bot.core.consent import Audience, Feature
from bot.core.model import Member, Room, RoomRef
from bot.errors import BadOption, NotJoined
from bot.ports import Clock, GroupStore, LinkStore
from bot.services.people import People
from bot.text import t

FEATURES = {
    Feature.RECAP: t("Mini-Wrapped: your tops, counts and moments, by name"),
    Feature.COMPARE: t("Comparisons (in the mini-Wrapped): how alike you and others are"),
    Feature.NIGHTS: t("Late nights (in the mini-Wrapped): when you play from midnight to five"),
    Feature.STORIES: t("Own words (in the mini-Wrapped): asked about a moment, quoted by name"),
    Feature.PLAYLISTS: t("Playlists: what you play helps to choose the songs"),
}
# What the mini-Wrapped shows besides: without a yes to it there is nothing in which to show them.
PARTS = frozenset({Feature.COMPARE, Feature.NIGHTS, Feature.STORIES})


class Consent(Cog):
    """A member's yes to a group, and their no."""

    def __init__(self, people: People, groups: GroupStore, links: LinkStore, clock: Clock) -> None:
        self.people = people
        self.groups = groups
        self.links = links
        self.clock = clock

    @command("Say what this group may see of your listening", private=True)
    async def join(self, ctx: Context) -> Form:
        """Each thing by itself, none chosen at first, later what was last said. The same for the group's rooms."""
        audience, member = await self._here(ctx)
        before = await self.people.membership(audience.group, member)
        chosen = () if before is None else before.features
        fields = [
            FormField(
                "features",
                t("What the others here may see"),
                t("Choose what you want shown. Change it with /join, stop it all with /leave."),
                value=",".join(it.value for it in Feature if it in chosen),
                choices=tuple(Choice(it.value, FEATURES[it]) for it in Feature),
                many=True,
                required=False,
            )
        ]
        rooms = await self.groups.rooms(audience.group.id)
        seen = await self._seen(audience, member)
        if len(rooms) > 1 or not seen:
            fields.append(_rooms_field(rooms, seen))
        return Form(
            t("Join {group}", group=audience.group.name),
            tuple(fields),
            submit="account.join",
            button=t("Join"),
        )

    @submitted("account.join")
    async def join_now(self, ctx: Context, features: str = "", rooms: str | None = None) -> Card:
        """The member's yes, in place of what was said before. `rooms` is None where no room was asked about."""
        chosen = [it for it in Feature if it.value in features.split(",")]
        if not chosen:
            raise BadOption(
                t("Nothing was chosen, so nothing has changed. To show nothing at all, use /leave."),
                "features",
            )
        if Feature.RECAP not in chosen and not PARTS.isdisjoint(chosen):
            raise BadOption(
                t(
                    "Comparisons, late nights and own words are parts of the mini-Wrapped. Choose it, too, or none of "
                    "them; nothing has changed."
                ),
                "features",
            )
        audience, member = await self._here(ctx)
        group = audience.group
        known = await self.groups.rooms(group.id)
        seen = await self._seen(audience, member)
        if rooms is not None:
            seen = frozenset(it.ref for it in known if room_word(it.ref) in rooms.split(","))
        if not seen:
            raise BadOption(
                t("No room was chosen, so nothing has changed. To be seen in none, use /leave."), "rooms"
            )
        await self.groups.join(group.id, member.id, [it.value for it in chosen], seen, self.clock.now_ms())
        linked = await self.links.links(member.id)
        shown: list[Block] = [
            Lines(tuple(FEATURES[it] for it in chosen), heading=t("The others may now see"))
        ]
        if len(known) > 1:
            lines = tuple(where(it) for it in known if it.ref in seen)
            shown.append(Lines(lines, heading=t("In these rooms")))
        see = Button(t("Show what they will see"), "privacy.preview", {GROUP: str(group.id)})
        return Card(
            t("You are in {group}", group=group.name),
            tuple(shown),
            buttons=(see,) if linked else (Button(t("Link Spotify"), "account.link", strong=True), see),
            footer=None
            if linked
            else t("There is nothing to show yet: link Spotify, or bring a file with /link what:export."),
        )

    @action("room.yes", private=True)
    async def seen_there(self, ctx: Context, room: str) -> Card:
        """One more room of a group may see the member."""
        ref = room_of(room)
        member = await asker(self.people, ctx)
        group = await self.groups.group_of(ref)
        if group is None or not await self.groups.show_in(ref, member.id):
            raise NotJoined(
                t("That room is not one of your groups' (any more). In the room itself, use /join.")
            )
        (there,) = [it for it in await self.groups.rooms(group.id) if it.ref == ref]
        return Card(
            t("{group} may see you in {room}, too.", group=group.name, room=where(there)),
            footer=t("/join changes it, /leave ends it."),
            replaces=True,
        )

    @action("room.no", private=True)
    async def not_seen_there(self, ctx: Context) -> Card:
        """Nothing changes: a room shows nobody until they agree."""
        return Card(
            t("You are not shown there."), footer=t("/join changes that whenever you like."), replaces=True
        )

    @command("Stop showing this group anything of yours", private=True)
    async def leave(self, ctx: Context) -> Card:
        """Asks first."""
        audience, member = await self._here(ctx)
        name = audience.group.name
        if await self.people.membership(audience.group, member) is None:
            return Card(t("You have not joined {group}, so nothing of yours is shown here.", group=name))
        return Card(
            t("Leave {group}?", group=name),
            (
                Lines(
                    (
                        t(
                            "No new post or number here will use your plays. Posts from before stay until you say so."
                        ),
                        t("Your links, plays and choices stay too, for you and your other groups."),
                    )
                ),
            ),
            buttons=(
                Button(t("Leave"), "account.leave", strong=True),
                Button(t("Unlink"), "account.unlink.ask"),
                Button(t("Delete everything"), "deletion.ask"),
            ),
        )

    @action("account.leave", private=True)
    async def leave_now(self, ctx: Context) -> Card:
        """The member's no."""
        audience, member = await self._here(ctx)
        await self.groups.leave(audience.group.id, member.id)
        return Card(
            t("You have left {group}.", group=audience.group.name),
            buttons=(
                Button(t("Take me out of old posts"), "posts.leave_out", {"group": str(audience.group.id)}),
            ),
            footer=t("/join brings you back."),
            replaces=True,
        )

    async def _here(self, ctx: Context) -> tuple[Audience, Member]:
        member = await asker(self.people, ctx)
        return await self.people.audience(ctx.place, member), member

    async def _seen(self, audience: Audience, member: Member) -> frozenset[RoomRef]:
        """Where the member is seen when they join here: in this room, and where they were before."""
        before = await self.people.membership(audience.group, member)
        return audience.rooms if before is None else audience.rooms | before.rooms


def _rooms_field(rooms: Sequence[Room], seen: frozenset[RoomRef]) -> FormField:
    return FormField(
        "rooms",
        t("In which rooms"),
        t("This group meets in several places. Each shows you only if you say so."),
        value=",".join(room_word(it.ref) for it in rooms if it.ref in seen),
        choices=tuple(Choice(room_word(it.ref), where(it)) for it in rooms),
        many=True,
        required=False,
    )
