"""A group's post in German and Spanish: every template of ours is there, and none of its values is lost."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from bot.core.phrases import BOOK
from bot.integrations.languages import CODES, read_languages
from bot.text import t, tn

ROOT = Path(__file__).parents[2]
# What a post is made of, and what platforms say of what finds no room; of the others' words only those of a post.
MODULES = [
    *(f"bot/core/recap/{name}.py" for name in ("when", "words", "insight_words", "award_words", "sections")),
    "bot/core/awards/catalogue.py", "bot/core/pictures.py", "bot/core/recap/origin_words.py", "bot/chat/recap_cards.py",
    "bot/adapters/discord/prose.py", "bot/adapters/discord/pages.py", "bot/adapters/slack/draw.py",
    *sorted(str(it.relative_to(ROOT)) for it in (ROOT / "bot/integrations/painter").glob("*.py")),
]  # fmt: skip
PARTLY = {
    "bot/core/stories.py": {"about", "said", "when"},
    "bot/services/posting.py": {"_skipped", "_amended"},
    "bot/core/more_facts.py": {"_score", "taste", "compared"},
    "bot/services/redaction.py": {"_why"},
    "cogs/wrapped.py": {"_unwanted"},
}
# What a chip in a picture stands for, where no font has the letters.
CHIPS = {"Unknown", "title", "artist", "album", "name", "words"}
SAME_EVERYWHERE = {"Last.fm", "Artists", "ListenBrainz", "Songs", "April", "August", "September", "November"}


def speaks(template: str) -> bool:
    """Whether there are words of ours between the values."""
    return any(char.isalpha() for words, *_ in Formatter().parse(template) for char in words)


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def said_in(tree: ast.AST) -> Iterator[str]:
    """Every template in a piece of source: what `t` and `tn` are called with, and what is mapped to `t`."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        many = {"t": 1, "tn": 2, "map": 2}.get(node.func.id, 0)
        if node.func.id == "map" and not (isinstance(node.args[0], ast.Name) and node.args[0].id == "t"):
            continue
        for argument in node.args[:many]:
            for piece in ast.walk(argument):
                if isinstance(piece, ast.Constant) and isinstance(piece.value, str):
                    yield piece.value


def templates() -> set[str]:
    """All that a post may say."""
    found = {template for wordings in BOOK.values() for template in wordings}
    for name in MODULES:
        found |= set(said_in(ast.parse((ROOT / name).read_text(encoding="utf-8"))))
    for name, functions in PARTLY.items():
        for node in ast.walk(ast.parse((ROOT / name).read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name in functions:
                found |= set(said_in(node))
    return {template for template in found if speaks(template)}


@pytest.mark.parametrize("code", CODES)
def test_everything_is_said_in_every_language(code: str) -> None:
    words = read_languages()[code].words
    assert sorted(templates() - words.keys()) == []


@pytest.mark.parametrize("code", CODES)
def test_nothing_is_translated_that_nobody_says(code: str) -> None:
    words = read_languages()[code].words
    assert sorted(it for it in words.keys() - templates() - CHIPS if speaks(it)) == []


@pytest.mark.parametrize("code", CODES)
def test_no_value_is_lost_and_none_is_invented(code: str) -> None:
    for english, other in read_languages()[code].words.items():
        assert fields(english) == fields(other), english


def test_what_looks_untranslated_is_meant_so() -> None:
    german = read_languages()["de"].words
    assert {it for it, other in german.items() if it == other and speaks(it)} <= SAME_EVERYWHERE | {
        "{period} in {name}", "Jan", "Feb", "Apr", "Jun", "Jul", "Aug", "Sep", "Nov",
        "{who} in {group}, {period}, {days}: {count}, {minutes}.", "{n} h", "Q{n}",
    }  # fmt: skip


def test_numbers_and_texts_within_texts_change_too() -> None:
    text = t(
        "{plays} by {who}",
        plays=tn("{n} play", "{n} plays", 12_345),
        who=tn("{n} listener", "{n} listeners", 2),
    )
    languages = read_languages()
    assert str(languages["en"].said(text)) == "12,345 plays by 2 listeners"
    assert str(languages["de"].said(text)) == "12.345 Wiedergaben von 2 Leuten"
    assert str(languages["es"].said(text)) == "12.345 reproducciones de 2 oyentes"
    foreign = t("{who} likes it", who="Plays")
    assert languages["de"].said(foreign) == foreign
