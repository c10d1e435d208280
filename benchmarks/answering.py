"""How soon somebody sees an answer, through us and through a bare command of the same library.

    python -m benchmarks.answering [--at-once 50] [--rounds 6] [--blocks 4]

So many people ask at the same moment, round after round, over the loopback twins. The bare bot is what the library's
own introduction shows: one command that answers at once with the same words and the same kind of message (discord.py:
`response.send_message` with a view; Bolt: `ack`, then `say` with blocks). Ours is the real adapter with a feature that
answers at once, its store a SQLite file. Bare and ours take turns in blocks, so that both meet the same machine; the
first block of each warms up and is not counted. Times are in milliseconds from the request to the first thing seen.
The twin runs in the same process and its share is in both; `at_once: 1` shows what one person alone waits for.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from statistics import quantiles
from typing import Any

import discord
from discord import app_commands, ui
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.discord import Discord, read_translations
from bot.adapters.slack import Slack
from bot.chat import Card, Cog, Context, Lines, command
from bot.chat.features import Features
from bot.chat.ledger import Ledger
from bot.chat.whispers import Whispers
from bot.integrations.store import open_store
from bot.integrations.system import SystemChance, SystemClock
from bot.integrations.vault import open_vault
from bot.metrics import PrometheusMeter
from bot.text import t
from tests.twins.discord import DiscordTwin, discord_twin
from tests.twins.slack import SlackTwin, slack_twin

WORDS = "Eight plays by two listeners."

# Asks once; the seconds until something was seen.
Ask = Callable[[], Awaitable[float]]
Stage = Callable[[int], AbstractAsyncContextManager[Sequence[Ask]]]


class Hello(Cog):
    """A feature that needs no time of its own."""

    @command("Say hello")
    async def hello(self, ctx: Context) -> Card:
        return Card(t("Hello {who}", who=ctx.person.name), (Lines((t("{words}", words=WORDS),)),))


# --- Discord


@asynccontextmanager
async def bare_discord(at_once: int) -> AsyncIterator[Sequence[Ask]]:
    async with discord_twin(checked=False) as twin:
        discord.http.Route.BASE = twin.api_url
        client = discord.AutoShardedClient(intents=discord.Intents.default(), guild_ready_timeout=0.05)
        tree = app_commands.CommandTree(client)

        @tree.command(name="hello", description="Say hello")
        async def hello(interaction: discord.Interaction[Any]) -> None:
            view = ui.LayoutView()
            view.add_item(ui.Container(ui.TextDisplay(f"## Hello {interaction.user.display_name}\n{WORDS}")))
            await interaction.response.send_message(view=view)

        async with client:
            await client.login(twin.token)
            await tree.sync()
            running = asyncio.create_task(client.connect())
            await client.wait_until_ready()
            yield people_of_discord(twin, at_once)
            await client.close()
            await running


@asynccontextmanager
async def our_discord(at_once: int) -> AsyncIterator[Sequence[Ask]]:
    async with discord_twin(checked=False) as twin, a_store() as (folder, store):
        ours = Discord(
            token=twin.token, features=Features([Hello()]), meter=PrometheusMeter(),
            whispers=Whispers(store, SystemClock()),
            ledger=Ledger(store, SystemClock()), chance=SystemChance(), memos=store,
            translations=read_translations(), incoming=folder / "incoming", api_url=twin.api_url, guild_ready_s=0.05,
        )  # fmt: skip
        await ours.start()
        yield people_of_discord(twin, at_once)
        await ours.stop()


def people_of_discord(twin: DiscordTwin, at_once: int) -> list[Ask]:
    room = twin.guild("Friends").channel("music")
    assert room.guild is not None

    def asking(human: Any) -> Ask:
        async def ask() -> float:
            seen = await (await human.types(room, "/hello")).shown(within=60.0)
            return float(seen.after_s)

        return ask

    return [asking(room.guild.human(f"Ana {n}")) for n in range(at_once)]


# --- Slack


@asynccontextmanager
async def bare_slack(at_once: int) -> AsyncIterator[Sequence[Ask]]:
    async with slack_twin(checked=False) as twin:
        app = AsyncApp(client=AsyncWebClient(token=twin.bot_token, base_url=twin.api_url))

        @app.command("/hello")
        async def hello(ack: Any, say: Any, body: Any) -> None:
            await ack()
            title = {"type": "plain_text", "text": f"Hello {body['user_name']}"}
            section = {"type": "section", "text": {"type": "plain_text", "text": WORDS}}
            await say(text="Hello", blocks=[{"type": "header", "text": title}, section])

        handler = AsyncSocketModeHandler(app, twin.app_token)
        await handler.connect_async()
        yield people_of_slack(twin, at_once)
        await handler.close_async()


@asynccontextmanager
async def our_slack(at_once: int) -> AsyncIterator[Sequence[Ask]]:
    async with slack_twin(checked=False) as twin, a_store() as (folder, store):
        ours = Slack(
            bot_token=twin.bot_token, app_token=twin.app_token, signing_secret="", client_id="", client_secret="",
            public_url="http://127.0.0.1", features=Features([Hello()]), home="account.home",
            meter=PrometheusMeter(), whispers=Whispers(store, SystemClock()),
            ledger=Ledger(store, SystemClock()), chance=SystemChance(),
            clock=SystemClock(), memos=store, installations=store, vault=open_vault(folder / "keys"),
            incoming=folder / "incoming", api_url=twin.api_url,
        )  # fmt: skip
        await ours.start()
        yield people_of_slack(twin, at_once)
        await ours.stop()


def people_of_slack(twin: SlackTwin, at_once: int) -> list[Ask]:
    team = twin.team("Work")

    def asking(n: int) -> Ask:
        human, room = team.human(f"Ana {n}"), team.channel(f"music-{n}")

        async def ask() -> float:
            seen = await (await human.types(room, "/hello")).shown(within=60.0)
            return float(seen.after_s)

        return ask

    return [asking(n) for n in range(at_once)]


# --- measuring


@asynccontextmanager
async def a_store() -> AsyncIterator[tuple[Path, Any]]:
    with tempfile.TemporaryDirectory(prefix="earshot-answering-") as folder:
        store = await open_store(f"sqlite:///{folder}/earshot.sqlite")
        try:
            yield Path(folder), store
        finally:
            await store.close()


async def measured(bare: Stage, ours: Stage, at_once: int, rounds: int, blocks: int) -> dict[str, Any]:
    """Milliseconds of both, and what ours takes as a multiple of bare."""
    times: dict[str, list[float]] = {"bare": [], "ours": []}
    for block in range(blocks + 1):
        for name, stage in (("bare", bare), ("ours", ours)):
            async with stage(at_once) as asks:
                for _ in range(rounds):
                    seen = await asyncio.gather(*(ask() for ask in asks))
                    if block:
                        times[name] += seen
    said: dict[str, Any] = {"at_once": at_once, "answers": len(times["ours"])}
    for name, seconds in times.items():
        cuts = quantiles(seconds, n=100)
        said |= {f"{name}_p50_ms": round(cuts[49] * 1000, 2), f"{name}_p99_ms": round(cuts[98] * 1000, 2)}
    return said | {
        f"ratio_{cut}": round(said[f"ours_{cut}_ms"] / said[f"bare_{cut}_ms"], 2) for cut in ("p50", "p99")
    }


async def main(at_once: int, rounds: int, blocks: int) -> None:
    """Print one JSON object for each platform, alone and with many at once."""
    for platform, bare, ours in (
        ("discord", bare_discord, our_discord),
        ("slack", bare_slack, our_slack),
    ):
        for people in (1, at_once):
            repeated = rounds * at_once // people if people == 1 else rounds
            print(json.dumps({"platform": platform, **await measured(bare, ours, people, repeated, blocks)}))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--at-once", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--blocks", type=int, default=4)
    given = parser.parse_args()
    logging.disable(logging.WARNING)
    asyncio.run(main(given.at_once, given.rounds, given.blocks))
