"""What could not be said to somebody in private, kept until their next private answer."""

from __future__ import annotations

from collections.abc import Sequence

from bot.chat import stored
from bot.chat.cards import Card
from bot.core.model import Identity
from bot.ports import Clock, WhisperStore


class Whispers:
    """Cards that wait for a member, whichever platform they come by on."""

    def __init__(self, store: WhisperStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def keep(self, identity: Identity, card: Card) -> None:
        """Keep a card. For somebody who is no member (any more) nothing is kept."""
        await self._store.keep_whisper(identity, stored.dumped(card), self._clock.now_ms())

    async def take(self, identity: Identity) -> Sequence[Card]:
        """The cards that wait, oldest first; they wait no longer."""
        return [stored.loaded(body) for body in await self._store.take_whispers(identity)]
