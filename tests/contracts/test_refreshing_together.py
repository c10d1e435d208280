"""Two processes on one database use one link at a time when its token ends: Spotify is asked once, nothing is lost."""

from __future__ import annotations

import asyncio

import pytest

from bot.core.model import LinkState
from bot.integrations.spotify import SpotifyAccounts, SpotifyListening
from bot.integrations.store import open_store
from bot.integrations.vault import Keyring
from bot.ports import Grant
from bot.services.access import Access
from bot.services.linking import Linking, SpotifyApp
from tests.fakes import FakeChance, FakeClock
from tests.practice import CLIENT_ID, REDIRECT_URI, gateway_to, practice_spotify

HOUR_MS = 3_600_000


class Counted(SpotifyAccounts):
    """Counts how often Spotify is asked to refresh."""

    refreshes = 0

    async def refresh(self, *, client_id: str, grant: Grant, now_ms: int) -> Grant:
        self.refreshes += 1
        return await super().refresh(client_id=client_id, grant=grant, now_ms=now_ms)


@pytest.mark.parametrize("rotation", [False, True], ids=["kept", "rotated"])
async def test_two_processes_refresh_a_grant_in_turn(database_url: str, rotation: bool) -> None:
    clock, vault = FakeClock(), Keyring({1: b"k" * 32}, 1)
    stores = [await open_store(database_url), await open_store(database_url)]
    try:
        async with (
            practice_spotify(clock, rotation=rotation) as practice,
            gateway_to(practice.server.api_url) as gateway,
        ):
            accounts = Counted(gateway, practice.server.accounts_url)
            processes = [Access(it, it, accounts, vault, clock) for it in stores]
            app = SpotifyApp(CLIENT_ID, REDIRECT_URI, "/link")
            linking = Linking(stores[0], stores[0], accounts, processes[0], vault, clock, FakeChance(), app)
            ana = await stores[0].add_member("Ana", "UTC", None, 1)
            login = await linking.begin(ana)
            back = await practice.agree((await linking.invitation(login.state)).spotify_url)
            await linking.complete(back["state"], back["code"])
            (link,) = await stores[1].links(ana.id)
            listening = SpotifyListening(gateway)
            for _ in range(3):
                clock.advance(HOUR_MS)
                rows = await asyncio.gather(
                    *(it.use(link, listening.recent) for it in processes for _ in range(3))
                )
                assert [len(it) for it in rows] == [50] * 6
            assert accounts.refreshes == 3
            (link,) = await stores[1].links(ana.id)
            assert link.state is LinkState.ACTIVE
    finally:
        for store in stores:
            await store.close()
