"""Tokens and budget: refreshes that happen once, pauses that last, and links that are dead."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import replace

import pytest

from bot.core.apps import own_developer
from bot.core.calendar import DAY_MS, HOUR_MS
from bot.core.model import Link, LinkId, LinkState, Source
from bot.errors import (
    LinkExpired,
    NotAllowlisted,
    NotLinked,
    QuotaExceeded,
    RateLimited,
    TokenRejected,
    Unavailable,
)
from bot.integrations.vault import Keyring
from bot.ports import Account, Grant
from bot.services.access import TURN_MS, Access, BudgetStanding, sealed_grant
from tests.fakes import FakeClock, FakeStore

SCOPES = frozenset({"user-read-recently-played"})


class Tokens:
    """An account server that rotates refresh tokens and lets each be used once."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.valid = "refresh-1"
        self.refreshes = 0
        self.rotates = True
        self.fails: Exception | None = None

    def authorize_url(
        self, *, client_id: str, redirect_uri: str, scopes: Collection[str], state: str, verifier: str
    ) -> str:
        return ""

    async def exchange(
        self, *, client_id: str, redirect_uri: str, code: str, verifier: str, now_ms: int
    ) -> Grant:
        return Grant("access-1", "refresh-1", now_ms + HOUR_MS, SCOPES)

    async def refresh(self, *, client_id: str, grant: Grant, now_ms: int) -> Grant:
        await asyncio.sleep(0.01)
        if self.fails is not None:
            raise self.fails
        if grant.refresh_token != self.valid:
            raise LinkExpired("used already")
        self.refreshes += 1
        if self.rotates:
            self.valid = f"refresh-{self.refreshes + 1}"
        return Grant(f"access-{self.refreshes + 1}", self.valid, now_ms + HOUR_MS, grant.scopes)

    async def account(self, access_token: str) -> Account:
        return Account("ana", "Ana")


class House:
    """Access over an in-memory store with one linked account."""

    def __init__(self, **settings: float) -> None:
        self.clock = FakeClock()
        self.store = FakeStore()
        self.tokens = Tokens(self.clock)
        self.vault = Keyring({1: b"k" * 32}, 1)
        self.access = Access(self.store, self.store, self.tokens, self.vault, self.clock, **settings)  # type: ignore[arg-type]

    async def linked(self, *, expires_in_ms: int = HOUR_MS) -> Link:
        member = await self.store.add_member("Ana", "UTC", None, self.clock.now)
        link = Link(LinkId(0), member.id, Source.SPOTIFY, "ana", "client", "host", SCOPES, self.clock.now)
        grant = Grant("access-1", "refresh-1", self.clock.now + expires_in_ms, SCOPES)
        return await self.store.link_account(link, sealed_grant(self.vault, link, grant), self.clock.now)

    async def state(self, link: Link) -> LinkState:
        stored = await self.store.link(link.id)
        assert stored is not None
        return stored.state

    async def spent(self) -> int:
        return await self.store.spent("host", self.clock.now - DAY_MS)


async def echo(token: str) -> str:
    return token


async def test_a_fresh_token_is_used_as_it_is_and_the_call_is_counted():
    house = House()
    link = await house.linked()
    assert await house.access.use(link, echo) == "access-1"
    assert await house.access.use(link, echo, calls=3) == "access-1"
    assert (house.tokens.refreshes, await house.spent()) == (0, 4)


@pytest.mark.parametrize("rotates", [True, False])
async def test_twenty_at_once_refresh_once(rotates: bool):
    house = House()
    house.tokens.rotates = rotates
    link = await house.linked(expires_in_ms=119_000)
    assert set(await asyncio.gather(*(house.access.use(link, echo) for _ in range(20)))) == {"access-2"}
    assert house.tokens.refreshes == 1
    house.clock.advance(HOUR_MS)
    assert await house.access.use(link, echo) == "access-3"


async def test_a_refused_token_is_refreshed_once_and_only_once():
    house = House()
    link = await house.linked()

    async def only_new(token: str) -> str:
        if token == "access-1":
            raise TokenRejected("no")
        return token

    assert await house.access.use(link, only_new) == "access-2"

    async def never(token: str) -> str:
        raise TokenRejected("no")

    with pytest.raises(TokenRejected):
        await house.access.use(link, never)
    assert (house.tokens.refreshes, await house.spent()) == (2, 4)


async def test_the_grant_is_stored_sealed():
    house = House()
    link = await house.linked()
    sealed = await house.store.sealed_grant(link.id)
    assert sealed is not None
    assert b"refresh" not in sealed
    with pytest.raises(Unavailable):
        house.vault.unseal(sealed, "link:spotify:ben")
    bens = sealed_grant(house.vault, replace(link, account="ben"), Grant("", "", 0, SCOPES))
    assert await house.store.renew_grant(link.id, sealed, bens)
    with pytest.raises(Unavailable):
        await house.access.use(link, echo)


