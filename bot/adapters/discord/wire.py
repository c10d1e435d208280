"""One interaction: the first sign of an answer, progress, and the answer wherever it can still be shown.

A command is acknowledged with a placeholder ("is thinking …") that becomes the answer. A press is acknowledged
without one, for its answer may take the place of the message that was pressed; only whoever pressed sees how far it
is. What concerns nobody but the asker is told beside a public placeholder, which then goes. An interaction lives
fifteen minutes. After that, and where Discord never took our first word, the answer is a message of the bot: in the
channel, or in private.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Any

import discord

from bot.adapters.discord.draw import Drawn, Pack, draw_progress
from bot.adapters.discord.failures import Outcome, attempt
from bot.adapters.discord.forms import form_ready, modal
from bot.adapters.discord.outbox import DrawCard, Outbox
from bot.adapters.discord.people import PLATFORM, identity_of
from bot.chat.cards import Button, Card, Form
from bot.chat.pace import Pace
from bot.chat.platform import PostRef
from bot.core.model import RoomRef
from bot.errors import EarshotError, Unavailable
from bot.text import Text, t

log = logging.getLogger(__name__)

# A first word may be repeated: Discord says if it has one already. It takes none after three seconds.
FIRST_TRIES = 3
FIRST_WITHIN_S = 10.0
# Editing may be repeated, too; a new message may not.
EDIT_TRIES = 3

ON_IT = t("On it …")
MALFORMED = Card(
    t("That went wrong on my side"), footer=t("Nothing you did. It is written down for whoever runs me.")
)
LOST = t("My answer may have got lost on the way. If you do not see it, please ask again.")


class _Stage(Enum):
    """What Discord has of us."""

    NOTHING = 0
    PLACEHOLDER = 1
    ACKNOWLEDGED = 2
    ANSWERED = 3
    OUT_OF_REACH = 4


class InteractionWire:
    """A `bot.chat.answering.Wire`. `again` is a button that makes the same call again."""

    def __init__(
        self,
        interaction: discord.Interaction[Any],
        *,
        private: bool,
        again: Callable[[Text], Button],
        draw: DrawCard,
        pack: Pack,
        outbox: Outbox,
    ) -> None:
        self._interaction = interaction
        self._private = private
        self._again = again
        self._draw = draw
        self._pack = pack
        self._outbox = outbox
        self._pressed_on = interaction.message
        self._file_most = interaction.filesize_limit
        self._stage = _Stage.NOTHING
        self._placeholder: int | None = None
        self._note: int | None = None
        self._answer: PostRef | None = None
        self._pace = Pace(self._show_progress)

    async def acknowledge(self) -> None:
        """Never raises: the work goes on, whatever Discord says to this."""
        if self._stage is not _Stage.NOTHING:
            return
        thinking = self._pressed_on is None

        async def defer() -> None:
            taken = await self._interaction.response.defer(ephemeral=self._private, thinking=thinking)
            if taken is not None and thinking:
                self._placeholder = taken.message_id

        outcome = await self._first(defer)
        if outcome is Outcome.REFUSED:
            self._stage = _Stage.OUT_OF_REACH
        elif thinking:
            self._stage = _Stage.PLACEHOLDER
        else:
            self._stage = _Stage.ACKNOWLEDGED
            self._pace.say(ON_IT)

    async def progress(self, text: Text) -> None:
        self._pace.say(text)

    async def show(self, card: Card) -> PostRef | None:
        await self._pace.stop()
        outcome = await self._say(card)
        if outcome is Outcome.TOO_LARGE:
            # Without its pictures, then; their words are shown.
            self._file_most = 0
            outcome = await self._say(card)
        if outcome is Outcome.MALFORMED:
            outcome = await self._say(MALFORMED)
        if outcome is Outcome.REFUSED:
            self._stage = _Stage.OUT_OF_REACH
            await self._say_elsewhere(card)
        elif self._stage is not _Stage.OUT_OF_REACH:
            self._stage = _Stage.ANSWERED
        return self._answer

    async def refuse(self, card: Card) -> None:
        if self._room() is None:
            await self.show(card)
            return
        await self._pace.stop()
        placeholder = self._stage is _Stage.PLACEHOLDER
        if placeholder:
            # In place of one that still says "is thinking …" Discord would put the follow-up, for everybody to see.
            await self._say_at_work()
            self._stage = _Stage.ACKNOWLEDGED
        self._private = True
        await self.show(card)
        if placeholder:
            await attempt(self._interaction.delete_original_response, tries=EDIT_TRIES)

    async def open(self, form: Form) -> None:
        if (
            self._stage is _Stage.NOTHING
            and self._interaction.type is not discord.InteractionType.modal_submit
        ):
            drawn = modal(form, self._pack)
            if await self._first(lambda: self._interaction.response.send_modal(drawn)) is Outcome.TAKEN:
                self._stage = _Stage.ANSWERED
                return
        await self.show(form_ready(form, self._again))

    async def add(self, card: Card) -> None:
        """Raises `Unavailable` where it cannot be shown, so that it goes on waiting."""
        if self._stage is _Stage.OUT_OF_REACH:
            raise Unavailable(LOST)
        # What is malformed will never be shown, so it does not wait for that.
        if await self._follow_up(card) not in (Outcome.TAKEN, Outcome.MALFORMED):
            raise Unavailable(LOST)

    async def _first(self, send: Callable[[], Awaitable[object]]) -> Outcome:
        return await attempt(send, tries=FIRST_TRIES, within_s=FIRST_WITHIN_S)

    async def _say(self, card: Card) -> Outcome:
        """Show the card as far as the interaction allows it now."""
        replaces = card.replaces and self._has_the_same_audience()
        if self._stage is _Stage.OUT_OF_REACH:
            return Outcome.REFUSED
        if self._stage is _Stage.NOTHING:
            outcome = await self._first(lambda: self._respond(card, replaces=replaces))
            # Where nobody knows, an edit shows it if the first word has arrived, and is refused if not.
            return await self._edit(card) if outcome is Outcome.UNSURE else outcome
        if self._stage is _Stage.PLACEHOLDER:
            return await self._edit(card)
        return await self._say_anew(card, replaces=replaces)

    async def _say_at_work(self) -> None:
        view = draw_progress(ON_IT).view
        await attempt(lambda: self._interaction.edit_original_response(view=view), tries=EDIT_TRIES)

    async def _say_anew(self, card: Card, *, replaces: bool) -> Outcome:
        if replaces:
            outcome = await self._edit(card)
            if outcome is not Outcome.DELETED:
                await self._take_back_note()
                return outcome
        note = self._note
        if self._private and note is not None:
            return await attempt(lambda: self._edit_follow_up(note, self._drawn(card)), tries=EDIT_TRIES)
        outcome = await self._follow_up(card)
        if outcome is Outcome.UNSURE and note is not None:
            await attempt(lambda: self._edit_follow_up(note, draw_progress(LOST)))
        else:
            await self._take_back_note()
        return outcome

    async def _respond(self, card: Card, *, replaces: bool) -> None:
        drawn = self._drawn(card)
        if replaces:
            taken = await self._interaction.response.edit_message(view=drawn.view, attachments=drawn.files)
        else:
            taken = await self._interaction.response.send_message(
                view=drawn.view, files=drawn.files, ephemeral=self._private
            )
        self._answered_by(None if taken is None else taken.message_id)

    async def _edit(self, card: Card) -> Outcome:
        """The placeholder becomes the card, or after a press the message that was pressed does."""

        async def once() -> None:
            drawn = self._drawn(card)
            message = await self._interaction.edit_original_response(view=drawn.view, attachments=drawn.files)
            self._answered_by(message.id)

        return await attempt(once, tries=EDIT_TRIES)

    async def _follow_up(self, card: Card) -> Outcome:
        async def once() -> None:
            drawn = self._drawn(card)
            message = await self._interaction.followup.send(
                view=drawn.view, files=drawn.files, ephemeral=self._private, wait=True
            )
            self._answered_by(message.id)

        return await attempt(once)

    def _answered_by(self, message_id: int | None) -> None:
        """Our message that is the answer; only what a room sees is ever edited later."""
        room = self._room()
        self._answer = None if room is None or message_id is None else PostRef(room, str(message_id))

    def _room(self) -> RoomRef | None:
        """Where the answer is for everybody to see."""
        it = self._interaction
        if self._private or not it.channel_id or it.context.dm_channel:
            return None
        return RoomRef(PLATFORM, str(it.guild_id or ""), str(it.channel_id))

    async def _edit_follow_up(self, message_id: int, drawn: Drawn) -> None:
        await self._interaction.followup.edit_message(message_id, view=drawn.view, attachments=drawn.files)

    async def _show_progress(self, text: Text) -> None:
        if self._stage is _Stage.PLACEHOLDER:
            view = draw_progress(text).view
            await attempt(lambda: self._interaction.edit_original_response(view=view))
        elif self._stage is _Stage.ACKNOWLEDGED:
            await attempt(lambda: self._write_note(draw_progress(text)))

    async def _write_note(self, drawn: Drawn) -> None:
        if self._note is None:
            sent = await self._interaction.followup.send(view=drawn.view, ephemeral=True, wait=True)
            self._note = sent.id
        else:
            await self._edit_follow_up(self._note, drawn)

    async def _take_back_note(self) -> None:
        note, self._note = self._note, None
        if note is not None:
            await attempt(lambda: self._interaction.followup.delete_message(note))

    async def _say_elsewhere(self, card: Card) -> None:
        self._answer = None
        room = self._room()
        if room is not None:
            try:
                self._answer = await self._say_in(room, card)
                return
            except EarshotError as error:
                log.info(
                    "an answer goes to whoever asked, for the room is closed to us: %s", type(error).__name__
                )
        await self._outbox.whisper(identity_of(self._interaction.user), card)

    async def _say_in(self, room: RoomRef, card: Card) -> PostRef:
        """As a message of the bot, which may change its placeholder longer than the interaction lives."""
        if self._placeholder is not None:
            try:
                placeholder = PostRef(room, str(self._placeholder))
                await self._outbox.edit(placeholder, card)
                return placeholder
            except EarshotError as error:
                log.info("the placeholder cannot become the answer: %s", type(error).__name__)
        return await self._outbox.post(room, card)

    def _drawn(self, card: Card) -> Drawn:
        return self._draw(card, self._file_most)

    def _has_the_same_audience(self) -> bool:
        """Whether the message that was pressed is seen by those who are to see the answer."""
        message = self._pressed_on
        if message is None:
            return False
        return message.flags.ephemeral is self._private or self._interaction.context.dm_channel
