"""The consent panel: all that others may see, what is left out of it, and what can be done about it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from enum import Enum
from typing import Annotated

from bot.chat import (
    Button,
    Card,
    Cog,
    Context,
    Lines,
    Listing,
    Opt,
    action,
    command,
)
from bot.chat.asker import asker
from bot.chat.cards import Block
from bot.chat.memberships import group_row
from bot.chat.previews import answers
from bot.chat.privacy import PANEL, PAUSING, aside_row, from_to
from bot.core.calendar import When, period_of
from bot.core.choices import Mark
from bot.core.consent import Feature
from bot.core.model import Member
from bot.core.recap import words
from bot.core.recap.model import Recap
from bot.errors import BadOption
from bot.ports import Clock
from bot.services.choices import Choosing, TakenOut, matching, song_name
from bot.services.panel import Panels
from bot.services.people import People
from bot.services.recap import Recaps
from bot.text import Moment, t

SUGGESTED = 25
SHOWN_FORGOTTEN = 5
_TAKEOUT = Button(t("Take everything along"), "takeout.ask")
_DELETION = Button(t("Delete everything"), "deletion.ask")


class What(Enum):
    """What of it is wanted."""

    PANEL = "panel"
    PAUSE = "pause"
    EXPORT = "export"
    DELETE = "delete"


class Privacy(Cog):
    """`/privacy`. It leads to what other features do: set aside, pause, take along; `shown` draws a group's recap."""

    def __init__(
        self,
        people: People,
        panels: Panels,
        choosing: Choosing,
        recaps: Recaps,
        clock: Clock,
        set_aside: Callable[[Context, str, str, Mark], Awaitable[Card]],
        pause: Callable[[Context], Awaitable[Card]],
        take_along: Callable[[Context], Awaitable[Card]],
        shown: Callable[[Recap], Awaitable[Card]],
    ) -> None:
        self.people = people
        self.panels = panels
        self.choosing = choosing
        self.recaps = recaps
        self.clock = clock
        self.set_aside = set_aside
        self.pause = pause
        self.take_along = take_along
        self.shown = shown

    # --- the panel

    async def artists(self, ctx: Context, typed: str) -> Sequence[str]:
        """Artists whom the member plays."""
        tracks = await self.choosing.artists(await asker(self.people, ctx))
        return matching([it.artist for it in tracks], typed, SUGGESTED)

    async def songs(self, ctx: Context, typed: str) -> Sequence[str]:
        """Songs that the member plays."""
        tracks = await self.choosing.songs(await asker(self.people, ctx))
        return matching([song_name(it) for it in tracks], typed, SUGGESTED)

    @command("What others see of you: change it, hide, pause, forget, take along, delete", private=True)
    async def privacy(
        self,
        ctx: Context,
        what: Annotated[What, Opt("Everything, or one thing at once")] = What.PANEL,
        artist: Annotated[str, Opt("An artist to leave out", most=200, suggest=artists)] = "",
        song: Annotated[str, Opt("A song of yours to leave out", most=400, suggest=songs)] = "",
        mark: Annotated[Mark, Opt("Why it is left out; hidden plays still count for you")] = Mark.HIDDEN,
    ) -> Card:
        """The panel, or what was asked for at once."""
        if (artist or song) and what is not What.PANEL:
            raise BadOption(
                t("Leaving something out goes by itself: say “what” without a name. Nothing has changed."),
                "what",
            )
        if artist or song:
            return await self.set_aside(ctx, artist, song, mark)
        if what is What.PAUSE:
            return await self.pause(ctx)
        if what is What.EXPORT:
            return await self.take_along(ctx)
        if what is What.DELETE:
            return Card(t("Nothing of you stays here, if you say so"), buttons=(_DELETION,))
        return await self._panel(ctx)

    @action("privacy.panel", private=True)
    async def panel(self, ctx: Context) -> Card:
        """The same from a button."""
        return await self._panel(ctx)

    async def _panel(self, ctx: Context) -> Card:
        member = await asker(self.people, ctx)
        groups = (await self.panels.of(member)).groups
        out = await self.choosing.of(member)
        blocks: list[Block] = []
        if out.paused is not None:
            since = Moment(out.paused.start_ms, member.zone)
            blocks.append(Lines(PAUSING, t("Paused since {since}", since=since)))
        if groups:
            blocks.append(Listing(tuple(map(group_row, groups)), t("Your groups")))
        else:
            blocks.append(Lines((t("You are in no group, so nobody sees anything of yours."),)))
        blocks += _left_out(out, member)
        return Card(
            t("What others see of you"),
            tuple(blocks),
            (
                Button(t("Leave an artist out"), "aside.artist"),
                Button(t("Leave a song out"), "aside.song"),
                Button(t("Leave some hours out"), "aside.time"),
                Button(t("Forget some days"), "privacy.forget"),
                Button(t("Pause"), "privacy.pause")
                if out.paused is None
                else Button(t("Go on"), "privacy.resume", strong=True),
                _TAKEOUT,
                _DELETION,
            ),
            t("Only you see this. /unlink is for what you linked, /leave for a single group."),
        )

    # --- what they see

    @action("privacy.preview", private=True)
    async def preview(self, ctx: Context, when: str = When.WEEK.value) -> Card:
        """The group's recap as far as it is about this member; nothing of it is kept."""
        member = await asker(self.people, ctx)
        audience = await self.people.audience(ctx.place, member)
        group = audience.group
        mine = await self.people.membership(group, member)
        if mine is None or mine.paused or Feature.RECAP not in mine.features:
            return Card(
                t("The others in {group} read nothing of yours in a mini-Wrapped.", group=group.name),
                footer=t("You pause. “Go on” in /privacy ends that.")
                if mine is not None and mine.paused
                else t("You have not said yes to it. /join changes that."),
                buttons=(PANEL,),
            )
        period = period_of(_when(when), self.clock.now_ms(), group.zone)
        await ctx.progress(t("Counting {period} …", period=words.period_name(period)))
        card = await self.shown(await self.recaps.preview(audience, member, period))
        return replace(
            card,
            title=t(
                "{period} in {group}, as the others read of you",
                period=words.period_name(period),
                group=group.name,
            ),
            buttons=(*answers(group, period), *_other_times(when), PANEL),
        )


def _left_out(out: TakenOut, member: Member) -> list[Block]:
    blocks: list[Block] = []
    if out.asides:
        rows = tuple(aside_row(it, member.zone) for it in out.asides)
        blocks.append(Listing(rows, t("Left out")))
    if out.forgotten:
        newest = out.forgotten[::-1]
        lines = [from_to(it, member.zone) for it in newest[:SHOWN_FORGOTTEN]]
        if len(newest) > SHOWN_FORGOTTEN:
            lines.append(t("… and {n} more", n=len(newest) - SHOWN_FORGOTTEN))
        blocks.append(Lines(tuple(lines), t("Nothing is kept of")))
    return blocks


def _other_times(when: str) -> tuple[Button, ...]:
    """The same of last week, or of this one."""
    labels = {When.WEEK: t("Last week"), When.THIS_WEEK: t("This week")}
    return tuple(
        Button(label, "privacy.preview", {"when": it.value}) for it, label in labels.items() if it.value != when
    )  # fmt: skip


def _when(typed: str) -> When:
    if typed not in set(When):
        raise BadOption(t("I do not know that time."), "when")
    return When(typed)
