"""Deleting everything about oneself, with a receipt; and what somebody is told whom a group has lost."""

from __future__ import annotations

from collections.abc import Sequence

from bot.chat import Button, Card, Cog, Context, Fields, Form, FormField, Lines, action, submitted
from bot.chat.cards import Block
from bot.chat.posts import became_of
from bot.chat.revoking import APPS
from bot.core.model import Group, Member
from bot.errors import BadOption, NotFound
from bot.ports import Deleted
from bot.services.deletion import Deletion as Deletions
from bot.services.deletion import Receipt
from bot.services.leaving import Leaving
from bot.services.people import People
from bot.text import Moment, Text, joined, t

WORD = "delete"
NOTHING = Card(t("Nothing is kept about you, so there is nothing to delete."))


class Deletion(Cog):
    """A member's last word, and the one before it."""

    def __init__(self, people: People, deletions: Deletions, leaving: Leaving) -> None:
        self.people = people
        self.deletions = deletions
        self.leaving = leaving

    @action("deletion.ask", private=True)
    async def ask(self, ctx: Context) -> Card | Form:
        """Asks for a word, for nothing brings it back."""
        if await self.people.known(ctx.person.identity) is None:
            return NOTHING
        return Form(
            t("Delete everything about you"),
            (
                FormField(
                    "word",
                    t("Type “{word}” to delete everything", word=WORD),
                    t("Links, imports, plays, memberships, choices, recaps, drafts: at once, and for good."),
                    most=20,
                ),
            ),
            submit="deletion.now",
            button=t("Delete for good"),
        )

    @submitted("deletion.now")
    async def now(self, ctx: Context, word: str = "") -> Card:
        """Deletes; the receipt is shown once and kept nowhere."""
        if word.strip().strip("“”\"'").casefold() != WORD:
            raise BadOption(
                t("That was not “{word}”, so nothing was deleted. Press the button again.", word=WORD), "word"
            )
        member = await self.people.known(ctx.person.identity)
        if member is None:
            return NOTHING
        await ctx.progress(t("Deleting, and changing the posts that show you …"))
        try:
            return receipt(await self.deletions.delete(member))
        except NotFound:
            return NOTHING  # somebody else with the same hands was quicker

    @action("leaving.keep", private=True)
    async def keep(self, ctx: Context) -> Card:
        """What was about to go because its member has left stays."""
        member = await self.people.known(ctx.person.identity)
        if member is None:
            return NOTHING
        await self.leaving.stays(member)
        return Card(
            t("It stays."),
            footer=t("Nobody sees any of it. /privacy takes it along or deletes it whenever you like."),
            replaces=True,
        )


def receipt(it: Receipt) -> Card:
    """What was deleted, where a post still shows it, what only the member can do, and until when a backup has it."""
    blocks: list[Block] = []
    if pairs := tuple((words, t("{n}", n=n)) for words, n in _counts(it.deleted) if n):
        blocks.append(Fields(pairs, t("Deleted for good")))
    else:
        blocks.append(Lines((t("Your name and who you are here: nothing else was kept."),)))
    if posts := _posts(it):
        blocks.append(Lines(posts, t("Posts from before")))
    links = tuple(link for source, link in APPS.items() if source in it.sources)
    if links:
        blocks.append(
            Lines(
                (t("Only you can take me off your account there; I hold no key to it any more."),),
                t("Left for you to do"),
            )
        )
    blocks.append(
        Lines(
            (
                t(
                    "A backup that I made may hold it until {until}; I keep none longer. Copies that whoever runs me"
                    " made or moved elsewhere I do not know: ask them.",
                    until=Moment(it.backups_until_ms, it.zone),
                ),
            )
        )
    )
    return Card(
        t("Everything about you is deleted, {at}", at=Moment(it.at_ms, it.zone)),
        tuple(blocks),
        links,
        t("This receipt is kept nowhere. Copy it now if you want to have it."),
    )


def left(groups: Sequence[Group], until_ms: int | None, member: Member) -> Card:
    """You were not found where these groups meet; `until_ms` is when all goes, None where other groups remain."""
    names = joined([t("{group}", group=it.name) for it in groups], ", ")
    shown = t("You are not where {groups} meets any more, so nothing of yours is shown there.", groups=names)
    if until_ms is None:
        return Card(t("You have left {groups}", groups=names), (Lines((shown,)),))
    return Card(
        t("You have left {groups}", groups=names),
        (
            Lines(
                (
                    shown,
                    t(
                        "You are in no other group: what I keep about you is deleted on {day}, unless you come back.",
                        day=Moment(until_ms, member.zone),
                    ),
                )
            ),
        ),
        (
            Button(t("Keep it"), "leaving.keep"),
            Button(t("Take everything along"), "takeout.ask"),
            Button(t("Delete everything now"), "deletion.ask"),
        ),
    )


def _counts(it: Deleted) -> Sequence[tuple[Text, int]]:
    return (
        (t("Linked accounts"), it.links),
        (t("Imports"), it.imports),
        (t("Plays"), it.plays),
        (t("Tracks that only you played"), it.tracks),
        (t("Memberships"), it.memberships),
        (t("Your own recaps"), it.recaps),
        (t("Drafts of playlists"), it.drafts),
        (t("Playlists remembered"), it.playlists),
        (t("Recaps and drafts of groups without you now"), it.redacted),
        (t("Messages: yours, and those that name you or ask for you"), it.messages),
        (t("Things that waited to be told you"), it.whispers),
        (t("Codes"), it.codes),
        (t("Pages offered"), it.uploads),
        (t("Choices and pauses"), it.settings),
        (t("Pictures"), len(it.pictures)),
    )


def _posts(it: Receipt) -> tuple[Text, ...]:
    if it.posts is None:
        return (t("Posts from before could not be changed: tell whoever runs me."),)
    return became_of(it.posts, it.zone)
