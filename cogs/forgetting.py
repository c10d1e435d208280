"""Stopping everything for a while, and forgetting some days for good."""

from __future__ import annotations

from bot.chat import Button, Card, Choice, Cog, Context, Form, FormField, Lines, action, submitted
from bot.chat.asker import asker
from bot.chat.features import number
from bot.chat.privacy import PANEL, PAUSING, from_to
from bot.core import spans
from bot.core.calendar import When, period_of
from bot.core.model import Span
from bot.core.recap import words
from bot.errors import BadOption
from bot.ports import Clock
from bot.services.choices import Choosing
from bot.services.people import People
from bot.text import t, tn


class Forgetting(Cog):
    """Time of which nothing is kept."""

    def __init__(self, people: People, choosing: Choosing, clock: Clock) -> None:
        self.people = people
        self.choosing = choosing
        self.clock = clock

    # --- pausing

    @action("privacy.pause", private=True)
    async def pause(self, ctx: Context) -> Card:
        """Says what it means before it is done."""
        return Card(
            t("Pause everything?"),
            (Lines(PAUSING),),
            (Button(t("Pause"), "privacy.pause.now", strong=True), PANEL),
        )

    @action("privacy.pause.now", private=True)
    async def pause_now(self, ctx: Context) -> Card:
        """Everything stops."""
        await self.choosing.pause(await asker(self.people, ctx))
        return Card(
            t("Everything pauses."),
            (Lines(PAUSING),),
            (Button(t("Go on"), "privacy.resume"), PANEL),
            replaces=True,
        )

    @action("privacy.resume", private=True)
    async def resume(self, ctx: Context) -> Card:
        """Everything goes on."""
        if not await self.choosing.resume(await asker(self.people, ctx)):
            return Card(t("You do not pause."), buttons=(PANEL,))
        return Card(
            t("It goes on."),
            (Lines((t("What you play from now on is read and shown as you said in each group."),)),),
            (PANEL,),
            replaces=True,
        )

    # --- forgetting

    @action("privacy.forget", private=True)
    async def forget(self, ctx: Context) -> Form:
        """Which days."""
        zone = (await asker(self.people, ctx)).zone
        now_ms = self.clock.now_ms()
        weeks = [(when, period_of(when, now_ms, zone)) for when in (When.WEEK, When.THIS_WEEK)]
        choices = [
            Choice(when.value, t("{week}: {days}", week=words.period_name(it), days=words.days(it.first, it.last)))
            for when, it in weeks
        ]  # fmt: skip
        return Form(
            t("Forget some days"),
            (
                FormField(
                    "which",
                    t("Which days"),
                    value=When.WEEK.value,
                    choices=(*choices, Choice("days", t("The days below"))),
                ),
                FormField("since", t("From"), t("Like 2026-11-24, or 2026-11-24 23:00"), required=False),
                FormField("until", t("To the end of"), t("On your own clock ({zone}).", zone=zone), required=False),
            ),
            submit="privacy.forget.ask",
            button=t("Go on"),
        )  # fmt: skip

    @submitted("privacy.forget.ask")
    async def forget_ask(self, ctx: Context, which: str = "", since: str = "", until: str = "") -> Card:
        """How many plays that would be."""
        member = await asker(self.people, ctx)
        if which == "days":
            if not since.strip():
                raise BadOption(t("From which day on?"), "since")
            span = spans.span_between(since, until.strip() or since, member.zone)
        else:
            if which not in (When.WEEK.value, When.THIS_WEEK.value):
                raise BadOption(t("Which days?"), "which")
            period = period_of(When(which), self.clock.now_ms(), member.zone)
            span = Span(period.start_ms, period.end_ms)
        span = self.choosing.over(span)
        plays = await self.choosing.stored(member, span)
        return Card(
            t("Forget {days}?", days=from_to(span, member.zone)),
            (
                Lines(
                    (
                        tn("{n} play is deleted, of every source.", "{n} plays are deleted, of all sources.", plays),
                        t("Nothing of that time is kept again: no later look, no mirror, no import brings it back."),
                        t("What was posted stays as it was said; /prove shows the difference."),
                    )
                ),
            ),
            (
                Button(
                    t("Delete for good"),
                    "privacy.forget.now",
                    {"start": str(span.start_ms), "end": str(span.end_ms)},
                    strong=True,
                ),
                PANEL,
            ),
        )  # fmt: skip

    @action("privacy.forget.now", private=True)
    async def forget_now(self, ctx: Context, start: str, end: str) -> Card:
        """Delete."""
        member = await asker(self.people, ctx)
        span = Span(number(start), number(end))
        plays = await self.choosing.forget(member, span)
        return Card(
            t("Forgotten: {days}", days=from_to(span, member.zone)),
            (Lines((tn("{n} play was deleted.", "{n} plays were deleted.", plays),)),),
            (Button(t("Count old posts again"), "posts.count_again"), PANEL),
            replaces=True,
        )
