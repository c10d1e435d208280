"""Connecting what is yours: Spotify, Last.fm, ListenBrainz, a file, yourself elsewhere; and taking it back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Annotated

from bot.chat import (
    Button,
    Card,
    Choice,
    Cog,
    Context,
    Form,
    FormField,
    Lines,
    Link,
    Opt,
    action,
    command,
    submitted,
)
from bot.chat.asker import asker
from bot.chat.commands import Answer
from bot.chat.revoking import APPS
from bot.core.model import Source
from bot.core.returned import is_address
from bot.errors import BadOption
from bot.services.linking import Linking
from bot.services.people import People
from bot.text import Text, t, tn

SOURCES = {
    Source.SPOTIFY: t("Spotify, and all that I read there"),
    Source.EXTENDED: t("Imported: extended streaming history"),
    Source.ACCOUNT: t("Imported: account data"),
    Source.LASTFM: t("Last.fm, and all that I read there"),
    Source.LISTENBRAINZ: t("ListenBrainz, and all that I read there"),
}


class What(Enum):
    """What can be connected."""

    SPOTIFY = "spotify"
    APP = "app"
    LASTFM = "lastfm"
    LISTENBRAINZ = "listenbrainz"
    EXPORT = "export"
    PERSON = "person"


class Account(Cog):
    """What is a member's own.

    `/link` leads to what other features do: link `spotify` (through an `own_app`), `lastfm` and `listenbrainz`,
    `bring` a file, `offer` a code to the same person elsewhere, take (`redeem`) one, or
    the address that was `pasted` in its place.
    """

    def __init__(
        self,
        people: People,
        linking: Linking,
        spotify: Callable[[Context, str], Awaitable[Answer]],
        own_app: Callable[[Context], Awaitable[Answer]],
        lastfm: Callable[[Context], Awaitable[Answer]],
        listenbrainz: Callable[[Context], Awaitable[Answer]],
        bring: Callable[[Context], Awaitable[Answer]],
        offer: Callable[[Context], Awaitable[Answer]],
        redeem: Callable[[Context, str], Awaitable[Answer]],
        pasted: Callable[[Context, str], Awaitable[Answer]],
    ) -> None:
        self.people = people
        self.linking = linking
        self.spotify = spotify
        self.own_app = own_app
        self.lastfm = lastfm
        self.listenbrainz = listenbrainz
        self.bring = bring
        self.offer = offer
        self.redeem = redeem
        self.pasted = pasted

    # --- linking

    @command(
        "Connect Spotify, Last.fm, ListenBrainz, your history as a file, or yourself elsewhere", private=True
    )
    async def link(
        self,
        ctx: Context,
        what: Annotated[
            What,
            Opt("Your account, a Spotify app of your own, the file Spotify sends you, yourself elsewhere"),
        ] = What.SPOTIFY,
        code: Annotated[str, Opt("The code that /link what:person showed you elsewhere", most=3000)] = "",
        app: Annotated[
            str, Opt("The client ID of your own Spotify app; “host” for the host's", most=100)
        ] = "",
    ) -> Answer:
        """A card with the way to Spotify's consent, the ways to bring a file, or a code."""
        if code:
            return await (self.pasted if is_address(code) else self.redeem)(ctx, code)
        if what is What.APP:
            return await self.own_app(ctx)
        if what is What.LASTFM:
            return await self.lastfm(ctx)
        if what is What.LISTENBRAINZ:
            return await self.listenbrainz(ctx)
        if what is What.EXPORT:
            return await self.bring(ctx)
        if what is What.PERSON:
            return await self.offer(ctx)
        return await self.spotify(ctx, app)

    # --- unlinking

    @command("Disconnect Spotify, Last.fm, ListenBrainz or an import, and delete all of it", private=True)
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
        plays = await self.linking.unlink(await asker(self.people, ctx), sources)
        lines = [
            tn("{n} play was deleted.", "{n} plays were deleted.", plays),
            t(
                "No new count uses them. Those that were posted before stay as they were said until you say so."
            ),
            t("Your other links, your groups and your choices stay."),
        ]
        links: list[Button | Link] = []
        if Source.SPOTIFY in sources:
            lines.append(
                t("The key from Spotify is deleted too. Only you can take the app off your account there:")
            )
            links.append(APPS[Source.SPOTIFY])
        if Source.LASTFM in sources:
            lines.append(
                t("I keep no key from Last.fm; your yes still stands in its list until you remove it:")
            )
            links.append(APPS[Source.LASTFM])
        return Card(
            t("Disconnected"),
            (Lines(tuple(lines)),),
            buttons=(
                *links,
                Button(t("Count old posts again"), "posts.count_again"),
                Button(t("Delete everything"), "deletion.ask"),
            ),
        )

    async def _ask_unlink(self, ctx: Context) -> Card | Form:
        linked = {it.source for it in await self.linking.links(await asker(self.people, ctx))}
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


def stopped(said: Text) -> Card:
    """What a member is told once when a link of theirs is looked at no more; `said` is why, and what to do."""
    return Card(
        t("One of your links has stopped"),
        (Lines((said, t("What was read until now stays until you say /unlink."))),),
        (Button(t("All that is yours"), "account.home"),),
    )
