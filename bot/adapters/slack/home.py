"""The home tab: a member's own panel, made by a feature's action like any other private answer."""

from __future__ import annotations

import logging

from bot.adapters.slack.asked import Asked
from bot.adapters.slack.desk import Counter
from bot.adapters.slack.draw import VIEW, draw
from bot.adapters.slack.failures import No, Silence
from bot.adapters.slack.wire import form_card
from bot.chat.answering import answer
from bot.chat.cards import Button, Card, Form
from bot.chat.context import Context
from bot.core.model import Place
from bot.errors import NotFound
from bot.text import Text, t

log = logging.getLogger(__name__)


class Home:
    """Publishes the card of the action `name`."""

    def __init__(self, counter: Counter, name: str) -> None:
        self._at = counter
        self._name = name

    async def show(self, asked: Asked) -> None:
        """Make the panel anew for whoever looks at it, or has pressed something in it."""
        at = self._at
        try:
            call = await at.features.call(self._name, {}, lambda typed: at.people.who(asked.team, typed))
        except NotFound:
            log.warning("no feature has the action %s, so the home tab stays empty", self._name)
            return
        person = await at.people.asker(asked)
        wire = HomeWire(at, asked, call.again(t("Go on")))
        context = Context(person, Place(None), at.chance.token()[:10])
        await answer(
            call, context, wire,
            meter=at.meter, whispers=at.whispers, ledger=at.ledger, grace_s=at.grace_s,
        )  # fmt: skip


class HomeWire:
    """A `bot.chat.answering.Wire`: only the answer itself is published."""

    def __init__(self, counter: Counter, asked: Asked, again: Button) -> None:
        self._at = counter
        self._asked = asked
        self._again = again

    async def acknowledge(self) -> None:
        """What stood there stays until the answer takes its place."""

    async def progress(self, text: Text) -> None:
        """As above."""

    async def show(self, card: Card) -> None:
        asked, view = self._asked, {"type": "home", "blocks": draw(self._at.phrases.of(card), VIEW)}
        try:
            await self._at.workspaces.do(
                asked.team, lambda slack: slack.views_publish(user_id=asked.user, view=view)
            )
        except (No, Silence) as failure:
            log.warning("the home tab could not be published: %s", failure)

    async def refuse(self, card: Card) -> None:
        await self.show(card)

    async def open(self, form: Form) -> None:
        await self.show(form_card(form.title, self._again))

    async def add(self, card: Card) -> None:
        await self._at.speech.quietly(self._asked, card)
