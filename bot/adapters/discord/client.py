"""discord.py's client: what it is allowed to hear, and to whom it hands that on."""

from __future__ import annotations

from typing import Any

import discord

from bot.adapters.discord.desk import Desk
from bot.adapters.discord.mentions import Mentions
from bot.adapters.discord.presses import Pick, Press

# None of these is privileged: servers and channels, and messages, of which we see the words only where they are
# said to us.
INTENTS = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)
# A longer wait for Discord's leave to speak is an error; discord.py takes no less than 30.
PATIENCE_S = 30.0


class Client(discord.AutoShardedClient):
    """Hands on what happens, once `serve` has said to whom. Keeps no message and no member in memory."""

    def __init__(self, *, guild_ready_s: float) -> None:
        super().__init__(
            intents=INTENTS,
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            max_messages=None,
            max_ratelimit_timeout=PATIENCE_S,
            guild_ready_timeout=guild_ready_s,
        )
        self._desk: Desk | None = None
        self._mentions: Mentions | None = None
        self._up: set[int] = set()

    def serve(self, desk: Desk, mentions: Mentions) -> None:
        """From now on these are told."""
        self._desk = desk
        self._mentions = mentions
        self.add_dynamic_items(Press, Pick)

    @property
    def all_up(self) -> bool:
        """Whether every shard can hear."""
        return self.is_ready() and len(self._up) == self.shard_count

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        """Begins a task for each event that somebody waits for; our own messages and most interactions are none."""
        if event == "interaction" and args[0].type is not discord.InteractionType.modal_submit:
            return
        if event == "message" and args[0].author.bot:
            return
        super().dispatch(event, *args, **kwargs)

    async def pressed(self, interaction: discord.Interaction[Any], call: str) -> None:
        """A button or a menu of ours."""
        if self._desk is not None:
            await self._desk.pressed(interaction, call)

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """A filled-in form: `dispatch` lets nothing else through."""
        if self._desk is not None:
            await self._desk.submitted(interaction)

    async def on_message(self, message: discord.Message) -> None:
        if self._mentions is not None and self.user is not None:
            await self._mentions.heard(message, self.user)

    async def on_shard_ready(self, shard_id: int) -> None:
        self._up.add(shard_id)

    async def on_shard_resumed(self, shard_id: int) -> None:
        self._up.add(shard_id)

    async def on_shard_disconnect(self, shard_id: int) -> None:
        self._up.discard(shard_id)
