"""Discord as a chat platform: everything that belongs to it, plugged together."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from pathlib import Path

import discord

from bot.adapters.discord.answers import Answers
from bot.adapters.discord.client import Client
from bot.adapters.discord.desk import Desk
from bot.adapters.discord.directory import Directory
from bot.adapters.discord.draw import Drawn, draw
from bot.adapters.discord.failures import FAILURES, told
from bot.adapters.discord.mentions import Mentions
from bot.adapters.discord.outbox import Outbox
from bot.adapters.discord.people import PLATFORM, number
from bot.adapters.discord.session import Session
from bot.adapters.discord.shelf import Shelf
from bot.adapters.discord.translations import Translations
from bot.adapters.discord.tree import Tree
from bot.adapters.discord.uploads import emptied
from bot.chat.answering import GRACE_S
from bot.chat.cards import Card
from bot.chat.features import Features
from bot.chat.ledger import Ledger
from bot.chat.platform import PostRef
from bot.chat.whispers import Whispers
from bot.core.model import Identity, RoomRef
from bot.errors import Unavailable
from bot.ports import Chance, MemoStore, Meter
from bot.text import t

log = logging.getLogger(__name__)

API_URL = "https://discord.com/api/v10"
FINISH_S = 10.0
GUILD_READY_S = 2.0


@dataclass(frozen=True, slots=True)
class _Running:
    """What there is between start and stop."""

    session: Session
    directory: Directory
    outbox: Outbox
    answers: Answers


class Discord:
    """A `bot.chat.platform.ChatPlatform`.

    `memos` remember which commands Discord was sent, `translations` (`read_translations()`) are their names in other
    languages. `incoming` is a folder for uploads on their way, emptied at start. When it stops, answers in flight get
    `finish_s` to end; work that takes longer than `grace_s` is acknowledged first; `guild_ready_s` is how long to
    wait for one more server to show up before all are there.
    """

    def __init__(
        self,
        *,
        token: str,
        features: Features,
        meter: Meter,
        whispers: Whispers,
        ledger: Ledger,
        chance: Chance,
        memos: MemoStore,
        translations: Translations,
        incoming: Path,
        api_url: str = API_URL,
        finish_s: float = FINISH_S,
        grace_s: float = GRACE_S,
        guild_ready_s: float = GUILD_READY_S,
    ) -> None:
        self._token = token
        self._features = features
        self._meter = meter
        self._whispers = whispers
        self._ledger = ledger
        self._chance = chance
        self._memos = memos
        self._translations = translations
        self._incoming = incoming
        self._api_url = api_url
        self._finish_s = finish_s
        self._grace_s = grace_s
        self._guild_ready_s = guild_ready_s
        self._shelf = Shelf()
        self._command_ids: dict[str, int] = {}
        self._running: _Running | None = None

    @property
    def name(self) -> str:
        """As in `RoomRef.platform`."""
        return PLATFORM

    @property
    def connected(self) -> bool:
        """Whether it can hear people right now, everywhere."""
        return self._running is not None and self._running.session.connected

    async def start(self) -> None:
        """Log in, send the commands if they changed, connect. Returns once it is ready.

        Raises `ConfigError` for what whoever runs Earshot has to mend, `Unavailable` where Discord is not there.
        """
        await asyncio.to_thread(emptied, self._incoming)
        # discord.py knows no other way to say where Discord is; and it would warn that it cannot speak.
        discord.http.Route.BASE = self._api_url.rstrip("/")
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
        client = Client(guild_ready_s=self._guild_ready_s)
        answers = Answers(self._meter, self._whispers, self._ledger, self._chance, self._grace_s)
        directory = Directory(client)
        outbox = Outbox(client, self._draw, self._whispers, self._chance)
        desk = Desk(
            features=self._features, answers=answers, directory=directory, outbox=outbox, draw=self._draw,
            shelf=self._shelf, incoming=self._incoming,
        )  # fmt: skip
        mentions = Mentions(
            features=self._features, answers=answers, directory=directory, outbox=outbox, draw=self._draw
        )
        tree = Tree(
            client, self._features.commands, memos=self._memos, run=desk.command, complete=desk.suggestions,
            unknown=desk.unknown,
        )  # fmt: skip
        client.serve(desk, mentions)

        async def send_commands() -> None:
            try:
                self._command_ids.update(await tree.send_changes(self._translations))
            except FAILURES as error:
                log.error("Discord keeps the commands it has: the new ones were refused (%s)", told(error))

        session = Session(client)
        await session.open(self._token, send_commands)
        self._running = _Running(session, directory, outbox, answers)

    async def stop(self) -> None:
        """Take nothing new, let the answers finish (bounded), close."""
        if self._running is not None:
            running, self._running = self._running, None
            await running.answers.finish(self._finish_s)
            await running.session.close()

    async def post(self, room: RoomRef, card: Card, key: str = "") -> PostRef:
        """See `bot.chat.platform.Outbox`."""
        return await self._outbox().post(room, card, key)

    async def find(self, room: RoomRef, key: str, since_ms: int) -> PostRef | None:
        """See `bot.chat.platform.Outbox`."""
        return await self._outbox().find(room, key, since_ms)

    async def edit(self, post: PostRef, card: Card) -> None:
        """See `bot.chat.platform.Outbox`."""
        await self._outbox().edit(post, card)

    async def whisper(self, identity: Identity, card: Card) -> None:
        """See `bot.chat.platform.Outbox`."""
        if self._running is None:
            await self._whispers.keep(identity, card)
        else:
            await self._running.outbox.whisper(identity, card)

    async def present(self, identity: Identity, place: str) -> bool | None:
        """See `bot.chat.platform.ChatPlatform`. A private chat is nothing that one is in."""
        if not place:
            return None
        return await self._there().directory.present(number(place), number(identity.user))

    def forget(self, identity: Identity) -> None:
        """Nobody is remembered."""

    def _outbox(self) -> Outbox:
        return self._there().outbox

    def _there(self) -> _Running:
        if self._running is None:
            raise Unavailable(t("I am not connected to Discord just now."))
        return self._running

    def _draw(self, card: Card, file_most: int) -> Drawn:
        return draw(card, self._shelf.packed, commands=self._command_ids, file_most=file_most)
