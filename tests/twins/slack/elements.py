"""The elements of blocks that a person can use: where they are, what they are called."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.twins.slack.model import Json, new_secret
from tests.twins.slack.waiting import CannotDo

WITH_ELEMENTS = ("actions", "context", "context_actions", "carousel", "card")


@dataclass(frozen=True)
class Placed:
    """An element and the block around it."""

    block: Json
    element: Json

    @property
    def kind(self) -> str:
        return str(self.element["type"])

    @property
    def names(self) -> tuple[str, ...]:
        """What a person or a test may call it: its words, then its ids."""
        words = [
            self.block.get("label"),
            self.element.get("text"),
            self.element.get("placeholder"),
            self.element.get("accessibility_label"),
        ]
        ids = [self.element.get("action_id"), self.block.get("block_id")]
        return tuple(plain(it) for it in [*words, *ids] if it)

    def options(self) -> list[Json]:
        """The options it carries itself, groups flattened."""
        grouped = [option for group in self.element.get("option_groups", ()) for option in group["options"]]
        return [*self.element.get("options", ()), *grouped]


def plain(text: Any) -> str:
    """The words of a text object, or of a string."""
    return str(text.get("text", "")) if isinstance(text, dict) else str(text)


def placed(blocks: list[Json]) -> Iterator[Placed]:
    """Every element in its block, from the top down."""
    for block in blocks:
        if block.get("type") == "container":
            yield from placed(block.get("child_blocks", []))
        for element in (
            *(block.get("elements", ()) if block.get("type") in WITH_ELEMENTS else ()),
            *(block.get("actions", ()) if block.get("type") == "card" else ()),
            *(block.get(name) for name in ("accessory", "element") if block.get(name)),
        ):
            if element.get("type") == "card":
                yield from placed([element])
            else:
                yield Placed(block, element)


def find(
    blocks: list[Json], name: str, kinds: tuple[str, ...], *, beside: str = "", number: int = 1
) -> Placed:
    """The element that is called `name`. Raises CannotDo that says what there is.

    Where several are: `beside` is a part of the text of its block, or of the last block with text above it.
    """
    there = [it for it in placed(blocks) if it.kind in kinds]
    fitting = [it for it in there if name in it.names and beside in _beside(blocks, it)]
    if len(fitting) < number:
        where = f" beside {beside!r}" if beside else ""
        raise CannotDo(f"there is no {name!r}{where} here; there is {[it.names[0] for it in there]}")
    return fitting[number - 1]


def _beside(blocks: list[Json], it: Placed) -> str:
    above = blocks[: 1 + next(n for n, block in enumerate(blocks) if block is it.block)]
    return next((json.dumps(block, ensure_ascii=False) for block in reversed(above) if _has_text(block)), "")


def _has_text(block: Json) -> bool:
    return block["type"] not in ("actions", "divider", "context_actions")


def identified(blocks: list[Json]) -> list[Json]:
    """The blocks as Slack keeps them: block ids and action ids made up where the app gave none."""
    kept = [{"block_id": new_secret()[:5], **block} for block in blocks]
    for block in kept:
        for name in ("elements", "actions"):
            if block["type"] in WITH_ELEMENTS and block.get(name):
                block[name] = [_named(element) for element in block[name]]
        for name in ("accessory", "element"):
            if block.get(name):
                block[name] = _named(block[name])
    return kept


def _named(element: Json) -> Json:
    still = ("image", "plain_text", "mrkdwn", "card")
    return element if element["type"] in still else {"action_id": new_secret()[:5], **element}
