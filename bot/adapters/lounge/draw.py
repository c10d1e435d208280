"""Cards and forms as JSON: what the page shows, and beside it what a button or a form runs.

A sentence becomes `{"text": …}`; where somebody else's words or an instant are in it, also `"parts"`, so that the
page can isolate those words and write the instant in its zone, or the reader's. Buttons are numbered in the order
they are seen; what each runs stays on the server (`presses`, `submit`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.chat.cards import (
    Bars,
    Block,
    Button,
    Card,
    Fields,
    Form,
    FormField,
    Lines,
    Link,
    Listing,
    Picture,
    Row,
)
from bot.text import Moment, Text, in_english, pieces, t

JSON = dict[str, Any]
Keep = Callable[[bytes], JSON | None]


def sentence(text: Text) -> JSON:
    """`{"text": whole, "parts": [template words | {"value"} | {"at_ms", "zone", "text"}]}`."""
    parts = list(_parts(text))
    drawn: JSON = {"text": in_english(text)}
    if any(isinstance(part, dict) for part in parts):
        drawn["parts"] = parts
    return drawn


def _parts(text: Text) -> Iterator[str | JSON]:
    for words, value in pieces(text):
        if words:
            yield words
        if isinstance(value, Moment):
            words = in_english(t("{moment}", moment=value))
            yield {"at_ms": value.at_ms, "zone": value.zone or "UTC", "text": words}
        elif value is not None:
            yield {"value": value}


@dataclass(slots=True)
class Drawn:
    """A card on its way to JSON. `presses[n]` is what button n runs: `{"action", "args", "label"}`."""

    keep: Keep
    presses: list[JSON] = field(default_factory=list)

    def card(self, card: Card) -> JSON:
        """The card as the page gets it."""
        return {
            "title": sentence(card.title),
            "blocks": [self._block(block) for block in card.blocks],
            "buttons": [
                self._button(button) if isinstance(button, Button) else _link(button)
                for button in card.buttons
            ],
            "footer": _maybe(card.footer),
        }

    def _block(self, block: Block) -> JSON:
        if isinstance(block, Lines):
            return {
                "kind": "lines",
                "heading": _maybe(block.heading),
                "lines": [sentence(line) for line in block.lines],
            }
        if isinstance(block, Listing):
            return {
                "kind": "listing",
                "heading": _maybe(block.heading),
                "numbered": block.numbered,
                "rows": [self._row(row) for row in block.rows],
            }
        if isinstance(block, Fields):
            return {
                "kind": "fields",
                "heading": _maybe(block.heading),
                "pairs": [[sentence(name), sentence(value)] for name, value in block.pairs],
            }
        if isinstance(block, Bars):
            return {
                "kind": "bars",
                "heading": sentence(block.heading),
                "bars": [{"label": sentence(label), "n": n} for label, n in block.bars],
            }
        return self._picture(block)

    def _row(self, row: Row) -> JSON:
        return {
            "text": sentence(row.text),
            "note": _maybe(row.note),
            "url": web_url(row.url),
            "buttons": [self._button(button) for button in row.buttons],
        }

    def _button(self, button: Button) -> JSON:
        label = sentence(button.label)
        self.presses.append({"action": button.action, "args": dict(button.args), "label": label})
        return {"n": len(self.presses) - 1, "label": label, "strong": button.strong}

    def _picture(self, picture: Picture) -> JSON:
        kept = self.keep(picture.data)
        if kept is None:
            return {"kind": "lines", "heading": None, "lines": [sentence(picture.alt)]}
        return {"kind": "picture", "alt": str(picture.alt), **kept}


def draw_form(form: Form) -> tuple[JSON, JSON]:
    """The form as the page gets it, and what submitting runs: `{"action", "args"}`."""
    drawn = {
        "title": sentence(form.title),
        "fields": [_field(it) for it in form.fields],
        "button": sentence(form.button or t("Send")),
    }
    return drawn, {"action": form.submit, "args": dict(form.args)}


def _field(it: FormField) -> JSON:
    return {
        "name": it.name,
        "label": sentence(it.label),
        "help": _maybe(it.help),
        "value": it.value,
        "required": it.required,
        "long": it.long,
        "most": it.most,
        "choices": [{"value": choice.value, "label": sentence(choice.label)} for choice in it.choices],
        "many": it.many,
        "file": it.file,
    }


def web_url(url: str) -> str:
    """The URL if it opens a web page, else ""."""
    return url if url.lower().startswith(("https://", "http://")) else ""


def _link(link: Link) -> JSON:
    return {"url": web_url(link.url), "label": sentence(link.label)}


def _maybe(text: Text | None) -> JSON | None:
    return None if text is None else sentence(text)
