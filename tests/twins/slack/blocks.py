"""What is wrong with blocks and views, as Slack would see it: the grammar of `shapes`, the numbers of `limits`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.twins.slack import limits
from tests.twins.slack.elements import placed
from tests.twins.slack.limits import bounds
from tests.twins.slack.shapes import BLOCKS, ELEMENTS, FAMILIES, OBJECTS, SURFACES

PLAIN_OPTIONS = (
    "static_select",
    "external_select",
    "multi_static_select",
    "multi_external_select",
    "overflow",
)
SCALARS: dict[str, type | tuple[type, ...]] = {"str": str, "int": int, "number": (int, float), "bool": bool}


@dataclass(frozen=True)
class Fault:
    """What is wrong, and where (a JSON pointer)."""

    pointer: str
    says: str


def in_message(blocks: Any, pointer: str = "/blocks") -> list[Fault]:
    """What is wrong with the blocks of a message."""
    found = list(_value(blocks, "[@block]", ("message", "blocks"), pointer, "message"))
    return found or list(_surface(blocks, "message", pointer))


def in_view(view: Any, pointer: str = "/view") -> list[Fault]:
    """What is wrong with a modal or a home tab."""
    kind = view.get("type") if isinstance(view, dict) else None
    if kind not in ("modal", "home"):
        return [Fault(pointer, "must be a view of type modal or home")]
    found = list(_object(view, OBJECTS[kind], kind, pointer, within=kind))
    if len(json.dumps(view)) > limits.VIEW_BYTES:
        found.append(Fault(pointer, f"larger than {limits.VIEW_BYTES} bytes"))
    return found or list(_surface(view["blocks"], kind, f"{pointer}/blocks"))


def in_options(said: Any) -> Iterator[Fault]:
    """What is wrong with the options that an app suggests."""
    for name, kind in (("options", "[option]"), ("option_groups", "[option_group]")):
        if name in said:
            yield from _value(said[name], kind, ("suggested", name), f"/{name}", "menu")


def characters(blocks: Any) -> int:
    """How many characters of text there are in blocks, as far as one can tell from outside."""
    if isinstance(blocks, dict):
        own = len(blocks["text"]) if isinstance(blocks.get("text"), str) else 0
        return own + sum(characters(value) for value in blocks.values() if not isinstance(value, str))
    return sum(characters(it) for it in blocks) if isinstance(blocks, list) else 0


def _surface(blocks: list[Any], surface: str, pointer: str) -> Iterator[Fault]:
    """What is wrong with blocks together, each of them being right."""
    for block_id in _twice(it.get("block_id") for it in blocks):
        yield Fault(pointer, f"block_id {block_id!r} is there twice")
    for index, block in enumerate(blocks):
        if surface not in SURFACES.get(block["type"], (surface,)):
            yield Fault(f"{pointer}/{index}", f"a {block['type']} block cannot be used in a {surface}")
    charts = sum(it["type"] == "data_visualization" for it in blocks)
    if charts > limits.MESSAGE_CHARTS:
        yield Fault(pointer, f"{charts} charts, at most {limits.MESSAGE_CHARTS}")
    if sum(len(it["text"]) for it in blocks if it["type"] == "markdown") > limits.MARKDOWN_CHARACTERS:
        yield Fault(pointer, f"more than {limits.MARKDOWN_CHARACTERS} characters of markdown in all")
    there = list(placed(blocks))
    for block in blocks:
        for action_id in _twice(it.element.get("action_id") for it in there if it.block is block):
            yield Fault(pointer, f"action_id {action_id!r} is there twice in one block")
    if sum(bool(it.element.get("focus_on_load")) for it in there) > 1:
        yield Fault(pointer, "focus_on_load is set more than once")
    if surface != "modal" and any(it.kind == "file_input" for it in there):
        yield Fault(pointer, "a file_input can be used in a modal only")


def _value(value: Any, kind: str, place: tuple[str, str], pointer: str, within: str) -> Iterator[Fault]:
    """What is wrong with a value that should be of this kind and stands at `place` (shape, property)."""
    yield from _bounded(value, place, pointer)
    if kind == "any":
        return
    if kind.startswith("["):
        if not isinstance(value, list):
            yield Fault(pointer, "must be a list")
            return
        for index, item in enumerate(value):
            yield from _value(item, kind[1:-1], (place[0], f"{place[1]}[]"), f"{pointer}/{index}", within)
    elif kind in SCALARS:
        wrong = isinstance(value, bool) and kind != "bool"
        if wrong or not isinstance(value, SCALARS[kind]):
            yield Fault(pointer, f"must be of type {kind}")
    elif "|" in kind:
        if value not in kind.split("|"):
            yield Fault(pointer, f"{value!r} is not one of {kind}")
    elif not isinstance(value, dict):
        yield Fault(pointer, "must be an object")
    elif kind in ("plain", "text"):
        yield from _text(value, kind, pointer)
    elif kind.startswith("@"):
        yield from _typed(value, kind, pointer)
    else:
        yield from _object(value, OBJECTS[kind], kind, pointer, within)


def _typed(value: dict[str, Any], family: str, pointer: str) -> Iterator[Fault]:
    name = str(value.get("type"))
    if name not in FAMILIES[family]:
        yield Fault(pointer, f"unsupported type: {name}")
        return
    shape = BLOCKS[name] if family == "@block" else ELEMENTS[name]
    yield from _object(value, shape, "text_element" if name == "text" else name, pointer, name)


def _object(value: Any, shape: dict[str, str], name: str, pointer: str, within: str) -> Iterator[Fault]:
    right = True
    for fault in _parts(value, shape, name, pointer, within):
        right = False
        yield fault
    if right:
        yield from _together(value, name, pointer, within)


def _parts(value: Any, shape: dict[str, str], name: str, pointer: str, within: str) -> Iterator[Fault]:
    """What is wrong with an object's properties, each for itself."""
    kinds = {key.rstrip("!"): kind for key, kind in shape.items()}
    for key in sorted(set(value) - set(kinds)):
        yield Fault(f"{pointer}/{key}", f"invalid additional property: {key}")
    for key in shape:
        if key.endswith("!") and value.get(key[:-1]) is None:
            yield Fault(pointer, f"missing required property: {key[:-1]}")
    for key, kind in kinds.items():
        if value.get(key) is not None:
            yield from _value(value[key], kind, (name, key), f"{pointer}/{key}", within)


