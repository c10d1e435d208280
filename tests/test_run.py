"""`earshot run` as an operator has it: a process of its own, between a Discord, a Slack and a Spotify on loopback."""

from __future__ import annotations

import asyncio
import json
import os
import re
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.fakes import FakeClock
from tests.practice import CLIENT_ID, practice_spotify
from tests.twins.discord import DiscordTwin, discord_twin
from tests.twins.slack import SlackTwin, slack_twin

TOKEN = "MTE4NzY1NDMyMTA5ODc2NTQzMg.GaBcDe.x-0123456789_abcdefghijklmnopqrstuv"


@dataclass
class Running:
    """A running `earshot run`, and what it logged."""

    process: asyncio.subprocess.Process
    url: str
    logged: list[str] = field(default_factory=list)

    async def page(self, path: str) -> tuple[int, str]:
        """Status and words of one of its pages; (0, "") before it listens."""
        async with aiohttp.ClientSession() as http:
            try:
                async with http.get(self.url + path) as answer:
                    return answer.status, await answer.text()
            except aiohttp.ClientConnectorError:
                return 0, ""

    async def until(self, path: str, status: int) -> dict[str, Any]:
        """The page, once it has this status."""
        async with asyncio.timeout(30):
            while (seen := await self.page(path))[0] != status:
                assert self.process.returncode is None, self.log
                await asyncio.sleep(0.05)
        told: dict[str, Any] = json.loads(seen[1])
        return told

    async def stopped(self) -> int:
        """Its exit code, after SIGTERM."""
        self.process.terminate()
        return await asyncio.wait_for(self.process.wait(), 20)

    @property
    def log(self) -> str:
        return "".join(self.logged)


