"""Who asks, and where: Discord's users, channels and private chats in our words."""

from __future__ import annotations

import re
from typing import Any, TypeAlias

import discord

from bot.chat.context import Person
from bot.core.model import Identity, Place, RoomRef
from bot.errors import NotFound
from bot.text import t

PLATFORM = "discord"
Somebody: TypeAlias = discord.User | discord.Member | discord.ClientUser

_USER = re.compile(r"<@!?(\d{1,20})>|(\d{1,20})", re.ASCII)


def identity_of(user: discord.abc.Snowflake) -> Identity:
    """The user as an identity."""
    return Identity(PLATFORM, str(user.id))


def person_of(user: Somebody, *, admin: bool = False) -> Person:
    """The user by the name that people see. Discord tells nobody's time zone."""
    return Person(identity_of(user), user.display_name, admin=admin)


def user_in(typed: str) -> int:
    """The id in a mention or in plain digits, 0 where there is none."""
    match = _USER.fullmatch(typed.strip())
    return int(match[1] or match[2]) if match else 0


def number(digits: str) -> int:
    """An id. Raises `NotFound` for what Discord cannot have given us."""
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 20):
        raise NotFound(t("There is no such place on Discord."))
    return int(digits)


def place_of(channel: Any, guild_id: int | None, *, with_us: bool) -> Place:
    """Where somebody asks. `channel` is what discord.py made of it, None for a kind that it does not know.

    A thread is its channel: who may read the one may read the other. A private chat `with_us` is no room. Whoever
    installed Earshot for themselves also asks in servers and private chats where it is no member. Such a place is a
    room of its own, too; it can be answered in, but nothing can be posted there unasked.
    """
    if with_us or channel is None:
        return Place(None)
    channel_id, name = channel.id, getattr(channel, "name", None) or "Private chat"
    if isinstance(channel, discord.Thread) and channel.parent_id:
        channel_id = channel.parent_id
        name = channel.parent.name if channel.parent else name
    return Place(RoomRef(PLATFORM, str(guild_id or ""), str(channel_id)), name)
