"""Linking an account at a source that shows plays by the account's name: whose it is, is proven once by a token.

The token is of no use to us afterwards, and is not kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.core.keepers import KEEPERS
from bot.core.model import Link, LinkId, LinkState, Member, Source
from bot.errors import NotAllowed, Refused
from bot.ports import AccountOwner, AccountPage, Clock, LinkStore
from bot.text import t


@dataclass(frozen=True, slots=True)
class Approval:
    """A yes that is asked for: the page on which to give it, and the token that it is given to."""

    page: str
    token: str


class Approving:
    """From a token to a stored link, at the sources that are set up: these `owners`, and Last.fm's `page`."""

    def __init__(
        self,
        links: LinkStore,
        owners: Mapping[Source, AccountOwner],
        page: AccountPage | None,
        clock: Clock,
    ) -> None:
        self._links = links
        self._owners = owners
        self._page = page
        self._clock = clock

    async def begin(self) -> Approval:
        """Ask for a yes at Last.fm. Raises `Refused` where it is not set up, and `ServiceError`s."""
        if self._page is None:
            raise _not_set_up(Source.LASTFM)
        token = await self._page.ask()
        return Approval(self._page.page_of(token), token)

    async def complete(self, member: Member, source: Source, token: str) -> Link:
        """Ask whose account the token is of, and link it.

        Raises `NotAllowed` where it belongs to another member, or the member has linked another one there, and
        `ServiceError`s.
        """
        if source not in self._owners:
            raise _not_set_up(source)
        account = await self._owners[source].owner(token)
        before = await self.links(member, source)
        if before and all(link.account.casefold() != account.casefold() for link in before):
            raise NotAllowed(
                t(
                    "You have linked {other} already. Use /unlink first, then link {account}.",
                    other=before[0].account,
                    account=account,
                )
            )
        now_ms = self._clock.now_ms()
        link = Link(
            id=LinkId(0),
            member_id=member.id,
            source=source,
            account=account,
            developer=source.value,
            authorized_at_ms=now_ms,
            state=LinkState.ACTIVE,
        )
        return await self._links.link_account(link, None, now_ms)

    async def links(self, member: Member, source: Source) -> list[Link]:
        """The member's links to this source, whatever their state."""
        return [link for link in await self._links.links(member.id) if link.source is source]


def _not_set_up(source: Source) -> Refused:
    return Refused(
        t(
            "Whoever runs me has not set up {name} yet: it takes an API key in the settings, [{section}].",
            name=KEEPERS[source].name,
            section=source.value,
        )
    )
