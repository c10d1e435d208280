"""What an interaction means: a command, a press, a filled-in form, an option to complete."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import discord

from bot.adapters.discord.answers import Answers
from bot.adapters.discord.directory import Directory
from bot.adapters.discord.forms import Attached, filled
from bot.adapters.discord.outbox import DrawCard, Outbox
from bot.adapters.discord.people import Somebody, person_of, place_of
from bot.adapters.discord.shelf import Shelf
from bot.adapters.discord.uploads import DiscordUpload, fetched
from bot.adapters.discord.wire import InteractionWire
from bot.chat.answering import failed
from bot.chat.asking import form_for, lacks_required
from bot.chat.cards import Button, Card
from bot.chat.commands import Command, Option
from bot.chat.context import Context
from bot.chat.features import Features
from bot.errors import BadOption, EarshotError, NotFound
from bot.text import t

log = logging.getLogger(__name__)

SUGGEST_S = 2.0
NO_UPLOADS: Mapping[str, DiscordUpload] = {}

CLOSING = Card(t("I am just being restarted. Please ask again in a minute."))
STILL_RUNNING = Card(t("That is still running."))
OTHER_VERSION = Card(
    t("This command is of another version of me. Discord learns of the new ones within a minute.")
)

Interaction = discord.Interaction[Any]


class Desk:
    """Takes what people ask through Discord's own means, and answers it."""

    def __init__(
        self,
        *,
        features: Features,
        answers: Answers,
        directory: Directory,
        outbox: Outbox,
        draw: DrawCard,
        shelf: Shelf,
        incoming: Path,
    ) -> None:
        self._features = features
        self._answers = answers
        self._directory = directory
        self._outbox = outbox
        self._draw = draw
        self._shelf = shelf
        self._incoming = incoming
        self._busy: set[tuple[int, int, str]] = set()

    async def command(
        self, interaction: Interaction, command: Command, words: Mapping[str, str], people: Sequence[Somebody]
    ) -> None:
        """Somebody used a command; `people` are those whose ids are among the words."""
        await self._answer(interaction, f"/{command.name}", words, people=people)

    async def unknown(self, interaction: Interaction) -> None:
        """Somebody used a command that is none of ours (any more)."""
        await self._tell(interaction, OTHER_VERSION)

    async def pressed(self, interaction: Interaction, packed: str) -> None:
        """Somebody pressed a button, or picked in a menu, that carries this call. A double press runs once."""
        message = interaction.message
        key = (interaction.user.id, message.id if message else 0, packed)
        if key in self._busy:
            await self._tell(interaction, STILL_RUNNING)
            return
        self._busy.add(key)
        try:
            await self._carried(interaction, packed)
        finally:
            self._busy.discard(key)

    async def submitted(self, interaction: Interaction) -> None:
        """Somebody sent a form."""
        given = filled(interaction)
        await self._carried(interaction, interaction.custom_id or "", given.values, given.files)

    async def suggestions(self, interaction: Interaction, option: Option, typed: str) -> Sequence[str]:
        """What would complete an option. Nothing if the feature takes longer than two seconds."""
        if option.suggest is None:
            return ()
        try:
            return await asyncio.wait_for(option.suggest(self._context(interaction), typed), SUGGEST_S)
        except Exception:
            log.exception("suggestions for %s failed", option.name)
            return ()

    async def _carried(
        self,
        interaction: Interaction,
        packed: str,
        values: Mapping[str, str] | None = None,
        files: Mapping[str, Attached] | None = None,
    ) -> None:
        """Answer a call that something carried, with what was filled in beside it."""
        try:
            name, args = self._shelf.unpacked(packed)
        except NotFound as error:
            await self._tell(interaction, failed(error))
            return
        if name.startswith("/"):
            # An option that was left empty was not given.
            values = {name: words for name, words in (values or {}).items() if words.strip()}
        await self._answer(interaction, name, {**args, **(values or {})}, files=files or {})

    async def _answer(
        self,
        interaction: Interaction,
        name: str,
        args: Mapping[str, str],
        *,
        people: Sequence[Somebody] = (),
        files: Mapping[str, Attached] | None = None,
    ) -> None:
        if self._answers.closing:
            await self._tell(interaction, CLOSING)
            return
        with self._answers.in_flight():
            try:
                call = await self._features.call(
                    name, args, self._directory.who(interaction.guild_id, people)
                )
            except EarshotError as error:
                await self._refuse(interaction, name, args, error)
                return
            wire = self._wire(interaction, call.private, name, args)
            try:
                async with self._uploaded(interaction, wire, files or {}) as uploads:
                    await self._answers.run(call, self._context(interaction, uploads), wire)
            except EarshotError as error:
                await self._show(wire, failed(error))

    @asynccontextmanager
    async def _uploaded(
        self, interaction: Interaction, wire: InteractionWire, files: Mapping[str, Attached]
    ) -> AsyncIterator[Mapping[str, DiscordUpload]]:
        """The files on the disk as long as this lasts; fetching them may take longer than Discord waits for a sign."""
        if not files:
            yield {}
            return
        await wire.acknowledge()
        fetch = interaction.client.http.get_from_cdn
        async with fetched(files, fetch, self._incoming, interaction.filesize_limit) as uploads:
            yield uploads

    async def _refuse(
        self, interaction: Interaction, name: str, args: Mapping[str, str], error: EarshotError
    ) -> None:
        """A form where a command lacks something, else why it cannot be."""
        command = self._features.commands.get(name.removeprefix("/")) if name.startswith("/") else None
        if command is None or not isinstance(error, BadOption) or not lacks_required(command, args, error):
            await self._tell(interaction, failed(error))
            return
        try:
            await self._wire(interaction, True, name, args).open(form_for(command, args))
        except Exception:
            log.exception("the form of %s could not be opened", name)

    async def _tell(self, interaction: Interaction, card: Card) -> None:
        """A private word instead of an answer."""
        await self._show(self._wire(interaction, True, "", {}), card)

    async def _show(self, wire: InteractionWire, card: Card) -> None:
        try:
            await wire.refuse(card)
        except Exception:
            log.exception("a word to somebody could not be shown")

    def _wire(
        self, interaction: Interaction, private: bool, name: str, args: Mapping[str, str]
    ) -> InteractionWire:
        return InteractionWire(
            interaction,
            private=private,
            again=lambda label: Button(label, name, dict(args)),
            draw=self._draw,
            pack=self._shelf.packed,
            outbox=self._outbox,
        )

    def _context(
        self, interaction: Interaction, uploads: Mapping[str, DiscordUpload] = NO_UPLOADS
    ) -> Context:
        in_guild = interaction.guild_id is not None
        return Context(
            person_of(interaction.user, admin=in_guild and interaction.permissions.manage_guild),
            place_of(interaction.channel, interaction.guild_id, with_us=bool(interaction.context.dm_channel)),
            self._answers.new_id(),
            uploads=uploads,
            upload_most=interaction.filesize_limit,
        )
