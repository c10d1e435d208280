"""Top lists of the group, or of one member."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from bot.chat import Card, Cog, Context, Listing, Opt, Person, Row, command
from bot.chat.asker import asker
from bot.chat.ledger import shown
from bot.core.calendar import When, period_of
from bot.core.recap import words
from bot.core.recap.model import Kind, MemberRecap, Recap
from bot.errors import NotJoined
from bot.ports import Clock
from bot.services.people import People
from bot.services.recap import Recaps, Told
from bot.text import t, tn

ALONE, EVERYBODY = "alone", "everybody"
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
        who: Annotated[Person | None, Opt("Only one member's plays")] = None,
    ) -> Card:
        """A top list with who played how much, and how it moved."""
        member = await asker(self.people, ctx)
        audience = await self.people.audience(ctx.place, member)
        period = period_of(when, self.clock.now_ms(), audience.group.zone)
        told = await self.recaps.of_group(audience, period, top=count, more=True)
        if who is None:
            return _card(told, what, count)
        return _card(_only(await self._part(who, told.recap), told), what, count, alone=True)

    async def again(self, told: Told, rest: str) -> Card:
        """A top list counted anew (`chat.ledger.View`): of what, how long, of one member alone or not."""
        what, count, alone = rest.split()
        return _card(told, Kind(what), int(count), alone=alone == ALONE)

    async def _part(self, who: Person, recap: Recap) -> MemberRecap:
        """What the recap says of one member. Raises `NotJoined` for somebody who is not in it, whyever that is."""
        member = await self.people.known(who.identity)
        part = None if member is None else recap.member(member.id)
        if part is None:
            raise NotJoined(
                t(
                    "{name} does not show {group} here what they play. They can, with /join.",
                    name=who.name,
                    group=recap.name,
                )
            )
        return part


def _only(part: MemberRecap, told: Told) -> Told:
    """A recap as far as it is about one member."""
    recap = told.recap
    return replace(
        told,
        recap=replace(
            recap,
            plays=part.plays,
            top_tracks=part.top_tracks,
            top_artists=part.top_artists,
            top_albums=part.top_albums,
            members=(part,),
            coverage=tuple(it for it in recap.coverage if it.member == part.member),
        ),
    )


def _card(told: Told, what: Kind, count: int, *, alone: bool = False) -> Card:
    recap = told.recap
    title = t("Top {what}, {period}", what=HEADINGS[what], period=words.period_name(recap.period))
    if alone:
        title = t("{title}: {name}", title=title, name=recap.members[0].member.name)
    lists = {Kind.TRACK: recap.top_tracks, Kind.ARTIST: recap.top_artists, Kind.ALBUM: recap.top_albums}
    ranked = lists[what][:count]
    shows = shown(told, f"top {what.value} {count} {ALONE if alone else EVERYBODY}")
    coverage = words.coverage(recap)
    if not ranked:
        return Card(
            title,
            footer=t("Nothing to rank: no plays of members who joined. {coverage}", coverage=coverage),
            shows=shows,
        )
    names = words.names_of(recap)
    rows = tuple(Row(words.song(it), words.played(it, names)) for it in ranked)
    return Card(
        title,
        (Listing(rows, numbered=True),),
        footer=t(
            "{plays} in all. {coverage}", plays=tn("{n} play", "{n} plays", recap.plays), coverage=coverage
        ),
        shows=shows,
    )
