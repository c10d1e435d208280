"""What help says of options."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

from bot.chat import Card, Cog, Context, Opt, Person, command
from bot.chat.cards import Fields, Listing
from bot.core.model import Identity, Place
from bot.core.rules import RULES
from bot.text import t
from cogs.help import Help


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Paint(Cog):
    @command("Paints")
    async def paint(
        self,
        ctx: Context,
        colour: Annotated[Colour, Opt("Which")] = Colour.RED,
        coats: Annotated[int, Opt("How many")] = 1,
        shiny: Annotated[bool, Opt("Whether it shines")] = False,
    ) -> Card:
        return Card(t("Painted"))

    @command("Washes the brush")
    async def wash(self, ctx: Context) -> Card:
        return Card(t("Washed"))


async def test_help_lists_what_can_be_chosen() -> None:
    card = await Help(Paint().commands).help(
        Context(Person(Identity("test", "ana"), "Ana"), Place(None), "r")
    )
    listing = card.blocks[0]
    assert isinstance(listing, Listing)
    assert [(str(row.text), str(row.note)) for row in listing.rows] == [
        (
            "/paint [colour:red] [coats:1] [shiny:no]",
            "Paints · colour: red, blue · shiny: yes, no",
        ),
        ("/wash", "Washes the brush"),
    ]


async def test_every_rule_is_told_in_one_of_two_cards() -> None:
    cog = Help(Paint().commands)
    ctx = Context(Person(Identity("test", "ana"), "Ana"), Place(None), "r")
    told = [
        str(name)
        for card in (await cog.about(ctx), await cog.rules(ctx))
        for block in card.blocks
        if isinstance(block, Fields)
        for name, _ in block.pairs
    ]
    assert sorted(told) == sorted(rule.name for rule in RULES.values())
