"""The lounge as a chat platform: binds the port, serves, posts, and finishes what is in flight when it stops."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from aiohttp import web

from bot.adapters.lounge.desk import Desk
from bot.adapters.lounge.events import HEARTBEAT_S, Hub
from bot.adapters.lounge.filled import UPLOAD_MOST
from bot.adapters.lounge.guard import Guard, add_headers
from bot.adapters.lounge.pictures import Pictures
from bot.adapters.lounge.residents import PLATFORM, LoungeRoom, Residents
from bot.adapters.lounge.rooms import Rooms
from bot.adapters.lounge.server import Server
from bot.chat.cards import Card
from bot.chat.commands import Cog
from bot.chat.features import Features
from bot.chat.ledger import Ledger
from bot.chat.platform import PostRef
from bot.chat.whispers import Whispers
from bot.core.model import Identity, RoomRef
from bot.errors import ConfigError, NotFound
from bot.ports import Chance, Clock, MessageStore, Meter
from bot.text import t

LOOPBACK = ("127.0.0.1", "::1", "localhost")
FINISH_S = 10.0


class Lounge:
    """A `bot.chat.platform.ChatPlatform`: a web chat on this machine.

    `pictures` is the folder for pictures (uploads on their way lie in a folder of it, emptied at start). `token`
    lets in whoever has it. `choosing` lets callers say who they are: for the demo only; without it
    they are the one resident, or, where there are several, nobody. `origins` are further
    hosts ("name:port") under which a proxy on this machine shows the lounge. `port` 0 takes any free one.
    Raises ValueError for a host that is not loopback, a short token, no room, or two commands of one name.
    """

    def __init__(
        self,
        *,
        cogs: Sequence[Cog],
        messages: MessageStore,
        whispers: Whispers,
        ledger: Ledger,
        meter: Meter,
        clock: Clock,
        chance: Chance,
        residents: Residents,
        rooms: Sequence[LoungeRoom],
        pictures: Path,
        token: str,
        choosing: bool,
        host: str = "127.0.0.1",
        port: int = 0,
        origins: Sequence[str] = (),
        upload_most: int = UPLOAD_MOST,
        heartbeat_s: float = HEARTBEAT_S,
        finish_s: float = FINISH_S,
    ) -> None:
        if host not in LOOPBACK:
            raise ValueError("the lounge is for this machine only; its host has to be 127.0.0.1")
        if not rooms:
            raise ValueError("the lounge needs a room")
        self._host = host
        self._port = port
        self._token = token
        self._finish_s = finish_s
        self._incoming = pictures / "incoming"
        self._residents = residents
        self._hub = Hub(chance.token()[:12], heartbeat_s)
        shelf = Pictures(pictures)
        self._rooms = Rooms(rooms, messages, clock, shelf, self._hub)
        self._desk = Desk(
            Features(cogs), self._rooms, residents, chance, meter, whispers, ledger, upload_most
        )
        self._guard = Guard(token, origins)
        self._server = Server(
            self._rooms, self._desk, self._hub, self._guard, shelf, residents, choosing, self._incoming, upload_most
        )  # fmt: skip
        self._runner: web.AppRunner | None = None

    @property
    def name(self) -> str:
        """As in `RoomRef.platform`."""
        return PLATFORM

    @property
    def connected(self) -> bool:
        """Whether it serves."""
        return self._runner is not None

    @property
    def url(self) -> str:
        """The address to open, token included. The port is known once it has started."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}/?token={quote(self._token, safe='')}"

    async def start(self) -> None:
        """Bind and serve. Raises `ConfigError` where the port is taken."""
        await asyncio.to_thread(_emptied, self._incoming)
        app = self._server.app()
        app.on_response_prepare.append(add_headers)
        # No access log: its lines would hold the token of the first request.
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=2.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port)
        try:
            await site.start()
        except OSError as error:
            await self._runner.cleanup()
            raise ConfigError(
                [f"[lounge] port: {self._port} cannot be used ({error.strerror}). Take another one."]
            ) from error
        self._port = int(self._runner.addresses[0][1])
        self._guard.serve_on(self._port)

    async def stop(self) -> None:
        """Take nothing new, let the answers finish (bounded), end the event streams, close."""
        if self._runner is None:
            return
        self._guard.close()
        for site in list(self._runner.sites):
            await site.stop()
        await self._desk.finish(self._finish_s)
        self._hub.close()
        await self._runner.cleanup()
        self._runner = None

    async def post(self, room: RoomRef, card: Card, key: str = "") -> PostRef:
        """Say something in a room. Raises `NotFound` for a room that is not the lounge's."""
        here = self._room(room)
        message = await self._rooms.add(here.name, await self._rooms.card_body(card, _unasked(key)))
        return PostRef(room, str(message.id))

    async def find(self, room: RoomRef, key: str, since_ms: int) -> PostRef | None:
        """See `bot.chat.platform.Outbox`."""
        message = await self._rooms.carrying(self._room(room).name, key, since_ms)
        return None if message is None else PostRef(room, str(message.id))

    async def edit(self, post: PostRef, card: Card) -> None:
        """Replace what was posted. Raises `NotFound` if it is not there."""
        self._room(post.room)
        await self._rooms.change(int(post.message), await self._rooms.card_body(card, _unasked()))

    async def whisper(self, identity: Identity, card: Card) -> None:
        """Say something to one person alone, in the first room; it waits there until they look.

        For somebody who does not live here (any more) nothing is kept.
        """
        if identity not in [it.identity for it in await self._residents.people()]:
            return
        body = await self._rooms.card_body(card, _unasked())
        await self._rooms.add(self._rooms.all()[0].name, body, private_to=identity.user)

    async def present(self, identity: Identity, place: str) -> bool | None:
        """Nobody leaves the lounge."""
        return True

    def forget(self, identity: Identity) -> None:
        """Remember no event: it may have been theirs."""
        self._hub.forget()

    def _room(self, room: RoomRef) -> LoungeRoom:
        if room.platform != PLATFORM:
            raise NotFound(t("That room is not in the lounge."))
        return self._rooms.room(room.channel)


def _unasked(key: str = "") -> Mapping[str, object]:
    return {"for": None, "pressed": None, **({"key": key} if key else {})}


def _emptied(folder: Path) -> None:
    """Make the folder anew: what lies there was left by a process that died, and is somebody's own."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
