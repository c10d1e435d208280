"""One way to use a link: within the day's budget, with a token that is fresh, and with what failed written down.

The budget is a rolling 24 hours per developer account (research puts Spotify's own limit at 800 to 1,100 calls; it
publishes none). Background work stops at its share of it; a pause that Spotify asks for is stored and outlives a
restart, for calling on makes it longer. Calls are counted before they are made: one that times out was made too.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar
from weakref import WeakValueDictionary

from bot.core.apps import is_own
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
from bot.ports import Accounts, BudgetStore, Clock, Grant, LinkStore, Vault
from bot.text import Moment, t

T = TypeVar("T")

FRESH_MS = 120_000  # a token that ends sooner is refreshed before it is used
# A turn to refresh is longer than Spotify is waited for; if whoever has it dies, the next one gets it then.
TURN_MS = 60_000
TURN_PAUSE_S = 0.2
TURN_TRIES = 100


@dataclass(frozen=True, slots=True)
class BudgetStanding:
    """Calls spent in the last 24 hours, of so many; until when the source has asked for a pause (0: it has not)."""

    spent: int
    budget: int
    blocked_until_ms: int

    @property
    def left(self) -> int:
        """How many calls may be made now."""
        return 0 if self.blocked_until_ms else max(0, self.budget - self.spent)


async def budget_standing(store: BudgetStore, developer: str, budget: int, now_ms: int) -> BudgetStanding:
    """How a developer account's rolling day stands at this instant."""
    spent = await store.spent(developer, now_ms - DAY_MS)
    until_ms = await store.blocked_until(developer)
    return BudgetStanding(spent, budget, until_ms if until_ms > now_ms else 0)


