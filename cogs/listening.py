"""Top lists of the group, or one's own."""

from __future__ import annotations

from typing import Annotated

from bot.chat import Card, Cog, Context, Listing, Opt, Row, command
from bot.core.calendar import When, period_of
from bot.core.recap import words
from bot.core.recap.model import Kind
from bot.ports import Clock
from bot.services.people import People
from bot.services.recap import Recaps
from bot.text import t, tn

HEADINGS = {Kind.TRACK: t("songs"), Kind.ARTIST: t("artists"), Kind.ALBUM: t("albums")}


class Listening(Cog):
    """What was played most."""

    def __init__(self, people: People, recaps: Recaps, clock: Clock) -> None:
        self.people = people
        self.recaps = recaps
        self.clock = clock

    @command("What the group played most")
    async def top(
        self,
        ctx: Context,
        what: Annotated[Kind, Opt("What to rank")] = Kind.ARTIST,
        count: Annotated[int, Opt("How many", least=3, most=25)] = 10,
        when: Annotated[When, Opt("Which time; a week runs Monday to Sunday")] = When.WEEK,
    ) -> Card:
        """A top list with who played how much, and how it moved."""
        member = await self.people.member(ctx.person.identity, ctx.person.name, ctx.person.zone)
        group = await self.people.group(ctx.place, member)
        period = period_of(when, self.clock.now_ms(), group.zone)
        recap = (await self.recaps.of_group(group, period, top=count)).recap
        ranked = {Kind.TRACK: recap.top_tracks, Kind.ARTIST: recap.top_artists, Kind.ALBUM: recap.top_albums}[
            what
        ]
        title = t("Top {what}, {period}", what=HEADINGS[what], period=words.period_name(period))
        if not ranked:
            return Card(
                title,
                footer=t(
                    "Nothing to rank: no plays of members who joined. {coverage}",
                    coverage=words.coverage(recap),
                ),
            )
        names = words.names_of(recap)
        rows = tuple(Row(words.song(it), words.played(it, names)) for it in ranked)
        return Card(
            title,
            (Listing(rows, numbered=True),),
            footer=t(
                "{plays} in all. {coverage}",
                plays=tn("{n} play", "{n} plays", recap.plays),
                coverage=words.coverage(recap),
            ),
        )
