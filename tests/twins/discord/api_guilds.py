"""REST about guilds and channels: looking them up."""

from __future__ import annotations

from typing import Any

from tests.twins.discord import objects, refusals
from tests.twins.discord.incoming import Incoming
from tests.twins.discord.places import Channel, Guild
from tests.twins.discord.routes import Route
from tests.twins.discord.world import World


class GuildsApi:
    """The routes that read guilds and channels."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[Route]:
        return [
            Route("GET", "/guilds/{guild_id}", self._guild),
            Route("GET", "/guilds/{guild_id}/channels", self._channels),
            Route("GET", "/guilds/{guild_id}/roles", self._roles),
            Route("GET", "/guilds/{guild_id}/members/{user_id}", self._member),
            Route("GET", "/channels/{channel_id}", self._channel),
        ]

    async def _guild(self, call: Incoming) -> Any:
        return objects.guild(self._find(call))

    async def _channels(self, call: Incoming) -> Any:
        channels = self._find(call).channels.values()
        return [objects.channel(it) for it in channels if it.allows(self._world.bot, "VIEW_CHANNEL")]

    async def _roles(self, call: Incoming) -> Any:
        return objects.roles(self._find(call))

    async def _member(self, call: Incoming) -> Any:
        guild = self._find(call)
        held = guild.members.get(int(call.path["user_id"]))
        if held is None:
            raise refusals.unknown("Member")
        return objects.member(guild, held[0])

    async def _channel(self, call: Incoming) -> Any:
        return objects.channel(channel_for_bot(self._world, call))

    def _find(self, call: Incoming) -> Guild:
        guild = self._world.guilds.get(int(call.path["guild_id"]))
        if guild is None or not guild.has_bot:
            raise refusals.unknown("Guild")
        return guild


def channel_for_bot(world: World, call: Incoming, *permissions: str) -> Channel:
    """The channel of the path, in which the bot needs these permissions. Raises Refusal."""
    found = world.channels.get(int(call.path["channel_id"]))
    if found is None:
        raise refusals.unknown("Channel")
    if not found.allows(world.bot, "VIEW_CHANNEL"):
        raise refusals.missing_access()
    if not found.allows(world.bot, *permissions):
        raise refusals.missing_permissions()
    return found
