"""The practice Spotify for tests: started on a free port, a member who agrees, faults on request."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import aiohttp

from bot.integrations.spotify import SpotifyGateway
from bot.sandbox import SAMPLE_LISTENERS, App, Behaviour, PracticeSpotify, agree, read_catalogue
from tests.fakes import FakeClock

CLIENT_ID = "practice-client"
SECRET_CLIENT_ID = "practice-client-with-secret"
SECRET = "practice-secret"
REDIRECT_URI = "http://127.0.0.1/callback"


class Practice:
    """A running practice Spotify with a clock that stands still, and what tests do with it."""

    def __init__(self, server: PracticeSpotify, http: aiohttp.ClientSession) -> None:
        self.server = server
        self._http = http

    async def agree(
        self, authorize_url: str, listener: str = "ana", *, decision: str = "agree"
    ) -> dict[str, str]:
        """What Spotify sends back to the redirect URI after somebody pressed the button: state and code, or error."""
        return await agree(authorize_url, listener, decision)

    async def fault(self, kind: str, **more: Any) -> None:
        """Make something go wrong (see `bot.sandbox`)."""
        async with self._http.post(
            f"{self.server.base_url}/_practice/faults", json={"kind": kind, **more}
        ) as answer:
            assert answer.status < 300, await answer.text()

    async def status(self) -> dict[str, Any]:
        """Time, listeners, seats, calls used, waiting faults."""
        async with self._http.get(f"{self.server.base_url}/_practice") as answer:
            told: dict[str, Any] = await answer.json()
            return told


@asynccontextmanager
async def practice_spotify(clock: FakeClock, **behaviour: Any) -> AsyncIterator[Practice]:
    """A practice Spotify that listens, and stops at the end."""
    server = PracticeSpotify(
        read_catalogue(),
        SAMPLE_LISTENERS,
        seed=7,
        clock=lambda: datetime.fromtimestamp(clock.now / 1000, UTC),
        apps=[
            App(CLIENT_ID, None, [REDIRECT_URI]),
            App(SECRET_CLIENT_ID, SECRET, [REDIRECT_URI]),
        ],
        behaviour=Behaviour(**behaviour),
    )
    await server.start()
    try:
        async with aiohttp.ClientSession() as http:
            yield Practice(server, http)
    finally:
        await server.stop()


@asynccontextmanager
async def gateway_to(api_url: str, *, read_s: float = 5.0) -> AsyncIterator[SpotifyGateway]:
    """A gateway with short time limits, closed at the end."""
    gateway = SpotifyGateway(api_url, timeout_s=(2.0, read_s), pause_s=0.01)
    try:
        yield gateway
    finally:
        await gateway.close()
