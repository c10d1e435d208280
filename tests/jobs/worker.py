"""A process that does nothing but look at what is due, and writes down when: `python -m tests.jobs.worker …`."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from pathlib import Path

from bot.integrations.spotify import SpotifyAccounts, SpotifyListening
from bot.integrations.store import open_store
from bot.integrations.system import SystemChance, SystemClock
from bot.integrations.vault import open_vault
from bot.jobs import Jobs, Looking, engine_place
from bot.ports import DueLink
from bot.services.access import Access
from bot.services.polling import Polling, PollReport
from tests.practice import gateway_to

LEASE_MS = 2_000


class Watched(Polling):
    """Writes a line when a look begins and when it has ended: process, link, instant."""

    diary: Path

    async def poll(self, due: DueLink, *, background: bool = True) -> PollReport:
        self._write("begun", due)
        report = await super().poll(due, background=background)
        self._write(report.outcome.value, due)
        return report

    def _write(self, what: str, due: DueLink) -> None:
        line = f"{os.getpid()} {due.link.id} {what} {time.monotonic_ns()}\n"
        with self.diary.open("a") as file:
            file.write(line)


async def work(url: str, folder: Path, api_url: str, accounts_url: str) -> None:
    """Until SIGTERM."""
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    store = await open_store(url)
    async with gateway_to(api_url) as gateway:
        clock, chance = SystemClock(), SystemChance()
        accounts = SpotifyAccounts(gateway, accounts_url)
        access = Access(store, store, accounts, open_vault(folder / "keys"), clock, daily_budget=10_000)
        polling = Watched(store, store, SpotifyListening(gateway), access, clock, chance, lease_ms=LEASE_MS)
        polling.diary = folder / "diary"
        jobs = Jobs([Looking(polling, within_s=1.0)], engine_place(folder, url), every_s=0.2)
        await jobs.start()
        await stopped.wait()
        await jobs.stop()
    await store.close()


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], Path(sys.argv[2]), sys.argv[3], sys.argv[4]))
