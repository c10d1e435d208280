"""Where your listening comes from: link Spotify, bring an export, and take either back."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

from bot.chat import (
    Button,
    Card,
    Choice,
    Cog,
    Context,
    Fields,
    Form,
    FormField,
    Lines,
    Link,
    Opt,
    action,
    command,
    submitted,
)
from bot.chat.cards import Block
from bot.core import model
from bot.core.exports import Skip
from bot.core.model import LinkState, Member, Source
from bot.errors import BadOption
from bot.services.importing import Importing, ImportSummary
from bot.services.linking import MORE_SCOPES, Linking
from bot.services.people import People
from bot.text import Moment, t, tn

APPS_PAGE = "https://www.spotify.com/account/apps/"

SOURCES = {
    Source.SPOTIFY: t("Spotify, and all that I read there"),
    Source.EXTENDED: t("Imported: extended streaming history"),
    Source.ACCOUNT: t("Imported: account data"),
}

SKIPPED = {
    Skip.TOO_SHORT: t("under 30 seconds"),
    Skip.NOT_MUSIC: t("podcasts, audiobooks, and what is no track"),
    Skip.INCOGNITO: t("in a private session"),
    Skip.DUPLICATE: t("in the export twice"),
    Skip.UNREADABLE: t("not readable"),
    Skip.COVERED: t("known better from your extended history"),
}
SHOWN_PROBLEMS = 8


class What(Enum):
    """Where listening can come from."""

    SPOTIFY = "spotify"
    EXPORT = "export"


class Account(Cog):
    """What is a member's own: accounts and imports."""

    def __init__(self, people: People, linking: Linking, importing: Importing) -> None:
        self.people = people
        self.linking = linking
        self.importing = importing

    # --- linking

    @command("Connect your Spotify, or bring your history as a file", private=True)
    async def link(
        self,
        ctx: Context,
        what: Annotated[What, Opt("Your account, or the file Spotify sends you")] = What.SPOTIFY,
    ) -> Card | Form:
        """A card with the way to the consent page, or a form for the file."""
        if what is What.EXPORT:
            return _import_form()
        return await self._link(ctx, more="", again=False)

    @action("account.link", private=True)
    async def link_pressed(self, ctx: Context, more: str = "", again: str = "") -> Card:
        """From a button. `more` names further permissions; `again` renews a link that works."""
        return await self._link(ctx, more=more, again=again == "yes")

    async def _link(self, ctx: Context, *, more: str, again: bool) -> Card:
        if more and more not in MORE_SCOPES:
            raise BadOption(t("I do not know that kind of permission."), "more")
        member = await self._member(ctx)
        wanted = MORE_SCOPES.get(more, frozenset())
        working = [it for it in await self.linking.spotify_links(member) if it.state is LinkState.ACTIVE]
        if not again and any(wanted <= it.scopes for it in working):
            return _linked_already(working[0], member)
        url = await self.linking.begin(member, {more} if more else frozenset())
        return Card(
            t("Link your Spotify"),
            (
                Lines(
                    (
                        t(
                            "I read what you play (the newest 50 tracks, about hourly) and, when asked, your tops."
                        ),
                        t(
                            "I keep track, time and your account number here; the key from Spotify is encrypted."
                        ),
                        t("Nobody sees any of it until you say so with /join, and /unlink deletes it all."),
                        t(
                            "The page says {who}: the link is for you alone and good for ten minutes.",
                            who=member.name,
                        )
                        if not wanted
                        else t(
                            "This time I also ask to make playlists in your account, each time you say so."
                        ),
                    )
                ),
            ),
            buttons=(Link(t("Go on to Spotify"), url),),
        )

    @submitted("account.import")
    async def import_export(self, ctx: Context, file: str = "") -> Card:
        """Read the file that came with the form; says what was added and what was left out."""
        upload = ctx.uploads.get("file")
        if upload is None:
            raise BadOption(
                t("No file came with that. Choose the zip from Spotify, or one of its JSON files."), "file"
            )
        member = await self._member(ctx)
        await ctx.progress(t("Reading {file} …", file=upload.name))
        return _imported(await self.importing.run(member, [upload.path], ctx.progress), member)

    # --- unlinking

    @command("Disconnect Spotify or an import, and delete all that came from it", private=True)
    async def unlink(self, ctx: Context) -> Card | Form:
        """Asks which, since nothing brings it back."""
        return await self._ask_unlink(ctx)

    @action("account.unlink.ask", private=True)
    async def unlink_pressed(self, ctx: Context) -> Card | Form:
        """From a button."""
        return await self._ask_unlink(ctx)

    @submitted("account.unlink")
    async def unlink_now(self, ctx: Context, what: str = "") -> Card:
        """Delete; says how much, and what only the member can do at Spotify."""
        sources = [it for it in Source if it.value in what.split(",")]
        if not sources:
            raise BadOption(t("Nothing was chosen, so nothing was deleted."), "what")
        plays = await self.linking.unlink(await self._member(ctx), sources)
        lines = [
            tn("{n} play was deleted.", "{n} plays were deleted.", plays),
            t("Counts that were posted before stay as they were said; no new one uses them."),
        ]
        links: tuple[Link, ...] = ()
        if Source.SPOTIFY in sources:
            lines.append(
                t("The key from Spotify is deleted too. Only you can take the app off your account there:")
            )
            links = (Link(t("Your apps at Spotify"), APPS_PAGE),)
        return Card(t("Disconnected"), (Lines(tuple(lines)),), buttons=links)

    async def _ask_unlink(self, ctx: Context) -> Card | Form:
        linked = {it.source for it in await self.linking.links(await self._member(ctx))}
        if not linked:
            return Card(t("Nothing of yours is linked or imported, so there is nothing to delete."))
        offered = [source for source in Source if source in linked]
        return Form(
            t("Disconnect and delete"),
            (
                FormField(
                    "what",
                    t("What to disconnect"),
                    t("Its plays are deleted for good. The other things stay."),
                    value=offered[0].value,
                    choices=tuple(Choice(source.value, SOURCES[source]) for source in offered),
                    many=True,
                ),
            ),
            submit="account.unlink",
            button=t("Delete for good"),
        )

    async def _member(self, ctx: Context) -> Member:
        person = ctx.person
        return await self.people.member(person.identity, person.name, person.zone)