class Access:
    """Tokens and budget of links. `daily_budget` is in calls per developer account and rolling 24 hours."""

    def __init__(
        self,
        links: LinkStore,
        budget: BudgetStore,
        accounts: Accounts,
        vault: Vault,
        clock: Clock,
        *,
        daily_budget: int = 600,
        background_share: float = 0.7,
    ) -> None:
        self._links = links
        self._budget = budget
        self._accounts = accounts
        self._vault = vault
        self._clock = clock
        self._daily_budget = daily_budget
        self._background_budget = int(daily_budget * background_share)
        self._refreshing: WeakValueDictionary[LinkId, asyncio.Lock] = WeakValueDictionary()
        self._counting: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._renewing: set[asyncio.Task[Grant]] = set()

    async def use(
        self,
        link: Link,
        call: Callable[[str], Awaitable[T]],
        *,
        background: bool = False,
        calls: int = 1,
    ) -> T:
        """Run `call(access_token)`, which makes so many `calls` to the source.

        Raises `QuotaExceeded` or `RateLimited` while paused or over budget, `LinkExpired`, `NotAllowlisted`,
        `NotLinked` where the link is gone, and what the call raises. A token that is refused is refreshed once.
        """
        _refuse_dead(link)
        try:
            grant = await self._grant(link)
            try:
                return await self.counted(
                    link.developer, lambda: call(grant.access_token), background=background, calls=calls
                )
            except TokenRejected:
                fresh = await self._grant(link, refused=grant.access_token)
                return await self.counted(
                    link.developer, lambda: call(fresh.access_token), background=background, calls=calls
                )
        except NotAllowlisted:
            await self._links.set_state(link.id, LinkState.NOT_ALLOWLISTED)
            raise

    async def counted(
        self, developer: str, call: Callable[[], Awaitable[T]], *, background: bool = False, calls: int = 1
    ) -> T:
        """Run a call of this developer account within its budget; a pause that is asked for is kept."""
        await self._spend(developer, background, calls)
        return await self._heeding(developer, call)

    async def tightness(self, developer: str) -> float:
        """How much of the background's budget is used: 0 nothing, 1 all of it."""
        spent = await self._budget.spent(developer, self._clock.now_ms() - DAY_MS)
        return spent / max(1, self._background_budget)

    async def calls_left(self, developer: str, *, background: bool = False) -> int:
        """How many calls of the day's budget are left, or of the background's share; none while asked to pause."""
        standing = await self.standing(developer)
        kept = self._daily_budget - self._background_budget if background else 0
        return max(0, standing.left - kept)

    async def standing(self, developer: str) -> BudgetStanding:
        """How the day's budget of this developer account stands."""
        return await budget_standing(self._budget, developer, self._daily_budget, self._clock.now_ms())

    async def standings(self) -> dict[str, BudgetStanding]:
        """The same of the host's account, and of every other that a link spends the calls of."""
        names = {"host", *await self._links.developers(Source.SPOTIFY)}
        return {it: await self.standing(it) for it in sorted(names)}

    async def _heeding(self, developer: str, call: Callable[[], Awaitable[T]]) -> T:
        try:
            return await call()
        except RateLimited as limited:
            until_ms = self._clock.now_ms() + round(limited.retry_after_s * 1000)
            await self._budget.block(developer, until_ms)
            raise

    async def _spend(self, developer: str, background: bool, calls: int) -> None:
        lock = self._counting.setdefault(developer, asyncio.Lock())
        async with lock:
            await self._refuse_blocked(developer)
            now_ms = self._clock.now_ms()
            most = self._background_budget if background else self._daily_budget
            if await self._budget.spent(developer, now_ms - DAY_MS) + calls > most:
                room_ms = await self._room_ms(developer, now_ms, most - calls)
                raise QuotaExceeded(
                    t(
                        "I have used up the calls to Spotify that I allow myself in a day. There is room again at "
                        "{when}.",
                        when=Moment(room_ms),
                    ),
                    (room_ms - now_ms) / 1000,
                )
            await self._budget.spend(developer, now_ms, calls)

    async def _refuse_blocked(self, developer: str) -> None:
        until_ms = await self._budget.blocked_until(developer)
        left_s = (until_ms - self._clock.now_ms()) / 1000
        if left_s > 0:
            said = t(
                "Spotify has asked me to pause until {when}. Please try again then.", when=Moment(until_ms)
            )
            raise QuotaExceeded(said, left_s) if left_s > 600 else RateLimited(said, left_s)

    async def _room_ms(self, developer: str, now_ms: int, most: int) -> int:
        """When no more than `most` calls will be left of the last 24 hours, to the hour."""
        low, high = 1, 24
        while low < high:
            hours = (low + high) // 2
            if await self._budget.spent(developer, now_ms - DAY_MS + hours * HOUR_MS) <= most:
                high = hours
            else:
                low = hours + 1
        return now_ms + low * HOUR_MS

    async def _grant(self, link: Link, refused: str = "") -> Grant:
        """A grant whose token lives on and is not the one that was `refused`; stored before it is returned."""
        _, grant = await self._stored(link)
        if self._usable(grant, refused):
            return grant
        # Nobody's haste may break it off: what Spotify gave in exchange for a token that is used up would be lost.
        renewing = asyncio.create_task(self._renewed(link, refused), name="renew a grant")
        self._renewing.add(renewing)
        renewing.add_done_callback(self._done)
        return await asyncio.shield(renewing)

    def _done(self, renewing: asyncio.Task[Grant]) -> None:
        self._renewing.discard(renewing)
        if not renewing.cancelled():
            renewing.exception()  # whoever waited has heard it, and where nobody did, nobody has to

    async def _renewed(self, link: Link, refused: str) -> Grant:
        """A usable grant, refreshed by one of all who ask at the same time, in this process or another."""
        async with self._refreshing.setdefault(link.id, asyncio.Lock()):
            for _ in range(TURN_TRIES):
                now_ms = self._clock.now_ms()
                if await self._links.take_turn(link.id, now_ms, now_ms + TURN_MS):
                    try:
                        sealed, grant = await self._stored(link)
                        if self._usable(grant, refused):
                            return grant
                        return await self._refreshed(link, sealed, grant)
                    finally:
                        await self._links.end_turn(link.id, now_ms + TURN_MS)
                await asyncio.sleep(TURN_PAUSE_S)
                _, grant = await self._stored(link)
                if self._usable(grant, refused):
                    return grant
        raise Unavailable(t("Your link to Spotify is just being renewed. Please try again in a minute."))

    async def _refreshed(self, link: Link, sealed: bytes, grant: Grant) -> Grant:
        await self._refuse_blocked(link.developer)
        try:
            fresh = await self._heeding(
                link.developer,
                lambda: self._accounts.refresh(
                    client_id=link.client_id, grant=grant, now_ms=self._clock.now_ms()
                ),
            )
        except LinkExpired:
            while not await self._links.end_link(link.id, sealed, self._clock.now_ms()):
                sealed, kept = await self._stored(link)
                if kept.refresh_token != grant.refresh_token:  # the member linked anew in the same moment
                    return kept
            raise
        while not await self._links.renew_grant(link.id, sealed, sealed_grant(self._vault, link, fresh)):
            sealed, kept = await self._stored(link)
            if kept.refresh_token != grant.refresh_token:
                return kept
        return fresh

    def _usable(self, grant: Grant, refused: str) -> bool:
        return grant.access_token != refused and grant.expires_ms - self._clock.now_ms() >= FRESH_MS

    async def _stored(self, link: Link) -> tuple[bytes, Grant]:
        """The grant as it is stored, and what it says."""
        sealed = await self._links.sealed_grant(link.id)
        if sealed is None:
            raise NotLinked(t("That Spotify account is no longer linked. Use /link to link it again."))
        return sealed, _unsealed_grant(self._vault, link, sealed)


