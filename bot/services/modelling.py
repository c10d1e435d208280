"""Asks a model for songs, within what a group may spend in a day, and writes down what each answer has cost.

Whatever goes wrong ends in a sentence and in no songs or fewer: the planner that needs no model does the rest.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from bot.core.answers import Course, Proposal
from bot.core.briefs import Brief
from bot.core.model import GroupId
from bot.core.proposed import Proposed
from bot.core.spending import BUDGET_MS, Bill, dollars, summed
from bot.errors import ServiceError
from bot.ports import Clock, Cost, CostStore, Model, Outcome, PriceList, Usage
from bot.text import Text, t, tn

log = logging.getLogger(__name__)

TIMES_MORE = 2  # so many songs are asked for as are wanted: some do not exist, some do not fit
MOST = 60

Progress = Callable[[Text], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of asking: the songs, what it took, and what the person has to know about it (None: nothing)."""

    proposed: Proposed
    bill: Bill
    note: Text | None = None


class Modelling:
    """One model for everybody here. `name` is what it is called; a group spends up to `daily_microdollars` a day."""

    def __init__(
        self,
        name: str,
        model: Model,
        prices: PriceList,
        costs: CostStore,
        clock: Clock,
        daily_microdollars: int,
    ) -> None:
        self._name = name
        self._model = model
        self._prices = prices
        self._costs = costs
        self._clock = clock
        self._daily = daily_microdollars
        self._busy: set[GroupId] = set()

    async def asked(self, group_id: GroupId, brief: Brief, size: int, progress: Progress) -> Asked | None:
        """Songs for a brief; None where the model is not asked because another list of the group is being made."""
        if group_id in self._busy:
            return None
        self._busy.add(group_id)
        try:
            return await self._asked(group_id, brief, size, progress)
        finally:
            self._busy.discard(group_id)

    async def _asked(self, group_id: GroupId, brief: Brief, size: int, progress: Progress) -> Asked:
        none = Asked(Proposed(None, ()), Bill(self._name))
        spent, _ = await self.spent(group_id)
        if spent >= self._daily:
            over = t(
                "The model was not asked: this group has spent its {budget} of a day on it.",
                budget=dollars(self._daily),
            )
            return replace(none, note=over)
        await progress(t("Asking the model …"))
        course: Course | None = None
        songs: list[Proposal] = []
        usages: list[Usage] = []
        note = None
        wanted = min(MOST, size * TIMES_MORE)
        try:
            async for it in self._model.propose(brief, wanted):
                match it:
                    case Course():
                        course = course or it
                    case Usage():
                        usages.append(it)
                    case Proposal():
                        songs.append(it)
                        if len(songs) % 10 == 0:
                            await progress(tn("{n} song so far …", "{n} songs so far …", len(songs)))
        except ServiceError as error:
            log.info("a model was of no (more) use: %s", type(error).__name__)
            note = t("{why} The list is from what I know myself.", why=error.text)
            if songs:
                note = t("{why} What it had proposed until then is used.", why=error.text)
        return Asked(Proposed(course, tuple(songs)), await self._written_down(group_id, usages, songs), note)

    async def spent(self, group_id: GroupId) -> tuple[int, bool]:
        """What a group has spent in the last 24 hours as far as it is known, and whether that is all."""
        costs = await self._costs.costs(group_id, self._clock.now_ms() - BUDGET_MS)
        return summed(it.microdollars for it in costs)

    async def _written_down(self, group_id: GroupId, usages: list[Usage], songs: list[Proposal]) -> Bill:
        now_ms = self._clock.now_ms()
        outcome = Outcome.SONGS if songs else Outcome.NOTHING
        prices = [self._prices.microdollars(it, now_ms) for it in usages]
        for usage, price in zip(usages, prices, strict=True):
            await self._costs.note_cost(Cost(group_id, now_ms, usage, outcome, price))
        known, priced = summed(prices)
        read, written = sum(it.read for it in usages), sum(it.written for it in usages)
        return Bill(self._name, read, written, known, priced and bool(usages), len(usages))
