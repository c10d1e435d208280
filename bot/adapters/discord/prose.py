"""The blocks of a card as paragraphs of Discord's markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.adapters.discord.words import NO_COMMANDS, linked, markdown
from bot.chat.cards import Bars, Fields, Lines, Listing, Row
from bot.core.languages import Language
from bot.text import Text, t

# How much a listing's rows say: links and quieter lines, no links, neither.
DETAILS = (2, 1, 0)
BAR_CELLS = 10

Prose = Lines | Listing | Fields | Bars


@dataclass(slots=True)
class Paragraph:
    """Lines under a heading ("" for none). `cut` counts the lines that had to go, which is said in the `language`."""

    heading: str
    lines: list[str]
    language: Language
    cut: int = 0

    def __str__(self) -> str:
        rest = quiet(self.language.said(t("… and {n} more", n=self.cut))) if self.cut else ""
        return "\n".join(it for it in (self.heading, *self.lines, rest) if it)


def heading(text: Text | None, commands: Mapping[str, int], level: str = "###") -> str:
    """A heading, "" for nothing."""
    said = "" if text is None else markdown(text, commands)
    return f"{level} {said}" if said else ""


def quiet(text: Text | None, commands: Mapping[str, int] = NO_COMMANDS) -> str:
    """A line in small letters, "" for nothing."""
    said = "" if text is None else markdown(text, commands)
    return f"-# {said}" if said else ""


def paragraph(block: Prose, detail: int, commands: Mapping[str, int], language: Language) -> Paragraph:
    """The block in words; `detail` is one of `DETAILS`, `commands` as for `markdown`."""
    lines = [line for line in _lines(block, detail, commands, language) if line]
    return Paragraph(heading(block.heading, commands), lines, language)


def _lines(block: Prose, detail: int, commands: Mapping[str, int], language: Language) -> Iterator[str]:
    if isinstance(block, Lines):
        yield from (markdown(line, commands) for line in block.lines)
    elif isinstance(block, Listing):
        for n, row in enumerate(block.rows, 1):
            yield _row(row, f"**{n}.** " if block.numbered else "", detail, commands)
    elif isinstance(block, Fields):
        for name, value in block.pairs:
            yield _pair(markdown(name), markdown(value, commands))
    else:
        most = max((abs(n) for _, n in block.bars), default=0)
        for label, n in block.bars:
            yield f"`{_bar(n, most)}` **{language.said(t('{n}', n=n))}** {markdown(label)}"


def _row(row: Row, number: str, detail: int, commands: Mapping[str, int]) -> str:
    words = markdown(row.text, commands)
    said = number + (linked(words, row.url) if detail == DETAILS[0] else words)
    note = quiet(row.note, commands) if detail else ""
    return "\n".join(it for it in (said.rstrip(), note) if it)


def _pair(name: str, value: str) -> str:
    return f"**{name}** {value}".rstrip() if name else value


def _bar(n: int, most: int) -> str:
    """Ten cells; whatever is not nothing fills one of them."""
    filled = max(round(BAR_CELLS * max(n, 0) / most), int(n > 0)) if most else 0
    return "█" * filled + "░" * (BAR_CELLS - filled)
