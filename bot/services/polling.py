"""Looking at links: ask the source for its 50 rows, let `core.polling` decide, store it in one transaction.

One call for each look; sources that keep whole histories are read by `services.histories`. A failure puts the next
look off and leaves the coverage where it was; whether plays were lost meanwhile is known only at the next look that
succeeds, so the gap is written down then.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from weakref import WeakValueDictionary

from bot.core import polling
from bot.core.calendar import HOUR_MS
from bot.core.choices import within
from bot.core.model import Gap, LinkId, MemberId, Source
from bot.core.rights import RIGHTS, Rights
from bot.errors import (
    EarshotError,
    LinkExpired,
    ListeningHidden,
    NotAllowlisted,
    NotFound,
    RateLimited,
    Refused,
    Unavailable,
)
from bot.ports import Chance, Clock, DueLink, LinkStore, ListeningSource, PlayStore, Polled
from bot.services.access import Access
from bot.services.histories import Histories
from bot.text import Text, t

log = logging.getLogger(__name__)

FRESH_MS = 120_000
LEASE_MS = 15 * 60_000
AHEAD_MS = HOUR_MS  # a play later than this is none: clocks differ less
PAUSED_MS = HOUR_MS  # how often a link is asked for whose member pauses; no call is made
# Tells a member, once, why a link of theirs is looked at no more.
Tell = Callable[[MemberId, Text], Awaitable[None]]


class Outcome(StrEnum):
    """How a look went."""

    LOOKED = "looked"
    FRESH = "fresh"
    FAILED = "failed"
    PAUSED = "paused"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class PollReport:
    """What came of a look: plays that were new, the gap it found, the sentence of what failed."""

    link_id: LinkId
    member_id: MemberId
    outcome: Outcome
    new: int = 0
    gap: Gap | None = None
    problem: Text | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """Links to look at, which are nobody else's until then."""

    links: Sequence[DueLink]
    until_ms: int


