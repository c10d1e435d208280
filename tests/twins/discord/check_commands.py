"""What the published description does not say about commands and what autocomplete offers."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from tests.twins.discord.components import Json
from tests.twins.discord.problems import Problem

MOST_CHARACTERS = 8000
MOST_OF_KIND = {1: 100, 2: 15, 3: 15}
SUBCOMMAND, GROUP, STRING, INTEGER, NUMBER = 1, 2, 3, 4, 10


def tree_problems(commands: Any) -> Iterator[Problem]:
    """What is wrong with all commands that are synced at once."""
    commands = [it for it in commands or () if isinstance(it, dict)]
    names = Counter((it.get("name"), it.get("type") or 1) for it in commands)
    for (name, _), times in names.items():
        if times > 1:
            yield Problem((), f"{name} is there {times} times")
    kinds = Counter(it.get("type") or 1 for it in commands)
    for kind, most in MOST_OF_KIND.items():
        if kinds[kind] > most:
            yield Problem((), f"{kinds[kind]} commands of type {kind}, more than {most}")
    for number, command in enumerate(commands):
        for problem in _command(command):
            yield problem.under(number)


def _command(command: Json) -> Iterator[Problem]:
    if (command.get("type") or 1) != 1:
        if command.get("description") or command.get("options"):
            yield Problem((), "only a slash command has a description and options")
        return
    if not (command.get("description") or "").strip():
        yield Problem(("description",), "an empty description")
    if _length(command) > MOST_CHARACTERS:
        yield Problem((), f"more than {MOST_CHARACTERS} characters in all")
    yield from _names(command)
    yield from _options(command, depth=0)


def _options(node: Json, depth: int) -> Iterator[Problem]:
    options = [it for it in node.get("options") or () if isinstance(it, dict)]
    kinds = {it.get("type") in (SUBCOMMAND, GROUP) for it in options}
    if len(kinds) > 1:
        yield Problem(("options",), "parts of a command beside options")
    seen: set[Any] = set()
    optional = False
    for number, option in enumerate(options):
        problems = [*_option(option, depth), *_names(option), *_options(option, depth + 1)]
        if option.get("name") in seen:
            problems.append(Problem(("name",), "the same name twice"))
        if option.get("required") and optional:
            problems.append(Problem(("required",), "a required option after an optional one"))
        seen.add(option.get("name"))
        optional = optional or not option.get("required")
        for problem in problems:
            yield problem.under("options", number)


def _option(option: Json, depth: int) -> Iterator[Problem]:
    kind = option.get("type")
    if (kind == GROUP and depth > 0) or (kind == SUBCOMMAND and depth > 1):
        yield Problem(("type",), "parts of a command nested too deep")
    if option.get("autocomplete") and option.get("choices"):
        yield Problem(("autocomplete",), "autocomplete beside choices")
    if option.get("autocomplete") and kind not in (STRING, INTEGER, NUMBER):
        yield Problem(("autocomplete",), "only text and numbers are completed")
    for least, most in (("min_value", "max_value"), ("min_length", "max_length")):
        if option.get(least) is not None and option.get(most) is not None and option[least] > option[most]:
            yield Problem((least,), f"more than {most}")
    for key in ("name", "value"):
        counted = Counter(it.get(key) for it in option.get("choices") or () if isinstance(it, dict))
        if any(times > 1 for times in counted.values()):
            yield Problem(("choices",), f"the same {key} twice")


def _names(node: Json) -> Iterator[Problem]:
    names: dict[tuple[str, ...], Any] = {("name",): node.get("name")}
    localized = node.get("name_localizations")
    if isinstance(localized, Mapping):
        names |= {("name_localizations", str(locale)): name for locale, name in localized.items()}
    for path, name in names.items():
        if not isinstance(name, str) or name != name.lower() or not all(map(_may_be_in_name, name)):
            yield Problem(path, f"{name!r} is no name: small letters, digits, - and _")


def _may_be_in_name(character: str) -> bool:
    return character in "-_'" or unicodedata.category(character)[0] in "LNM"


def _length(node: Json) -> int:
    total = len(node.get("name") or "") + len(node.get("description") or "")
    total += sum(len(str(it.get("name"))) + len(str(it.get("value"))) for it in node.get("choices") or ())
    return total + sum(_length(it) for it in node.get("options") or () if isinstance(it, dict))
