"""A page for one member: its address is the key, good for one use within an hour."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import urlsplit

from bot.core.model import Identity, Member
from bot.errors import NotFound
from bot.ports import Chance, Clock, MemberStore, OfferStore
from bot.text import Text

OFFER_MS = 60 * 60_000


@dataclass(frozen=True, slots=True)
class Offer:
    """To whom a page was given: the member, and the identity that asked for it."""

    identity: Identity
    member: Member


class Pages:
    """Offers of one kind of page. `page` is the address before the token, `gone` is said where a token is no good."""

    def __init__(
        self,
        kind: str,
        page: str,
        gone: Text,
        members: MemberStore,
        offers: OfferStore,
        clock: Clock,
        chance: Chance,
    ) -> None:
        self._kind = kind
        self._page = page
        self._gone = gone
        self._members = members
        self._offers = offers
        self._clock = clock
        self._chance = chance

    @property
    def only_here(self) -> bool:
        """Whether the page can be opened on Earshot's own machine alone."""
        return urlsplit(self._page).hostname in {"127.0.0.1", "::1", "localhost"}

    async def offer(self, identity: Identity) -> str:
        """The address of a page for this identity; an earlier one is good for nothing any more."""
        return f"{self._page}/{await self.token(identity)}"

    async def token(self, identity: Identity) -> str:
        """The secret at the end of such an address."""
        token = self._chance.token()
        expires_ms = self._clock.now_ms() + OFFER_MS
        await self._offers.offer_page(self._kind, _hash(token), identity, expires_ms)
        return token

    async def look(self, token: str) -> Offer:
        """To whom this page was given; it stays usable. Raises `NotFound`."""
        return await self._offer(
            await self._offers.page_offer(self._kind, _hash(token), self._clock.now_ms())
        )

    async def take(self, token: str) -> Offer:
        """As `look`, and the page is used up by this."""
        return await self._offer(await self._offers.take_page(self._kind, _hash(token), self._clock.now_ms()))

    async def _offer(self, identity: Identity | None) -> Offer:
        member = None if identity is None else await self._members.member_of(identity)
        if identity is None or member is None:
            raise NotFound(self._gone)
        return Offer(identity, member)


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
