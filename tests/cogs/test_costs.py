"""What `/costs` says."""

from __future__ import annotations

import pytest

from bot.chat import Context, Person
from bot.core.model import Identity, Place
from bot.ports import Cost, Outcome, Usage
from cogs.costs import Costs
from tests.cogs.test_recap_cogs import words
from tests.playing import DAY, ROOM, House


@pytest.fixture
async def house() -> House:
    return await House().settle()


def context() -> Context:
    return Context(Person(Identity("lounge", "ana"), "Ana", "UTC"), Place(ROOM), "r")


async def test_without_a_model_nothing_costs_anything(house: House) -> None:
    card = await Costs(house.people, house.store, house.clock, "", 0).costs(context())
    assert words(card) == "No AI is used here\nPlaylists come from my own planner, which costs nothing."


async def test_what_was_spent_by_day_week_and_month_and_what_is_left(house: House) -> None:
    for days, price in ((0, 5_375), (3, 10_000), (20, None), (40, 7)):
        usage = Usage("gpt-5-mini", 1_500, 2_500)
        outcome = Outcome.SONGS if price else Outcome.NOTHING
        await house.store.note_cost(Cost(house.group.id, house.clock.now - days * DAY, usage, outcome, price))
    said = words(await Costs(house.people, house.store, house.clock, "gpt-5-mini", 500_000).costs(context()))
    assert said.startswith("What gpt-5-mini has cost music-club\n")
    assert "$0.0054 for 1 answer" in said
    assert "$0.0154 for 2 answers" in said
    assert "at least $0.0154 for 3 answers" in said
    assert "$0.4947 of $0.5000 are left for these 24 hours" in said
    assert "a price that I do not know\ngpt-5-mini, 1,500 tokens in, 2,500 out, nothing came of it" in said
