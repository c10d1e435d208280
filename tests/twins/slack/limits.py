"""The numbers of Block Kit: how long, how many, how big.

The published ones are read from the contracts folder beside the repository, where there is one. Those that the
project rests on, and those that nobody publishes, stand here.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

Bounds = dict[str, float]

CONTRACTS = Path(__file__).parents[3].parent / "shared" / "contracts"
PUBLISHED = CONTRACTS / "slack-block-kit-limits.json"

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
MESSAGE_TEXT = 40_000
MESSAGE_CHARACTERS = 13_200
MESSAGE_CHARTS = 2
MARKDOWN_CHARACTERS = 12_000
VIEW_BYTES = 250_000
TABLE_ROWS, TABLE_COLUMNS = 100, 20
URL = 3000

OWN: dict[str, dict[str, Bounds]] = {
    "action_id": {"": {"max_length": 255}},
    "actions": {"elements": {"min_items": 1, "max_items": 25}},
    "block_id": {"": {"max_length": 255}},
    "button": {"text": {"max_length": 75}, "value": {"max_length": 2000}},
    "context": {"elements": {"min_items": 1, "max_items": 10}},
    "data_visualization": {"title": {"min_length": 1, "max_length": 50}},
    "emoji": {"name": {"min_length": 1}},
    "header": {"text": {"max_length": 150}},
    "home": {"blocks": {"max_items": VIEW_BLOCKS}, "private_metadata": {"max_length": 3000}},
    "image": {"alt_text": {"min_length": 1, "max_length": 2000}},
    "link": {"url": {"min_length": 1, "max_length": URL}, "text": {"min_length": 1}},
    "markdown": {"text": {"min_length": 1, "max_length": MARKDOWN_CHARACTERS}},
    "message": {"blocks": {"max_items": MESSAGE_BLOCKS}},
    "modal": {
        "title": {"max_length": 24},
        "submit": {"max_length": 24},
        "close": {"max_length": 24},
        "blocks": {"max_items": VIEW_BLOCKS},
        "private_metadata": {"max_length": 3000},
    },
    "option": {
        "text": {"max_length": 75},
        "value": {"min_length": 1, "max_length": 150},
        "description": {"max_length": 75},
    },
    "overflow": {"options": {"min_items": 1, "max_items": 5}},
    "rich_text_list": {"indent": {"min": 0, "max": 8}, "elements": {"min_items": 1}},
    "section": {"text": {"max_length": 3000}, "fields": {"min_items": 1, "max_items": 10}},
    "select": {
        "options": {"min_items": 1, "max_items": 100},
        "option_groups": {"min_items": 1, "max_items": 100},
    },
    "suggested": {"options": {"max_items": 100}, "option_groups": {"max_items": 100}},
    "text": {"": {"min_length": 1, "max_length": 3000}},
    "text_element": {"text": {"min_length": 1}},
}

# Where the published file keeps a number under another name than the property's.
CHART = "data_visualization"
ELSEWHERE: dict[tuple[str, str], tuple[str, ...]] = {
    ("pie", "segments"): (CHART, "segments"),
    ("segment", "label"): (CHART, "segment", "label"),
    ("segment", "value"): (CHART, "segment", "value"),
    ("area", "series"): (CHART, "series"),
    ("bar", "series"): (CHART, "series"),
    ("line", "series"): (CHART, "series"),
    ("series", "name"): (CHART, "series_name"),
    ("series", "data"): (CHART, "data"),
    ("point", "label"): (CHART, "point_label"),
    ("axis_config", "categories"): (CHART, "categories"),
    ("axis_config", "categories[]"): (CHART, "category_label"),
    ("axis_config", "x_label"): (CHART, "axis_label"),
    ("axis_config", "y_label"): (CHART, "axis_label"),
    ("modal", "callback_id"): ("view", "callback_id"),
    ("home", "callback_id"): ("view", "callback_id"),
    ("image_element", "alt_text"): ("image", "alt_text"),
    ("image_element", "image_url"): ("image", "image_url"),
    ("section", "fields[]"): ("section", "fields", "item"),
}


@cache
def published() -> dict[str, Any]:
    """The published numbers; empty where there are none to read."""
    told: dict[str, Any] = json.loads(PUBLISHED.read_text(encoding="utf-8")) if PUBLISHED.exists() else {}
    if told:
        told["section"]["fields"]["item"] = {"max_length": told["section"]["fields"].pop("item_max_length")}
    return told


@cache
def bounds(shape: str, name: str) -> Bounds:
    """The bounds of a property: `max_length`, `min_items`, `max` and so on. A list's items are `name[]`."""
    if shape.endswith("_select"):
        shape = "select"
    own = OWN.get(shape, {}).get(name, {})
    found: Any = published()
    for part in ELSEWHERE.get((shape, name), (shape, name)):
        found = found.get(part, {}) if isinstance(found, dict) else {}
    return own | {key: value for key, value in found.items() if isinstance(value, int | float)}
