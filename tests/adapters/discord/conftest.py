"""A Discord on loopback with the real adapter in it, and a small feature to ask."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.discord import Discord, read_translations
from bot.chat.features import Features
from bot.chat.ledger import Ledger
from bot.chat.whispers import Whispers
from tests.adapters.sample import Sample
from tests.fakes import FakeChance, FakeClock, FakeMeter, FakeStore
from tests.twins.discord import Channel, DiscordTwin, Guild, Human, discord_twin


@dataclass
class House:
    """A running adapter, what it was built from, and a server with a channel and two people."""

    twin: DiscordTwin
    discord: Discord
    sample: Sample
    store: FakeStore
    whispers: Whispers
    meter: FakeMeter
    incoming: Path
    guild: Guild
    room: Channel
    ana: Human
    ben: Human


Build = Callable[..., Awaitable[House]]


async def soon(check: Callable[[], object], within_s: float = 5.0) -> None:
    """Waits until something has become true."""
    async with asyncio.timeout(within_s):
        while not check():  # noqa: ASYNC110 – nothing tells when the other side is done
            await asyncio.sleep(0.005)


@pytest.fixture
async def twin(request: pytest.FixtureRequest) -> AsyncIterator[DiscordTwin]:
    """Discord, with the shards that a test asks for. Whatever it is sent has to be well-formed."""
    async with discord_twin(shards=getattr(request, "param", 1)) as discord:
        yield discord
        assert discord.violations == []


@pytest.fixture
async def build(twin: DiscordTwin, tmp_path: Path) -> AsyncIterator[Build]:
    """Build and start an adapter; `store=` takes an older one's memory, other arguments go to `Discord`."""
    guild = twin.guild("Music Club")
    room = guild.channel("listening")
    ana, ben = guild.human("Ana", admin=True), guild.human("Ben")
    # One for all, as a restarted process draws other tokens than the one before.
    chance = FakeChance()
    async with AsyncExitStack() as stack:

        async def built(*, store: FakeStore | None = None, start: bool = True, **more: Any) -> House:
            sample, store, meter = Sample(), store or FakeStore(), FakeMeter()
            whispers = Whispers(store, FakeClock())
            arguments: dict[str, Any] = {
                "token": twin.token, "features": Features([sample]), "meter": meter, "whispers": whispers,
                "ledger": Ledger(store, FakeClock()),
                "chance": chance, "memos": store, "translations": read_translations(),
                "incoming": tmp_path / "incoming", "api_url": twin.api_url, "finish_s": 0.2, "grace_s": 0.3,
                "guild_ready_s": 0.05,
            }  # fmt: skip
            discord = Discord(**{**arguments, **more})
            stack.push_async_callback(discord.stop)
            if start:
                await discord.start()
            return House(
                twin, discord, sample, store, whispers, meter, tmp_path / "incoming", guild, room, ana, ben
            )

        yield built


@pytest.fixture
async def house(build: Build) -> House:
    return await build()
