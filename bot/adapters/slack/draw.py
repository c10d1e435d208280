"""Cards as Block Kit, within every limit of Slack's.

Words are rich text: it is literal, so nothing that somebody wrote can ping, link or break out of its place. What
does not fit is cut at a line, and the card says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bot.adapters.slack.charts import chart, chart_lines
from bot.adapters.slack.words import JSON, cut, escaped, has_moment, link, rich, spoken, words_of
from bot.chat.cards import Bars, Block, Button, Card, Fields, Lines, Link, Listing, Picture, Row
from bot.chat.menus import Menu, menus
from bot.chat.packing import packed
from bot.core.languages import Language
from bot.text import Text, t, tn

# What a button can carry (Slack: 2,000 characters), and an option of a menu.
VALUE_MOST = 2000
OPTION_MOST = 150
HEADER_MOST = 150
LABEL_MOST = 75
URL_MOST = 2900
LINE_MOST = 1200
FALLBACK_MOST = 500
ALT_MOST = 2000
_ELEMENTS = 25
_OPTIONS = 100
# Slack refuses a message as too long by a rule that it does not tell (slackapi/bolt-js#2509, #2867: 12,000
# characters "with a buffer for block containers"; 9,597 in 50 blocks passed, 11,341 in 45 did not). This is safe.
_ROOM = 10_500
_CONTAINER = 12
_UNREAD = frozenset({"type", "style", "value"})
_FOR_CONTROLS = 6_500
_FOR_NOTE = 300


class Surface(NamedTuple):
    """How many blocks and charts a place takes."""

    blocks: int
    charts: int


MESSAGE = Surface(50, 2)
VIEW = Surface(100, 0)  # a modal or the home tab; that it takes charts is written nowhere


@dataclass(slots=True)
class _Part:
    """Lines under a heading, before it is known how many of them there is room for."""

    heading: list[JSON]
    lines: list[list[JSON]]
    language: Language
    style: str = ""

    def block(self, most: int) -> JSON:
        """A block of the first `most` lines."""
        shown = self.lines[:most]
        elements: list[JSON] = [_section(self.heading)] if self.heading else []
        if self.style and shown:
            items = [_section(line) for line in shown]
            elements.append({"type": "rich_text_list", "style": self.style, "elements": items})
        elif shown:
            elements.append(_section(_joined(shown)))
        left = len(self.lines) - len(shown)
        if left:
            said = self.language.said(t("… and {n} more", n=left))
            elements.append(_section([words_of(str(said), italic=True)]))
        return {"type": "rich_text", "elements": elements}


@dataclass(slots=True)
class _Paper:
    """What there is room for yet, and what found none."""

    blocks: int
    room: int
    lines_lost: int = 0
    buttons_lost: int = 0

    def take(self, part: _Part) -> JSON | None:
        """As much of the part as fits; None if nothing of it does."""
        most = len(part.lines)
        if self.blocks <= 0 or (not most and not part.heading):
            self.lines_lost += most
            return None
        while most >= 0:
            block = part.block(most)
            cost = _cost(block)
            if cost <= self.room and (most or not part.lines):
                self.blocks -= 1
                self.room -= cost
                return block
            # Lines are of one kind, so this comes near in one step.
            most = min(most - 1, most * max(self.room, 0) // cost)
        self.lines_lost += len(part.lines)
        return None

    @property
    def note(self) -> Text | None:
        """What is to be said of what was cut."""
        lost = []
        if self.lines_lost:
            lost.append(tn("{n} line", "{n} lines", self.lines_lost))
        if self.buttons_lost:
            lost.append(tn("{n} button", "{n} buttons", self.buttons_lost))
        if not lost:
            return None
        what = lost[0] if len(lost) == 1 else t("{one} and {other}", one=lost[0], other=lost[1])
        return t("Left out here: {what}.", what=what)


def draw(
    card: Card, surface: Surface = MESSAGE, *, files: Sequence[str] = (), about: Text | None = None
) -> list[JSON]:
    """The blocks of a card.

    `files` are Slack's ids of its pictures, in order; a picture without one is told in words. `about` is a quiet last
    line: who asked for what.
    """
    head, foot = list(_title(card.title)), [_quiet(it) for it in (card.footer, about) if it is not None]
    paper = _Paper(
        blocks=surface.blocks - len(head) - len(foot) - 1, room=_ROOM - _FOR_NOTE - _cost([*head, *foot])
    )
    controls = _Controls(paper)
    own = controls.buttons(card.buttons)
    choices = [controls.menus(it) if isinstance(it, Listing) else [] for it in card.blocks]
    body: list[JSON] = []
    ids, charts = iter(files), surface.charts
    for block, below in zip(card.blocks, choices, strict=True):
        drawn = chart(block) if isinstance(block, Bars) and charts and paper.blocks > 0 else None
        if isinstance(block, Picture) and paper.blocks > 0 and (file := next(ids, "")):
            drawn = {"type": "image", "slack_file": {"id": file}, "alt_text": spoken(block.alt, ALT_MOST)}
        if drawn is not None and (cost := _cost(drawn)) <= paper.room:
            charts -= drawn["type"] == "data_visualization"
            paper.blocks -= 1
            paper.room -= cost
            body.append(drawn)
        elif (words := paper.take(_part(block, card.language))) is not None:
            body.append(words)
        body += below
    note = [] if paper.note is None else [_quiet(card.language.said(paper.note))]
    blocks = [*head, *body, *own, *note, *foot]
    return _numbered(blocks) or [_quiet(t("…"))]


def fallback(card: Card) -> str:
    """The card in a few words, for notifications and screen readers."""
    first = next((it.lines[0] for it in card.blocks if isinstance(it, Lines) and it.lines), None)
    said = [spoken(it, FALLBACK_MOST) for it in (card.title, first) if it is not None]
    return cut(escaped(" – ".join(it for it in said if it.strip())), FALLBACK_MOST) or "…"


def quiet_line(text: Text) -> list[JSON]:
    """The blocks of one small line: that the work goes on."""
    return [_quiet(text)]


def web_url(url: str) -> str:
    """The URL if it opens a web page and Slack takes it, else ""."""
    whole = url.isprintable() and " " not in url and len(url) <= URL_MOST
    return url if whole and url.lower().startswith(("https://", "http://")) else ""


def plain_text(words: str) -> JSON:
    """A text object in which nothing is markup, not even `:smile:`."""
    return {"type": "plain_text", "text": words, "emoji": False}


class _Controls:
    """Buttons and menus, which get their room before the words do."""

    def __init__(self, paper: _Paper) -> None:
        self._paper = paper
        self._room = min(_FOR_CONTROLS, paper.room)

    def buttons(self, buttons: Sequence[Button | Link]) -> list[JSON]:
        """The blocks of a card's own buttons."""
        return self._blocks([it for button in buttons if (it := self._button(button)) is not None])

    def menus(self, listing: Listing) -> list[JSON]:
        """The blocks of the menus that stand for a listing's buttons."""
        drawn = [it for menu in menus(listing, _OPTIONS) if (it := self._menu(menu)) is not None]
        return self._blocks(drawn)

    def _button(self, button: Button | Link) -> JSON | None:
        drawn: JSON = {"type": "button", "text": plain_text(_label(button.label))}
        if isinstance(button, Link):
            drawn["url"] = web_url(button.url)
        else:
            drawn["value"] = _value(button)
            if button.strong:
                drawn["style"] = "primary"
        if not (drawn.get("url") or drawn.get("value")):
            self._paper.buttons_lost += 1
            return None
        return self._fitting(drawn, 1)

    def _menu(self, menu: Menu) -> JSON | None:
        options = [
            {"text": plain_text(_label(words)), "value": packed(button.action, button.args, OPTION_MOST)}
            for words, button in menu.choices
        ]
        fits = len(options)
        while fits and _cost(options[:fits]) > self._room - LABEL_MOST * 2:
            fits = min(fits - 1, fits * self._room // _cost(options[:fits]))
        self._paper.buttons_lost += len(options) - fits
        if not fits:
            return None
        placeholder = plain_text(_label(menu.label))
        return self._fitting(
            {"type": "static_select", "placeholder": placeholder, "options": options[:fits]}, fits
        )

    def _fitting(self, drawn: JSON, count: int) -> JSON | None:
        cost = _cost(drawn)
        if cost > self._room:
            self._paper.buttons_lost += count
            return None
        self._room -= cost
        self._paper.room -= cost
        return drawn

    def _blocks(self, elements: Sequence[JSON]) -> list[JSON]:
        groups = [elements[at : at + _ELEMENTS] for at in range(0, len(elements), _ELEMENTS)]
        fitting = groups[: max(self._paper.blocks, 0)]
        self._paper.blocks -= len(fitting)
        self._paper.buttons_lost += sum(map(len, groups[len(fitting) :]))
        return [{"type": "actions", "elements": list(group)} for group in fitting]


def _title(title: Text) -> Iterator[JSON]:
    words = spoken(title, LINE_MOST)
    if not words.strip():
        return
    if len(words) <= HEADER_MOST and not has_moment(title):
        yield {"type": "header", "text": plain_text(words)}
    else:
        yield {"type": "rich_text", "elements": [_section(rich(title, LINE_MOST, bold=True))]}


def _quiet(text: Text) -> JSON:
    return {"type": "context", "elements": [plain_text(spoken(text, LINE_MOST) or "…")]}


def _part(block: Block, language: Language) -> _Part:
    if isinstance(block, Picture):
        said = str(language.said(t("Picture: ")))
        return _Part([], [[words_of(said, italic=True), *rich(block.alt, LINE_MOST)]], language)
    heading = [] if block.heading is None else rich(block.heading, LINE_MOST, bold=True)
    if isinstance(block, Lines):
        return _Part(heading, [rich(it, LINE_MOST) for it in block.lines], language)
    if isinstance(block, Listing):
        return _Part(
            heading, [_row(it) for it in block.rows], language, "ordered" if block.numbered else "bullet"
        )
    if isinstance(block, Fields):
        return _Part(heading, [_pair(name, value) for name, value in block.pairs], language)
    return _Part(heading, list(chart_lines(block, language)), language)


def _row(row: Row) -> list[JSON]:
    url = web_url(row.url)
    elements = [link(row.text, url, LINE_MOST)] if url else rich(row.text, LINE_MOST)
    if row.note is not None:
        elements += [words_of("\n"), *rich(row.note, LINE_MOST, italic=True)]
    return elements


def _pair(name: Text, value: Text) -> list[JSON]:
    return [*rich(name, LINE_MOST, bold=True), words_of(": "), *rich(value, LINE_MOST)]


def _section(elements: list[JSON]) -> JSON:
    return {"type": "rich_text_section", "elements": elements or [words_of(" ")]}


def _joined(lines: Sequence[list[JSON]]) -> list[JSON]:
    joined = list(lines[0])
    for line in lines[1:]:
        joined += [words_of("\n"), *line]
    return joined


def _value(button: Button) -> str:
    """What a button carries; "" where what it would ask again is too long for that."""
    try:
        return packed(button.action, button.args, VALUE_MOST)
    except ValueError:
        return ""


def _label(text: Text) -> str:
    words = spoken(text, LABEL_MOST)
    return words if words.strip() else "…"


def _numbered(blocks: list[JSON]) -> list[JSON]:
    """The blocks, their controls named apart."""
    controls = (it for block in blocks if block["type"] == "actions" for it in block["elements"])
    for n, element in enumerate(controls):
        element["action_id"] = f"press-{n}"
    return blocks


def _cost(drawn: object) -> int:
    """How much of a message's room it takes: the words and addresses in it, and something for each object around."""
    if isinstance(drawn, dict):
        inner = (_cost(value) for name, value in drawn.items() if name not in _UNREAD)
        return _CONTAINER + sum(inner)
    if isinstance(drawn, list):
        return sum(map(_cost, drawn))
    return len(drawn) if isinstance(drawn, str) else 0