def _together(value: dict[str, Any], name: str, pointer: str, within: str) -> Iterator[Fault]:
    """Rules about properties that belong together, each of them being right."""
    match name:
        case "section" if not value.get("text") and not value.get("fields"):
            yield Fault(pointer, "needs text or fields")
        case "image" | "image_element":
            if (value.get("image_url") is None) == (value.get("slack_file") is None):
                yield Fault(pointer, "needs either image_url or slack_file")
        case "slack_file" if len(value) != 1:
            yield Fault(pointer, "needs either id or url")
        case "static_select" | "multi_static_select":
            if (value.get("options") is None) == (value.get("option_groups") is None):
                yield Fault(pointer, "needs either options or option_groups")
        case "container" if not value.get("title") and not value.get("rich_text_title"):
            yield Fault(pointer, "needs title or rich_text_title")
        case "option" if within in (*PLAIN_OPTIONS, "menu"):
            for key in ("text", "description"):
                if value.get(key) and value[key]["type"] != "plain_text":
                    yield Fault(f"{pointer}/{key}/type", "must be plain_text")
            if "url" in value and within != "overflow":
                yield Fault(f"{pointer}/url", "only an overflow menu's options have a url")
        case "area" | "bar" | "line":
            yield from _chart(value, pointer)
        case "table":
            yield from _table(value, pointer)
        case "modal" if value.get("submit") is None and any(it["type"] == "input" for it in value["blocks"]):
            yield Fault(f"{pointer}/submit", "is required where there is an input block")
    if name in ELEMENTS:
        yield from _initial(value, pointer)


