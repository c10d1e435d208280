"""Taking everything along: what is offered, and what the files say."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.chat import Card, Context, Link, Person
from bot.chat.cards import Lines
from bot.core.model import Identity, Member, MemberId, Place
from bot.errors import NotFound
from bot.integrations.takeout import ZipPacker
from bot.services.pages import OFFER_MS
from bot.services.people import People
from bot.services.takeout import FILES, NOT_IN_IT, PAGED, Takeouts, readable, readme, safe_cell
from cogs.takeout import Takeout
from tests.fakes import FakeChance, FakeClock, FakeStore

ANA = Identity("discord", "1")


class House:
    def __init__(self, page: str = "https://earshot.example/takeout") -> None:
        self.store, self.clock = FakeStore(), FakeClock()
        nothing: Any = None  # what is kept is read by the page alone
        self.takeouts = Takeouts(
            self.store, self.store, nothing, self.store, ZipPacker(), self.clock, FakeChance(), page
        )
        people = People(self.store, self.store, self.clock, "UTC")
        self.cog = Takeout(people, self.takeouts)

    async def ask(self) -> Card:
        return await self.cog.ask(Context(Person(ANA, "Ana"), Place(None), "r"))


def said(card: Card) -> str:
    return "\n".join(str(line) for block in card.blocks if isinstance(block, Lines) for line in block.lines)


async def test_the_page_is_for_whoever_asked_once_and_for_an_hour() -> None:
    house = House()
    ana = await house.store.add_member("Ana", "UTC", ANA, 1)
    card = await house.ask()
    (page,) = [it.url for it in card.buttons if isinstance(it, Link)]
    address, _, token = page.rpartition("/")
    assert address == "https://earshot.example/takeout"
    assert "only on the machine" not in said(card)
    assert (await house.takeouts.look(token)).member == ana
    assert (await house.takeouts.take(token)).member == ana
    with pytest.raises(NotFound, match="/privacy"):
        await house.takeouts.take(token)
    (again,) = [it.url for it in (await house.ask()).buttons if isinstance(it, Link)]
    house.clock.advance(OFFER_MS)
    with pytest.raises(NotFound):
        await house.takeouts.look(again.rpartition("/")[2])


async def test_a_page_of_this_machine_says_where_it_opens() -> None:
    house = House("http://127.0.0.1:8888/takeout")
    await house.store.add_member("Ana", "UTC", ANA, 1)
    assert "opens only on the machine that I run on" in said(await house.ask())


async def test_of_somebody_unknown_nothing_is_kept_by_asking() -> None:
    house = House()
    assert "Nothing is kept about you" in str((await house.ask()).title)
    assert await house.store.all_members() == []


def test_the_readme_tells_every_file_and_what_is_in_none() -> None:
    text = readme(Member(MemberId(1), "Ana", "UTC"), 1_763_985_600_000)
    assert text.startswith("Everything that Earshot keeps about Ana, made 2025-11-24T12:00:00.000Z (UTC).")
    for name, about in [*((name, about) for name, (_, about) in FILES.items()), *PAGED.items()]:
        assert f"{name:<15} {about}" in text
    for why in NOT_IN_IT.values():
        assert why in text


@pytest.mark.parametrize("formula", ["=1+1", "+49", "-2", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_spreadsheet_runs_nothing(formula: str) -> None:
    assert safe_cell(formula) == f"'{formula}"


@pytest.mark.parametrize("plain", ["Blur", "1=1", "", 7, -7, None])
def test_other_words_and_numbers_stay_as_they_are(plain: object) -> None:
    assert safe_cell(plain) == plain


def test_records_are_for_people() -> None:
    record = readable(
        {"joined_ms": 1_763_985_600_001, "end_ms": 2**53, "last_ms": 0, "features": frozenset({"b", "a"}),
         "body": '{"x": [1]}', "key": "no json"}
    )  # fmt: skip
    assert json.loads(json.dumps(record)) == {
        "joined_ms": 1_763_985_600_001, "joined": "2025-11-24T12:00:00.001Z", "end_ms": 2**53, "last_ms": 0,
        "features": ["a", "b"], "body": {"x": [1]}, "key": "no json",
    }  # fmt: skip
