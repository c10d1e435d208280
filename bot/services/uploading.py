"""A file that is too large for a chat: a page that takes it once, from one member, within an hour."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import urlsplit

from bot.core.model import Identity, Member
from bot.errors import NotFound
from bot.ports import Chance, Clock, MemberStore, UploadStore
from bot.services.importing import Importing, ImportSummary
from bot.text import t

OFFER_MS = 60 * 60_000
UPLOAD_MOST = 1 << 30


@dataclass(frozen=True, slots=True)
class Offer:
    """To whom a page was given: the member, and the identity that asked for it."""

    identity: Identity
    member: Member


class Uploading:
    """Offers of a page, and the import of what was brought there. `page` is the address before the token."""

    def __init__(
        self,
        members: MemberStore,
        offers: UploadStore,
        importing: Importing,
        clock: Clock,
        chance: Chance,
        page: str,
    ) -> None:
        self._members = members
        self._offers = offers
        self._importing = importing
        self._clock = clock
        self._chance = chance
        self._page = page

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
        await self._offers.offer_upload(_hash(token), identity, self._clock.now_ms() + OFFER_MS)
        return token

    async def look(self, token: str) -> Offer:
        """To whom this page was given; it stays usable. Raises `NotFound`."""
        return await self._offer(await self._offers.upload_offer(_hash(token), self._clock.now_ms()))

    async def take(self, token: str) -> Offer:
        """As `look`, and the page is used up by this."""
        return await self._offer(await self._offers.take_upload(_hash(token), self._clock.now_ms()))

    async def read(self, offer: Offer, path: str) -> ImportSummary:
        """Import the file that was brought. Raises `BadExport`."""
        return await self._importing.run(offer.member, [path])

    async def _offer(self, identity: Identity | None) -> Offer:
        member = None if identity is None else await self._members.member_of(identity)
        if identity is None or member is None:
            raise NotFound(
                t(
                    "This page was used already, or it is older than an hour. Use /link what:export in chat to get "
                    "a new one."
                )
            )
        return Offer(identity, member)


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
