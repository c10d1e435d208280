"""Offers to bring a file by a page, each good for one use. Only hashes of their tokens are kept."""

from __future__ import annotations

from typing import Protocol

from bot.core.model import Identity


class UploadStore(Protocol):
    """Who may bring a file, until when."""

    async def offer_upload(self, hash_: str, identity: Identity, expires_ms: int) -> None:
        """Keep an offer, in place of an earlier one to the same identity. Raises `NotFound` for somebody unknown."""
        ...

    async def upload_offer(self, hash_: str, now_ms: int) -> Identity | None:
        """To whom this was offered, without using it up; None if unknown, used or expired."""
        ...

    async def take_upload(self, hash_: str, now_ms: int) -> Identity | None:
        """As `upload_offer`, and it is used up by this."""
        ...
