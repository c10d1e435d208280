"""One exchange with one person, in each of the places where Slack lets us answer: `bot.chat.answering.Wire`s.

An answer in a room is a message of ours that begins as a placeholder and is edited. A private one cannot be edited, so
it says once that it is at work. In a modal everything takes the place of what was there.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

from bot.adapters.slack.asked import PLATFORM, Asked
from bot.adapters.slack.failures import GONE, LOST, NOT_HERE, No, Silence, ours
from bot.adapters.slack.modals import Modals, Reply, Screen
from bot.adapters.slack.speech import Speech
from bot.adapters.slack.unfinished import Placeholder, Unfinished
from bot.adapters.slack.workspaces import Workspaces
from bot.chat.answering import Wire
from bot.chat.cards import Button, Card, Form, Lines
from bot.chat.pace import Pace
from bot.chat.platform import PostRef
from bot.core.model import RoomRef
from bot.text import Text, t

log = logging.getLogger(__name__)

ON_IT = t("On it …")
_UNSURE = Card(
    t("The connection to Slack broke while I answered"),
    (Lines((t("If you do not see the answer, please ask again."),)),),
)
About = Callable[[], Text | None]


class QuietWire:
    """A private answer to something asked in a room. `again` asks the same again, for a form that came too late."""

    def __init__(
        self, workspaces: Workspaces, speech: Speech, modals: Modals, asked: Asked, again: Button
    ) -> None:
        self._workspaces = workspaces
        self._speech = speech
        self._modals = modals
        self._asked = asked
        self._again = again

    async def acknowledge(self) -> None:
        await self._speech.quietly(self._asked, Card(ON_IT))

    async def progress(self, text: Text) -> None:
        """Slack edits no private message, and gives five answers to a request: the rest is not said."""

    async def show(self, card: Card) -> None:
        hidden = card.replaces and self._asked.hidden
        await self._speech.quietly(self._asked, card, replace_original=hidden)

    async def refuse(self, card: Card) -> None:
        await self.show(card)

    async def open(self, form: Form) -> None:
        if not await opened(self._workspaces, self._modals, form, self._asked):
            await self._speech.quietly(self._asked, form_card(form.title, self._again))

    async def add(self, card: Card) -> None:
        await self._speech.quietly(self._asked, card)


class RoomWire:
    """An answer for everybody in a room, or in the asker's own conversation with us.

    `about` says who asked for what, once that is known.
    """

    def __init__(
        self, quiet: QuietWire, speech: Speech, unfinished: Unfinished, asked: Asked, about: About
    ) -> None:
        self._quiet = quiet
        self._speech = speech
        self._unfinished = unfinished
        self._asked = asked
        self._about = about
        self._placeholder: Placeholder | None = None
        self._pace = Pace(self._say)

    async def acknowledge(self) -> None:
        asked = self._asked
        try:
            message = await self._speech.remark(asked.team, asked.channel, ON_IT, thread=asked.thread)
        except No as no:
            log.info("no placeholder: %s", no.code)
            await self._quiet.acknowledge()
        except Silence as silence:
            log.info("no placeholder: %s", silence)
        else:
            self._placeholder = Placeholder(asked.team, asked.channel, message)
            await self._unfinished.add(self._placeholder)

    async def progress(self, text: Text) -> None:
        if self._placeholder is not None:
            self._pace.say(text)

    async def show(self, card: Card) -> PostRef | None:
        await self._pace.stop()
        replaced = await self._replaced(card) if card.replaces else None
        if replaced is not None:
            await self._clear()
            return self._post(replaced)
        message = ""
        try:
            message = await self._say_card(card)
        except No as no:
            await self._elsewhere(card, no)
        except Silence as silence:
            log.warning("an answer may not have arrived: %s", silence)
            await self._speech.quietly(self._asked, _UNSURE)
        await self._settled()
        return self._post(message)

    async def refuse(self, card: Card) -> None:
        if self._asked.direct:
            await self.show(card)
            return
        await self._pace.stop()
        await self._clear()
        await self._quiet.show(card)

    async def open(self, form: Form) -> None:
        await self._pace.stop()
        await self._clear()
        await self._quiet.open(form)

    async def add(self, card: Card) -> None:
        await self._quiet.add(card)

    async def _say(self, text: Text) -> None:
        it = self._placeholder
        if it is not None:
            try:
                await self._speech.remark(it.team, it.channel, text, message=it.message)
            except (No, Silence) as failure:
                log.info("progress was not shown: %s", failure)

    def _post(self, message: str) -> PostRef | None:
        """Our message in the room. What was said through a request is none that we could edit later."""
        room = RoomRef(PLATFORM, self._asked.team, self._asked.channel)
        return PostRef(room, message) if message else None

    async def _say_card(self, card: Card) -> str:
        """The message that it is."""
        asked, it, about = self._asked, self._placeholder, self._about()
        if it is not None:
            try:
                await self._speech.update(it.team, it.channel, it.message, card, about=about)
            except No as no:
                if no.code not in GONE:
                    raise
            else:
                return it.message
        return await self._speech.post(asked.team, asked.channel, card, thread=asked.thread, about=about)

    async def _replaced(self, card: Card) -> str | None:
        """The message that carried the button and is the card now, "" where we could not edit it again.

        None where the card could not take its place.
        """
        asked = self._asked
        if not asked.message or asked.hidden:
            return None
        try:
            await self._speech.update(asked.team, asked.channel, asked.message, card)
        except Silence as silence:
            log.warning("a card may not have been replaced: %s", silence)
        except No as no:
            log.info("chat.update: %s", no.code)
            try:
                # A message that came through a response_url is changed by the one of its button.
                await self._speech.respond(asked, card, public=True, replace_original=True)
            except (No, Silence) as failure:
                log.info("response_url: %s", failure)
                return None
            return ""
        return asked.message

    async def _clear(self) -> None:
        it = self._placeholder
        if it is not None:
            try:
                await self._speech.remove(it.team, it.channel, it.message)
            except (No, Silence) as failure:
                log.info("chat.delete: %s", failure)
        await self._settled()

    async def _settled(self) -> None:
        it, self._placeholder = self._placeholder, None
        if it is not None:
            await self._unfinished.done(it)

    async def _elsewhere(self, card: Card, no: No) -> None:
        """Where we cannot post: through the request, else a private word on what can be done about it."""
        log.info("chat.postMessage: %s", no.code)
        why = Card(ours(no).text)
        if no.code == LOST and self._placeholder is not None:
            # We have been there, so it is gone, and nobody sees what the request would say there.
            await _alone(self._speech, self._asked, why)
            return
        if no.code in NOT_HERE:
            try:
                await self._speech.respond(self._asked, card, public=True, about=self._about())
            except No as none:
                log.info("response_url: %s", none.code)
            except Silence as silence:
                log.warning("an answer may not have arrived: %s", silence)
                return
            else:
                return
        await self._speech.quietly(self._asked, why)


class ModalWire:
    """An answer to something pressed or sent in the home tab or in a modal, where there is no conversation."""

    def __init__(
        self,
        workspaces: Workspaces,
        speech: Speech,
        modals: Modals,
        asked: Asked,
        again: Button,
        reply: Reply | None = None,
    ) -> None:
        self._speech = speech
        self._modals = modals
        self._asked = asked
        self._again = again
        self._reply = reply
        self._screen = Screen(workspaces, asked, reply)
        self._pace = Pace(self._say)

    async def acknowledge(self) -> None:
        await self._say(ON_IT)

    async def progress(self, text: Text) -> None:
        self._pace.say(text)

    async def show(self, card: Card) -> None:
        await self._pace.stop()
        if self._reply is None or not self._reply.refused:
            await shown(self._screen, self._modals, self._speech, card, self._asked)

    async def refuse(self, card: Card) -> None:
        await self.show(card)

    async def open(self, form: Form) -> None:
        await self._pace.stop()
        try:
            await self._screen.show(self._modals.form(form, self._asked))
        except (No, Silence) as failure:
            log.info("no modal: %s", failure)
            await self.add(form_card(form.title, self._again))

    async def add(self, card: Card) -> None:
        await _alone(self._speech, self._asked, card)

    async def _say(self, text: Text) -> None:
        try:
            await self._screen.show(self._modals.at_work(text, self._asked))
        except (No, Silence) as failure:
            log.info("no modal: %s", failure)


class FormWire:
    """The answer to a form that was sent from a room: the form closes first, or stays with what is wrong in it."""

    def __init__(self, wire: Wire, reply: Reply) -> None:
        self._wire = wire
        self._reply = reply

    async def acknowledge(self) -> None:
        self._reply.close()
        await self._wire.acknowledge()

    async def progress(self, text: Text) -> None:
        await self._wire.progress(text)

    async def show(self, card: Card) -> PostRef | None:
        if self._reply.refused:
            return None
        self._reply.close()
        return await self._wire.show(card)

    async def refuse(self, card: Card) -> None:
        if not self._reply.refused:
            self._reply.close()
            await self._wire.refuse(card)

    async def open(self, form: Form) -> None:
        self._reply.close()
        await self._wire.open(form)

    async def add(self, card: Card) -> None:
        await self._wire.add(card)


async def opened(workspaces: Workspaces, modals: Modals, form: Form, asked: Asked) -> bool:
    """Whether the form stands open in front of the asker."""
    try:
        await Screen(workspaces, asked).show(modals.form(form, asked))
    except No as no:
        log.info("views.open: %s", no.code)
        return False
    except Silence as silence:
        log.info("a form may not have opened: %s", silence)
    return True


async def shown(screen: Screen, modals: Modals, speech: Speech, card: Card, asked: Asked) -> None:
    """Show a card in a modal; where that is closed, in the asker's own conversation with us."""
    try:
        await screen.show(modals.card(card, asked))
    except (No, Silence) as failure:
        log.info("no modal: %s", failure)
        await _alone(speech, asked, card)


async def _alone(speech: Speech, asked: Asked, card: Card) -> None:
    await speech.quietly(replace(asked, channel="", response_url=""), card)


def form_card(title: Text, button: Button) -> Card:
    """A card with the way to a form that Slack could not open by itself."""
    return Card(title, (Lines((t("Press the button, and I ask."),)),), buttons=(button,))
