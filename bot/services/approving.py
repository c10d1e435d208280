"""Linking an account whose owner says yes on a page of the source, which knows no way back to us (Last.fm)."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.model import Link, LinkId, LinkState, Member, Source
from bot.errors import NotAllowed, Refused
from bot.ports import AccountProof, Clock, LinkStore
from bot.text import t


@dataclass(frozen=True, slots=True)
class Approval:
    """A yes that is asked for: the page on which to give it, and the token that it is given to."""

    page: str
    token: str


class Approving:
    """From `/link what:lastfm` to a stored link. Without a `proof` nothing can be linked."""

    def __init__(self, links: LinkStore, proof: AccountProof | None, clock: Clock) -> None:
        self._links = links
        self._proof = proof
        self._clock = clock

    async def begin(self) -> Approval:
        """Raises `Refused` where nothing is set up, and `ServiceError`s."""
        proof = self._ready()
        token = await proof.ask()
        return Approval(proof.page_of(token), token)

    async def complete(self, member: Member, token: str) -> Link:
        """The member says that they said yes: see whose account it is, and link it.

        Raises `NotAllowed` where it belongs to another member, or the member has linked another one.
        """
        account = await self._ready().who_said_yes(token)
        before = await self.links(member)
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
            source=Source.LASTFM,
            account=account,
            developer=Source.LASTFM.value,
            authorized_at_ms=now_ms,
            state=LinkState.ACTIVE,
        )
        return await self._links.link_account(link, None, now_ms)

    async def links(self, member: Member) -> list[Link]:
        """The member's links to this source, whatever their state."""
        return [link for link in await self._links.links(member.id) if link.source is Source.LASTFM]

    def _ready(self) -> AccountProof:
        if self._proof is None:
            raise Refused(
                t(
                    "Whoever runs me has not set up Last.fm yet: it takes an API key in the settings, [lastfm]."
                )
            )
        return self._proof
