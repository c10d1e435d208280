"""REST about the bot itself: who it is, its application, the gateway, its commands, whom it can write to."""

from __future__ import annotations

from typing import Any

from tests.twins.discord import objects, refusals
from tests.twins.discord.incoming import Incoming
from tests.twins.discord.routes import Route
from tests.twins.discord.world import World

STARTS_A_DAY = 1000


class AccountApi:
    """The routes around the bot's own account."""

    def __init__(self, world: World, *, shards: int) -> None:
        self._world = world
        self._shards = shards

    def routes(self) -> list[Route]:
        commands = "/applications/{application_id}/commands"
        guild_commands = "/applications/{application_id}/guilds/{guild_id}/commands"
        return [
            Route("GET", "/gateway", self._gateway, public=True),
            Route("GET", "/gateway/bot", self._gateway_for_bots),
            Route("GET", "/users/@me", self._me),
            Route("GET", "/users/@me/guilds", self._guilds),
            Route("POST", "/users/@me/channels", self._open_dm),
            Route("GET", "/users/{user_id}", self._user),
            Route("GET", "/oauth2/applications/@me", self._application),
            Route("GET", "/applications/@me", self._application),
            Route("GET", commands, self._commands),
            Route("PUT", commands, self._sync),
            Route("GET", guild_commands, self._commands),
            Route("PUT", guild_commands, self._sync),
        ]

    async def _gateway(self, call: Incoming) -> Any:
        return {"url": self._world.gateway_url}

    async def _gateway_for_bots(self, call: Incoming) -> Any:
        limit = {
            "total": STARTS_A_DAY,
            "remaining": STARTS_A_DAY - self._world.gateway.identified,
            "reset_after": 86_400_000,
            "max_concurrency": 1,
        }
        return {"url": self._world.gateway_url, "shards": self._shards, "session_start_limit": limit}

    async def _me(self, call: Incoming) -> Any:
        return objects.me(self._world.bot)

    async def _guilds(self, call: Incoming) -> Any:
        bot = self._world.bot
        return [
            {
                "id": str(it.id),
                "name": it.name,
                "icon": None,
                "banner": None,
                "owner": False,
                "permissions": str(it.permissions_of(bot)),
                "features": [],
            }
            for it in self._world.guilds.values()
            if it.has_bot
        ]

    async def _open_dm(self, call: Incoming) -> Any:
        human = self._world.humans.get(int(call.body["recipient_id"]))
        if human is None:
            raise refusals.unknown("User")
        return objects.channel(self._world.dm_with(human))

    async def _user(self, call: Incoming) -> Any:
        number = int(call.path["user_id"])
        who = self._world.bot if number == self._world.bot.id else self._world.humans.get(number)
        if who is None:
            raise refusals.unknown("User")
        return objects.user(who)

    async def _application(self, call: Incoming) -> Any:
        return objects.application(self._world)

    async def _commands(self, call: Incoming) -> Any:
        return self._world.tree.all(self._guild_of(call))

    async def _sync(self, call: Incoming) -> Any:
        return self._world.tree.sync(call.body or [], self._guild_of(call))

    def _guild_of(self, call: Incoming) -> int | None:
        if call.path["application_id"] != str(self._world.application_id):
            raise refusals.missing_access()
        if "guild_id" not in call.path:
            return None
        guild = self._world.guilds.get(int(call.path["guild_id"]))
        if guild is None or not guild.has_bot:
            raise refusals.missing_access()
        return guild.id
