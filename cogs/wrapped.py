"""The mini-Wrapped: of the group, or a member's own. Exact numbers, a picture, and a button to prove them."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Annotated

from bot.chat import (
    Bars,
    Button,
    Card,
    Cog,
    Context,
    Fields,
    Lines,
    Link,
    Listing,
    Opt,
    Picture,
    Row,
    action,
    command,
)
from bot.chat.cards import Block
from bot.chat.ledger import shown
from bot.core.addresses import Addresses
from bot.core.calendar import When, period_of
from bot.core.keepers import keepers_among
from bot.core.model import MemberId
from bot.core.pictures import JCard, Theme
from bot.core.recap import words
from bot.core.recap.model import MemberRecap, Ranked, Recap
from bot.errors import ServiceError
from bot.ports import Clock, Painter
from bot.services.people import People
from bot.services.recap import Recaps, Told
from bot.text import Text, joined, t, tn

log = logging.getLogger(__name__)

SHOWN = 5


class Wrapped(Cog):
    """What the group, or one member, listened to."""

    def __init__(
        self, people: People, recaps: Recaps, painter: Painter, clock: Clock, addresses: Addresses
    ) -> None:
        self.people = people
        self.recaps = recaps
        self.painter = painter
        self.clock = clock
        self.addresses = addresses

    @command("The group's mini-Wrapped: who played what, how you compare, what moved")
    async def wrapped(
        self, ctx: Context, when: Annotated[When, Opt("Which time; a week runs Monday to Sunday")] = When.WEEK
    ) -> Card:
        """The group's recap as a card with its picture."""
        member = await self.people.member(ctx.person.identity, ctx.person.name, ctx.person.zone)
        audience = await self.people.audience(ctx.place, member)
        period = period_of(when, self.clock.now_ms(), audience.group.zone)
        await ctx.progress(t("Counting {period} …", period=words.period_name(period)))
        told = await self.recaps.of_group(audience, period)
        if not told.recap.members:
            return Card(
                t("Nobody has joined {group} here yet", group=audience.group.name),
                (
                    Lines(
                        (
                            t(
                                "/join shows what the others would see, and asks. /link connects your listening."
                            ),
                        )
                    ),
                ),
            )
        return await self.card(told, group=True)

    @command("Your own mini-Wrapped, for your eyes only", private=True)
    async def me(
        self, ctx: Context, when: Annotated[When, Opt("Which time; a week runs Monday to Sunday")] = When.WEEK
    ) -> Card:
        """The member's own recap, private."""
        return await self._mine(ctx, when)

    @action("wrapped.me", private=True)
    async def my_part(self, ctx: Context, when: str = When.WEEK.value) -> Card:
        """The same from a button."""
        return await self._mine(ctx, When(when))

    async def _mine(self, ctx: Context, when: When) -> Card:
        person = ctx.person
        member = await self.people.member(person.identity, person.name, person.zone)
        period = period_of(when, self.clock.now_ms(), member.zone)
        await ctx.progress(t("Counting {period} …", period=words.period_name(period)))
        told = await self.recaps.of_member(member, period)
        if not told.recap.plays:
            return Card(
                t("Nothing of yours in {period}", period=words.period_name(period)),
                (
                    Lines(
                        (
                            t(
                                "I know no play of yours from {days}.",
                                days=words.days(period.first, period.last),
                            ),
                            t(
                                "/link connects Spotify; /link what:export takes the files that Spotify sends you."
                            ),
                        )
                    ),
                ),
            )
        return await self.card(told, group=False)

    async def card(self, told: Told, *, group: bool) -> Card:
        """A recap as a card, the group's or (not `group`) a member's own; with what can be done with it."""
        card = await self.shown(told.recap, group=group)
        proof = Button(t("Prove a number"), "prove.facts", {"recap": str(told.frozen.id)}, strong=True)
        more = (
            Button(t("My part"), "wrapped.me") if group else Button(t("Leave an artist out"), "aside.artist")
        )
        shows = shown(told, "wrapped") if group else None
        return replace(card, buttons=(proof, more, *card.buttons), shows=shows)

    async def again(self, told: Told, rest: str) -> Card:
        """The group's card, counted anew (`chat.ledger.View`)."""
        return await self.card(told, group=True)

    async def shown(self, recap: Recap, *, group: bool = True) -> Card:
        """What a recap says: the same whether it is kept or not."""
        blocks: list[Block] = []
        picture = await self._picture(recap)
        if picture is not None:
            blocks.append(picture)
        blocks.append(Lines(tuple(_headlines(recap))))
        blocks.extend(_lists(recap, self.addresses))
        if len(recap.members) > 1:
            blocks.append(Fields(tuple(_compared(part) for part in recap.members), t("How you compare")))
            plays = tuple((t("{name}", name=part.member.name), part.plays) for part in recap.members)
            blocks.append(Bars(plays, t("Plays")))
        if recap.loops:
            blocks.append(Lines(tuple(words.loop(it) for it in recap.loops[:3]), t("On repeat")))
        kept = keepers_among(words.sources(recap))
        return Card(
            t("{period} in {name}", period=words.period_name(recap.period), name=recap.name)
            if group
            else t("Your {period}", period=words.period_name(recap.period)),
            tuple(blocks),
            tuple(Link(t("{name}", name=keeper.name), keeper.home) for keeper in kept),
            joined(
                [
                    words.coverage(recap),
                    words.rule(recap),
                    *(t("{it}.", it=it) for it in words.thanks(recap)),
                ],
                " ",
            ),
        )

    async def _picture(self, recap: Recap) -> Picture | None:
        """The picture, or None where drawing failed: the words go out alone then."""
        if not recap.plays:
            return None
        card = JCard(recap)
        try:
            return Picture(await self.painter.draw(card, Theme.LIGHT), card.alt())
        except ServiceError:
            log.warning("the picture could not be drawn; the card goes out without it")
            return None


