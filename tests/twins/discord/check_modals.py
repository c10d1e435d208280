"""What the published description does not say about modals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.twins.discord.check_messages import component_problems
from tests.twins.discord.components import LABEL, TEXT_INPUT, Json, walk
from tests.twins.discord.problems import Problem

MOST_PARTS = 5


def modal_problems(data: Mapping[str, Any]) -> Iterator[Problem]:
    """What is wrong with the `data` that opens a modal."""
    top = [it for it in data.get("components") or () if isinstance(it, dict)]
    if len(top) > MOST_PARTS:
        yield Problem(("components",), f"{len(top)} parts, more than {MOST_PARTS}")
    if not str(data.get("title") or "").strip():
        yield Problem(("title",), "an empty title")
    parts = list(walk(data.get("components")))
    yield from component_problems(parts)
    for path, part in parts:
        if part.get("type") == LABEL and (part.get("component") or {}).get("label"):
            yield Problem(("components", *path, "component", "label"), "the label has it already")
        elif part.get("type") == TEXT_INPUT:
            for problem in _text_input(part):
                yield problem.under("components", *path)


def _text_input(part: Json) -> Iterator[Problem]:
    least, most = part.get("min_length") or 0, part.get("max_length") or 4000
    if least > most:
        yield Problem(("min_length",), "more than max_length")
    if len(part.get("value") or "") > most:
        yield Problem(("value",), f"more than {most} characters")
