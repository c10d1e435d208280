"""Posts that nobody asked for: drawn, put into a room once, noted with whom they show (`services.posting.Poster`)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from bot.chat.cards import Card
from bot.chat.ledger import Ledger
from bot.chat.platform import Outbox, PostRef
from bot.errors import NotFound
from bot.ports import Delivery, Weekly
from bot.services.recap import Told
from bot.text import Text

# What a group's post looks like: what is told, what the group wishes of its posts, and lines about earlier posts.
DrawPost = Callable[[Told, Weekly, Sequence[Text]], Awaitable[Card]]


class RoomPoster:
    """Posts cards under the delivery's own key, by which a platform knows it again."""

    def __init__(self, outbox: Outbox, ledger: Ledger, draw: DrawPost) -> None:
        self._outbox = outbox
        self._ledger = ledger
        self._draw = draw

    async def there(self, delivery: Delivery) -> str:
        """See `services.posting.Poster`."""
        found = await self._outbox.find(delivery.room, _key(delivery), delivery.started_ms)
        return "" if found is None else found.message

    async def show(
        self, delivery: Delivery, weekly: Weekly, told: Told, notes: Sequence[Text], message: str
    ) -> str:
        """See `services.posting.Poster`. A message that somebody has deleted since stays deleted."""
        card = await self._draw(told, weekly, notes)
        if message:
            post = PostRef(delivery.room, message)
            with suppress(NotFound):
                await self._outbox.edit(post, card)
        else:
            post = await self._outbox.post(delivery.room, card, _key(delivery))
        await self._ledger.note(card, delivery.room, post)
        return post.message


def _key(delivery: Delivery) -> str:
    return f"{delivery.group_id}/{delivery.key}"