def _linked_already(link: model.Link, member: Member) -> Card:
    return Card(
        t("Your Spotify is linked already"),
        (
            Lines(
                (
                    t(
                        "Since {when}. Spotify ends every link six months after your yes.",
                        when=_day(link, member),
                    ),
                )
            ),
        ),
        buttons=(
            Button(t("Renew it"), "account.link", {"again": "yes"}),
            Button(t("Unlink"), "account.unlink.ask"),
        ),
    )


def _import_form() -> Form:
    return Form(
        t("Bring your Spotify history"),
        (
            FormField(
                "file",
                t("The zip from Spotify, or one JSON file of it"),
                t(
                    "Order it under Account → Privacy at spotify.com. Spotify takes some days; nothing is sent there."
                ),
                file=True,
            ),
        ),
        submit="account.import",
        button=t("Read it"),
    )


def _imported(summary: ImportSummary, member: Member) -> Card:
    """What an import read; every row is accounted for."""
    pairs = [
        (t("Plays added"), t("{n}", n=summary.plays)),
        (t("Already known"), t("{n}", n=summary.already_known)),
        (t("Rows read"), t("{n}", n=summary.rows)),
    ]
    if summary.first_ms is not None and summary.last_ms is not None:
        pairs.append((t("From"), t("{when}", when=Moment(summary.first_ms, member.zone))))
        pairs.append((t("To"), t("{when}", when=Moment(summary.last_ms, member.zone))))
    blocks: list[Block] = [Fields(tuple(pairs))]
    skipped = tuple(
        t("{n} {why}", n=rows, why=SKIPPED[skip]) for skip, rows in summary.skipped.items() if rows
    )
    if skipped:
        blocks.append(Lines(skipped, heading=t("Rows that are no play")))
    problems = [
        t("{file}: {reason}", file=it.file, reason=it.reason)
        if not it.rows
        else t(
            "{file}: {reason} ({rows})",
            file=it.file,
            reason=it.reason,
            rows=tn("{n} row", "{n} rows", it.rows),
        )
        for it in summary.problems
    ]
    problems += [
        t("{file}: the same as {first}, read once", file=it, first=to) for it, to in summary.repeated
    ]
    if problems:
        more = len(problems) - SHOWN_PROBLEMS
        said = problems[:SHOWN_PROBLEMS] + ([tn("and {n} more", "and {n} more", more)] if more > 0 else [])
        blocks.append(Lines(tuple(said), heading=t("Worth knowing")))
    title = tn("{n} play added", "{n} plays added", summary.plays)
    return Card(
        title,
        tuple(blocks),
        footer=t("Bringing the same file again adds nothing twice. /unlink takes it all back."),
    )


def _day(link: model.Link, member: Member) -> Moment:
    return Moment(link.authorized_at_ms, member.zone)