class Polling:
    """Looks at links, one look at a time for each link; at those of the `histories`' sources as these do."""

    def __init__(
        self,
        links: LinkStore,
        plays: PlayStore,
        source: ListeningSource,
        access: Access,
        clock: Clock,
        chance: Chance,
        histories: Mapping[Source, Histories] | None = None,
        tell: Tell | None = None,
        *,
        rights: Mapping[Source, Rights] = RIGHTS,
        lease_ms: int = LEASE_MS,
    ) -> None:
        self._rights = rights
        self._lease_ms = lease_ms
        self._histories = histories or {}
        self._tell = tell
        self._links = links
        self._plays = plays
        self._source = source
        self._access = access
        self._clock = clock
        self._chance = chance
        self._looking: WeakValueDictionary[LinkId, asyncio.Lock] = WeakValueDictionary()
        self._tried_ms: dict[LinkId, int] = {}
        self._late: set[asyncio.Task[PollReport]] = set()

    async def due_developers(self) -> Sequence[str]:
        """The developer accounts with links whose next look is due, and calls left to look at them now."""
        due = await self._links.due_developers(self._clock.now_ms())
        return [it for it in due if await self._access.calls_left(it, background=True)]

    async def claim(self, developer: str, limit: int) -> Claim:
        """Take links of this account whose next look is due, no more than it has calls left.

        Nobody else looks at them for `lease_ms`, save on somebody's demand (`freshen`).
        """
        now_ms = self._clock.now_ms()
        until_ms = now_ms + self._lease_ms
        most = min(limit, await self._access.calls_left(developer, background=True))
        links = await self._links.claim_due(developer, now_ms, until_ms, most) if most else ()
        return Claim(links, until_ms)

    async def give_back(self, claim: Claim, left: Sequence[DueLink]) -> None:
        """Let others look at what is left of a claim."""
        await self._links.give_back(left, claim.until_ms)

    async def poll(self, due: DueLink, *, background: bool = True) -> PollReport:
        """Look at a link now, unless it was looked at a moment ago. Failures are reported, not raised."""
        link_id = due.link.id
        lock = self._looking.setdefault(link_id, asyncio.Lock())
        waited = lock.locked()
        async with lock:
            if waited and self._tried_lately(due):
                return self._report(due, Outcome.FRESH)
            self._tried_ms[link_id] = self._clock.now_ms()
            try:
                return await self._look(due, background)
            except EarshotError as error:
                return await self._put_off(due, error)

    async def put_off(self, due: DueLink) -> None:
        """Look again later, as after a failure; for whoever catches a bug."""
        await self._record_failure(due, due.fails + 1, self._retry_ms(due.fails + 1))

    async def freshen(self, member_ids: Collection[MemberId], *, within_s: float = 10.0) -> list[PollReport]:
        """Look at the links of these members on somebody's demand, at what was not looked at for two minutes.

        Never raises: what failed is in the reports. Looks that take longer than `within_s` seconds are reported as
        late and go on by themselves (`settle` waits for them).
        """
        try:
            looks = await self._links.looks(member_ids)
        except Exception:
            log.exception("could not read which links to freshen")
            return []
        fresh = [self._report(due, Outcome.FRESH) for due in looks if self._tried_lately(due)]
        stale = [due for due in looks if not self._tried_lately(due)]
        if not stale:
            return fresh
        tasks = {asyncio.create_task(self._guarded(due)): due for due in stale}
        done, late = await asyncio.wait(tasks, timeout=within_s)
        self._late |= late
        for task in late:
            task.add_done_callback(self._late.discard)
        looked = [task.result() for task in done]
        return [*fresh, *looked, *(self._report(tasks[task], Outcome.LATE) for task in late)]

    async def settle(self) -> None:
        """Wait for the looks that were late."""
        if self._late:
            await asyncio.wait(self._late)

    async def _guarded(self, due: DueLink) -> PollReport:
        try:
            return await self.poll(due, background=False)
        except Exception:
            log.exception("look at link %d failed", due.link.id)
            return self._report(due, Outcome.FAILED)

    async def _look(self, due: DueLink, background: bool) -> PollReport:
        link = due.link
        unread = await self._plays.unread(link.id)
        if not self._rights[link.source].count or within(self._clock.now_ms(), unread):
            await self._record_failure(due, due.fails, self._clock.now_ms() + PAUSED_MS)
            return self._report(due, Outcome.PAUSED)
        if link.source is not Source.SPOTIFY:
            history = self._histories.get(link.source)
            if history is None:
                raise Refused(
                    t("Whoever runs me has not set up {source} (any more).", source=link.source.value)
                )
            return self._report(due, Outcome.LOOKED, new=await history.look(due, thorough=background))
        rows = await self._access.use(link, self._source.recent, background=background)
        now_ms = self._clock.now_ms()
        if any(row.at_ms > now_ms + AHEAD_MS for row in rows):
            raise Unavailable(t("Spotify told of plays that are yet to come, so I believe none of it now."))
        known = await self._plays.recent_keys(link.id, polling.KNOWN)
        left_out = [(row.at_ms, row.track.key) for row in rows if within(row.at_ms, unread)]
        said = polling.look(
            rows,
            [*known, *left_out],
            now_ms=now_ms,
            last_ms=due.last_ms,
            authorized_at_ms=link.authorized_at_ms,
            failed=due.fails > 0,
        )
        next_ms = polling.next_look_ms(
            rows,
            now_ms=now_ms,
            tightness=await self._access.tightness(link.developer),
            jitter=self._jitter(),
        )
        new = await self._plays.record_poll(
            Polled(link.id, now_ms, said.new, said.certified, said.gap, next_ms)
        )
        if said.gap is not None:
            log.info("link %d: a gap (%s)", link.id, said.gap.cause)
        return self._report(due, Outcome.LOOKED, new=new, gap=said.gap)

    async def _put_off(self, due: DueLink, error: EarshotError) -> PollReport:
        log.info("look at link %d: %s", due.link.id, type(error).__name__)
        report = self._report(due, Outcome.FAILED, problem=error.text)
        if isinstance(error, RateLimited):
            wait_ms = round(error.retry_after_s * 1000 * (1 + 0.1 * self._jitter()))
            await self._record_failure(due, due.fails, self._clock.now_ms() + max(1000, wait_ms))
        else:
            await self._record_failure(due, due.fails + 1, self._retry_ms(due.fails + 1))
        if self._tell is not None and _is_news(due, error):
            await self._tell(due.link.member_id, error.text)
        return report

    async def _record_failure(self, due: DueLink, fails: int, next_ms: int) -> None:
        try:
            await self._plays.record_poll(
                Polled(due.link.id, due.last_ms, (), None, None, next_ms, fails=fails)
            )
        except NotFound:
            log.info("link %d is gone", due.link.id)

    def _retry_ms(self, fails: int) -> int:
        return polling.retry_ms(now_ms=self._clock.now_ms(), fails=fails, jitter=self._jitter())

    def _jitter(self) -> float:
        return (self._chance.seed() % 1000) / 1000

    def _tried_lately(self, due: DueLink) -> bool:
        looked_ms = max(due.last_ms, self._tried_ms.get(due.link.id, 0))
        return self._clock.now_ms() - looked_ms < FRESH_MS

    def _report(
        self,
        due: DueLink,
        outcome: Outcome,
        *,
        new: int = 0,
        gap: Gap | None = None,
        problem: Text | None = None,
    ) -> PollReport:
        return PollReport(due.link.id, due.link.member_id, outcome, new, gap, problem)


def _is_news(due: DueLink, error: EarshotError) -> bool:
    """Whether the link is looked at no more. Of one to Spotify that has ended `services.lifetimes` tells."""
    if isinstance(error, LinkExpired):
        return due.link.source is not Source.SPOTIFY
    return isinstance(error, ListeningHidden | NotAllowlisted)