async def test_a_grant_goes_on_working_when_its_member_becomes_another_one():
    house = House()
    link = await house.linked()
    other = await house.store.add_member("Ana too", "UTC", None, 0)
    await house.store.merge_members(other.id, link.member_id)
    (moved,) = await house.store.links(other.id)
    assert moved.member_id != link.member_id
    assert await house.access.use(moved, echo) == await house.access.use(link, echo)


async def test_a_grant_sealed_before_members_could_merge_still_works():
    house = House()
    link = await house.linked()
    sealed = await house.store.sealed_grant(link.id)
    assert sealed is not None
    body = house.vault.unseal(sealed, f"link:spotify:{link.account}")
    older = house.vault.seal(body, f"link:{link.member_id}:spotify:{link.account}")
    assert await house.store.renew_grant(link.id, sealed, older)
    assert await house.access.use(link, echo)


async def test_background_stops_at_its_share_and_members_go_on():
    house = House(daily_budget=10, background_share=0.7)
    link = await house.linked()
    for _ in range(7):
        await house.access.use(link, echo, background=True)
        house.clock.advance(60_000)
    assert await house.access.tightness("host") == 1.0
    assert await house.access.calls_left("host") == 3
    with pytest.raises(QuotaExceeded):
        await house.access.use(link, echo, background=True)
    for _ in range(3):
        await house.access.use(link, echo)
    with pytest.raises(QuotaExceeded, match="room again") as refused:
        await house.access.use(link, echo)
    assert await house.spent() == 10
    assert 23 * 3600 <= refused.value.retry_after_s <= 24 * 3600
    house.clock.advance(round(refused.value.retry_after_s * 1000))
    assert await house.access.use(link, echo) == "access-2"


async def test_calls_at_once_never_pass_the_budget():
    house = House(daily_budget=10)
    link = await house.linked()
    done = await asyncio.gather(*(house.access.use(link, echo) for _ in range(30)), return_exceptions=True)
    assert sum(it == "access-1" for it in done) == 10
    assert await house.spent() == 10


@pytest.mark.parametrize(
    ("error", "then"),
    [(RateLimited("slow", 30), RateLimited), (QuotaExceeded("done", 50_000), QuotaExceeded)],
)
async def test_a_pause_is_kept_and_no_call_is_made_in_it(error: RateLimited, then: type[Exception]):
    house = House()
    link = await house.linked()
    asked = 0

    async def limited(token: str) -> str:
        nonlocal asked
        asked += 1
        raise error

    for _ in range(3):
        with pytest.raises(then):
            await house.access.use(link, limited)
    assert asked == 1
    assert await house.access.calls_left("host") == 0
    restarted = Access(house.store, house.store, house.tokens, house.vault, house.clock)
    with pytest.raises(then):
        await restarted.use(link, echo)
    house.clock.advance(round(error.retry_after_s * 1000))
    assert (await restarted.use(link, echo)).startswith("access-")


async def test_a_pause_at_the_token_endpoint_is_kept_too():
    house = House()
    link = await house.linked(expires_in_ms=0)
    house.tokens.fails = RateLimited("slow", 60)
    for _ in range(2):
        with pytest.raises(RateLimited):
            await house.access.use(link, echo)
    assert await house.store.blocked_until("host") == house.clock.now + 60_000


async def test_a_dead_grant_expires_the_link_and_is_not_tried_again():
    house = House()
    link = await house.linked(expires_in_ms=0)
    house.tokens.valid = "somebody else's"
    with pytest.raises(LinkExpired):
        await house.access.use(link, echo)
    assert await house.state(link) is LinkState.EXPIRED
    (life,) = await house.store.due_lifetimes(house.clock.now, 9)
    assert (life.link.id, life.ended_ms, life.said) == (link.id, house.clock.now, "")
    with pytest.raises(LinkExpired, match="/link"):
        await house.access.use(replace(link, state=LinkState.EXPIRED), echo)
    assert house.tokens.refreshes == 0


async def test_a_link_that_is_renewed_while_its_old_grant_dies_stays_alive():
    house = House()
    link = await house.linked(expires_in_ms=0)
    house.tokens.valid = "another"
    using = asyncio.create_task(house.access.use(link, echo))
    await asyncio.sleep(0.001)
    renewed = Grant("access-9", "another", house.clock.now + HOUR_MS, SCOPES)
    await house.store.link_account(link, sealed_grant(house.vault, link, renewed), house.clock.now)
    assert await using == "access-9"
    assert await house.state(link) is LinkState.ACTIVE


