"""A small bot on the real discord.py, for the twin's own tests: one command for each thing that can be shown."""

from __future__ import annotations

import asyncio
import contextlib
import io
import re
from collections.abc import AsyncIterator
from typing import Any

import discord
import pytest
import yarl
from discord import app_commands, ui

from tests.twins.discord.server import DiscordTwin

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
EVERYWHERE = app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True)
ANYHOW = app_commands.AppInstallationType(guild=True, user=True)


class Story(ui.DynamicItem[ui.Button[Any]], template=r"story:(?P<track>\d+)"):
    """A button that opens a form; its custom id says for which track."""

    def __init__(self, track: int) -> None:
        super().__init__(ui.Button(label="Story", custom_id=f"story:{track}"))
        self.track = track

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: Any, match: re.Match[str]
    ) -> Story:
        return cls(int(match["track"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await interaction.response.send_modal(StoryForm(self.track))


class Refresh(ui.DynamicItem[ui.Button[Any]], template=r"refresh:(?P<count>\d+)"):
    """A button that changes the message it is on."""

    def __init__(self, count: int) -> None:
        super().__init__(ui.Button(label="Refresh", custom_id=f"refresh:{count}"))
        self.count = count

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: Any, match: re.Match[str]
    ) -> Refresh:
        return cls(int(match["count"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await interaction.response.edit_message(view=card(f"Refreshed {self.count}", self.count + 1))


class StoryForm(ui.Modal):
    """Words, a mood, a file."""

    def __init__(self, track: int) -> None:
        super().__init__(title="A story", custom_id=f"tell:{track}")
        self.words: ui.TextInput[Any] = ui.TextInput(custom_id="words", max_length=200)
        options = [
            discord.SelectOption(label="Calm", value="c"),
            discord.SelectOption(label="Loud", value="l"),
        ]
        self.mood: ui.Select[Any] = ui.Select(custom_id="mood", options=options)
        self.export: ui.FileUpload[Any] = ui.FileUpload(custom_id="export", required=False)
        self.add_item(ui.Label(text="Your words", component=self.words))
        self.add_item(ui.Label(text="Mood", description="How it feels", component=self.mood))
        self.add_item(ui.Label(text="Export", component=self.export))

    async def on_submit(self, interaction: discord.Interaction[Any]) -> None:
        sizes = [len(await file.read()) for file in self.export.values]
        said = f"{self.words.value} / {self.mood.values[0]} / {sizes}"
        await interaction.response.send_message(said, ephemeral=True)


def card(title: str, count: int = 0) -> ui.LayoutView:
    """A card of Components V2 with a picture and two buttons."""
    view = ui.LayoutView(timeout=None)
    gallery: ui.MediaGallery[Any] = ui.MediaGallery()
    gallery.add_item(media="attachment://chart.png", description="A chart of a week")
    row: ui.ActionRow[Any] = ui.ActionRow(
        Story(7), Refresh(count), ui.Button(label="Open", url="https://example.org")
    )
    view.add_item(ui.Container(ui.TextDisplay(f"## {title}"), gallery, row))
    return view


def chart() -> discord.File:
    return discord.File(io.BytesIO(PNG), "chart.png", description="A chart of a week")


class SampleBot(discord.AutoShardedClient):
    """`/top`, `/hello`, `/slow`, `/late`, `/silent`, `/follow`, `/quiz ask`; it answers who mentions it."""

    def __init__(self, **options: Any) -> None:
        intents = options.pop("intents", None) or discord.Intents(
            guilds=True, guild_messages=True, dm_messages=True
        )
        options.setdefault("allowed_mentions", discord.AllowedMentions.none())
        super().__init__(intents=intents, guild_ready_timeout=0.1, **options)
        self.tree = app_commands.CommandTree(self, allowed_contexts=EVERYWHERE, allowed_installs=ANYHOW)
        self.failures: asyncio.Queue[BaseException] = asyncio.Queue()
        self.hold = asyncio.Event()
        self.tree.error(self._failed)
        self._declare()

    async def setup_hook(self) -> None:
        self.add_dynamic_items(Story, Refresh)
        await self.tree.sync()

    async def on_message(self, message: discord.Message) -> None:
        if message.author != self.user and (self.user in message.mentions or message.guild is None):
            await message.reply(f"heard: {message.clean_content}", nonce="n1")

    async def _failed(self, interaction: discord.Interaction[Any], error: BaseException) -> None:
        self.failures.put_nowait(getattr(error, "original", error))

    def _declare(self) -> None:
        tree = self.tree

        @tree.command(description="The top")
        @app_commands.choices(what=[app_commands.Choice(name="Tracks", value="track")])
        async def top(
            interaction: discord.Interaction[Any],
            what: str,
            count: app_commands.Range[int, 3, 25] = 10,
            who: discord.User | None = None,
            export: discord.Attachment | None = None,
        ) -> None:
            await interaction.response.defer(thinking=True)
            about = [what, str(count), who.display_name if who else "-", str(interaction.locale)]
            if export is not None:
                about.append(str(len(await export.read())))
            await interaction.edit_original_response(view=card(" ".join(about)), attachments=[chart()])

        @tree.command(description="Says hello to one person")
        async def hello(interaction: discord.Interaction[Any], name: str) -> None:
            await interaction.response.send_message(f"Hello {name}", ephemeral=True)

        @hello.autocomplete("name")
        async def names(interaction: discord.Interaction[Any], typed: str) -> list[app_commands.Choice[str]]:
            known = ("Rain", "Radio", "Sun")
            return [app_commands.Choice(name=it, value=it) for it in known if it.lower().startswith(typed)]

        @tree.command(description="Answers by a followup")
        async def follow(interaction: discord.Interaction[Any], times: int) -> None:
            await interaction.response.send_message("first")
            for number in range(times):
                await interaction.followup.send(f"more {number}")

        @tree.command(description="Answers when it is told to")
        async def slow(interaction: discord.Interaction[Any]) -> None:
            await interaction.response.defer(thinking=True)
            await self.hold.wait()
            await interaction.followup.send(view=card("slow"), file=chart())

        @tree.command(description="Does not answer")
        async def silent(interaction: discord.Interaction[Any]) -> None:
            await self.hold.wait()
            await interaction.response.send_message("too late")

        @tree.command(description="Answers twice")
        async def twice(interaction: discord.Interaction[Any]) -> None:
            await interaction.response.send_message("once")
            again = discord.webhook.async_.interaction_response_params(4, {"content": "again"})
            adapter = discord.webhook.async_.async_context.get()
            await adapter.create_interaction_response(
                interaction.id, interaction.token, session=interaction._session, params=again
            )

        quiz = app_commands.Group(name="quiz", description="A quiz")

        @quiz.command(description="Asks")
        async def ask(interaction: discord.Interaction[Any], topic: str = "songs") -> None:
            view = ui.View(timeout=None)
            options = [discord.SelectOption(label=it) for it in ("One", "Two", "Three")]
            picks: ui.Select[Any] = ui.Select(placeholder="Pick", options=options, max_values=2)

            async def picked(interaction: discord.Interaction[Any]) -> None:
                await interaction.response.send_message(" and ".join(picks.values))

            picks.callback = picked  # type: ignore[method-assign]
            view.add_item(picks)
            await interaction.response.send_message(f"Which of the {topic}?", view=view)

        tree.add_command(quiz)


def redirect(monkeypatch: pytest.MonkeyPatch, twin: DiscordTwin) -> None:
    """Points discord.py at a twin for the time of a test."""
    monkeypatch.setattr(discord.http.Route, "BASE", twin.api_url)
    monkeypatch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(twin.gateway_url))


@contextlib.asynccontextmanager
async def running(twin: DiscordTwin, **options: Any) -> AsyncIterator[SampleBot]:
    """The bot, connected."""
    async with SampleBot(**options) as bot:
        async with asyncio.timeout(10):
            await bot.login(twin.token)
        task = asyncio.create_task(bot.connect())
        try:
            async with asyncio.timeout(10):
                await bot.wait_until_ready()
            yield bot
        finally:
            await bot.close()
            await asyncio.wait({task}, timeout=10)
