"""Which messages show whose numbers, written down as they are shown, and drawn anew when somebody takes theirs back."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from bot.chat.cards import Card, Lines, Shown
from bot.chat.platform import Outbox, PostRef
from bot.core.languages import Language
from bot.core.model import RoomRef
from bot.errors import EarshotError
from bot.ports import Clock, Post, PostStore
from bot.services.recap import Told
from bot.services.redaction import TRIED_FOR_MS
from bot.text import Text, t

log = logging.getLogger(__name__)

# Draws a recap in one of the ways that a feature shows it; the words are the rest of `Shown.view`.
View = Callable[[Told, str], Awaitable[Card]]
# The language of a group's posts.
LanguageOf = Callable[[Told], Awaitable[Language]]


def shown(told: Told, view: str) -> Shown:
    """That a card shows this recap, in the way that `view` names."""
    return Shown(told.frozen.id, view, frozenset(it.member.id for it in told.recap.members))


class Ledger:
    """Takes down what is shown."""

    def __init__(self, posts: PostStore, clock: Clock) -> None:
        self._posts = posts
        self._clock = clock

    async def note(self, card: Card, room: RoomRef | None, post: PostRef | None) -> None:
        """The card is in this room now, as that message if it can be edited; in a private chat nothing is noted."""
        shows = card.shows
        if shows is None or room is None:
            return
        thread = "" if post is None or post.room == room else post.room.channel
        message = "" if post is None else post.message
        now_ms = self._clock.now_ms()
        try:
            await self._posts.posted(
                shows.recap_id,
                shows.view,
                room,
                thread,
                message,
                shows.members,
                now_ms,
                now_ms + TRIED_FOR_MS,
            )
        except EarshotError as error:
            log.warning("what was shown could not be written down: %s", type(error).__name__)


class Redrawing:
    """A `services.redaction.Redraw`: puts another card in the place of a message.

    `views` by a view's first word, and `languages` of those that are not in English.
    """

    def __init__(
        self, outbox: Outbox, views: Mapping[str, View], languages: Mapping[str, LanguageOf]
    ) -> None:
        self._outbox = outbox
        self._views = views
        self._languages = languages

    async def __call__(self, post: Post, told: Told | None, why: Text) -> None:
        """Raises `NotFound` where the message is gone, another `EarshotError` where it cannot be changed now."""
        name, _, rest = post.view.partition(" ")
        if told is None:
            card = Card(t("This was taken back"), (Lines((why,)),))
        else:
            card = await self._views[name](told, rest)
            if name in self._languages:
                why = (await self._languages[name](told)).said(why)
            footer = why if card.footer is None else t("{why} {footer}", why=why, footer=card.footer)
            card = replace(card, footer=footer)
        room = post.room._replace(channel=post.thread or post.room.channel)
        await self._outbox.edit(PostRef(room, post.message), card)
