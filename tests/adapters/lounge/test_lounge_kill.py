"""SIGKILL in the middle of an answer, with the real store: what was shown is there, and can be asked again."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

import aiohttp

from bot.integrations.store import open_store
from tests.adapters.lounge.conftest import ROOM, TOKEN, Build, Caller

SERVE = """
import asyncio, sys
from pathlib import Path
from bot.adapters.lounge import Lounge, LoungeRoom
from bot.chat.ledger import Ledger
from bot.chat.whispers import Whispers
from bot.integrations.store import open_store
from bot.integrations.system import SystemChance, SystemClock
from tests.adapters.lounge.conftest import ROOM, TOKEN, FakeResidents
from tests.adapters.sample import Sample
from tests.fakes import FakeMeter

async def main(folder):
    sample = Sample()
    sample.gate.clear()
    store = await open_store(f"sqlite:///{folder}/earshot.db")
    lounge = Lounge(cogs=[sample], messages=store, whispers=Whispers(store, SystemClock()),
                    ledger=Ledger(store, SystemClock()), meter=FakeMeter(),
                    clock=SystemClock(), chance=SystemChance(), residents=FakeResidents(),
                    rooms=[LoungeRoom(ROOM, "Music club")],
                    pictures=folder / "pictures", token=TOKEN, choosing=True)
    await lounge.start()
    print(lounge.url, flush=True)
    await asyncio.Event().wait()

asyncio.run(main(Path(sys.argv[1])))
"""


async def test_killed_in_the_middle_of_an_answer(build: Build, tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        SERVE,
        str(tmp_path),
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[3],
    )
    try:
        assert process.stdout is not None
        url = (await asyncio.wait_for(process.stdout.readline(), 30)).decode().strip()
        async with aiohttp.ClientSession() as http:
            caller = Caller(http, url.split("/?")[0], {"Authorization": f"Bearer {TOKEN}"})
            await caller.say("/top")
            asked = await caller.say("/play late drive count:6")
            assert asked["answer"]["progress"]["text"] == "Looking for 6 songs …"
            before = await caller.seen()
    finally:
        process.send_signal(signal.SIGKILL)
        await process.wait()

    store = await open_store(f"sqlite:///{tmp_path}/earshot.db")
    try:
        house = await build(messages=store)
        after = await house.caller.seen()
        assert after[:-1] == before[:-1]
        assert after[-1]["id"] == before[-1]["id"]
        assert "please ask again" in after[-1]["card"]["title"]["text"]
        again = await house.caller.press(after[-1], 0, who="ben")
        assert again["answer"]["card"]["title"]["text"] == "“late drive”, 6 songs"
        assert (await house.caller.get(f"/api/rooms/{ROOM}/messages?limit=1"))["messages"][0] == again[
            "answer"
        ]
        await house.lounge.stop()
    finally:
        await store.close()
