"""`core.consent` is the only way from plays to anything shown: read off the source, in every module."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODEL, CONSENT = "bot.core.model", "bot.core.consent"

# Who may hold plays that no choice of a member has been applied to: what makes and what reads them, and why.
BEFORE_CHOICES = {
    "bot.core.precedence": "makes `Counted` of `LinkPlays`",
    "bot.core.consent": "makes `Listening` of `Counted`",
    "bot.ports.plays": "names what a store gives",
    "bot.integrations.store.plays": "reads them",
    "bot.services.counting": "brings them to consent",
    "bot.services.choices": "counts for the member alone what an aside takes out",
}
# Who may ask a store for plays, besides: each for its member alone, none shows them to others.
ASKS = {
    "bot.services.panel": "what of a member's is covered",
    "bot.services.importing": "what of an import is known",
    "bot.services.histories": "what of a history is read",
}
# What only says what was counted.
SAYING = {"model", "words", "when", "award_words", "insight_words", "origin_words", "sections"}
# What of the counting services may call; all of it takes a `Listening`.
COUNTING = {
    "compute": {"recap"},
    "insights": {"insights", "usual_span"},
    "months": {"months", "seasons"},
    "movement": {"looked_back"},  # takes the recap and what is remembered
    "origins": {"origins", "roots"},
    "tops": {"Names"},
}


def modules() -> Iterator[tuple[str, ast.Module]]:
    for package in ("bot", "cogs"):
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            yield name, ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.Module) -> dict[str, str]:
    """What each name in a module means: `Listening` → `bot.core.model.Listening`."""
    meant: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            meant |= {it.asname or it.name: f"{node.module}.{it.name}" for it in node.names}
        elif isinstance(node, ast.Import):
            meant |= {it.asname or it.name: it.name for it in node.names}
    return meant


def full_name(node: ast.expr, meant: dict[str, str]) -> str:
    """What an expression names, "" for anything but a name: `model.Listening` → `bot.core.model.Listening`."""
    if isinstance(node, ast.Attribute):
        inner = full_name(node.value, meant)
        return f"{inner}.{node.attr}" if inner else ""
    return meant.get(node.id, node.id) if isinstance(node, ast.Name) else ""


def named(tree: ast.Module) -> Iterator[str]:
    """Everything that a module names, imports included."""
    meant = imported(tree)
    yield from meant.values()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute):
            yield full_name(node, meant)


def makers(tree: ast.Module) -> list[int]:
    """The lines in which a module makes a `Listening` or a `Memory`, by itself or from another one."""
    meant = imported(tree)
    made = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = full_name(node.func, meant)
        changed = {it.arg for it in node.keywords} & {"timed", "plays", "covered"}
        if name in (f"{MODEL}.Listening", f"{MODEL}.Memory") or (
            name == "dataclasses.replace" and "timed" in changed
        ):
            made.append(node.lineno)
    return made


SOURCE = dict(modules())


def test_only_consent_makes_what_is_counted() -> None:
    assert [name for name, tree in SOURCE.items() if makers(tree)] == [CONSENT]


def test_plays_before_any_choice_are_in_few_hands() -> None:
    raw = {f"{MODEL}.Counted", f"{MODEL}.LinkPlays", "bot.core.precedence.counted"}
    holders = {name for name, tree in SOURCE.items() if not raw.isdisjoint(named(tree))}
    assert holders == set(BEFORE_CHOICES)


def test_stored_plays_are_asked_for_by_few() -> None:
    asking = {
        name
        for name, tree in SOURCE.items()
        if name.startswith(("bot.services", "bot.chat", "cogs", "bot.jobs", "bot.web"))
        and any(isinstance(node, ast.Attribute) and node.attr == "plays_between" for node in ast.walk(tree))
    }
    assert asking == {name for name in BEFORE_CHOICES if name.startswith("bot.services")} | set(ASKS)


def test_who_holds_raw_plays_counts_nothing_of_them() -> None:
    """Services reach the counting by its front door alone, and that takes a `Listening` (mypy sees to it)."""
    for name, tree in SOURCE.items():
        if not name.startswith(("bot.services", "bot.chat", "cogs")):
            continue
        for used in named(tree):
            module, _, rest = used.removeprefix("bot.core.recap.").partition(".")
            if used.startswith("bot.core.recap.") and module not in SAYING:
                # Types are what was said already; functions count.
                assert rest[:1].isupper() or rest in {"", *COUNTING[module]}, (name, used)


@pytest.mark.parametrize("function", ["bot/core/recap/compute.py:recap", "bot/core/affinity.py:taste",
                                      "bot/core/receipts.py:evidence", "bot/core/recap/insights.py:insights",
                                      "bot/core/recap/months.py:months", "bot/core/recap/origins.py:origins",
                                      "bot/core/awards/standings.py:standings"])  # fmt: skip
def test_the_counting_takes_listening_and_no_plays(function: str) -> None:
    path, _, name = function.partition(":")
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    (found,) = [it for it in tree.body if isinstance(it, ast.FunctionDef) and it.name == name]
    hints = {
        inner.id
        for it in found.args.args
        if it.annotation is not None
        for inner in ast.walk(it.annotation)
        if isinstance(inner, ast.Name)
    }
    assert "Listening" in hints
    assert hints.isdisjoint({"Play", "Counted", "LinkPlays"})


@pytest.mark.parametrize(
    "planted",
    [
        "from bot.core.model import Listening\nmade = Listening(m, p, p, {}, (), ())",
        "from bot.core.model import Listening as L\nmade = L(m, p, p, {}, (), ())",
        "from bot.core import model\nmade = model.Listening(m, p, p, {}, (), ())",
        "import bot.core.model\nmade = bot.core.model.Listening(m, p, p, {}, (), ())",
        "from dataclasses import replace\nmade = replace(it, timed=it.plays)",
    ],
)
def test_a_way_around_would_be_seen(planted: str) -> None:
    assert makers(ast.parse(planted))
