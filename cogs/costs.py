"""What the model has cost this group."""

from __future__ import annotations

from bot.chat import Card, Cog, Context, Fields, Lines, Listing, Row, command
from bot.chat.asker import asker
from bot.core.calendar import DAY_MS
from bot.core.spending import BUDGET_MS, dollars, money, summed
from bot.ports import Clock, Cost, CostStore
from bot.services.people import People
from bot.text import Moment, Text, t, tn

NEWEST = 10
SPANS = ((t("Last 24 hours"), BUDGET_MS), (t("Last 7 days"), 7 * DAY_MS), (t("Last 30 days"), 30 * DAY_MS))


class Costs(Cog):
    """`/costs`. `model` is what is asked here, "" for nothing; `daily_microdollars` a group may spend in a day."""

    def __init__(
        self, people: People, costs: CostStore, clock: Clock, model: str, daily_microdollars: int
    ) -> None:
        self.people = people
        self.costs_of = costs
        self.clock = clock
        self.model = model
        self.daily = daily_microdollars

    @command("What the AI has cost here, and what is left for today")
    async def costs(self, ctx: Context) -> Card:
        """By day, week and month, and the newest answers."""
        member = await asker(self.people, ctx)
        audience = await self.people.audience(ctx.place, member)
        if not self.model:
            return Card(
                t("No AI is used here"),
                (Lines((t("Playlists come from my own planner, which costs nothing."),)),),
            )
        now_ms = self.clock.now_ms()
        found = await self.costs_of.costs(audience.group.id, now_ms - SPANS[-1][1])
        pairs = tuple(
            (name, _spent([it for it in found if it.at_ms >= now_ms - long_ms])) for name, long_ms in SPANS
        )
        today, _ = summed(it.microdollars for it in found if it.at_ms >= now_ms - BUDGET_MS)
        left = t(
            "{left} of {budget} are left for these 24 hours; after that lists are made without the model.",
            left=dollars(max(0, self.daily - today)),
            budget=dollars(self.daily),
        )
        rows = tuple(_row(it, audience.group.zone) for it in found[:NEWEST])
        newest = (Listing(rows, t("The newest answers")),) if rows else ()
        title = t("What {model} has cost {group}", model=self.model, group=audience.group.name)
        return Card(title, (Fields(pairs), Lines((left,)), *newest))


def _spent(costs: list[Cost]) -> Text:
    known, priced = summed(it.microdollars for it in costs)
    answers = tn("{n} answer", "{n} answers", len(costs))
    return t("{money} for {answers}", money=money(known, priced=priced), answers=answers)


def _row(it: Cost, zone: str) -> Row:
    known, priced = summed([it.microdollars])
    return Row(
        t("{when}: {money}", when=Moment(it.at_ms, zone), money=money(known, priced=priced)),
        t(
            "{model}, {read} tokens in, {written} out, {outcome}",
            model=it.usage.model,
            read=it.usage.read,
            written=it.usage.written,
            outcome=_OUTCOMES[it.outcome.value],
        ),
    )


_OUTCOMES = {"songs": t("songs came of it"), "nothing": t("nothing came of it")}
