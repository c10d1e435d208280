"""Recaps as cards over a store, with whatever draws their pictures."""

from __future__ import annotations

from collections.abc import Callable

from bot.chat.recap_cards import RecapCards
from bot.core.addresses import Addresses
from bot.core.pictures import Picture, Theme
from bot.integrations.languages import read_languages
from bot.ports import Clock, Painter
from bot.services.stories import Quotes
from bot.text import Text
from tests.fakes import EveryStore


class Easel:
    """Draws the facts of a picture, so that whoever is in it is found."""

    async def draw(self, picture: Picture, theme: Theme, say: Callable[[Text], str] = str) -> bytes:
        return f"{picture!r} {theme} {say(picture.alt())}".encode()


def recap_cards(store: EveryStore, painter: Painter, clock: Clock) -> RecapCards:
    """As `bot.app` builds them."""
    quotes = Quotes(store, store, store, store, clock)
    return RecapCards(painter, Addresses(), store, quotes.quotes_for, read_languages())
