"""Saying something unasked to a member, wherever they can be reached."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from bot.chat.cards import Card
from bot.chat.platform import Outbox
from bot.core.model import Identity, MemberId
from bot.errors import EarshotError
from bot.ports import MemberStore

log = logging.getLogger(__name__)


async def tell(members: MemberStore, outbox: Outbox, member_id: MemberId, card: Card) -> bool:
    """Whisper a card to one of the member's identities, the first on a platform that takes it; whether one did."""
    return await tell_as(await members.identities_of(member_id), outbox, card)


async def tell_as(identities: Sequence[Identity], outbox: Outbox, card: Card) -> bool:
    """The same for somebody who is no member any more, by who they were."""
    for identity in identities:
        try:
            await outbox.whisper(identity, card)
        except EarshotError as error:
            log.info("nothing could be said on %s: %s", identity.platform, type(error).__name__)
        else:
            return True
    return False
