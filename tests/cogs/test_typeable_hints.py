"""The commands that texts name can be typed as they stand, also where options have to be named, as on Discord."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.invite import declared

COGS = sorted((Path(__file__).parents[2] / "cogs").glob("*.py"))
HINT = re.compile(r"/(?P<command>[a-z]+) (?P<word>[a-z-]+)\b(?!:)")


def words(cog: Path) -> Iterator[str]:
    """The strings of a file that are no documentation."""
    tree = ast.parse(cog.read_text(encoding="utf-8"))
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    told = {ast.get_docstring(it, clean=False) for it in ast.walk(tree) if isinstance(it, documented)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value not in told:
            yield node.value


def unnamed(text: str) -> list[str]:
    """The commands in a text that are followed by a choice without the name of its option."""
    choices = {
        name: {choice for option in command.options for choice in option.choices}
        for name, command in declared().commands.items()
    }
    return [it.group() for it in HINT.finditer(text) if it["word"] in choices.get(it["command"], ())]


def test_a_choice_without_its_name_is_noticed() -> None:
    assert unnamed("bring a file with /link export.") == ["/link export"]
    assert unnamed("say /link what:export, or /link connects yours") == []


@pytest.mark.parametrize("cog", COGS, ids=lambda it: it.name)
def test_a_hint_names_its_options(cog: Path) -> None:
    assert [hint for text in words(cog) for hint in unnamed(text)] == []
