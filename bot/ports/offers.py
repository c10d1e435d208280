"""Offers of a page to one person, each good for one use. Only hashes of their tokens are kept."""

from __future__ import annotations

from typing import Protocol

from bot.core.model import Identity


class OfferStore(Protocol):
    """Who may use which kind of page, until when."""

    async def offer_page(self, kind: str, hash_: str, identity: Identity, expires_ms: int) -> None:
        """Keep an offer, in place of an earlier one of this kind to the same identity.

        Raises `NotFound` for somebody unknown.
        """
        ...

    async def page_offer(self, kind: str, hash_: str, now_ms: int) -> Identity | None:
        """To whom this was offered, without using it up; None if unknown, used or expired."""
        ...

    async def take_page(self, kind: str, hash_: str, now_ms: int) -> Identity | None:
        """As `page_offer`, and it is used up by this."""
        ...
