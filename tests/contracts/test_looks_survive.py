"""Looks by processes that are killed in the middle: no link is forgotten, none looked at twice at the same time.

The real store, the real engine, the practice Spotify; time is real, so leases are short.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from bot.core.model import Link, LinkId, MemberId, Source
from bot.integrations.spotify import SpotifyAccounts
from bot.integrations.store import Store, open_store
from bot.integrations.vault import open_vault
from bot.ports import Grant
from bot.services.access import sealed_grant
from tests.fakes import FakeClock
from tests.practice import CLIENT_ID, REDIRECT_URI, Practice, gateway_to, practice_spotify

ROOT = Path(__file__).parents[2]
LINKS = 48
DEVELOPERS = ("host", "app:another")
AT_ONCE = 4  # looks of one run


@dataclass
class Yard:
    """Links that are all due, and processes that look at them."""

    url: str
    folder: Path
    store: Store
    practice: Practice
    member_id: MemberId

    @contextlib.asynccontextmanager
    async def worker(self) -> AsyncIterator[asyncio.subprocess.Process]:
        """A process that looks; killed at the end where it still runs."""
        server = self.practice.server
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.jobs.worker",
            self.url, str(self.folder), server.api_url, server.accounts_url,
            cwd=ROOT, env={"PATH": os.environ["PATH"]},
        )  # fmt: skip
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()

    def diary(self) -> list[tuple[int, int, str, int]]:
        """(process, link, what, instant) as they came."""
        file = self.folder / "diary"
        if not file.exists():
            return []
        lines = [line.split() for line in file.read_text().splitlines()]
        return [(int(pid), int(link), what, int(at)) for pid, link, what, at in lines]

    def begun(self) -> list[int]:
        return [link for _, link, what, _ in self.diary() if what == "begun"]

    async def until_begun(self, count: int) -> None:
        for _ in range(6000):
            if len(self.begun()) >= count:
                return
            await asyncio.sleep(0.01)
        raise AssertionError(f"{len(self.begun())} looks begun, not {count}")

    async def until_looked(self) -> None:
        """Until every link was looked at."""
        for _ in range(600):
            looks = await self.store.looks([self.member_id])
            if all(it.last_ms for it in looks):
                return
            await asyncio.sleep(0.1)
        raise AssertionError(f"{sum(not it.last_ms for it in looks)} links were forgotten")

    async def link(self, clock: FakeClock) -> None:
        """So many accounts of one member's, each developer account with its share of them."""
        vault = open_vault(self.folder / "keys")
        grant = await self._grant(clock)
        for at in range(LINKS):
            developer = DEVELOPERS[at % len(DEVELOPERS)]
            link = Link(
                LinkId(0),
                self.member_id,
                Source.SPOTIFY,
                f"a{at}",
                CLIENT_ID,
                developer,
                grant.scopes,
                clock.now,
            )
            await self.store.link_account(link, sealed_grant(vault, link, grant), clock.now)

    async def _grant(self, clock: FakeClock) -> Grant:
        app = {"client_id": CLIENT_ID, "redirect_uri": REDIRECT_URI, "verifier": "v" * 64}
        async with gateway_to(self.practice.server.api_url) as gateway:
            accounts = SpotifyAccounts(gateway, self.practice.server.accounts_url)
            page = accounts.authorize_url(**app, scopes=["user-read-recently-played"], state="s")
            code = (await self.practice.agree(page))["code"]
            return await accounts.exchange(**app, code=code, now_ms=clock.now)

    def assert_one_at_a_time(self) -> None:
        """Of no link has a look begun while another, which was carried to its end, was under way."""
        looks: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
        began: dict[tuple[int, int], int] = {}
        for pid, link, what, at_ns in self.diary():
            if what == "begun":
                began[pid, link] = at_ns
            else:
                looks[link].append((began[pid, link], at_ns))
        assert looks
        for spans in looks.values():
            assert all(one[1] <= two[0] for one, two in pairwise(sorted(spans)))


@pytest.fixture
async def yard(database_url: str, tmp_path: Path) -> AsyncIterator[Yard]:
    clock = FakeClock(time.time_ns() // 1_000_000)
    store = await open_store(database_url)
    async with practice_spotify(clock, rate=10**6, quota=10**6) as practice:
        ana = await store.add_member("Ana", "UTC", None, 1)
        made = Yard(database_url, tmp_path, store, practice, ana.id)
        await made.link(clock)
        yield made
    await store.close()


async def test_killed_again_and_again_with_its_engine_lost_in_between(yard: Yard):
    kills = 2
    for kill in range(kills):
        async with yard.worker() as process:
            await yard.until_begun(len(yard.begun()) + 10)
            process.kill()
            await process.wait()
        if kill % 2 == 0:
            for file in yard.folder.glob("engine.sqlite*"):
                file.unlink()
    async with yard.worker() as process:
        await yard.until_looked()
        process.terminate()
        assert await asyncio.wait_for(process.wait(), 10) == 0
    counts = Counter(yard.begun())
    again = sum(counts.values()) - len(counts)
    assert len(counts) == LINKS
    assert again <= kills * AT_ONCE * len(DEVELOPERS), "only what was in flight is looked at again"
    yard.assert_one_at_a_time()


@pytest.mark.parametrize(
    "database_url", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
async def test_two_processes_share_the_work_and_one_finishes_what_the_other_began(yard: Yard):
    async with yard.worker() as one, yard.worker() as other:
        await yard.until_begun(10)
        first = yard.diary()[0][0]
        busy, rest = (one, other) if one.pid == first else (other, one)
        busy.kill()
        await busy.wait()
        await yard.until_looked()
        rest.terminate()
        assert await asyncio.wait_for(rest.wait(), 10) == 0
    assert len(set(yard.begun())) == LINKS
    assert len(yard.begun()) <= LINKS + AT_ONCE * len(DEVELOPERS)
    assert {pid for pid, *_ in yard.diary()} == {one.pid, other.pid}
    yard.assert_one_at_a_time()


async def test_it_stops_at_once_with_nothing_taken_along(yard: Yard):
    async with yard.worker() as process:
        await yard.until_begun(5)
        process.terminate()
        assert await asyncio.wait_for(process.wait(), 10) == 0
    now_ms = time.time_ns() // 1_000_000
    ends = Counter(what for _, _, what, _ in yard.diary())
    assert ends["begun"] == ends["looked"] < LINKS
    waiting = [it for it in await yard.store.looks([yard.member_id]) if not it.last_ms]
    assert len(waiting) == LINKS - ends["looked"]
    assert all(it.next_ms <= now_ms for it in waiting), "given back, not left to their leases"
