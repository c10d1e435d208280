"""Asking a model: the real client against the twin, within a budget, with what it cost written down."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from bot.core.briefs import Brief
from bot.core.hints import Hints
from bot.core.model import Group, RoomRef
from bot.core.spending import Bill
from bot.integrations.llm import ChatModel, Prices
from bot.ports import Outcome
from bot.services.modelling import Asked, Modelling
from bot.text import Text
from tests.fakes import FakeClock, FakeStore
from tests.twins.openai import Fails, OpenAITwin, Says, openai_twin, playlist

BRIEF = Brief("late and slow", Hints("late and slow"))
DAY = 86_400_000


@dataclass
class House:
    """A group and a model that costs one dollar a million tokens."""

    twin: OpenAITwin
    store: FakeStore
    clock: FakeClock
    group: Group
    model: ChatModel
    said: list[str] = field(default_factory=list)
    daily: int = 1_000

    async def progress(self, text: Text) -> None:
        self.said.append(str(text))

    async def ask(self, size: int = 5) -> Asked | None:
        prices = Prices(self.twin.api_url, (1.0, 1.0))
        asking = Modelling("gpt-5-mini", self.model, prices, self.store, self.clock, self.daily)
        return await asking.asked(self.group.id, BRIEF, size, self.progress)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    store = FakeStore()
    async with openai_twin() as twin:
        model = ChatModel("gpt-5-mini", store, twin.api_url, twin.key)
        group = await store.open_room(RoomRef("lounge", "", "club"), "Club", "UTC")
        yield House(twin, store, FakeClock(), group, model)
        await model.close()


async def test_twice_as_many_songs_are_asked_for_and_their_cost_is_kept(house: House) -> None:
    house.twin.say(playlist(10))
    asked = await house.ask()
    assert asked is not None
    assert (len(asked.proposed.songs), asked.note) == (10, None)
    assert json.loads(house.twin.asked[0]["messages"][1]["content"])["count"] == 10
    [cost] = await house.store.costs(house.group.id, 0)
    assert (cost.outcome, cost.at_ms) == (Outcome.SONGS, house.clock.now)
    tokens = cost.usage.read + cost.usage.written
    assert cost.microdollars == tokens
    assert asked.bill == Bill("gpt-5-mini", cost.usage.read, cost.usage.written, tokens, True, 1)
    assert house.said == ["Asking the model …", "10 songs so far …"]


@pytest.mark.parametrize(
    "answer", ["Some slow songs, perhaps.", Says("", refusal=True), Fails(401), Fails(500)]
)
async def test_a_failure_is_a_sentence_and_what_it_took_is_counted(
    house: House, answer: str | Says | Fails
) -> None:
    house.twin.say(answer)
    asked = await house.ask()
    assert asked is not None
    assert asked.proposed.songs == ()
    assert str(asked.note).endswith(" The list is from what I know myself.")
    costs = await house.store.costs(house.group.id, 0)
    assert [it.outcome for it in costs] == [Outcome.NOTHING] * (2 if isinstance(answer, str) else 0)
    assert asked.bill.microdollars == sum(it.microdollars or 0 for it in costs)


async def test_what_came_before_a_cut_is_used(house: House) -> None:
    whole = json.dumps(playlist(10))
    house.twin.say(Says(whole, cut=len(whole) // 2))
    asked = await house.ask()
    assert asked is not None
    assert 3 <= len(asked.proposed.songs) < 10
    assert str(asked.note) == "The model broke off. What it had proposed until then is used."


async def test_over_its_budget_a_group_is_told_and_the_model_is_not_asked(house: House) -> None:
    house.twin.say(playlist(10))
    house.daily = 100
    assert (await house.ask()) is not None
    asked = await house.ask()
    assert asked is not None
    assert str(asked.note) == "The model was not asked: this group has spent its $0.0001 of a day on it."
    assert (len(house.twin.asked), asked.bill.answers) == (1, 0)
    house.clock.now += DAY + 1
    assert (await house.ask()) is not None
    assert len(house.twin.asked) == 2


def test_the_price_list_knows_what_it_knows() -> None:
    from bot.ports import Usage

    usage = Usage("gpt-5-mini", 1_500, 2_500)
    at_ms = 1_790_000_000_000
    assert Prices("https://api.openai.com/v1").microdollars(usage, at_ms) == 5_375
    assert Prices("http://127.0.0.1:11434/v1").microdollars(usage, at_ms) is None
    assert Prices("http://127.0.0.1:11434/v1", (0.0, 0.0)).microdollars(usage, at_ms) == 0
