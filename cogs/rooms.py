"""Where a group meets: more rooms on any platform, let in by the admins of both sides, left by one of them."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated

from bot.chat import Button, Card, Cog, Context, Lines, Listing, Opt, Row, action, command
from bot.chat.asker import asker
from bot.chat.places import room_of, room_word, where
from bot.core.model import Group, Identity, RoomRef
from bot.errors import EarshotError, NotAllowed, UserError
from bot.services.people import People
from bot.services.rooms import Joined, Rooms
from bot.text import Text, joined, t, tn

log = logging.getLogger(__name__)

Whisper = Callable[[Identity, Card], Awaitable[None]]


class GroupRooms(Cog):
    """The rooms of a group. `whisper` says something to one person alone."""

    def __init__(self, people: People, rooms: Rooms, whisper: Whisper) -> None:
        self.people = people
        self.service = rooms
        self.whisper = whisper

    @command("Where this group meets; let it meet in another room, on any platform", private=True)
    async def rooms(
        self, ctx: Context, code: Annotated[str, Opt("A code from the other room's /rooms", most=20)] = ""
    ) -> Card:
        """The rooms, or (with a code) the question whether this room shall join."""
        group, here = await self._here(ctx)
        if code:
            return await self._ask(ctx, code, group)
        return await self._listed(group, here)

    @action("rooms.code", private=True)
    async def code(self, ctx: Context) -> Card:
        """A code that lets another room join."""
        group, _ = await self._here(ctx)
        code = await self.service.offer(ctx.person.identity, group)
        return Card(
            t("A code for {group}: {code}", group=group.name, code=code),
            (
                Lines(
                    (
                        t(
                            "In the room that shall join, one of its admins says /rooms code:{code}",
                            code=code,
                        ),
                        t("It is good for ten minutes and for one use."),
                    )
                ),
            ),
        )

    @action("rooms.join", private=True)
    async def join(self, ctx: Context, code: str) -> Card:
        """An admin's yes in the other room. Each member is asked whether they may be seen there."""
        own, here = await self._here(ctx)
        joining = await self.service.join(code, ctx.person.identity, own, here)
        asked = len(joining.ask)
        if asked:
            await ctx.progress(tn("Asking {n} member …", "Asking {n} members …", asked))
        for identities in joining.ask:
            await self._invite(identities, joining)
        return Card(
            t("This room is one of {group}'s now", group=joining.group.name),
            (
                Lines(
                    (
                        tn("I have asked {n} member whether they may be seen here, too.",
                           "I have asked {n} members whether they may be seen here, too.", asked),
                        t("Until they say yes, nobody is shown here. /join is for everybody else."),
                    )
                ),
            ),
            replaces=True,
        )  # fmt: skip

    @action("rooms.part", private=True)
    async def part(self, ctx: Context, room: str) -> Card:
        """Asks first."""
        group, _ = await self._here(ctx)
        ref = room_of(room)
        (name,) = [where(it) for it in await self.service.of(group) if it.ref == ref] or [t("that room")]
        return Card(
            t("Take {room} out of {group}?", room=name, group=group.name),
            (
                Lines(
                    (
                        t("It will have a group of its own, without members. What was posted there stays."),
                        t("To come back, it needs a new code, and each member's yes once more."),
                    )
                ),
            ),
            (Button(t("Take it out"), "rooms.parted", {"room": room}, strong=True),),
        )

    @action("rooms.parted", private=True)
    async def parted(self, ctx: Context, room: str) -> Card:
        """An admin's yes to that."""
        group, _ = await self._here(ctx)
        own = await self.service.part(group, room_of(room))
        return Card(t("{room} has left {group}.", room=own.name, group=group.name), replaces=True)

    async def _here(self, ctx: Context) -> tuple[Group, RoomRef]:
        """The group and the room. Raises `NotAllowed` for others than admins, `UserError` in a private chat."""
        if ctx.place.room is None:
            raise UserError(t("That is about a room: please say /rooms in the room itself."))
        if not ctx.person.admin:
            raise NotAllowed(t("Where a group meets is for admins of this room to say; ask one of them."))
        member = await asker(self.people, ctx)
        return (await self.people.audience(ctx.place, member)).group, ctx.place.room

    async def _listed(self, group: Group, here: RoomRef) -> Card:
        rooms = await self.service.of(group)
        rows = tuple(
            Row(
                where(it),
                t("this room") if it.ref == here else None,
                buttons=(Button(t("Take out"), "rooms.part", {"room": room_word(it.ref)}),)
                if len(rooms) > 1
                else (),
            )
            for it in rooms
        )
        return Card(
            t("Where {group} meets", group=group.name),
            (Listing(rows),),
            (Button(t("Add a room"), "rooms.code", strong=True),),
            t("A member is shown in a room only if they said yes for it."),
        )

    async def _ask(self, ctx: Context, code: str, own: Group) -> Card:
        invitation = await self.service.invitation(code, ctx.person.identity, own)
        return Card(
            t("Join {group}?", group=invitation.group.name),
            (
                Lines(
                    (
                        t(
                            "This room joins {group}, which meets in {rooms}. Nobody is shown here until they agree.",
                            group=invitation.group.name,
                            rooms=joined([where(it) for it in invitation.rooms], ", "),
                        ),
                    )
                ),
            ),
            (Button(t("Yes, join"), "rooms.join", {"code": code}, strong=True),),
        )

    async def _invite(self, identities: Sequence[Identity], joining: Joined) -> None:
        """Ask one member, on the first platform that takes it."""
        for identity in identities:
            try:
                await self.whisper(identity, _invitation(joining))
            except EarshotError as error:
                log.warning("a member could not be asked about a new room: %s", type(error).__name__)
            else:
                return


def _invitation(joining: Joined) -> Card:
    there: Text = where(joining.room)
    args = {"room": room_word(joining.room.ref)}
    return Card(
        t("{group} now also meets in {room}", group=joining.group.name, room=there),
        (Lines((t("May they see you there, too? It would be what you agreed to for the group, no more."),)),),
        (Button(t("Yes"), "room.yes", args, strong=True), Button(t("No"), "room.no")),
    )