def _initial(value: dict[str, Any], pointer: str) -> Iterator[Fault]:
    """What is chosen at first must be there to choose."""
    groups = value.get("option_groups") or ()
    options = [*(value.get("options") or ()), *(option for it in groups for option in it["options"])]
    for key in ("initial_option", "initial_options"):
        chosen = value.get(key) or []
        for option in chosen if isinstance(chosen, list) else [chosen]:
            if options and option not in options:
                yield Fault(f"{pointer}/{key}", "is not among the options")


def _chart(value: dict[str, Any], pointer: str) -> Iterator[Fault]:
    categories, series = value["axis_config"]["categories"], value["series"]
    if len({it["name"] for it in series}) < len(series):
        yield Fault(f"{pointer}/series", "two series have the same name")
    for index, one in enumerate(series):
        if sorted(it["label"] for it in one["data"]) != sorted(categories):
            yield Fault(f"{pointer}/series/{index}/data", "needs one point for each category")


def _table(value: dict[str, Any], pointer: str) -> Iterator[Fault]:
    rows = value.get("rows")
    if not isinstance(rows, list) or not rows or not all(isinstance(row, list) for row in rows):
        yield Fault(f"{pointer}/rows", "must be a list of rows")
        return
    if len(rows) > limits.TABLE_ROWS:
        yield Fault(f"{pointer}/rows", f"{len(rows)} rows, at most {limits.TABLE_ROWS}")
    if max(map(len, rows)) > limits.TABLE_COLUMNS:
        yield Fault(f"{pointer}/rows", f"{max(map(len, rows))} columns, at most {limits.TABLE_COLUMNS}")
    for cell in (cell for row in rows for cell in row):
        kind = cell.get("type") if isinstance(cell, dict) else None
        if kind not in ("raw_text", "raw_number", "rich_text"):
            yield Fault(f"{pointer}/rows", f"unsupported cell: {kind}")
        elif kind == "raw_text" and not cell.get("text"):
            yield Fault(f"{pointer}/rows", "an empty cell")
        elif kind == "rich_text":
            yield from _typed(cell, "@block", f"{pointer}/rows")


def _text(value: dict[str, Any], kind: str, pointer: str) -> Iterator[Fault]:
    name = str(value.get("type"))
    if name not in (("plain_text",) if kind == "plain" else ("plain_text", "mrkdwn")):
        wanted = "plain_text" if kind == "plain" else "plain_text or mrkdwn"
        yield Fault(f"{pointer}/type", f"must be {wanted}, not {name}")
        return
    yield from _object(value, ELEMENTS[name], name, pointer, within="")
    yield from _measured(value.get("text"), bounds("text", ""), pointer)


def _bounded(value: Any, place: tuple[str, str], pointer: str) -> Iterator[Fault]:
    shape, key = place
    if key in ("action_id", "block_id"):
        yield from _measured(value, bounds(key, ""), pointer)
    yield from _measured(value, bounds(shape, key), pointer)


def _measured(value: Any, allowed: dict[str, float], pointer: str) -> Iterator[Fault]:
    if not allowed:
        return
    if isinstance(value, dict):
        value = value.get("text")
    if isinstance(value, str):
        yield from _between(len(value), allowed, "length", pointer, "characters")
    elif isinstance(value, list):
        yield from _between(len(value), allowed, "items", pointer, "items")
    elif isinstance(value, int | float):
        if not allowed.get("min", value) <= value <= allowed.get("max", value):
            yield Fault(pointer, f"{value} is out of bounds")
        if value <= allowed.get("exclusive_min", value - 1):
            yield Fault(pointer, f"{value} must be greater than {allowed['exclusive_min']:g}")


def _between(size: int, allowed: dict[str, float], what: str, pointer: str, unit: str) -> Iterator[Fault]:
    if size > (most := allowed.get(f"max_{what}", size)):
        yield Fault(pointer, f"{size} {unit}, at most {most:g}")
    if size < (least := allowed.get(f"min_{what}", size)):
        yield Fault(pointer, f"{size} {unit}, at least {least:g}")


def _twice(names: Iterator[Any]) -> list[str]:
    return [name for name, times in Counter(name for name in names if name).items() if times > 1]
