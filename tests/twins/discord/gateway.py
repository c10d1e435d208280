"""The gateway: sockets, sessions that outlive them, and who is told what.

Every event goes to each session that may hear it. A session whose socket is gone keeps its events until the bot
resumes; one that is forgotten, or that the bot closed itself, answers a resume with "invalid session".
"""

from __future__ import annotations

import asyncio
import json
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

from tests.twins.discord import objects
from tests.twins.discord.components import Json
from tests.twins.discord.waiting import PATIENCE_S, Changes

if TYPE_CHECKING:
    from tests.twins.discord.messages import Message
    from tests.twins.discord.places import Channel, Guild
    from tests.twins.discord.world import World

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, INVALID, HELLO, ACK = 0, 1, 2, 6, 7, 9, 10, 11
UNAUTHENTICATED, WRONG_TOKEN, TWICE, INVALID_INTENTS, DISALLOWED_INTENTS = 4003, 4004, 4005, 4013, 4014
GUILDS, GUILD_MESSAGES, DIRECT_MESSAGES, MESSAGE_CONTENT = 1, 1 << 9, 1 << 12, 1 << 15
PRIVILEGED = 1 << 1 | 1 << 8 | MESSAGE_CONTENT
KNOWN_INTENTS = (1 << 26) - 1
GOODBYE = (1000, 1001)
HEARTBEAT_MS = 41_250


class Socket:
    """One connection: a queue of what is to be sent, through one compressor if the bot asked for that."""

    def __init__(self, websocket: web.WebSocketResponse, request: web.Request) -> None:
        self._websocket = websocket
        self._request = request
        self._compressor = zlib.compressobj() if request.query.get("compress") == "zlib-stream" else None
        self._outgoing: asyncio.Queue[Json | int] = asyncio.Queue()
        self.session: Session | None = None

    def send(self, payload: Json) -> None:
        self._outgoing.put_nowait(payload)

    def close(self, code: int) -> None:
        """Closes with a code, after what is still to be sent."""
        self._outgoing.put_nowait(code)

    def cut(self) -> None:
        """The line goes dead."""
        if self._request.transport is not None:
            self._request.transport.abort()

    async def write(self) -> None:
        """Sends what is queued until it is closed."""
        while True:
            payload = await self._outgoing.get()
            if isinstance(payload, int):
                await self._websocket.close(code=payload)
                return
            text = json.dumps(payload, separators=(",", ":"))
            try:
                if self._compressor is None:
                    await self._websocket.send_str(text)
                else:
                    data = self._compressor.compress(text.encode())
                    await self._websocket.send_bytes(data + self._compressor.flush(zlib.Z_SYNC_FLUSH))
            except ConnectionError:
                return


@dataclass(eq=False, slots=True)
class Session:
    """What the bot has from a READY until it is forgotten."""

    id: str
    intents: int
    shard: tuple[int, int]
    socket: Socket | None
    events: list[Json] = field(default_factory=list)

    def dispatch(self, name: str, data: Json) -> None:
        payload = {"op": DISPATCH, "t": name, "s": len(self.events) + 1, "d": data}
        self.events.append(payload)
        if self.socket is not None:
            self.socket.send(payload)

    def hears(self, guild: Guild | None) -> bool:
        """Whether the guild belongs to the session's shard; what is private belongs to the first."""
        number, count = self.shard
        return number == (0 if guild is None else (guild.id >> 22) % count)