def _headlines(recap: Recap) -> list[Text]:
    if not recap.plays:
        return [t("No plays in {days}.", days=words.days(recap.period.first, recap.period.last))]
    lines = [
        t("{plays}, {change}.", plays=tn("{n} play", "{n} plays", recap.plays), change=words.change(recap)),
    ]
    if recap.minutes:
        lines.append(t("{minutes} of music.", minutes=words.minutes(recap)))
    if len(recap.members) > 1:
        lines[0] = t(
            "{plays} by {who}, {change}.",
            plays=tn("{n} play", "{n} plays", recap.plays),
            who=tn("{n} listener", "{n} listeners", recap.listeners),
            change=words.change(recap),
        )
    if recap.busiest is not None:
        lines.append(t("{busiest}.", busiest=words.busiest(recap.busiest)))
    return lines


def _lists(recap: Recap, addresses: Addresses) -> list[Listing]:
    names = words.names_of(recap)
    named = (
        (t("Songs"), recap.top_tracks),
        (t("Artists"), recap.top_artists),
        (t("Albums"), recap.top_albums),
    )
    return [
        Listing(tuple(_row(it, names, addresses) for it in ranked[:SHOWN]), heading, numbered=True)
        for heading, ranked in named
        if ranked
    ]


def _row(ranked: Ranked, names: dict[MemberId, str], addresses: Addresses) -> Row:
    return Row(words.song(ranked), words.played(ranked, names), url=addresses.of(ranked.uri))


def _compared(part: MemberRecap) -> tuple[Text, Text]:
    name = t("{name}", name=part.member.name)
    if not part.plays:
        return name, t("nothing this time")
    most = t(" · most {artist}", artist=part.top_artists[0].artist) if part.top_artists else t("")
    return name, t(
        "{plays}, {change}{most}",
        plays=tn("{n} play", "{n} plays", part.plays),
        change=words.change(part),
        most=most,
    )