def sealed_grant(vault: Vault, link: Link, grant: Grant) -> bytes:
    """A grant as it is stored: JSON, encrypted for this account, whose member may change (two may become one)."""
    body = {
        "access": grant.access_token,
        "refresh": grant.refresh_token,
        "expires": grant.expires_ms,
        "scopes": sorted(grant.scopes),
    }
    return vault.seal(json.dumps(body), _contexts(link)[0])


def _unsealed_grant(vault: Vault, link: Link, sealed: bytes) -> Grant:
    now, before = _contexts(link)
    try:
        unsealed = vault.unseal(sealed, now)
    except Unavailable:
        unsealed = vault.unseal(sealed, before)
    body = json.loads(unsealed)
    return Grant(body["access"], body["refresh"], body["expires"], frozenset(body["scopes"]))


def _contexts(link: Link) -> tuple[str, str]:
    return grant_contexts(link.source.value, link.account, str(link.member_id))


def grant_contexts(source: str, account: str, member_id: str) -> tuple[str, str]:
    """What a grant is sealed for: known before the link has an id, and the same ever after.

    Then what it was sealed for before a member could become another one.
    """
    return f"link:{source}:{account}", f"link:{member_id}:{source}:{account}"


def _refuse_dead(link: Link) -> None:
    if link.state is LinkState.EXPIRED:
        raise LinkExpired(
            t(
                "The link to Spotify has expired: it was removed there, or its six months are over. "
                "Use /link to renew it."
            )
        )
    if link.state is LinkState.NOT_ALLOWLISTED:
        raise not_allowlisted(own=is_own(link.developer))


def not_allowlisted(*, own: bool) -> NotAllowlisted:
    """Whoever links is not on the app's list; `own`: the app is theirs, else the host's."""
    return NotAllowlisted(
        t(
            "Spotify does not let you in through your own app yet. Add yourself to it, in the dashboard under "
            "User Management, with the e-mail of your Spotify account; then use /link again."
        )
        if own
        else t(
            "Spotify does not let you in through this app. Ask the host to add your Spotify e-mail in the "
            "dashboard, then use /link again."
        )
    )
