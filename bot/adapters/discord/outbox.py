"""Messages of the bot itself, beyond any interaction: posts, edits, private words.

A post carries a nonce: however often it is sent within a few minutes, Discord shows it once. A post with a key has its
nonce from that, and carries the key's mark until it is edited: a number of its own for the box that holds the card.
"""

from __future__ import annotations

import logging
from base64 import b32encode
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import discord

from bot.adapters.discord.draw import FILE_MOST, Drawn
from bot.adapters.discord.failures import (
    CANNOT_REPLY,
    FAILURES,
    NOT_THERE,
    Outcome,
    ours,
    outcome_of,
    told,
    tried,
)
from bot.adapters.discord.people import PLATFORM, number
from bot.chat.cards import Card
from bot.chat.platform import PostRef
from bot.chat.whispers import Whispers
from bot.core.model import Identity, RoomRef
from bot.errors import EarshotError, NotFound, Refused, RoomLost
from bot.ports import Chance
from bot.text import t

log = logging.getLogger(__name__)

TRIES = 3
NONCE_MOST = 25
# How far the clocks of Discord and ours may be apart, and how many messages are looked through.
APART_MS = 5 * 60 * 1000
LOOK_BACK = 500
_NEEDED = {"view_channel": "View Channel", "send_messages": "Send Messages", "attach_files": "Attach Files"}

# A card within the size that a file can have.
DrawCard = Callable[[Card, int], Drawn]


class Outbox:
    """A `bot.chat.platform.Outbox` for what the bot may say as a member of a server, or in a private chat with it."""

    def __init__(self, client: discord.Client, draw: DrawCard, whispers: Whispers, chance: Chance) -> None:
        self._client = client
        self._draw = draw
        self._whispers = whispers
        self._chance = chance

    async def post(self, room: RoomRef, card: Card, key: str = "") -> PostRef:
        """See `bot.chat.platform.Outbox`."""
        channel = self._channel(room)
        try:
            message = await self.send(
                channel, self._drawing(card, key), nonce=_nonce_of(room, key) if key else ""
            )
        except FAILURES as error:
            raise self.explained(error, room) from error
        return PostRef(room, str(message.id))

    async def find(self, room: RoomRef, key: str, since_ms: int) -> PostRef | None:
        """See `bot.chat.platform.Outbox`."""
        if not self._may_look(room):
            raise Refused(t("I may not read the history of that channel, where my own posts are."))
        since = datetime.fromtimestamp((since_ms - APART_MS) / 1000, UTC)
        mark = _mark_of(key)
        try:
            async for message in self._channel(room).history(after=since, limit=LOOK_BACK):
                if message.author == self._client.user and _carries(message, mark):
                    return PostRef(room, str(message.id))
        except FAILURES as error:
            raise self.explained(error, room) from error
        return None

    async def edit(self, post: PostRef, card: Card) -> None:
        """See `bot.chat.platform.Outbox`."""
        message = self._channel(post.room).get_partial_message(number(post.message))
        try:
            await self.rewrite(message, self._drawing(card))
        except FAILURES as error:
            raise self.explained(error, post.room) from error

    async def whisper(self, identity: Identity, card: Card) -> None:
        """See `bot.chat.platform.Outbox`."""
        if not await self.in_private(identity, card):
            await self._whispers.keep(identity, card)

    async def in_private(self, identity: Identity, card: Card) -> bool:
        """Say it in the private chat with somebody; whether that was possible."""
        user = discord.Object(number(identity.user))
        try:
            channel = await tried(lambda: self._client.create_dm(user), tries=TRIES)
            await self.send(channel, self._drawing(card))
        except FAILURES as error:
            log.info("a private message could not be delivered: %s", told(error))
            # What is malformed will never be delivered, so nothing is to be kept.
            return outcome_of(error) is Outcome.MALFORMED
        return True

    async def send(
        self,
        channel: discord.abc.Messageable,
        draw: Callable[[], Drawn],
        *,
        answers: discord.Message | None = None,
        nonce: str = "",
    ) -> discord.Message:
        """A new message, in reply to `answers` if given and allowed. Raises one of `FAILURES`."""
        nonce = nonce or self._chance.token()[:NONCE_MOST]
        reply: dict[str, Any] = {}
        if answers is not None:
            reply = {"reference": answers.to_reference(fail_if_not_exists=False), "mention_author": False}

        async def once() -> discord.Message:
            drawn = draw()
            return await channel.send(view=drawn.view, files=drawn.files, nonce=nonce, **reply)

        try:
            return await tried(once, tries=TRIES)
        except discord.HTTPException as error:
            if error.code != CANNOT_REPLY:
                raise
            return await self.send(channel, draw)

    async def rewrite(
        self, message: discord.Message | discord.PartialMessage, draw: Callable[[], Drawn]
    ) -> None:
        """Say something else in a message of ours. Raises one of `FAILURES`."""

        async def once() -> None:
            drawn = draw()
            await message.edit(view=drawn.view, attachments=drawn.files)

        await tried(once, tries=TRIES)

    def _drawing(self, card: Card, key: str = "") -> Callable[[], Drawn]:
        def drawn() -> Drawn:
            it = self._draw(card, FILE_MOST)
            if key:
                it.view.children[0].id = _mark_of(key)
            return it

        return drawn

    def _may_look(self, room: RoomRef) -> bool:
        """Whether we see what was said there. Discord tells of no refusal: it shows an empty room."""
        guild = self._client.get_guild(number(room.place)) if room.place else None
        channel = None if guild is None else guild.get_channel_or_thread(number(room.channel))
        if guild is None or channel is None:
            return True
        return channel.permissions_for(guild.me).read_message_history

    def _channel(self, room: RoomRef) -> discord.PartialMessageable:
        if room.platform != PLATFORM:
            raise NotFound(t("That room is not on Discord."))
        return self._client.get_partial_messageable(number(room.channel))

    def explained(self, error: Exception, room: RoomRef) -> EarshotError:
        """One of `FAILURES` as an error of ours, with what whoever runs the room can do."""
        log.warning("a post failed: %s", told(error))
        guild = self._client.get_guild(number(room.place)) if room.place else None
        raised = ours(error, missing=_missing(guild, number(room.channel)))
        if isinstance(raised, RoomLost) and guild is None:
            return RoomLost(NOT_THERE)
        return raised


def _missing(guild: discord.Guild | None, channel_id: int) -> str:
    """The permissions that we lack there, as far as we can see."""
    channel = None if guild is None else guild.get_channel_or_thread(channel_id)
    if guild is None or channel is None:
        return ", ".join(_NEEDED.values())
    permitted = channel.permissions_for(guild.me)
    return ", ".join(said for name, said in _NEEDED.items() if not getattr(permitted, name)) or ", ".join(
        _NEEDED.values()
    )


def _mark_of(key: str) -> int:
    """A key as the id of a component: of 31 bits, and larger than those that Discord gives by itself."""
    return int.from_bytes(sha256(key.encode()).digest()[:4], "big") >> 2 | 1 << 30


def _carries(message: discord.Message, mark: int) -> bool:
    return any(isinstance(it, discord.Container) and it.id == mark for it in message.components)


def _nonce_of(room: RoomRef, key: str) -> str:
    return b32encode(sha256(f"{room.channel}/{key}".encode()).digest()).decode()[:NONCE_MOST].lower()
