"""How the app hears of things: over its sockets (Socket Mode), or by signed requests to its address (HTTP)."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import itertools
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol
from urllib.parse import urlencode

import aiohttp
from aiohttp import web

from tests.twins.slack.model import Json, Refused, new_secret
from tests.twins.slack.waiting import Changes

MOST_SOCKETS = 10


class NotAcked(Exception):
    """The app did not take it in time or said no; the text is Slack's code for that."""


class Delivery(Protocol):
    """One way to the app."""

    async def send(self, kind: str, payload: Json, *, attempt: int = 0) -> Any:
        """Hand something over and wait for the acknowledgement. Returns what it carried, None if nothing.

        `kind` is slash_commands, interactive or events_api. Raises NotAcked.
        """
        ...


class Sockets:
    """Socket Mode: up to ten sockets, each envelope to one of them, an acknowledgement over any."""

    def __init__(self, app_id: str, changes: Changes, ack_within: float) -> None:
        self._app_id = app_id
        self._changes = changes
        self._ack_within = ack_within
        self._tickets: set[str] = set()
        self._turn = itertools.count()
        self._pending: dict[str, asyncio.Future[Any]] = {}
        self.refusing = False
        self.open: dict[web.WebSocketResponse, web.Request] = {}

    def ticket(self) -> str:
        """A one-time ticket for a new socket. Raises Refused while sockets are refused."""
        if self.refusing:
            raise Refused("internal_error")
        ticket = new_secret()
        self._tickets.add(ticket)
        return ticket

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """A socket, from its hello to its end."""
        if self.refusing or request.query.get("ticket") not in self._tickets:
            return web.Response(status=401)
        self._tickets.discard(request.query["ticket"])
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        if len(self.open) >= MOST_SOCKETS:
            await self._disconnect(socket, "too_many_websockets")
            return socket
        hello = {"type": "hello", "num_connections": len(self.open) + 1}
        hello |= {"debug_info": {"host": "applink-1"}, "connection_info": {"app_id": self._app_id}}
        await socket.send_json(hello)
        self.open[socket] = request
        self._changes.tell()
        try:
            async for message in socket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    self._acknowledged(json.loads(message.data))
        finally:
            self._forget(socket)
        return socket

    async def send(self, kind: str, payload: Json, *, attempt: int = 0) -> Any:
        alive = [socket for socket in self.open if not socket.closed]
        if not alive:
            raise NotAcked("dispatch_failed")
        envelope: Json = {"envelope_id": new_secret(), "type": kind, "payload": payload}
        envelope["accepts_response_payload"] = kind != "events_api"
        if kind == "events_api":
            envelope |= {"retry_attempt": attempt, "retry_reason": "timeout" if attempt else ""}
        acked: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._pending[envelope["envelope_id"]] = acked
        try:
            await alive[next(self._turn) % len(alive)].send_json(envelope)
            return await asyncio.wait_for(acked, self._ack_within)
        except ConnectionError as gone:
            raise NotAcked("dispatch_failed") from gone
        except TimeoutError as late:
            raise NotAcked("operation_timeout") from late
        finally:
            del self._pending[envelope["envelope_id"]]

    def _acknowledged(self, answer: Json) -> None:
        acked = self._pending.get(answer.get("envelope_id", ""))
        if acked is not None and not acked.done():
            acked.set_result(answer.get("payload"))

    async def disconnect(self, reason: str) -> None:
        """Ask the app to come back on new sockets, as Slack does every few hours."""
        for socket in list(self.open):
            await self._disconnect(socket, reason)

    async def _disconnect(self, socket: web.WebSocketResponse, reason: str) -> None:
        await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-1"}})

    def drop(self) -> None:
        """Cut every socket without a word."""
        for socket, request in list(self.open.items()):
            if request.transport is not None:
                request.transport.abort()
            self._forget(socket)

    def _forget(self, socket: web.WebSocketResponse) -> None:
        if self.open.pop(socket, None) is not None:
            self._changes.tell()

    async def close(self) -> None:
        """End every socket."""
        for socket in list(self.open):
            await socket.close()


class Posts:
    """HTTP mode: signed requests to the app's address."""

    def __init__(self, url: str, signing_secret: str, ack_within: float) -> None:
        self._url = url
        self._secret = signing_secret
        self._timeout = aiohttp.ClientTimeout(total=ack_within)

    async def send(self, kind: str, payload: Json, *, attempt: int = 0) -> Any:
        body, headers = _packed(kind, payload)
        if attempt:
            headers |= {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": "http_timeout"}
        with _slack_codes():
            status, answer = await self.post(body, headers)
        if status != 200:
            raise NotAcked(f"http_{status}" if kind == "events_api" else "dispatch_failed")
        try:
            return json.loads(answer) if answer else None
        except ValueError:
            return {"text": answer}

    async def challenge(self) -> bool:
        """Whether the app answers Slack's url_verification."""
        challenge = new_secret()
        body, headers = _packed("events_api", {"type": "url_verification", "challenge": challenge})
        status, answer = await self.post(body, headers)
        return status == 200 and challenge in answer

    async def post(self, body: str, headers: dict[str, str], *, age_s: float = 0) -> tuple[int, str]:
        """One request, signed `age_s` seconds ago. Returns status and text of the answer."""
        at = str(int(time.time() - age_s))
        mac = hmac.new(self._secret.encode(), f"v0:{at}:{body}".encode(), hashlib.sha256)
        signed = {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": f"v0={mac.hexdigest()}"}
        async with (
            aiohttp.ClientSession(timeout=self._timeout) as http,
            http.post(self._url, data=body.encode(), headers=headers | signed) as answer,
        ):
            return answer.status, await answer.text()


def _packed(kind: str, payload: Json) -> tuple[str, dict[str, str]]:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    if kind == "slash_commands":
        return urlencode(payload), form
    if kind == "interactive":
        return urlencode({"payload": json.dumps(payload)}), form
    return json.dumps(payload), {"Content-Type": "application/json"}


@contextmanager
def _slack_codes() -> Iterator[None]:
    try:
        yield
    except TimeoutError as late:
        raise NotAcked("operation_timeout") from late
    except aiohttp.ClientError as gone:
        raise NotAcked("dispatch_failed") from gone


async def forged(url: str, signing_secret: str, payload: Json, *, age_s: float = 0) -> int:
    """Send a slash command signed with this secret, this long ago. Returns the app's status."""
    body, headers = _packed("slash_commands", payload)
    status, _ = await Posts(url, signing_secret, 3.0).post(body, headers, age_s=age_s)
    return status
