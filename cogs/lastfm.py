"""Connecting Last.fm: its page to say yes on, and the button for after that."""

from __future__ import annotations

from bot.chat import Button, Card, Cog, Context, Lines, Link, action
from bot.core.addresses import lastfm_page
from bot.core.model import LinkState, Member
from bot.services.approving import Approving
from bot.services.people import People
from bot.text import t


class Lastfm(Cog):
    """A member's account at Last.fm."""

    def __init__(self, people: People, approving: Approving) -> None:
        self.people = people
        self.approving = approving

    @action("lastfm.link", private=True)
    async def link(self, ctx: Context) -> Card:
        """The page of Last.fm, and what is read there."""
        links = await self.approving.links(await self._member(ctx))
        if any(it.state is LinkState.ACTIVE for it in links):
            return Card(
                t("Your Last.fm is linked already"),
                (Lines((t("I read what {account} scrobbles, once a day.", account=links[0].account),)),),
                (Button(t("Unlink"), "account.unlink.ask"), Button(t("All that is yours"), "account.home")),
            )
        approval = await self.approving.begin()
        return Card(
            t("Link your Last.fm"),
            (
                Lines(
                    (
                        t("1. Open Last.fm and allow access: that shows me which account is yours."),
                        t("2. Come back and press the button. The page is good for an hour and for one use."),
                        t(
                            "I read what you scrobbled, all of it once and the newest days daily, and keep it here. "
                            "Nothing else, and I write nothing there: the key that Last.fm gives me is not kept."
                        ),
                        t("Nobody sees any of it until you say so with /join, and /unlink deletes it all."),
                    )
                ),
            ),
            (
                Link(t("Open Last.fm"), approval.page),
                Button(t("I have said yes"), "lastfm.approved", {"token": approval.token}, strong=True),
            ),
        )

    @action("lastfm.approved", private=True)
    async def approved(self, ctx: Context, token: str) -> Card:
        """The member's word; Last.fm is asked."""
        link = await self.approving.complete(await self._member(ctx), token)
        return Card(
            t("Last.fm is linked: {account}", account=link.account),
            (
                Lines(
                    (
                        t(
                            "The newest days are there within a minute; the rest follows, some thousand at a time."
                        ),
                        t("Is that not your account? /unlink takes it off again."),
                    )
                ),
            ),
            (
                Button(t("All that is yours"), "account.home"),
                Link(t("Your page at Last.fm"), lastfm_page(link.account)),
            ),
            replaces=True,
        )

    async def _member(self, ctx: Context) -> Member:
        return await self.people.member(ctx.person.identity, ctx.person.name, ctx.person.zone)
