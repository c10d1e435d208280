"""Bringing the history that Spotify sends as a file: in chat, or by a page where it is too large for that."""

from __future__ import annotations

from bot.chat import Button, Card, Cog, Context, Fields, Form, FormField, Lines, Link, action, submitted
from bot.chat.asker import asker
from bot.chat.cards import Block
from bot.core.exports import Skip
from bot.core.model import Member
from bot.errors import BadOption
from bot.services.importing import Importing, ImportSummary
from bot.services.people import People
from bot.services.uploading import Uploading
from bot.text import Moment, t, tn

MB = 1 << 20
# A chat that takes this much takes every export; with less, the page is offered beside the form.
ENOUGH = 200 * MB

SKIPPED = {
    Skip.TOO_SHORT: t("under 30 seconds"),
    Skip.NOT_MUSIC: t("podcasts, audiobooks, and what is no track"),
    Skip.INCOGNITO: t("in a private session"),
    Skip.DUPLICATE: t("in the export twice"),
    Skip.UNREADABLE: t("not readable"),
    Skip.COVERED: t("known better from your extended history"),
    Skip.NOT_KEPT: t("of time that you had me forget, or of a pause"),
}
SHOWN_PROBLEMS = 8


class Imports(Cog):
    """Reads exports for their member."""

    def __init__(self, people: People, importing: Importing, uploading: Uploading) -> None:
        self.people = people
        self.importing = importing
        self.uploading = uploading

    @action("account.bring", private=True)
    async def bring(self, ctx: Context) -> Card | Form:
        """The form for a file where every export fits into this chat, else the ways there are."""
        if ctx.upload_most >= ENOUGH:
            return _form()
        await asker(self.people, ctx)
        page = Link(t("Open the upload page"), await self.uploading.offer(ctx.person.identity))
        lines = [t("The page takes one file of up to 1 GB. It is for you alone, once, within an hour.")]
        if self.uploading.only_here:
            lines.append(
                t(
                    "It opens only on the machine that I run on, for I have no public address. Whoever runs me can "
                    "give me one ([web] public_url)."
                )
            )
        if ctx.upload_most < MB:
            return Card(t("Bring your Spotify history"), (Lines(tuple(lines)),), (page,))
        most = ctx.upload_most // MB
        lines.insert(0, t("Files of up to {most} MB can be chosen here, larger ones on a page.", most=most))
        return Card(
            t("Bring your Spotify history"),
            (Lines(tuple(lines)),),
            (Button(t("Choose a file here"), "account.bring.here"), page),
        )

    @action("account.bring.here", private=True)
    async def bring_here(self, ctx: Context) -> Form:
        """The form, for a file that fits into this chat."""
        return _form()

    @submitted("account.import")
    async def import_export(self, ctx: Context, file: str = "") -> Card:
        """Read the file that came with the form; says what was added and what was left out."""
        upload = ctx.uploads.get("file")
        if upload is None:
            raise BadOption(
                t("No file came with that. Choose the zip from Spotify, or one of its JSON files."), "file"
            )
        member = await asker(self.people, ctx)
        await ctx.progress(t("Reading {file} …", file=upload.name))
        return imported(await self.importing.run(member, [upload.path], ctx.progress), member)


def _form() -> Form:
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


def imported(summary: ImportSummary, member: Member) -> Card:
    """What an import read, in lines and fields; every row is accounted for."""
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
