"""The slash commands, generated from the declarations, and sent to Discord when they have changed.

As discord.py's own hybrid commands do, each callback gets a signature made for it. What comes back from Discord are
typed options; we hand on the words that a person would have typed for them.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeAlias

import discord
from discord import app_commands

from bot.adapters.discord.translations import Translated, Translations, translatable
from bot.adapters.discord.words import cut
from bot.chat.commands import Command, Option
from bot.chat.context import Person
from bot.ports import MemoStore
from bot.text import plain

log = logging.getLogger(__name__)

ABOUT_MOST = 100
CHOICES_MOST = 25
CHOICE_MOST = 100
LENGTH_MOST = 6000

Interaction: TypeAlias = discord.Interaction[discord.AutoShardedClient]
Somebody: TypeAlias = discord.User | discord.Member
# The command, the words of its options, and the people whose ids are among them.
Run = Callable[[Interaction, Command, Mapping[str, str], Sequence[Somebody]], Awaitable[None]]
Complete = Callable[[Interaction, Option, str], Awaitable[Sequence[str]]]
Unknown = Callable[[Interaction], Awaitable[None]]


class Tree(app_commands.CommandTree[discord.AutoShardedClient]):
    """Every command of the features, for servers and for people who install the bot for themselves.

    `run` answers a command, `complete` completes an option, `unknown` is for a command that is none of ours (any more).
    """

    def __init__(
        self,
        client: discord.AutoShardedClient,
        commands: Mapping[str, Command],
        *,
        memos: MemoStore,
        run: Run,
        complete: Complete,
        unknown: Unknown,
    ) -> None:
        super().__init__(
            client,
            allowed_contexts=app_commands.AppCommandContext(
                guild=True, dm_channel=True, private_channel=True
            ),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
        )
        self._memos = memos
        self._unknown = unknown
        for command in commands.values():
            self.add_command(_native(command, run, complete))

    async def on_error(self, interaction: Interaction, error: app_commands.AppCommandError, /) -> None:
        """Discord knows a command that we do not, or knows it differently: somebody else has sent it theirs."""
        if not isinstance(error, _UNKNOWN):
            log.error("a command failed", exc_info=error)
            return
        log.error("Discord knows other commands than these; they are sent again at the next start")
        await self._memos.forget(self._memo_key())
        if interaction.type is discord.InteractionType.application_command:
            await self._unknown(interaction)

    async def send_changes(self, translations: Translations) -> Mapping[str, int]:
        """Send the commands unless Discord has the same from us already; their ids by name."""
        translator = Translated(translations)
        await self.set_translator(translator)
        payload = [await it.get_translated_payload(self, translator) for it in self.get_commands()]
        digest = hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()
        memo = json.loads(await self._memos.memo(self._memo_key()) or "{}")
        if memo.get("sha256") == digest:
            ids: Mapping[str, int] = memo["ids"]
            return ids
        sent = {it.name: it.id for it in await self.sync()}
        await self._memos.remember(self._memo_key(), json.dumps({"sha256": digest, "ids": sent}))
        log.info("sent %d commands to Discord", len(sent))
        return sent

    def _memo_key(self) -> str:
        return f"discord:tree:{self.client.application_id}"


_UNKNOWN = (
    app_commands.CommandNotFound,
    app_commands.CommandSignatureMismatch,
    app_commands.TransformerError,
)


def _native(command: Command, run: Run, complete: Complete) -> app_commands.Command[Any, ..., None]:
    async def callback(interaction: Interaction, **given: Any) -> None:
        words = {name: _words(value) for name, value in given.items() if value is not None}
        people = [it for it in given.values() if isinstance(it, discord.User | discord.Member)]
        await run(interaction, command, words, people)

    told = inspect.Parameter("interaction", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Interaction)
    # discord.py reads a callback's signature as any tool does; the cast keeps type checkers out of it.
    wrapped: Any = callback
    wrapped.__signature__ = inspect.Signature([told, *map(_parameter, command.options)])
    path = f"{command.name}.options"
    app_commands.describe(
        **{
            it.name: translatable(_about(it.about or it.name), f"{path}.{it.name}.about")
            for it in command.options
        }
    )(wrapped)
    app_commands.rename(
        **{it.name: translatable(it.name, f"{path}.{it.name}.name") for it in command.options}
    )(wrapped)
    app_commands.choices(
        **{
            it.name: [
                app_commands.Choice(name=translatable(word, f"{path}.{it.name}.choices.{word}"), value=word)
                for word in it.choices
            ]
            for it in command.options
            if it.choices and it.kind is not bool
        }
    )(wrapped)
    app_commands.autocomplete(
        **{it.name: _completing(it, complete) for it in command.options if it.suggest is not None}
    )(wrapped)
    return app_commands.Command(
        name=translatable(command.name, f"{command.name}.name"),
        description=translatable(_about(command.about), f"{command.name}.about"),
        callback=wrapped,
        auto_locale_strings=False,
    )


def _parameter(option: Option) -> inspect.Parameter:
    return inspect.Parameter(
        option.name,
        inspect.Parameter.POSITIONAL_OR_KEYWORD,
        annotation=_annotation(option),
        default=inspect.Parameter.empty if option.required else None,
    )


def _annotation(option: Option) -> Any:
    if option.kind is Person:
        return discord.User
    if option.kind is bool:
        return bool
    kind = int if option.kind is int else str
    least, most = option.least, option.most
    if kind is str and most is not None:
        most = min(most, LENGTH_MOST)
    if option.choices or (least is None and most is None):
        return kind
    return app_commands.Range[kind, least, most]


def _words(value: Any) -> str:
    """What a person would have typed; somebody is known by their id."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value.id) if isinstance(value, discord.User | discord.Member) else str(value)


def _completing(option: Option, complete: Complete) -> Any:
    async def suggest(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        offered = [it for it in await complete(interaction, option, typed) if 0 < len(it) <= CHOICE_MOST]
        return [app_commands.Choice(name=plain(it), value=it) for it in offered[:CHOICES_MOST]]

    return suggest


def _about(words: str) -> str:
    return cut(words, ABOUT_MOST)