@asynccontextmanager
async def run(folder: Path, settings: Mapping[str, str]) -> AsyncIterator[Running]:
    """Start it with these settings; killed at the end where it still runs."""
    with closing(socket.create_server(("127.0.0.1", 0))) as one:
        port = one.getsockname()[1]
    environ = {
        "PATH": os.environ["PATH"],
        "EARSHOT_DATA_FOLDER": str(folder / "data"),
        "EARSHOT_WEB_PORT": str(port),
        "EARSHOT_WEB_PUBLIC_URL": f"http://127.0.0.1:{port}",
        **{f"EARSHOT_{name}": value for name, value in settings.items()},
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", env=environ, cwd=Path(__file__).parents[1],
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    running = Running(process, f"http://127.0.0.1:{port}")
    reading = asyncio.create_task(_read(running))
    try:
        yield running
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        await reading


async def _read(running: Running) -> None:
    assert running.process.stderr is not None
    async for line in running.process.stderr:
        running.logged.append(line.decode())


@dataclass
class Outside:
    """The services, and the settings that lead to them."""

    discord: DiscordTwin
    slack: SlackTwin
    settings: dict[str, str]


@pytest.fixture
async def outside() -> AsyncIterator[Outside]:
    async with (
        discord_twin(token=TOKEN) as discord,
        slack_twin() as slack,
        practice_spotify(FakeClock()) as practice,
    ):
        slack.team("Work")
        settings = {
            "DISCORD_TOKEN": TOKEN, "DISCORD_API_URL": discord.api_url,
            "SLACK_BOT_TOKEN": slack.bot_token, "SLACK_APP_TOKEN": slack.app_token, "SLACK_API_URL": slack.api_url,
            "SPOTIFY_CLIENT_ID": CLIENT_ID, "SPOTIFY_CLIENT_SECRET": "spotify-s3cret",
            "SPOTIFY_ACCOUNTS_URL": practice.server.accounts_url, "SPOTIFY_API_URL": practice.server.api_url,
        }  # fmt: skip
        yield Outside(discord, slack, settings)


async def test_both_platforms_are_served_and_watched(tmp_path: Path, outside: Outside) -> None:
    elsewhere = {"WEB_METRICS": "true", "WEB_PUBLIC_URL": "http://127.0.0.1:1"}
    async with run(tmp_path, {**outside.settings, **elsewhere}) as earshot:
        told = await earshot.until("/readyz", 200)
        assert told == {"ready": True, "checks": {"database": True, "discord": True, "slack": True}}
        assert await earshot.page("/healthz") == (200, "alive")
        _, counted = await earshot.page("/metrics")
        assert 'earshot_platform_connected{platform="slack"} 1.0' in counted
        assert 'earshot_spotify_calls_left{developer="host"} 600.0' in counted
        outside.slack.refuse_sockets()
        outside.slack.drop_sockets()
        told = await earshot.until("/readyz", 503)
        assert told["checks"] == {"database": True, "discord": True, "slack": False}
        outside.slack.accept_sockets()
        await earshot.until("/readyz", 200)
        assert await earshot.stopped() == 0
    assert "Traceback" not in earshot.log
    assert "[web] public_url names port 1, but [web] port is" in earshot.log


@pytest.mark.parametrize("form", ["text", "json"])
async def test_no_secret_and_no_word_of_a_person_is_logged(
    tmp_path: Path, outside: Outside, form: str
) -> None:
    guild, team = outside.discord.guild("Club"), outside.slack.team("Work")
    room, channel = guild.channel("music"), team.channel("music")
    ana, ben = guild.human("Anastasia"), team.human("Benedikt")
    settings = {**outside.settings, "LOG_LEVEL": "DEBUG", "LOG_FORMAT": form}
    async with run(tmp_path, settings) as earshot:
        await earshot.until("/readyz", 200)
        asked = await ana.types(room, "/play", words="kerfuffle songs for my breakup")
        await asked.answer()
        await (await ana.types(room, "/link")).answer()
        await (await ben.types(channel, "/earshot play gobbledygook for a rainy day")).answer()
        await (await ben.types(channel, "/earshot nonsense flibbertigibbet")).answer()
        await (await ben.says(channel, "@Earshot play balderdash songs")).answer()
        assert await earshot.stopped() == 0
    log = earshot.log
    words = ("kerfuffle", "gobbledygook", "flibbertigibbet", "balderdash", "Anastasia", "Benedikt")
    secrets = (TOKEN, outside.slack.bot_token, outside.slack.app_token, "spotify-s3cret")
    for never in (*words, *secrets):
        assert never not in log, [line for line in log.splitlines() if never in line]
    answers = [line for line in log.splitlines() if re.search(r"\bin \d+ ms\b", line)]
    assert len(answers) >= 4
    for platform in ("discord", "slack"):
        wanted = f"platform={platform} " if form == "text" else f'"platform": "{platform}"'
        assert any(wanted in line for line in answers)
    if form == "json":
        assert all(
            {"time", "level", "logger", "message"} <= json.loads(line).keys() for line in log.splitlines()
        )


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "There is nothing to serve yet"),
        ({"DISCORD_TOKEN": "wrong"}, "discord.token"),
        ({"SLACK_BOT_TOKEN": "xoxb-wrong"}, "slack.bot_token"),
        ({"SLACK_APP_TOKEN": "xapp-wrong"}, "slack.app_token"),
        ({"LOUNGE_NAME": "Ana", "LOUNGE_PORT": "TAKEN"}, "[lounge] port"),
    ],
)
async def test_a_start_that_cannot_be_says_why(
    tmp_path: Path, outside: Outside, settings: dict[str, str], said: str
) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = str(other.getsockname()[1])
        given = {name: port if value == "TAKEN" else value for name, value in settings.items()}
        async with run(tmp_path, {**outside.settings, **given} if settings else {}) as earshot:
            code = await asyncio.wait_for(earshot.process.wait(), 30)
    assert code == 2
    assert said in earshot.log
    assert "Traceback" not in earshot.log
