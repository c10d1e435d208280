"""SIGKILL in the middle of an answer, with the real store: buttons of old messages work, nothing is said twice."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

from bot.integrations.store import open_store
from tests.adapters.slack.conftest import Build, eventually
from tests.twins.slack import SlackTwin

SERVE = """
import asyncio, sys
from pathlib import Path
from bot.adapters.slack import Slack
from bot.chat.features import Features
from bot.chat.ledger import Ledger
from bot.chat.whispers import Whispers
from bot.integrations.store import open_store
from bot.integrations.system import SystemChance, SystemClock
from bot.integrations.vault import open_vault
from tests.adapters.sample import Sample
from tests.fakes import FakeMeter

async def main(folder, api_url, bot_token, app_token):
    sample = Sample()
    sample.gate.clear()
    store = await open_store(f"sqlite:///{folder}/earshot.db")
    slack = Slack(bot_token=bot_token, app_token=app_token, signing_secret="", client_id="", client_secret="",
                  public_url="https://earshot.example", features=Features([sample]), home="panel.home",
                  meter=FakeMeter(), whispers=Whispers(store, SystemClock()),
                  ledger=Ledger(store, SystemClock()), chance=SystemChance(),
                  clock=SystemClock(), memos=store, installations=store, vault=open_vault(folder / "keys"),
                  incoming=folder / "incoming", api_url=api_url, grace_s=0.2)
    await slack.start()
    await asyncio.Event().wait()

asyncio.run(main(Path(sys.argv[1]), *sys.argv[2:]))
"""


async def test_killed_in_the_middle_of_an_answer(build: Build, twin: SlackTwin, tmp_path: Path) -> None:
    house = await build(start=False)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SERVE, str(tmp_path), twin.api_url, twin.bot_token, twin.app_token,
        cwd=Path(__file__).parents[3],
    )  # fmt: skip
    try:
        await twin.connected(within=30)
        card = await (await house.ana.types(house.room, "/top")).answer("Top artists")
        asked = await house.ana.types(house.room, "/play late drive")
        placeholder = await asked.answer("Looking for 20 songs")
        form = await (await house.ben.types(house.room, "/play")).form()
    finally:
        process.send_signal(signal.SIGKILL)
        await process.wait()
    await twin.connected(0)

    store = await open_store(f"sqlite:///{tmp_path}/earshot.db")
    try:
        again = await build(store=store)
        await eventually(lambda: "I was restarted" in house.ana.sees(house.room)[1].text)
        seen = house.ana.sees(house.room)
        assert [it.ts for it in seen] == [card.ts, placeholder.ts]
        assert seen[1].text == "I was restarted in the middle of this. Please ask again."
        pressed = await house.ben.clicks(card, "Vote")
        assert (await pressed.answer("1 votes")).ts == card.ts
        sent = await house.ben.fills(form, {"What it should feel like": "calm"})
        await sent.answer("“calm”, 20 songs")
        assert len(house.ana.sees(house.room)) == 3
        await again.slack.stop()
    finally:
        await store.close()
