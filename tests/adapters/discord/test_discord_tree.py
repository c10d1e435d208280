"""The command tree from the declarations, as Discord is sent it; sent again only when it changed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import discord
import pytest

from bot.adapters.discord.translations import Translated, read_translations
from bot.adapters.discord.tree import Tree
from bot.app import open_earshot
from bot.chat import Card, Cog, Context, Opt, Person, command
from bot.chat.commands import Command
from bot.chat.features import Features
from bot.config import Settings
from bot.text import t
from tests.fakes import FakeStore

NAME = re.compile(r"[-_\w]{1,32}")


class Period(Enum):
    WEEK = "week"
    YEAR = "year"


class Everything(Cog):
    async def moods(self, ctx: Context, typed: str) -> Sequence[str]:
        return ["rainy"]

    @command("What a very long description says: " + "blah " * 40)
    async def everything(
        self,
        ctx: Context,
        friend: Annotated[Person, Opt("Who to blend with")],
        mood: Annotated[str, Opt("What it is for", least=2, most=80, suggest=moods)],
        when: Annotated[Period, Opt("How far back")] = Period.WEEK,
        count: Annotated[int, Opt("How many", least=5, most=50)] = 20,
        least: Annotated[int, Opt("No fewer", least=5)] = 5,
        words: Annotated[str, Opt("Anything", most=9000)] = "",
        loud: Annotated[bool, Opt("")] = False,
        other: Annotated[Person | None, Opt("Somebody else")] = None,
    ) -> Card:
        return Card(t("ok"))

    @command("Nothing to choose")
    async def plainly(self, ctx: Context) -> Card:
        return Card(t("ok"))


async def never(*given: Any) -> Any:
    raise AssertionError("nothing is run here")


def tree_of(commands: dict[str, Command]) -> Tree:
    client = discord.AutoShardedClient(intents=discord.Intents.none(), application_id=7)
    return Tree(client, commands, memos=FakeStore(), run=never, complete=never, unknown=never)


def payload(cog: Cog, name: str) -> dict[str, Any]:
    tree = tree_of(Features([cog]).commands)
    native = tree.get_command(name)
    assert native is not None
    return native.to_dict(tree)


def test_an_option_becomes_what_discord_has_for_its_type() -> None:
    options = {it["name"]: it for it in payload(Everything(), "everything")["options"]}
    assert options["friend"] == {
        "type": 6,
        "name": "friend",
        "description": "Who to blend with",
        "required": True,
    }
    assert options["mood"] == {
        "type": 3, "name": "mood", "description": "What it is for", "required": True,
        "autocomplete": True, "min_length": 2, "max_length": 80,
    }  # fmt: skip
    assert options["when"]["choices"] == [
        {"name": "week", "value": "week"},
        {"name": "year", "value": "year"},
    ]
    assert (options["count"]["type"], options["count"]["min_value"], options["count"]["max_value"]) == (
        4,
        5,
        50,
    )
    assert options["least"]["min_value"] == 5
    assert "max_value" not in options["least"]
    assert options["words"]["max_length"] == 6000
    assert (options["loud"]["type"], options["loud"]["description"]) == (5, "loud")
    assert (options["other"]["type"], options["other"]["required"]) == (6, False)


def test_a_command_can_be_used_everywhere_and_by_those_who_install_it_for_themselves() -> None:
    sent = payload(Everything(), "everything")
    assert sorted(sent["contexts"]) == [0, 1, 2]
    assert sorted(sent["integration_types"]) == [0, 1]
    assert len(sent["description"]) == 100
    assert sent["description"].endswith("…")
    assert payload(Everything(), "plainly")["options"] == []


@pytest.fixture
async def commands(tmp_path: Path) -> dict[str, Command]:
    """Every command there is."""
    async with open_earshot(Settings(), tmp_path) as earshot:
        return Features(earshot.cogs).commands


def paths(commands: dict[str, Command]) -> Iterator[str]:
    """Everything that has to be translated."""
    for command_ in commands.values():
        yield from (f"{command_.name}.name", f"{command_.name}.about")
        for option in command_.options:
            path = f"{command_.name}.options.{option.name}"
            yield from (f"{path}.name", f"{path}.about")
            if option.kind is not bool:
                yield from (f"{path}.choices.{word}" for word in option.choices)


@pytest.mark.parametrize("locale", [discord.Locale.german, discord.Locale.spain_spanish])
def test_every_command_is_translated_and_nothing_else(
    commands: dict[str, Command], locale: discord.Locale
) -> None:
    assert sorted(read_translations()[locale]) == sorted(paths(commands))


@pytest.mark.parametrize("locale", list(read_translations()))
def test_translations_keep_discords_rules(commands: dict[str, Command], locale: discord.Locale) -> None:
    words = read_translations()[locale]
    for path, said in words.items():
        if path.endswith(".name"):
            assert NAME.fullmatch(said), path
            assert said == said.lower(), path
        assert 0 < len(said) <= 100, path
    names = [words[f"{name}.name"] for name in commands]
    assert len(set(names)) == len(names)
    for command_ in commands.values():
        options = [words[f"{command_.name}.options.{it.name}.name"] for it in command_.options]
        assert len(set(options)) == len(options)


async def test_the_payload_carries_the_translations(commands: dict[str, Command]) -> None:
    tree, translator = tree_of(commands), Translated(read_translations())
    sent = {it.name: await it.get_translated_payload(tree, translator) for it in tree.get_commands()}
    assert sent["join"]["name_localizations"] == {"de": "mitmachen", "es-ES": "unirme", "es-419": "unirme"}
    what = next(it for it in sent["top"]["options"] if it["name"] == "what")
    assert what["name_localizations"]["de"] == "was"
    assert what["choices"][1] == {
        "name": "artist",
        "value": "artist",
        "name_localizations": {"de": "Künstler", "es-ES": "artistas", "es-419": "artistas"},
    }
    assert sum(len(json.dumps(it, ensure_ascii=False)) for it in sent.values()) < 8000 * len(sent)