class Gateway:
    """All sockets and sessions. `identified` and `resumed` count how often the bot did so."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._sockets: set[Socket] = set()
        self.sessions: dict[str, Session] = {}
        self.identified = 0
        self.resumed = 0
        self.open = True
        self.allowed_privileged = 0
        self.changes = Changes()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One socket from hello to its end."""
        if not self.open:
            return web.Response(status=503, text="no gateway today")
        websocket = web.WebSocketResponse(max_msg_size=0)
        await websocket.prepare(request)
        socket = Socket(websocket, request)
        self._sockets.add(socket)
        writer = asyncio.create_task(socket.write())
        socket.send({"op": HELLO, "s": None, "t": None, "d": {"heartbeat_interval": HEARTBEAT_MS}})
        try:
            async for frame in websocket:
                if frame.type is WSMsgType.TEXT:
                    self._receive(socket, json.loads(frame.data))
        finally:
            writer.cancel()
            self._sockets.discard(socket)
            if socket.session is not None and socket.session.socket is socket:
                socket.session.socket = None
                if websocket.close_code in GOODBYE:
                    self.sessions.pop(socket.session.id, None)
            self.changes.tell()
        return websocket

    def _receive(self, socket: Socket, payload: Json) -> None:
        data = payload.get("d")
        match payload.get("op"):
            case 1:
                socket.send({"op": ACK, "s": None, "t": None, "d": None})
            case 2:
                self._identify(socket, data)
            case 6:
                self._resume(socket, data)
            case _ if socket.session is None:
                socket.close(UNAUTHENTICATED)

    def _identify(self, socket: Socket, data: Any) -> None:
        if socket.session is not None:
            return socket.close(TWICE)
        if data["token"] != self._world.token:
            return socket.close(WRONG_TOKEN)
        intents = data["intents"]
        if intents & ~KNOWN_INTENTS:
            return socket.close(INVALID_INTENTS)
        if intents & PRIVILEGED & ~self.allowed_privileged:
            return socket.close(DISALLOWED_INTENTS)
        number, count = data.get("shard") or (0, 1)
        self.identified += 1
        session = Session(f"session-{self._world.ids.new()}", intents, (number, count), socket)
        socket.session = self.sessions[session.id] = session
        mine = [it for it in self._world.guilds.values() if it.has_bot and session.hears(it)]
        session.dispatch(
            "READY",
            {
                "v": 10,
                "user": objects.me(self._world.bot),
                "guilds": [{"id": str(it.id), "unavailable": True} for it in mine],
                "session_id": session.id,
                "resume_gateway_url": self._world.gateway_url,
                "shard": [number, count],
                "application": {
                    "id": str(self._world.application_id),
                    "flags": self._world.application_flags,
                },
            },
        )
        if intents & GUILDS:
            for guild in mine:
                session.dispatch("GUILD_CREATE", objects.guild(guild, whole=True))
        self.changes.tell()
        return None

    def _resume(self, socket: Socket, data: Any) -> None:
        if data["token"] != self._world.token:
            return socket.close(WRONG_TOKEN)
        session = self.sessions.get(data["session_id"])
        if session is None or not 0 <= data["seq"] <= len(session.events):
            socket.send({"op": INVALID, "s": None, "t": None, "d": False})
            return None
        self.resumed += 1
        socket.session, session.socket = session, socket
        for missed in session.events[data["seq"] :]:
            socket.send(missed)
        session.dispatch("RESUMED", {"_trace": []})
        self.changes.tell()
        return None

    def dispatch(self, name: str, data: Json, guild: Guild | None, intents: int = GUILDS) -> None:
        """Tells the bot of something in a guild, or in private; it needs to be a member and one of the intents."""
        if guild is not None and not guild.has_bot:
            return
        for session in self.sessions.values():
            if session.intents & intents and session.hears(guild):
                session.dispatch(name, data)

    def message(self, event: str, message: Message, intent: int, *, readable: bool) -> None:
        """Tells the bot of a message; its words only if `readable`, or with the message content intent."""
        for session in self.sessions.values():
            if session.intents & intent and session.hears(message.channel.guild):
                hidden = not readable and not session.intents & MESSAGE_CONTENT
                session.dispatch(event, objects.message_event(message, hidden=hidden))

    def interaction(self, data: Json, place: Channel) -> None:
        """Tells the bot of an interaction: that needs neither membership nor an intent."""
        for session in self.sessions.values():
            if session.hears(place.guild):
                session.dispatch("INTERACTION_CREATE", data)

    async def connected(self, within: float = PATIENCE_S) -> None:
        """Waits until a session exists, be its socket there or lost for the moment. Raises NoAnswer."""
        await self.changes.until(lambda: self.sessions or None, within, lambda: "the bot is not connected")

    async def online(self, within: float = PATIENCE_S) -> None:
        """Waits until a socket is there and has identified or resumed. Raises NoAnswer."""

        def live() -> bool | None:
            return any(it.socket is not None for it in self.sessions.values()) or None

        await self.changes.until(live, within, lambda: "the bot is not online")

    def drop(self, *, resume: bool) -> None:
        """The lines go dead; without `resume` the sessions are forgotten too."""
        if not resume:
            self.sessions.clear()
        for socket in self._sockets:
            if socket.session is not None:
                socket.session.socket = None
            socket.cut()

    def ask_to_reconnect(self) -> None:
        """Asks every client to reconnect and resume, as Discord does before a restart (op 7)."""
        for socket in self._sockets:
            socket.send({"op": RECONNECT, "s": None, "t": None, "d": None})

    def close(self, code: int) -> None:
        """Closes every socket with the code and forgets the sessions."""
        self.sessions.clear()
        for socket in self._sockets:
            socket.close(code)
