"""Typed lines: `@Earshot play rainy sunday` in a channel, or any line in a private chat with us.

A greeting may come before our name, if a command comes after it: `hey @Earshot, play rainy sunday`. Nothing else is
read: Discord gives us no other words, and we ask for no intent that would.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping

import discord

from bot.adapters.discord.answers import Answers
from bot.adapters.discord.directory import Directory
from bot.adapters.discord.draw import FILE_MOST, Drawn, draw_progress
from bot.adapters.discord.failures import FAILURES, attempt
from bot.adapters.discord.forms import form_ready
from bot.adapters.discord.outbox import DrawCard, Outbox
from bot.adapters.discord.people import PLATFORM, identity_of, person_of, place_of
from bot.chat.answering import failed
from bot.chat.asking import lacks_required
from bot.chat.cards import Button, Card, Form, Lines
from bot.chat.commands import Command
from bot.chat.context import Context
from bot.chat.features import Features
from bot.chat.lines import option_words, split_command
from bot.chat.pace import Pace
from bot.chat.platform import PostRef
from bot.chat.replies import no_command, not_understood
from bot.core.model import RoomRef
from bot.errors import BadOption, EarshotError, RoomLost, Unavailable
from bot.text import Text, t

log = logging.getLogger(__name__)

HELP = "help"  # what our name alone asks for
GREETING_MOST = 3  # words before our name
_GREETINGS = frozenset((
    "hey", "hi", "hello", "hiya", "howdy", "yo", "ok", "okay", "good", "morning", "afternoon", "evening",
    "dear", "there", "please",
    "hallo", "moin", "servus", "grüß", "grüezi", "dich", "guten", "tag", "morgen", "abend", "liebe",
    "lieber", "bitte",
    "hola", "ey", "oye", "buenas", "buenos", "días", "dias", "tardes", "noches", "vale", "por", "favor",
))  # fmt: skip

_TALK = (discord.MessageType.default, discord.MessageType.reply)


class Mentions:
    """Hears what is said to us and answers it."""

    def __init__(
        self,
        *,
        features: Features,
        answers: Answers,
        directory: Directory,
        outbox: Outbox,
        draw: DrawCard,
    ) -> None:
        self._features = features
        self._answers = answers
        self._directory = directory
        self._outbox = outbox
        self._draw = draw

    async def heard(self, message: discord.Message, me: discord.ClientUser) -> None:
        """Somebody, no bot, said something where we can hear it."""
        if message.type not in _TALK or self._answers.closing:
            return
        line = self._line(message, me)
        if line is None:
            return
        with self._answers.in_flight():
            await self._answer(message, line)

    async def _answer(self, message: discord.Message, line: str) -> None:
        name, rest = split_command(line)
        name = name or HELP
        command = self._features.commands.get(name)
        if command is None:
            await self._reply(message, no_command(line, name, tuple(self._features.commands)))
            return
        typed: Mapping[str, str] = {}
        guild_id = message.guild.id if message.guild else None
        try:
            typed = option_words(command.options, rest)
            call = await self._features.call(
                f"/{name}", typed, self._directory.who(guild_id, message.mentions)
            )
        except BadOption as error:
            if lacks_required(command, typed, error):
                await self._reply(message, _incomplete(command, typed, error))
            else:
                await self._reply(message, not_understood(command, error))
            return
        except EarshotError as error:
            await self._reply(message, failed(error))
            return
        wire = MessageWire(
            message,
            private=call.private and guild_id is not None,
            command=name,
            again=call.again,
            draw=self._draw,
            outbox=self._outbox,
        )
        await self._answers.run(call, self._context(message, guild_id), wire)

    def _line(self, message: discord.Message, me: discord.ClientUser) -> str | None:
        """What was said to us; None if it was not said to us. In a channel our name is in it."""
        said = message.content
        found = re.match(rf"\s*((?:\S+\s+){{0,{GREETING_MOST}}}?)<@!?{me.id}>[,:]?", said)
        if found is not None:
            line = said[found.end() :].strip()
            if not found[1] or (_greets(found[1]) and split_command(line)[0] in self._features.commands):
                return f"/{line.removeprefix('/')}" if message.guild else line
        return None if message.guild else said

    async def _reply(self, message: discord.Message, card: Card) -> None:
        await attempt(
            lambda: self._outbox.send(message.channel, lambda: self._draw(card, FILE_MOST), answers=message)
        )

    def _context(self, message: discord.Message, guild_id: int | None) -> Context:
        author = message.author
        admin = isinstance(author, discord.Member) and author.guild_permissions.manage_guild
        return Context(
            person_of(author, admin=admin),
            place_of(message.channel, guild_id, with_us=guild_id is None),
            self._answers.new_id(),
        )


def _greets(words: str) -> bool:
    """Whether these words are a greeting and nothing else: who talks about us does not talk to us."""
    return all(word.strip(",.!¡…").casefold() in _GREETINGS for word in words.split())


def _incomplete(command: Command, typed: Mapping[str, str], error: BadOption) -> Card:
    """A command that lacks something: a button opens the form, for only a press can."""
    button = Button(t("Fill it in"), f"/{command.name}", dict(typed), strong=True)
    return Card(error.text, (Lines((t("{usage}", usage=command.usage),)),), (button,))


class MessageWire:
    """A `bot.chat.answering.Wire` for a typed line: a reply in the channel, or words in private.

    `command` is the name to use where nothing private can be said; `again` makes the button that asks again.
    """

    def __init__(
        self,
        message: discord.Message,
        *,
        private: bool,
        command: str,
        again: Callable[[Text], Button],
        draw: DrawCard,
        outbox: Outbox,
    ) -> None:
        self._message = message
        self._private = private
        self._command = command
        self._again = again
        self._draw = draw
        self._outbox = outbox
        guild_id = message.guild.id if message.guild else ""
        self._room = RoomRef(PLATFORM, str(guild_id), str(message.channel.id))
        self._reply: discord.Message | None = None
        self._pace = Pace(self._show_progress)

    async def acknowledge(self) -> None:
        """Never raises: whether they see us typing is nothing to stop for."""
        await attempt(self._typing)

    async def progress(self, text: Text) -> None:
        if not self._private:
            self._pace.say(text)

    async def show(self, card: Card) -> PostRef | None:
        await self._pace.stop()
        if not self._private:
            await self._say(lambda: self._draw(card, FILE_MOST))
            if self._reply is not None:
                return PostRef(self._room, str(self._reply.id))
        elif not await self._outbox.in_private(identity_of(self._message.author), card):
            said = t(
                "I cannot write to you in private. Use /{command} here: only you will see it.",
                command=self._command,
            )
            await self._say(lambda: self._draw(Card(said), FILE_MOST))
        return None

    async def refuse(self, card: Card) -> None:
        """Where the answer was to be: Discord hides no reply to a message."""
        await self.show(card)

    async def open(self, form: Form) -> None:
        """In the channel, for the form is about it; what comes of it is seen by those who are to see it."""
        await self._pace.stop()
        card = form_ready(form, self._again)
        await self._say(lambda: self._draw(card, FILE_MOST))

    async def add(self, card: Card) -> None:
        """Raises `Unavailable` where it cannot be shown, so that it goes on waiting."""
        if not await self._outbox.in_private(identity_of(self._message.author), card):
            raise Unavailable(t("I cannot write to you in private."))

    async def _typing(self) -> None:
        await self._message.channel.typing()

    async def _show_progress(self, text: Text) -> None:
        await attempt(lambda: self._write(lambda: draw_progress(text)))

    async def _say(self, draw: Callable[[], Drawn]) -> None:
        """Say it in the channel; where that is closed to us, say in private why."""
        message = self._message
        try:
            await self._write(draw)
        except FAILURES as error:
            why = self._outbox.explained(error, self._room)
            if isinstance(why, RoomLost):
                await self._outbox.in_private(identity_of(message.author), Card(why.text))

    async def _write(self, draw: Callable[[], Drawn]) -> None:
        """The reply, or what it says now."""
        if self._reply is None:
            self._reply = await self._outbox.send(self._message.channel, draw, answers=self._message)
        else:
            await self._outbox.rewrite(self._reply, draw)
