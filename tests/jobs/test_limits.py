"""Spotify's two ways of saying enough, in the jobs' way of looking: a short pause, and the end of the day's calls."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from bot.core.model import Link, LinkId, MemberId, Source
from bot.integrations.spotify import SpotifyAccounts, SpotifyListening
from bot.integrations.vault import Keyring
from bot.jobs import Looking
from bot.services.access import Access, sealed_grant
from bot.services.polling import Polling
from tests.fakes import FakeChance, FakeClock, FakeStore
from tests.practice import CLIENT_ID, REDIRECT_URI, Practice, gateway_to, practice_spotify

LINKS = 20
AT_ONCE = 4
SECOND_MS = 1_000
HOUR_MS = 3_600_000


@dataclass
class House:
    """Links that are all due, over a Spotify that answers."""

    clock: FakeClock
    store: FakeStore
    practice: Practice
    access: Access
    polling: Polling
    member_id: MemberId

    async def run(self) -> int:
        """One run of looks for each account that has something to do. How many calls Spotify was asked for."""
        before = await self.store.spent("host", 0)
        looking = Looking(self.polling, at_once=AT_ONCE)
        for lane in await looking.due():
            await looking.run(lane)
        return await self.store.spent("host", 0) - before

    async def looked_at(self) -> int:
        return sum(bool(it.last_ms) for it in await self.store.looks([self.member_id]))


@pytest.fixture
async def house() -> AsyncIterator[House]:
    clock, store, vault = FakeClock(), FakeStore(), Keyring({1: b"k" * 32}, 1)
    member = await store.add_member("Ana", "UTC", None, 1)
    async with practice_spotify(clock) as practice, gateway_to(practice.server.api_url) as gateway:
        accounts = SpotifyAccounts(gateway, practice.server.accounts_url)
        app = {"client_id": CLIENT_ID, "redirect_uri": REDIRECT_URI, "verifier": "v" * 64}
        page = accounts.authorize_url(**app, scopes=["user-read-recently-played"], state="s")
        code = (await practice.agree(page))["code"]
        grant = await accounts.exchange(**app, code=code, now_ms=clock.now)
        for at in range(LINKS):
            link = Link(
                LinkId(0), member.id, Source.SPOTIFY, f"a{at}", CLIENT_ID, "host", grant.scopes, clock.now
            )
            await store.link_account(link, sealed_grant(vault, link, grant), clock.now)
        access = Access(store, store, accounts, vault, clock)
        polling = Polling(store, store, SpotifyListening(gateway), access, clock, FakeChance())
        yield House(clock, store, practice, access, polling, member.id)


async def test_a_plain_429_pauses_the_account_as_long_as_it_asks_for(house: House):
    await house.practice.fault("429", times=1, seconds=30)
    asked = await house.run()
    assert 1 <= asked <= AT_ONCE, "only what was in flight"
    standing = await house.access.standing("host")
    assert standing.blocked_until_ms == house.clock.now + 30 * SECOND_MS
    house.clock.advance(30 * SECOND_MS - 1)
    assert await house.run() == 0
    for _ in range(5):
        house.clock.advance(4 * SECOND_MS)
        await house.run()
    assert await house.looked_at() == LINKS
    assert all(it.fails == 0 for it in await house.store.looks([house.member_id]))


async def test_the_end_of_the_days_calls_stops_the_account_for_hours(house: House):
    await house.practice.fault("quota", times=1, seconds=6 * 3600)
    asked = await house.run()
    assert 1 <= asked <= AT_ONCE
    assert (await house.access.standing("host")).blocked_until_ms == house.clock.now + 6 * HOUR_MS
    for _ in range(5):
        house.clock.advance(HOUR_MS)
        assert await house.run() == 0
    assert await house.access.calls_left("host") == 0
    for _ in range(5):
        house.clock.advance(HOUR_MS)
        await house.run()
    assert await house.looked_at() == LINKS
    assert all(it.fails == 0 for it in await house.store.looks([house.member_id]))
