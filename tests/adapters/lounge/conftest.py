"""A lounge on a free port with a small feature of its own, and a caller that behaves like a script."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.adapters.lounge import Lounge, LoungeRoom
from bot.chat import Person
from bot.chat.ledger import Ledger
from bot.chat.whispers import Whispers
from bot.core.model import Identity
from tests.adapters.sample import Sample
from tests.fakes import FakeChance, FakeClock, FakeMeter, FakeStore

TOKEN = "practice-token-of-the-lounge"
ROOM = "music-club"


@dataclass
class FakeResidents:
    """Two members; new ones are remembered."""

    known: list[Person] = field(
        default_factory=lambda: [
            Person(Identity("lounge", "ana"), "Ana", "Europe/Lisbon", admin=True),
            Person(Identity("lounge", "ben"), "Ben", "Europe/Vienna"),
        ]
    )

    async def people(self) -> Sequence[Person]:
        return self.known

    async def add(self, name: str, zone: str) -> Person:
        person = Person(Identity("lounge", name.casefold()), name, zone)
        self.known.append(person)
        return person


@dataclass
class Caller:
    """A script: the token as a bearer, a member by header."""

    http: aiohttp.ClientSession
    base: str
    headers: dict[str, str] = field(default_factory=lambda: {"Authorization": f"Bearer {TOKEN}"})

    async def get(self, path: str, *, status: int = 200, who: str = "ana") -> Any:
        async with self.http.get(
            self.base + path, headers={**self.headers, "X-Earshot-Member": who}
        ) as response:
            assert response.status == status, await response.text()
            return await response.json()

    async def post(self, path: str, *, status: int = 200, who: str = "ana", **sent: Any) -> Any:
        headers = {**self.headers, "X-Earshot-Member": who}
        sent = sent if "data" in sent else {"json": sent}
        async with self.http.post(self.base + path, headers=headers, **sent) as response:
            assert response.status == status, await response.text()
            return await response.json()

    async def say(self, line: str, who: str = "ana") -> Any:
        return await self.post(f"/api/rooms/{ROOM}/messages", who=who, line=line)

    async def press(self, message: Any, n: int, who: str = "ana", status: int = 200, **more: Any) -> Any:
        path = f"/api/rooms/{ROOM}/messages/{message['id']}/buttons/{n}"
        return await self.post(path, who=who, status=status, **more)

    async def seen(self, who: str = "ana") -> list[Any]:
        messages: list[Any] = (await self.get(f"/api/rooms/{ROOM}/messages", who=who))["messages"]
        return messages


@dataclass
class House:
    """A running lounge and what it was built from."""

    lounge: Lounge
    sample: Sample
    store: FakeStore
    caller: Caller
    pictures: Path


Build = Callable[..., Awaitable[House]]


@pytest.fixture
async def build(tmp_path: Path) -> AsyncIterator[Build]:
    """Build and start a lounge; `store=` takes an older one's messages, other arguments go to `Lounge`."""
    async with AsyncExitStack() as stack:
        # One for all, as a restarted process draws other tokens than the one before.
        chance = FakeChance()
        http = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()))

        async def built(*, store: FakeStore | None = None, **more: Any) -> House:
            sample, store = Sample(), store or FakeStore()
            arguments: dict[str, Any] = {
                "cogs": [sample], "messages": store, "whispers": Whispers(store, FakeClock()),
                "ledger": Ledger(store, FakeClock()),
                "meter": FakeMeter(), "clock": FakeClock(), "chance": chance,
                "residents": FakeResidents(), "rooms": [LoungeRoom(ROOM, "Music club")],
                "pictures": tmp_path / "pictures", "token": TOKEN, "choosing": True, "finish_s": 0.2,
            }  # fmt: skip
            lounge = Lounge(**{**arguments, **more})
            await lounge.start()
            stack.push_async_callback(lounge.stop)
            base = lounge.url.split("/?")[0]
            return House(lounge, sample, store, Caller(http, base), tmp_path / "pictures")

        yield built


@pytest.fixture
async def house(build: Build) -> House:
    return await build()
