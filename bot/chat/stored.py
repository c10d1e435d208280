"""Cards as JSON and back: for what has to wait until its reader comes by."""

from __future__ import annotations

import base64
import json
from typing import Any

from bot.chat.cards import Bars, Block, Button, Card, Fields, Lines, Link, Listing, Picture, Row
from bot.text import Text, from_json, to_json


def dumped(card: Card) -> str:
    """The card as JSON, pictures included."""
    return json.dumps(
        {
            "title": to_json(card.title),
            "blocks": [_block(block) for block in card.blocks],
            "buttons": [_button(it) for it in card.buttons],
            "footer": _maybe(card.footer),
            "replaces": card.replaces,
        }
    )


def loaded(body: str) -> Card:
    """The card that `dumped` wrote."""
    said = json.loads(body)
    return Card(
        from_json(said["title"]),
        tuple(_block_of(it) for it in said["blocks"]),
        tuple(_button_of(it) for it in said["buttons"]),
        _text_of(said["footer"]),
        said["replaces"],
    )


def _block(block: Block) -> dict[str, Any]:
    if isinstance(block, Lines):
        said: dict[str, Any] = {"kind": "lines", "lines": [to_json(it) for it in block.lines]}
    elif isinstance(block, Listing):
        said = {"kind": "listing", "rows": [_row(it) for it in block.rows], "numbered": block.numbered}
    elif isinstance(block, Fields):
        said = {"kind": "fields", "pairs": [[to_json(name), to_json(value)] for name, value in block.pairs]}
    elif isinstance(block, Bars):
        said = {"kind": "bars", "bars": [[to_json(label), n] for label, n in block.bars]}
    else:
        data = base64.b64encode(block.data).decode("ascii")
        return {"kind": "picture", "data": data, "alt": to_json(block.alt)}
    return {**said, "heading": _maybe(block.heading)}


def _block_of(said: dict[str, Any]) -> Block:
    if said["kind"] == "picture":
        return Picture(base64.b64decode(said["data"]), from_json(said["alt"]))
    heading = _text_of(said["heading"])
    if said["kind"] == "lines":
        return Lines(tuple(from_json(it) for it in said["lines"]), heading)
    if said["kind"] == "listing":
        return Listing(tuple(_row_of(it) for it in said["rows"]), heading, said["numbered"])
    if said["kind"] == "fields":
        return Fields(tuple((from_json(name), from_json(value)) for name, value in said["pairs"]), heading)
    return Bars(tuple((from_json(label), n) for label, n in said["bars"]), from_json(said["heading"]))


def _row(row: Row) -> dict[str, Any]:
    return {
        "text": to_json(row.text),
        "note": _maybe(row.note),
        "url": row.url,
        "buttons": [_button(it) for it in row.buttons],
    }


def _row_of(said: dict[str, Any]) -> Row:
    buttons = tuple(it for it in map(_button_of, said["buttons"]) if isinstance(it, Button))
    return Row(from_json(said["text"]), _text_of(said["note"]), said["url"], buttons)


def _button(it: Button | Link) -> dict[str, Any]:
    if isinstance(it, Link):
        return {"label": to_json(it.label), "url": it.url}
    return {"label": to_json(it.label), "action": it.action, "args": dict(it.args), "strong": it.strong}


def _button_of(said: dict[str, Any]) -> Button | Link:
    label = from_json(said["label"])
    if "url" in said:
        return Link(label, said["url"])
    return Button(label, said["action"], said["args"], said["strong"])


def _maybe(text: Text | None) -> list[object] | None:
    return None if text is None else to_json(text)


def _text_of(said: list[Any] | None) -> Text | None:
    return None if said is None else from_json(said)
