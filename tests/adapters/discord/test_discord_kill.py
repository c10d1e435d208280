"""SIGKILL in the middle of an answer: afterwards old buttons work, and nothing has been said twice."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

from bot.integrations.store import open_store
from tests.adapters.discord.conftest import Build
from tests.twins.discord import DiscordTwin

SERVE = """
import asyncio, sys
from pathlib import Path
from bot.adapters.discord import Discord, read_translations
from bot.chat.features import Features
from bot.chat.ledger import Ledger
from bot.chat.whispers import Whispers
from bot.integrations.store import open_store
from bot.integrations.system import SystemChance, SystemClock
from tests.adapters.sample import Sample
from tests.fakes import FakeMeter

async def main(folder, api_url, token):
    sample = Sample()
    sample.gate.clear()
    store = await open_store(f"sqlite:///{folder}/earshot.db")
    discord = Discord(token=token, features=Features([sample]), meter=FakeMeter(), chance=SystemChance(),
                      whispers=Whispers(store, SystemClock()),
                      ledger=Ledger(store, SystemClock()), memos=store, translations=read_translations(),
                      incoming=folder / "incoming", api_url=api_url, grace_s=0.3, guild_ready_s=0.05)
    await discord.start()
    print("ready", flush=True)
    await asyncio.Event().wait()

asyncio.run(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3]))
"""


async def test_killed_in_the_middle_of_an_answer(twin: DiscordTwin, build: Build, tmp_path: Path) -> None:
    house = await build(start=False)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        SERVE,
        str(tmp_path),
        twin.api_url,
        twin.token,
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[3],
    )
    try:
        assert process.stdout is not None
        assert (await asyncio.wait_for(process.stdout.readline(), 30)).decode().strip() == "ready"
        top = await (await house.ana.types(house.room, "/top")).answer()
        asked = await house.ana.types(house.room, "/play", prompt="late drive", count=7)
        progress = await asked.answer(lambda it: "Looking for 7 songs" in it.text)
        pressed = await house.ana.clicks(top, "Vote")
        await pressed.answer(lambda it: "On it" in it.text)
        before = [it.text for it in house.ben.sees(house.room)]
    finally:
        process.send_signal(signal.SIGKILL)
        await process.wait()

    store = await open_store(f"sqlite:///{tmp_path}/earshot.db")
    try:
        again = await build(memos=store)
        assert twin.syncs == 1
        # Nothing of what was under way is said by itself, and what was said is there.
        assert [it.text for it in again.ben.sees(again.room)] == before
        assert progress.text in before
        answer = await (await again.ana.clicks(top, "Vote")).answer(lambda it: "votes" in it.text)
        assert (answer.id, answer.text) == (top.id, "## 1 votes")
        repeated = await (await again.ana.types(again.room, "/play", prompt="late drive", count=7)).answer()
        assert repeated.text == "## “late drive”, 7 songs"
        assert [it.text for it in again.ben.sees(again.room)].count(repeated.text) == 1
        await again.discord.stop()
    finally:
        await store.close()