async def test_a_member_without_a_seat():
    house = House()
    link = await house.linked()

    async def not_listed(token: str) -> str:
        raise NotAllowlisted("not on the list")

    with pytest.raises(NotAllowlisted):
        await house.access.use(link, not_listed)
    assert await house.state(link) is LinkState.NOT_ALLOWLISTED


async def test_a_link_that_is_gone():
    house = House()
    link = await house.linked()
    await house.store.unlink(link.id)
    with pytest.raises(NotLinked):
        await house.access.use(link, echo)
    assert await house.spent() == 0


# --- several processes


@pytest.mark.parametrize("rotates", [True, False])
async def test_of_several_processes_one_refreshes_and_nothing_is_lost(rotates: bool):
    house = House()
    house.tokens.rotates = rotates
    link = await house.linked(expires_in_ms=0)
    others = [Access(house.store, house.store, house.tokens, house.vault, house.clock) for _ in range(4)]
    used = await asyncio.gather(*(it.use(link, echo) for it in [house.access, *others] * 3))
    assert set(used) == {"access-2"}
    assert house.tokens.refreshes == 1
    house.clock.advance(HOUR_MS)
    assert await others[0].use(link, echo) == "access-3"
    assert await house.state(link) is LinkState.ACTIVE


async def test_who_died_while_refreshing_keeps_nobody_waiting_for_longer_than_a_turn():
    house = House()
    link = await house.linked(expires_in_ms=0)
    assert await house.store.take_turn(link.id, house.clock.now, house.clock.now + TURN_MS)
    using = asyncio.create_task(house.access.use(link, echo))
    await asyncio.sleep(0.01)
    assert not using.done()
    assert house.tokens.refreshes == 0
    house.clock.advance(TURN_MS)
    assert await using == "access-2"


async def test_who_stops_waiting_loses_no_token():
    house = House()
    link = await house.linked(expires_in_ms=0)
    using = asyncio.create_task(house.access.use(link, echo))
    await asyncio.sleep(0.005)  # the refresh takes twice as long
    using.cancel()
    with pytest.raises(asyncio.CancelledError):
        await using
    assert await house.access.use(link, echo) == "access-2"
    assert house.tokens.refreshes == 1


async def test_a_grant_that_is_sealed_anew_meanwhile_is_replaced_all_the_same():
    house = House()
    link = await house.linked(expires_in_ms=0)
    using = asyncio.create_task(house.access.use(link, echo))
    await asyncio.sleep(0.001)
    sealed = await house.store.sealed_grant(link.id)
    assert sealed is not None
    context = f"link:spotify:{link.account}"
    again = house.vault.seal(house.vault.unseal(sealed, context), context)
    assert await house.store.renew_grant(link.id, sealed, again)
    assert await using == "access-2"
    house.clock.advance(HOUR_MS)
    assert await house.access.use(link, echo) == "access-3"


async def test_a_refresh_that_comes_late_does_not_undo_a_link_made_anew():
    house = House()
    link = await house.linked(expires_in_ms=0)
    using = asyncio.create_task(house.access.use(link, echo))
    await asyncio.sleep(0.001)
    anew = Grant("access-9", "refresh-9", house.clock.now + HOUR_MS, SCOPES)
    await house.store.link_account(link, sealed_grant(house.vault, link, anew), house.clock.now)
    assert await using == "access-9"
    assert await house.access.use(link, echo) == "access-9"


async def test_without_a_seat_an_own_app_names_its_owner():
    house = House()
    link = replace(await house.linked(), state=LinkState.NOT_ALLOWLISTED)
    with pytest.raises(NotAllowlisted, match="Ask the host"):
        await house.access.use(link, echo)
    with pytest.raises(NotAllowlisted, match="Add yourself"):
        await house.access.use(replace(link, developer=own_developer("a" * 32)), echo)


async def test_every_developer_account_has_its_own_budget():
    house = House()
    link = await house.linked()
    await house.store.link_account(replace(link, account="own", developer="app:1"), None, house.clock.now)
    await house.store.spend("app:1", house.clock.now, 7)
    await house.store.block("app:1", house.clock.now + HOUR_MS)
    host, own = BudgetStanding(0, 600, 0), BudgetStanding(7, 600, house.clock.now + HOUR_MS)
    assert await house.access.standings() == {"host": host, "app:1": own}
    assert (host.left, own.left) == (600, 0)
    assert await house.access.calls_left("host", background=True) == 420
    house.clock.advance(HOUR_MS)
    assert (await house.access.standings())["app:1"] == BudgetStanding(7, 600, 0)
