"""A whole card in another language."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from bot.chat.cards import Bars, Block, Button, Card, Fields, Lines, Link, Picture, Row
from bot.core.languages import Language
from bot.text import Text

B = TypeVar("B", Button, Button | Link)


def translated(card: Card, language: Language) -> Card:
    """The same card with every word of ours in this language, buttons and what pictures show included."""
    return _Translating(language).card(card)


class _Translating:
    def __init__(self, language: Language) -> None:
        self._language = language
        self._said = language.said

    def card(self, card: Card) -> Card:
        return replace(
            card,
            title=self._said(card.title),
            blocks=tuple(map(self._block, card.blocks)),
            buttons=self._buttons(card.buttons),
            footer=self._maybe(card.footer),
            language=self._language,
        )

    def _block(self, block: Block) -> Block:
        if isinstance(block, Picture):
            return replace(block, alt=self._said(block.alt))
        if isinstance(block, Bars):
            bars = tuple((self._said(label), n) for label, n in block.bars)
            return replace(block, bars=bars, heading=self._said(block.heading))
        heading = self._maybe(block.heading)
        if isinstance(block, Lines):
            return replace(block, lines=tuple(map(self._said, block.lines)), heading=heading)
        if isinstance(block, Fields):
            pairs = tuple((self._said(name), self._said(value)) for name, value in block.pairs)
            return replace(block, pairs=pairs, heading=heading)
        return replace(block, rows=tuple(map(self._row, block.rows)), heading=heading)

    def _row(self, row: Row) -> Row:
        return replace(
            row, text=self._said(row.text), note=self._maybe(row.note), buttons=self._buttons(row.buttons)
        )

    def _buttons(self, buttons: tuple[B, ...]) -> tuple[B, ...]:
        return tuple(replace(it, label=self._said(it.label)) for it in buttons)

    def _maybe(self, text: Text | None) -> Text | None:
        return None if text is None else self._said(text)
