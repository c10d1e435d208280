"""Who is meant by a mention or an id (those who came with the message, else whoever Discord knows by it), and who is
still a member of a server."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

import discord

from bot.adapters.discord.failures import FAILURES, NOT_THERE, UNKNOWN_MEMBER, UNKNOWN_USER, ours, tried
from bot.adapters.discord.people import Somebody, person_of, user_in
from bot.chat.commands import Who
from bot.chat.context import Person
from bot.errors import RoomLost

# Somebody waits for a first sign meanwhile.
WITHIN_S = 1.0


class Directory:
    """Looks people up."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client

    def who(self, guild_id: int | None, known: Iterable[Somebody]) -> Who:
        """Finds a person in one place. A bot is nobody.

        What it gives raises `Unavailable` where Discord does not answer.
        """
        by_id = {it.id: it for it in known}

        async def find(typed: str) -> Person | None:
            user_id = user_in(typed)
            if not user_id:
                return None
            user = by_id.get(user_id) or await self._look_up(guild_id, user_id)
            return None if user is None or user.bot else person_of(user)

        return find

    async def present(self, guild_id: int, user_id: int) -> bool:
        """Whether somebody is a member of a server. Raises `RoomLost` where we are none, `Unavailable`."""
        guild = self._client.get_guild(guild_id)
        if guild is None:
            raise RoomLost(NOT_THERE)
        try:
            await tried(lambda: guild.fetch_member(user_id))
        except FAILURES as error:
            if getattr(error, "code", 0) in (UNKNOWN_MEMBER, UNKNOWN_USER):
                return False
            raise ours(error, missing="") from error
        return True

    async def _look_up(self, guild_id: int | None, user_id: int) -> Somebody | None:
        guild = self._client.get_guild(guild_id) if guild_id else None
        try:
            if guild is not None:
                # Whoever has left is looked for by themselves: what was said of them still has a name.
                with suppress(discord.NotFound):
                    return await tried(lambda: guild.fetch_member(user_id), within_s=WITHIN_S)
            return await tried(lambda: self._client.fetch_user(user_id), within_s=WITHIN_S)
        except discord.NotFound:
            return None
        except FAILURES as error:
            raise ours(error, missing="") from error
