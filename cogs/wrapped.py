"""The mini-Wrapped: of the group, or a member's own. Exact numbers, a picture, and buttons to prove them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from bot.chat import Button, Card, Cog, Context, Lines, Opt, action, command
from bot.chat.asker import asker
from bot.chat.features import number
from bot.chat.recap_cards import RecapCards
from bot.core.awards.catalogue import CATALOGUE
from bot.core.calendar import When, period_of
from bot.core.facts import Fact, Measure
from bot.core.model import GroupId, Member, Period
from bot.core.recap import words
from bot.errors import NotFound
from bot.ports import ChoiceStore, Clock
from bot.services.people import People
from bot.services.recap import Recaps
from bot.text import Text, t

# What a group's recap says of one member among others; the rest is in their own.
_AMONG_OTHERS = {Measure.AWARD, Measure.ALONE, Measure.ALIKE}


class Wrapped(Cog):
    """What the group, or one member, listened to."""

    def __init__(
        self, people: People, recaps: Recaps, cards: RecapCards, choices: ChoiceStore, clock: Clock
    ) -> None:
        self.people = people
        self.recaps = recaps
        self.cards = cards
        self.choices = choices
        self.clock = clock

    @command("The group's mini-Wrapped: who played what, how you compare, what moved")
    async def wrapped(
        self, ctx: Context, when: Annotated[When, Opt("Which time; a week runs Monday to Sunday")] = When.WEEK
    ) -> Card:
        """The group's recap as a card with its picture."""
        member = await asker(self.people, ctx)
        audience = await self.people.audience(ctx.place, member)
        period = period_of(when, self.clock.now_ms(), audience.group.zone)
        await ctx.progress(t("Counting {period} …", period=words.period_name(period)))
        told = await self.recaps.of_group(audience, period, more=True)
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
        return await self.cards.group(told)

    @command("Your own mini-Wrapped, for your eyes only", private=True)
    async def me(
        self, ctx: Context, when: Annotated[When, Opt("Which time; a week runs Monday to Sunday")] = When.WEEK
    ) -> Card:
        """The member's own recap, private."""
        member = await asker(self.people, ctx)
        return await self._mine(ctx, member, period_of(when, self.clock.now_ms(), member.zone))

    @action("wrapped.mine", private=True)
    async def mine(self, ctx: Context, recap: str) -> Card:
        """The member's own part of the time that a group's recap is about, with what that says of them."""
        member = await asker(self.people, ctx)
        opened = await self.recaps.facts(number(recap), member)
        said = [
            it
            for it in opened.facts.facts
            if member.id in it.whose and it.measure in _AMONG_OTHERS and not it.id.startswith("next:")
        ]
        said.sort(key=lambda it: it.measure is not Measure.AWARD)
        return await self._mine(ctx, member, opened.facts.period, said, opened.frozen.group_id)

    @action("wrapped.decline", private=True)
    async def decline(self, ctx: Context, kind: str) -> Card:
        """The member does not get awards of a kind any more."""
        _require(kind)
        await self.choices.decline_award((await asker(self.people, ctx)).id, kind)
        return Card(
            t("You will not get that award any more"),
            (Lines((t("From the next mini-Wrapped on, whatever you play. Others still can."),)),),
            (
                Button(t("Take it out of earlier posts, too"), "posts.count_again"),
                Button(t("I want it after all"), "wrapped.allow", {"kind": kind}),
            ),
        )

    @action("wrapped.allow", private=True)
    async def allow(self, ctx: Context, kind: str) -> Card:
        """They may get it again."""
        _require(kind)
        await self.choices.allow_award((await asker(self.people, ctx)).id, kind)
        return Card(t("You can get that award again"), replaces=True)

    @action("wrapped.settings", private=True)
    async def settings(self, ctx: Context) -> Card:
        """Where the group's posts, and what they show of somebody, are changed."""
        return Card(
            t("What would you like to change?"),
            (),
            (
                Button(t("What others see of me"), "/privacy"),
                Button(t("When and how the group's posts come (admins)"), "/weekly"),
            ),
        )

    async def _mine(
        self,
        ctx: Context,
        member: Member,
        period: Period,
        said: Sequence[Fact] = (),
        group_id: GroupId | None = None,
    ) -> Card:
        await ctx.progress(t("Counting {period} …", period=words.period_name(period)))
        told = await self.recaps.of_member(member, period, more=True)
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
        return await self.cards.mine(told, [it.words for it in said], _unwanted(said), group_id)


def _unwanted(said: Sequence[Fact]) -> list[Button]:
    """A way not to get an award like this one any more."""
    return [
        Button(
            t("Never “{award}” again", award=_title(it)),
            "wrapped.decline",
            {"kind": it.award.partition(":")[0]},
        )
        for it in said
        if it.measure is Measure.AWARD
    ]


def _title(fact: Fact) -> Text | str:
    title = fact.words.values["award"]
    return title if isinstance(title, Text) else str(title)


def _require(kind: str) -> None:
    if kind not in {it.kind for it in CATALOGUE}:
        raise NotFound(t("There is no such award (any more)."))
