"""Saying something unasked to a member, wherever they can be reached."""

from __future__ import annotations

import logging

from bot.chat.cards import Card
from bot.chat.platform import Outbox
from bot.core.model import MemberId
from bot.errors import EarshotError
from bot.ports import MemberStore

log = logging.getLogger(__name__)


async def tell(members: MemberStore, outbox: Outbox, member_id: MemberId, card: Card) -> bool:
    """Whisper a card to one of the member's identities, the first on a platform that takes it; whether one did."""
    for identity in await members.identities_of(member_id):
        try:
            await outbox.whisper(identity, card)
        except EarshotError as error:
            log.info("nothing could be said on %s: %s", identity.platform, type(error).__name__)
        else:
            return True
    return False
