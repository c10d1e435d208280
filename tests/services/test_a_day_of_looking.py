"""Three members link and are looked at for a day and more: over HTTP, into SQLite, compared with the truth."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from bot.core.calendar import DAY_MS
from bot.core.model import Member
from bot.integrations.spotify import SpotifyAccounts, SpotifyListening
from bot.integrations.store import open_store
from bot.integrations.vault import open_vault
from bot.services.access import Access
from bot.services.linking import Linking, SpotifyApp
from bot.services.polling import Outcome, Polling
from tests.fakes import FakeChance, FakeClock
from tests.practice import CLIENT_ID, REDIRECT_URI, Practice, gateway_to, practice_spotify

HOUR_MS = 3_600_000
HOURS = 27


def moment(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)


def truth(practice: Practice, listener: str, start_ms: int, end_ms: int) -> set[tuple[str, str]]:
    """What the listener's own export says was played for 30 seconds or more in the open: (second, URI).

    Videos are in the export only, never in the feed.
    """
    export = practice.server.export(listener, moment(start_ms), moment(end_ms))
    return {
        (row["ts"], row["spotify_track_uri"])
        for name, rows in export.items()
        if "Audio" in name
        for row in rows
        if row.get("spotify_track_uri") and row["ms_played"] >= 30_000 and not row["incognito_mode"]
    }


async def test_what_is_certified_is_exactly_what_was_played(tmp_path: Path):
    clock = FakeClock()
    store = await open_store(f"sqlite:///{tmp_path / 'earshot.sqlite'}")
    async with (
        practice_spotify(clock) as practice,
        gateway_to(practice.server.api_url) as gateway,
    ):
        accounts = SpotifyAccounts(gateway, practice.server.accounts_url)
        vault = open_vault(tmp_path / "key")
        access = Access(store, store, accounts, vault, clock)
        linking = Linking(
            store,
            store,
            accounts,
            access,
            vault,
            clock,
            FakeChance(),
            SpotifyApp(CLIENT_ID, REDIRECT_URI, "/link"),
        )
        polling = Polling(store, store, SpotifyListening(gateway), access, clock, FakeChance())
        members: dict[str, Member] = {}
        for listener in list(practice.server.listening.listeners)[:3]:
            members[listener] = await store.add_member(listener, "UTC", None, clock.now)
            state = (await linking.begin(members[listener])).state
            back = await practice.agree((await linking.invitation(state)).spotify_url, listener)
            assert (await linking.complete(back["state"], back["code"])).first_time

        start_ms = clock.now
        while clock.now < start_ms + HOURS * HOUR_MS:
            clock.advance(5 * 60_000)
            if clock.now - start_ms == 2 * HOUR_MS:
                await practice.fault("503", times=6)
            for due in (await polling.claim("host", 10)).links:
                report = await polling.poll(due)
                assert report.outcome is Outcome.LOOKED or clock.now - start_ms < 3 * HOUR_MS

        await polling.freshen([it.id for it in members.values()])
        told = await practice.status()
        used = told["calls_in_24_hours"]
        spent = await store.spent("host", clock.now - DAY_MS)
        assert spent == (sum(used.values()) if isinstance(used, dict) else used)
        assert 66 <= spent <= 85
        for listener, member in members.items():
            (kept,) = await store.plays_between([member.id], 0, clock.now + 1)
            assert not kept.gaps
            (span,) = kept.covered
            assert span.start_ms < start_ms
            assert span.end_ms == clock.now
            tracks = await store.tracks({play.track_id for play in kept.plays})
            have = {
                (moment(play.at_ms // 1000 * 1000).strftime("%Y-%m-%dT%H:%M:%SZ"), tracks[play.track_id].uri)
                for play in kept.plays
                if play.at_ms >= start_ms
            }
            assert have == truth(practice, listener, start_ms, clock.now)
    await store.close()
