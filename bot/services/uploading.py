"""A file that is too large for a chat: a page that takes it once, from one member, within an hour."""

from __future__ import annotations

from bot.ports import Chance, Clock, MemberStore, OfferStore
from bot.services.importing import Importing, ImportSummary
from bot.services.pages import Offer, Pages
from bot.text import t

UPLOAD_MOST = 1 << 30


class Uploading(Pages):
    """Offers of a page, and the import of what was brought there. `page` is the address before the token."""

    def __init__(
        self,
        members: MemberStore,
        offers: OfferStore,
        importing: Importing,
        clock: Clock,
        chance: Chance,
        page: str,
    ) -> None:
        gone = t(
            "This page was used already, or it is older than an hour. Use /link what:export in chat to get a new one."
        )
        super().__init__("upload", page, gone, members, offers, clock, chance)
        self._importing = importing

    async def read(self, offer: Offer, path: str) -> ImportSummary:
        """Import the file that was brought. Raises `BadExport`."""
        return await self._importing.run(offer.member, [path])
