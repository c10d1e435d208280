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
from bot.chat.commands import Answer
from bot.core import model
from bot.core.model import LinkState, Member, Source
from bot.errors import BadOption
from bot.services.linking import MORE_SCOPES, Linking
from bot.services.people import People
from bot.text import Moment, Text, t, tn

APPS_PAGE = "https://www.spotify.com/account/apps/"
LASTFM_APPS_PAGE = "https://www.last.fm/settings/applications"

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
    LASTFM = "lastfm"
    LISTENBRAINZ = "listenbrainz"
    EXPORT = "export"
    PERSON = "person"


class Account(Cog):
    """What is a member's own.

    `/link` also leads to what other features do: link `lastfm` and `listenbrainz`, `bring` a file, `offer` a
    code to the same person elsewhere, take (`redeem`) one.
    """

    def __init__(
        self,
        people: People,
        linking: Linking,
        lastfm: Callable[[Context], Awaitable[Answer]],
        listenbrainz: Callable[[Context], Awaitable[Answer]],
        bring: Callable[[Context], Awaitable[Answer]],
        offer: Callable[[Context], Awaitable[Answer]],
        redeem: Callable[[Context, str], Awaitable[Answer]],
    ) -> None:
        self.people = people
        self.linking = linking
        self.lastfm = lastfm
        self.listenbrainz = listenbrainz
        self.bring = bring
        self.offer = offer
        self.redeem = redeem

    # --- linking

    @command(
        "Connect Spotify, Last.fm, ListenBrainz, your history as a file, or yourself elsewhere", private=True
    )
    async def link(
        self,
        ctx: Context,
        what: Annotated[
            What, Opt("Your account, the file Spotify sends you, or yourself elsewhere")
        ] = What.SPOTIFY,
        code: Annotated[str, Opt("The code that /link what:person showed you elsewhere", most=20)] = "",
    ) -> Answer:
        """A card with the way to the consent page, the ways to bring a file, or a code."""
        if code:
            return await self.redeem(ctx, code)
        if what is What.LASTFM:
            return await self.lastfm(ctx)
        if what is What.LISTENBRAINZ:
            return await self.listenbrainz(ctx)
        if what is What.EXPORT:
            return await self.bring(ctx)
        if what is What.PERSON:
            return await self.offer(ctx)
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
        plays = await self.linking.unlink(await self._member(ctx), sources)
        lines = [
            tn("{n} play was deleted.", "{n} plays were deleted.", plays),
            t("Counts that were posted before stay as they were said; no new one uses them."),
        ]
        links = []
        if Source.SPOTIFY in sources:
            lines.append(
                t("The key from Spotify is deleted too. Only you can take the app off your account there:")
            )
            links.append(Link(t("Your apps at Spotify"), APPS_PAGE))
        if Source.LASTFM in sources:
            lines.append(
                t("I keep no key from Last.fm; your yes still stands in its list until you remove it:")
            )
            links.append(Link(t("Your apps at Last.fm"), LASTFM_APPS_PAGE))
        return Card(t("Disconnected"), (Lines(tuple(lines)),), buttons=tuple(links))

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


def stopped(said: Text) -> Card:
    """What a member is told once when a link of theirs is looked at no more; `said` is why, and what to do."""
    return Card(
        t("One of your links has stopped"),
        (Lines((said, t("What was read until now stays until you say /unlink."))),),
        (Button(t("All that is yours"), "account.home"),),
    )


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
            Button(t("All that is yours"), "account.home"),
        ),
    )


def _day(link: model.Link, member: Member) -> Moment:
    return Moment(link.authorized_at_ms, member.zone)
