"""A loopback proxy before any twin, which spoils what it answers: what the network and a bad day do to a service.

    async with crooked(twin.url) as between:
        client = LastfmClient(KEY, SECRET, between.url + "/2.0/", twin.auth_url)
        between.spoil("getRecentTracks", html)      # from now on, every answer to a request that has this in it
        between.spoil("getRecentTracks", None)      # and as it is again
        await between.down()                        # nobody listens
        await between.up()                          # at the same address as before

A way to spoil takes the true answer and gives another one, or None: then the connection ends without any.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import aiohttp
from aiohttp import web


@dataclass(frozen=True)
class Answer:
    """What is sent back. `asked` are the parameters of the request."""

    status: int
    body: bytes
    headers: Mapping[str, str]
    asked: Mapping[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def saying(self, body: Any) -> Answer:
        """The same with another body: bytes, text, or anything that JSON can say."""
        if isinstance(body, str):
            body = body.encode()
        return replace(self, body=body if isinstance(body, bytes) else json.dumps(body).encode())


Spoil = Callable[[Answer], Awaitable[Answer | None]]


class Crooked:
    """See the module."""

    def __init__(self, upstream: str) -> None:
        self.calls = 0
        self._upstream = upstream.rstrip("/")
        self._spoils: dict[str, Spoil] = {}
        self._port = 0
        self._http = aiohttp.ClientSession()
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def spoil(self, part: str, how: Spoil | None) -> None:
        if how is None:
            self._spoils.pop(part, None)
        else:
            self._spoils[part] = how

    async def up(self) -> None:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._pass_on)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = self._runner.addresses[0][1]

    async def down(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def close(self) -> None:
        await self.down()
        await self._http.close()

    async def _pass_on(self, request: web.Request) -> web.Response:
        self.calls += 1
        headers = {
            name: value for name, value in request.headers.items() if name in {"Authorization", "User-Agent"}
        }
        async with self._http.request(
            request.method, f"{self._upstream}{request.path_qs}", headers=headers, data=await request.read()
        ) as true:
            content = {"Content-Type": true.headers.get("Content-Type", "application/json")}
            answer = Answer(true.status, await true.read(), content, dict(request.query))
        how = next((it for part, it in self._spoils.items() if part in request.path_qs), None)
        spoiled = answer if how is None else await how(answer)
        if spoiled is None:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        return web.Response(status=spoiled.status, body=spoiled.body, headers=spoiled.headers)


@asynccontextmanager
async def crooked(upstream: str) -> AsyncIterator[Crooked]:
    """A proxy before `upstream`, that listens on loopback and stops at the end."""
    between = Crooked(upstream)
    await between.up()
    try:
        yield between
    finally:
        await between.close()
