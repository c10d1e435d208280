"""A source that shows the newest 50 of what was played, and a house that looks at it, over the fakes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bot.core.model import Link, LinkId, LinkPlays, Member, NewPlay, RawTrack, Source
from bot.errors import Unavailable
from bot.integrations.vault import Keyring
from bot.ports import DueLink, Grant
from bot.services.access import Access, sealed_grant
from bot.services.polling import Polling
from tests.fakes import FakeChance, FakeClock, FakeStore

HOUR_MS = 3_600_000


class Feed:
    """A source that shows the newest 50 of what was played, by token (the member's name)."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.plays: dict[str, list[NewPlay]] = {}
        self.fails: dict[str, Exception] = {}
        self.asked: list[str] = []
        self.slow = asyncio.Event()
        self.slow.set()
        self.busy = asyncio.Event()  # two are asked at the same time
        self.at_once = self.most_at_once = 0

    def play(self, who: str, count: int, *, every_ms: int = 200_000) -> None:
        """So many more plays up to now."""
        start = self.clock.now - count * every_ms
        for at in range(1, count + 1):
            track = RawTrack(f"spotify:track:{start + at}", f"song {at}", "Somebody", duration_ms=200_000)
            self.plays.setdefault(who, []).append(NewPlay(start + at * every_ms, track))

    async def recent(self, access_token: str) -> Sequence[NewPlay]:
        self.asked.append(access_token)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        if self.at_once == 2:
            self.busy.set()
        try:
            await asyncio.sleep(0)
            await self.slow.wait()
            if access_token in self.fails:
                raise self.fails[access_token]
            return list(reversed(self.plays.get(access_token, [])))[:50]
        finally:
            self.at_once -= 1


class NoTokens:
    """Nothing to refresh here."""

    def authorize_url(self, **_: object) -> str:
        return ""

    async def exchange(self, **_: object) -> Grant:
        raise Unavailable("not asked for")

    refresh = exchange
    account = exchange


class House:
    """Polling over an in-memory store."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.store = FakeStore()
        self.feed = Feed(self.clock)
        self.vault = Keyring({1: b"k" * 32}, 1)
        self.access = Access(self.store, self.store, NoTokens(), self.vault, self.clock)  # type: ignore[arg-type]
        self.polling = Polling(self.store, self.store, self.feed, self.access, self.clock, FakeChance())

    async def linked(self, name: str) -> Member:
        member = await self.store.add_member(name, "UTC", None, self.clock.now)
        link = Link(LinkId(0), member.id, Source.SPOTIFY, name, "client", "host", frozenset(), self.clock.now)
        grant = Grant(name, "refresh", self.clock.now + 10_000 * HOUR_MS, frozenset())
        await self.store.link_account(link, sealed_grant(self.vault, link, grant), self.clock.now)
        return member

    async def look(self, member: Member) -> DueLink:
        (due,) = await self.store.looks([member.id])
        return due

    async def kept(self, member: Member) -> LinkPlays:
        (kept,) = await self.store.plays_between([member.id], 0, 10**15)
        return kept
