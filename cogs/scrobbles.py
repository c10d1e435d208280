"""Connecting Last.fm and ListenBrainz: whose account it is, and what is read there."""

from __future__ import annotations

from bot.chat import Button, Card, Cog, Context, Form, FormField, Lines, Link, action, submitted
from bot.chat.asker import asker
from bot.core import model
from bot.core.keepers import KEEPERS
from bot.core.model import LinkState, Source
from bot.errors import BadOption
from bot.services.approving import Approving
from bot.services.people import People
from bot.text import t

SETTINGS_PAGE = "listenbrainz.org/settings"
NOTHING_ELSE = t(
    "I read what you played, all of it once and the newest days daily, and keep it here. I write nothing there, and "
    "keep nothing that could."
)
NOBODY_SEES = t("Nobody sees any of it until you say so with /join, and /unlink deletes it all.")


class Scrobbles(Cog):
    """A member's accounts at the sources that keep whole histories."""

    def __init__(self, people: People, approving: Approving) -> None:
        self.people = people
        self.approving = approving

    async def lastfm(self, ctx: Context) -> Card:
        """The page of Last.fm, and the button for after that."""
        if (link := await self._working(ctx, Source.LASTFM)) is not None:
            return _linked_already(link)
        approval = await self.approving.begin()
        return Card(
            t("Link your Last.fm"),
            (
                Lines(
                    (
                        t(
                            "1. Open Last.fm, look which account you are there, and allow access: its plays will be "
                            "yours here, {who}.",
                            who=ctx.person.name,
                        ),
                        t("2. Come back and press the button. The page is good for an hour and for one use."),
                        NOTHING_ELSE,
                        NOBODY_SEES,
                    )
                ),
            ),
            (
                Link(t("Open Last.fm"), approval.page),
                Button(t("I have said yes"), "scrobbles.approved", {"token": approval.token}, strong=True),
            ),
        )

    @action("scrobbles.approved", private=True)
    async def approved(self, ctx: Context, token: str) -> Card:
        """The member's word; Last.fm is asked."""
        return _linked(await self.approving.complete(await asker(self.people, ctx), Source.LASTFM, token))

    async def listenbrainz(self, ctx: Context) -> Card | Form:
        """Asks for the account's token."""
        if (link := await self._working(ctx, Source.LISTENBRAINZ)) is not None:
            return _linked_already(link)
        return Form(
            t("Link your ListenBrainz"),
            (
                FormField(
                    "token",
                    t("Your user token"),
                    t(
                        "From {page}. It shows me whose account it is; I forget it at once.",
                        page=SETTINGS_PAGE,
                    ),
                    most=100,
                ),
            ),
            submit="scrobbles.token",
            button=t("Link it"),
        )

    @submitted("scrobbles.token")
    async def token_given(self, ctx: Context, token: str = "") -> Card:
        """The member's token; ListenBrainz is asked whose it is."""
        if not token.strip():
            raise BadOption(t("Your token is at {page}.", page=SETTINGS_PAGE), "token")
        link = await self.approving.complete(
            await asker(self.people, ctx), Source.LISTENBRAINZ, token.strip()
        )
        return _linked(link)

    async def _working(self, ctx: Context, source: Source) -> model.Link | None:
        links = await self.approving.links(await asker(self.people, ctx), source)
        return next((it for it in links if it.state is LinkState.ACTIVE), None)


def _linked(link: model.Link) -> Card:
    keeper = KEEPERS[link.source]
    return Card(
        t("{name} is linked: {account}", name=keeper.name, account=link.account),
        (
            Lines(
                (
                    t(
                        "The newest days are there within a minute; the rest follows, some thousand at a time."
                    ),
                    t("Is that not your account? /unlink takes it off again."),
                    NOBODY_SEES,
                )
            ),
        ),
        (
            Button(t("All that is yours"), "account.home"),
            Link(t("Your page at {name}", name=keeper.name), keeper.page_of(link.account)),
        ),
        replaces=True,
    )


def _linked_already(link: model.Link) -> Card:
    return Card(
        t("Your {name} is linked already", name=KEEPERS[link.source].name),
        (Lines((t("I read what {account} played, once a day.", account=link.account),)),),
        (Button(t("Unlink"), "account.unlink.ask"), Button(t("All that is yours"), "account.home")),
    )
