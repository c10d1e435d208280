"""One login at Discord: from the token to the first word that can be heard, and to the end of the connection."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

import discord
import yarl

from bot.adapters.discord.client import Client
from bot.adapters.discord.failures import FAILURES, told
from bot.errors import ConfigError, Unavailable
from bot.text import t

log = logging.getLogger(__name__)

READY_S = 60.0
TOKEN_REFUSED = 4004
HTTP_UNAUTHORIZED = 401
_PORTAL = "discord.com/developers/applications"

NO_TOKEN = (
    "discord.token: Discord does not take it. Copy the bot's token anew: at "
    f"{_PORTAL} choose the application, page “Bot”, “Reset Token”."
)
NO_APPLICATION = (
    f"discord.token: it belongs to no application. Make one at {_PORTAL}, and copy its bot's token "
    "from the page “Bot”."
)
NO_INTENTS = (
    "discord: the bot may not listen to servers and messages. Discord has said why on the page of the application at "
    f"{_PORTAL}."
)


class Session:
    """Runs a client. It cannot be opened a second time."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._connection: asyncio.Task[None] | None = None

    @property
    def connected(self) -> bool:
        """Whether every shard can hear people right now."""
        return self._connection is not None and not self._connection.done() and self._client.all_up

    async def open(
        self, token: str, prepare: Callable[[], Awaitable[None]], ready_s: float = READY_S
    ) -> None:
        """Log in, `prepare`, connect; returns once people can be heard.

        Raises `ConfigError` for what whoever runs the bot has to mend, `Unavailable` where Discord is not to be
        reached within `ready_s`.
        """
        try:
            async with asyncio.timeout(ready_s):
                await self._client.login(token)
                await self._remember_gateway()
                await prepare()
                self._connection = asyncio.create_task(self._client.connect())
                ready = asyncio.create_task(self._client.wait_until_ready())
                try:
                    await asyncio.wait({ready, self._connection}, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    ready.cancel()
            if self._connection.done():
                self._connection.result()
                raise Unavailable(_UNREACHABLE)
        except (*FAILURES, discord.DiscordException) as error:
            await self.close()
            raise _at_start(error) from error
        except BaseException:
            await self.close()
            raise
        self._connection.add_done_callback(_ended)

    async def _remember_gateway(self) -> None:
        """discord.py asks for the address once, and later reconnects to one that it knows by heart."""
        _, address, _ = await self._client.http.get_bot_gateway()
        discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(address)

    async def close(self) -> None:
        """Close the connection, if there is one."""
        if self._connection is not None:
            self._connection.remove_done_callback(_ended)
        await self._client.close()
        if self._connection is not None:
            self._connection.cancel()
            await asyncio.gather(self._connection, return_exceptions=True)


_UNREACHABLE = t("Discord is not to be reached just now.")


def _at_start(error: Exception) -> Exception:
    """Why there is no connection, as one of our errors."""
    # discord.py hides what was answered when it asked for the gateway's address.
    answer = error.__cause__ if isinstance(error, discord.GatewayNotFound) else error
    unauthorized = getattr(answer, "status", 0) == HTTP_UNAUTHORIZED
    if isinstance(error, discord.LoginFailure) or unauthorized or getattr(error, "code", 0) == TOKEN_REFUSED:
        return ConfigError([NO_TOKEN])
    if isinstance(error, discord.PrivilegedIntentsRequired):
        return ConfigError([NO_INTENTS])
    if isinstance(error, discord.Forbidden | discord.NotFound):
        return ConfigError([NO_APPLICATION])
    log.warning("no connection to Discord: %s", told(error))
    return Unavailable(_UNREACHABLE)


def _ended(connection: asyncio.Task[None]) -> None:
    """discord.py mends what it can; what gets here has ended for good."""
    if connection.cancelled():
        return
    error = connection.exception()
    if isinstance(error, discord.ConnectionClosed) and error.code == TOKEN_REFUSED:
        log.error("Discord has revoked the token. %s Then start Earshot again.", NO_TOKEN)
    else:
        log.error("the connection to Discord has ended (%s). Start Earshot again.", type(error).__name__)
