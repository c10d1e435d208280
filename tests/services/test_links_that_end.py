"""Links to Spotify that end: what is said when, what stays how long, what a link made anew finds. At the practice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from bot.core.lifetimes import DAY_MS, Said
from bot.core.model import Link, LinkState, Member, MemberId
from bot.integrations.spotify import SpotifyAccounts, SpotifyListening
from bot.integrations.vault import Keyring
from bot.services.access import Access
from bot.services.lifetimes import AT_ONCE, Lifetimes
from bot.services.linking import Linking, SpotifyApp
from bot.services.polling import Outcome, Polling
from bot.text import Text
from tests.fakes import FakeChance, FakeClock, FakeStore
from tests.practice import CLIENT_ID, REDIRECT_URI, Practice, gateway_to, practice_spotify

HOUR_MS = 3_600_000


@dataclass
class House:
    """Linking, looking and the chore; `said` is what the chore told, `stopped` what looking did."""

    clock: FakeClock
    store: FakeStore
    practice: Practice
    linking: Linking
    polling: Polling
    said: list[tuple[MemberId, Said, int]] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)

    async def tell(self, member_id: MemberId, said: Said, until_ms: int) -> None:
        self.said.append((member_id, said, until_ms))

    def chore(self) -> Lifetimes:
        """The chore, as after a restart."""
        return Lifetimes(self.store, self.clock, self.tell)

    async def linked(self, member: Member, listener: str = "ana") -> Link:
        login = await self.linking.begin(member)
        back = await self.practice.agree((await self.linking.invitation(login.state)).spotify_url, listener)
        await self.linking.complete(back["state"], back["code"])
        return await self.link(member)

    async def link(self, member: Member) -> Link:
        (link,) = await self.store.links(member.id)
        return link

    async def live(self, days: float, *, every_days: float = 1.0) -> None:
        """Time passes; the chore runs now and then, each time as after a restart."""
        end_ms = self.clock.now + round(days * DAY_MS)
        while self.clock.now < end_ms:
            self.clock.now = min(end_ms, self.clock.now + round(every_days * DAY_MS))
            await self.chore().run()

    def words(self) -> list[Said]:
        return [said for _, said, _ in self.said]


@pytest.fixture
async def house() -> AsyncIterator[House]:
    clock, store, vault = FakeClock(), FakeStore(), Keyring({1: b"k" * 32}, 1)
    async with practice_spotify(clock) as practice, gateway_to(practice.server.api_url) as gateway:
        accounts = SpotifyAccounts(gateway, practice.server.accounts_url)
        access = Access(store, store, accounts, vault, clock)
        app = SpotifyApp(CLIENT_ID, REDIRECT_URI, "/link")
        linking = Linking(store, store, accounts, access, vault, clock, FakeChance(), app)
        stopped: list[str] = []

        async def tell_stopped(member_id: MemberId, why: Text) -> None:
            stopped.append(str(why))

        polling = Polling(
            store, store, SpotifyListening(gateway), access, clock, FakeChance(), tell=tell_stopped
        )
        yield House(clock, store, practice, linking, polling, stopped=stopped)


@pytest.fixture
async def ana(house: House) -> Member:
    return await house.store.add_member("Ana", "UTC", None, 0)


@pytest.mark.parametrize("every_days", [0.3, 1.0, 7.0])
async def test_a_member_is_reminded_twice_and_a_link_made_anew_begins_anew(
    house: House, ana: Member, every_days: float
) -> None:
    link = await house.linked(ana)
    await house.live(149, every_days=every_days)
    assert house.said == []
    await house.live(30, every_days=every_days)
    end_ms = link.authorized_at_ms + 180 * DAY_MS
    assert house.said == [(ana.id, Said.SOON, end_ms), (ana.id, Said.SOONER, end_ms)]
    await house.linked(ana)
    await house.live(149, every_days=every_days)
    assert len(house.said) == 2
    await house.live(10, every_days=every_days)
    assert house.words() == [Said.SOON, Said.SOONER, Said.SOON]


async def test_who_links_anew_in_time_hears_nothing(house: House, ana: Member) -> None:
    await house.linked(ana)
    for _ in range(4):
        await house.live(140)
        await house.linked(ana)
    assert house.said == []


async def test_what_was_missed_is_not_made_up_for(house: House, ana: Member) -> None:
    await house.linked(ana)
    house.clock.advance(172 * DAY_MS)
    await house.chore().run()
    assert house.words() == [Said.SOONER]


async def test_two_processes_say_it_once(house: House, ana: Member) -> None:
    await house.linked(ana)
    house.clock.advance(150 * DAY_MS)
    await asyncio.gather(*(house.chore().run() for _ in range(5)))
    assert house.words() == [Said.SOON]


async def test_after_six_months_all_is_kept_for_a_month_with_two_words_then_it_goes(
    house: House, ana: Member
) -> None:
    link = await house.linked(ana)
    await house.polling.freshen([ana.id])
    await house.live(182)
    assert (await house.link(ana)).state is LinkState.ACTIVE
    house.said.clear()
    house.clock.advance(2 * DAY_MS)
    (report,) = await house.polling.freshen([ana.id])
    assert report.outcome is Outcome.FAILED
    assert (await house.link(ana)).state is LinkState.EXPIRED
    ended_ms = house.clock.now
    await house.live(29.9, every_days=0.1)
    gone_ms = ended_ms + 30 * DAY_MS
    assert house.said == [(ana.id, Said.OVER, gone_ms), (ana.id, Said.LAST, gone_ms)]
    assert await house.store.count_plays(link.id) == 50
    await house.live(0.2, every_days=0.1)
    assert await house.store.links(ana.id) == []
    assert await house.store.count_plays(link.id) == 0
    assert await house.store.sealed_grant(link.id) is None
    assert len(house.said) == 2
    assert house.stopped == [], "looking leaves it to the chore"


async def test_who_takes_it_back_at_spotify_is_told_once_and_all_of_it_goes_within_five_days(
    house: House, ana: Member
) -> None:
    link = await house.linked(ana)
    await house.polling.freshen([ana.id])
    house.clock.advance(90 * DAY_MS)
    await house.practice.fault("revoke", listener="ana")
    taken_back_ms = house.clock.now
    await house.polling.freshen([ana.id])
    assert (await house.link(ana)).state is LinkState.EXPIRED
    assert await house.polling.freshen([ana.id]) == [], "nothing is looked at any more"
    await house.chore().run()
    assert house.said == [(ana.id, Said.TAKEN_BACK, taken_back_ms + 4 * DAY_MS)]
    await house.live(3.9, every_days=0.1)
    assert await house.store.count_plays(link.id) == 50
    await house.live(1, every_days=0.1)
    assert await house.store.links(ana.id) == []
    assert await house.store.count_plays(link.id) == 0
    assert len(house.said) == 1
    assert house.stopped == []


async def test_who_links_again_within_these_days_keeps_the_plays_and_has_a_gap_with_its_cause(
    house: House, ana: Member
) -> None:
    link = await house.linked(ana)
    await house.polling.freshen([ana.id])
    house.clock.advance(HOUR_MS)
    await house.practice.fault("revoke", listener="ana")
    await house.polling.freshen([ana.id])
    await house.live(3)
    again = await house.linked(ana)
    assert again.id == link.id
    (report,) = await house.polling.freshen([ana.id])
    assert report.gap is not None
    assert report.gap.cause == "expired"
    await house.live(20)
    assert await house.store.count_plays(link.id) > 50
    assert house.words() == [Said.TAKEN_BACK]


async def test_of_very_many_a_bounded_part_is_done_at_a_time(house: House, ana: Member) -> None:
    link = await house.linked(ana)
    sealed = await house.store.sealed_grant(link.id)
    for n in range(2 * AT_ONCE):
        member = await house.store.add_member(f"m{n}", "UTC", None, 0)
        other = Link(link.id, member.id, link.source, f"account {n}", authorized_at_ms=link.authorized_at_ms)
        await house.store.link_account(other, sealed, 0)
    house.clock.advance(150 * DAY_MS)
    chore, told = house.chore(), []
    for _ in range(4):
        await chore.run()
        told.append(len(house.said))
    assert told == [AT_ONCE, 2 * AT_ONCE, 2 * AT_ONCE + 1, 2 * AT_ONCE + 1]
