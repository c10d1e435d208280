"""Reading a source that keeps whole histories: first its last days, then page by page what is older, then day by day.

Every step is bounded and stored in one transaction; `core.histories` says what to read, from what is stored. So a step
that was killed is simply done again.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TypeVar

from bot.core import histories
from bot.core.histories import Doubt
from bot.core.model import Link, LinkId, LinkState, NewPlay, Span
from bot.core.precedence import union
from bot.errors import LinkExpired, ListeningHidden, NotFound, RateLimited, Unavailable
from bot.ports import (
    BudgetStore,
    Chance,
    Clock,
    DueLink,
    HistorySource,
    LinkStore,
    PlayStore,
    Polled,
    Profile,
    TallyStore,
)
from bot.text import Moment, t

T = TypeVar("T")

log = logging.getLogger(__name__)

STEP_PAGES = 10
MOST_PAGES = 250
SECOND_MS = 1_000


class Histories:
    """Looks at links of one source. A pause that the source asks for is stored, and outlives a restart."""

    def __init__(
        self,
        links: LinkStore,
        plays: PlayStore,
        budget: BudgetStore,
        tallies: TallyStore,
        source: HistorySource,
        clock: Clock,
        chance: Chance,
    ) -> None:
        self._links = links
        self._plays = plays
        self._budget = budget
        self._tallies = tallies
        self._source = source
        self._clock = clock
        self._chance = chance
        self._doubts: dict[LinkId, Doubt] = {}

    async def look(self, due: DueLink, *, thorough: bool) -> int:
        """One step of reading, or (not `thorough`) only what is new. How many plays were new.

        Raises `ServiceError`s, `NotFound` where the link is gone; after `LinkExpired` and `ListeningHidden` the link
        is looked at no more.
        """
        try:
            return await self._look(due, thorough)
        except LinkExpired:
            await self._links.set_state(due.link.id, LinkState.EXPIRED)
            raise
        except ListeningHidden:
            await self._links.set_state(due.link.id, LinkState.HIDDEN)
            raise

    async def _look(self, due: DueLink, thorough: bool) -> int:
        link, covered, now_ms = due.link, await self._covered(due.link), self._clock.now_ms()
        if covered and not thorough:
            rows, span = await self._read(link, histories.newest_span(covered, now_ms))
            return await self._plays.record_poll(
                Polled(link.id, due.last_ms, rows, span, None, due.next_ms, due.fails)
            )
        profile = await self._asked(link, partial(self._source.profile, link.account))
        since_ms = min(profile.since_ms, now_ms - SECOND_MS)
        older = histories.unread_span(covered, since_ms)
        at_ms = due.last_ms
        gone: tuple[tuple[int, str], ...] = ()
        if older is None or now_ms - due.last_ms >= histories.AGAIN_MS:
            rows, span = await self._read(link, histories.mirrored_span(since_ms, now_ms))
            at_ms, gone = now_ms, await self._gone(link, span, rows)
        else:
            rows, span = await self._read(link, older, STEP_PAGES)
            if not rows and 2 * await self._plays.count_plays(link.id) < profile.plays:
                self._believe(link.id, span, rows)
            self._doubts.pop(link.id, None)
        older = histories.unread_span(union([*covered, span]), since_ms)
        next_ms = now_ms if older else self._tomorrow_ms(now_ms)
        new = await self._plays.record_poll(Polled(link.id, at_ms, rows, span, None, next_ms, gone=gone))
        if older is None:
            await self._cross_check(link, profile)
        return new

    async def _gone(self, link: Link, span: Span, rows: Sequence[NewPlay]) -> tuple[tuple[int, str], ...]:
        """The stored plays of this time that are there no more. Raises `Unavailable` if that is not believed yet."""
        stored = await self._plays.keys_between(link.id, span.start_ms, span.end_ms)
        said = histories.missing(stored, rows)
        if said.doubtful:
            self._believe(link.id, span, rows)
        self._doubts.pop(link.id, None)
        return said.gone

    def _believe(self, link_id: LinkId, span: Span, rows: Sequence[NewPlay]) -> None:
        """Twice the same, an hour apart, is believed."""
        now_ms = self._clock.now_ms()
        doubt = Doubt(now_ms, span, frozenset((play.at_ms, play.track.key) for play in rows))
        first = self._doubts.get(link_id)
        if first is None or not first.confirmed_by(doubt):
            self._doubts[link_id] = first = doubt
        if now_ms - first.at_ms < histories.HOUR_MS:
            log.info("link %d: a reading lacks most of what was read before", link_id)
            raise Unavailable(t("What was played was told differently before, so I will look again."))

    async def _read(self, link: Link, span: Span, most: int = MOST_PAGES) -> tuple[list[NewPlay], Span]:
        """The plays of a time from its end backwards, in about `most` pages at most; and the time that was read whole.

        Not page by page, for what is new moves all pages on: each call asks for what is older than all that was read.
        """
        plays: dict[tuple[int, str], NewPlay] = {}
        end_ms, page = span.end_ms, 1
        for _ in range(MOST_PAGES):
            left = Span(span.start_ms, end_ms)
            found = await self._asked(link, partial(self._source.page, link.account, left, page))
            known = len(plays)
            plays.update(((play.at_ms, play.track.key), play) for play in found.plays)
            if not found.more:
                return list(plays.values()), span
            if page > 1 and len(plays) == known:
                break
            most -= 1
            # A page may end in the middle of a second, so all of that second is asked for again.
            below_ms = min((play.at_ms for play in found.plays), default=end_ms) + SECOND_MS
            if below_ms < end_ms:
                end_ms, page = below_ms, 1
                if most <= 0:
                    return list(plays.values()), Span(end_ms, span.end_ms)
            else:
                page += 1
        raise Unavailable(t("There is no end to what was answered. I will look again later."))

    async def _asked(self, link: Link, call: Callable[[], Awaitable[T]]) -> T:
        """Run a call unless the source has asked for a pause; one that it asks for is kept."""
        until_ms = await self._budget.blocked_until(link.developer)
        left_s = (until_ms - self._clock.now_ms()) / 1000
        if left_s > 0:
            raise RateLimited(t("I have been asked to pause until {when}.", when=Moment(until_ms)), left_s)
        try:
            return await call()
        except RateLimited as limited:
            pause_ms = round(limited.retry_after_s * 1000)
            await self._budget.block(link.developer, self._clock.now_ms() + pause_ms)
            raise

    async def _covered(self, link: Link) -> Sequence[Span]:
        for it in await self._plays.plays_between([link.member_id], 0, 0):
            if it.link.id == link.id:
                return it.covered
        raise NotFound(t("This account is not linked any more. /link links it again."))

    async def _cross_check(self, link: Link, profile: Profile) -> None:
        before = (await self._tallies.tallies([link.id])).get(link.id)
        stored = await self._plays.count_plays(link.id)
        if stored != profile.plays:
            log.info("link %d: the source counts %d plays, %d are stored", link.id, profile.plays, stored)
        # Of a time that the member forgets or pauses nothing is kept, so there is nothing to compare.
        told = stored if await self._plays.unread(link.id) else profile.plays
        await self._tallies.note_tally(link.id, histories.tallied(before, told, stored, self._clock.now_ms()))

    def _tomorrow_ms(self, now_ms: int) -> int:
        jitter = (self._chance.seed() % 1000) / 1000
        return now_ms + round(histories.DAY_MS * (1 - 0.1 * jitter))
