"""What can be shown: a card, and a form to fill in.

A card is a title, some blocks, buttons and a footer. Every platform can draw every block, each in its own best way.
Long things live in a store; a button carries only ids.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.core.languages import ENGLISH, Language
from bot.core.model import MemberId
from bot.text import Text


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG or JPEG with its words. `alt` has no default and may not be blank."""

    data: bytes
    alt: Text

    def __post_init__(self) -> None:
        if not str(self.alt).strip():
            raise ValueError("a picture needs alt text")


@dataclass(frozen=True, slots=True)
class Button:
    """Presses `action` with `args` (ids, short strings). `strong` marks the one main thing to do."""

    label: Text
    action: str
    args: Mapping[str, str] = field(default_factory=dict)
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """Opens a page."""

    label: Text
    url: str


@dataclass(frozen=True, slots=True)
class Lines:
    """Sentences under each other, with an optional heading."""

    lines: tuple[Text, ...]
    heading: Text | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a listing: what it says, a second quieter line, where it links, what can be done with it."""

    text: Text
    note: Text | None = None
    url: str = ""
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class Listing:
    """Rows, numbered where their order means something."""

    rows: tuple[Row, ...]
    heading: Text | None = None
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Fields:
    """Short pairs of name and value, side by side where there is room."""

    pairs: tuple[tuple[Text, Text], ...]
    heading: Text | None = None


@dataclass(frozen=True, slots=True)
class Bars:
    """Numbers to be compared, on one scale: a native chart where the platform has one. None is below zero."""

    bars: tuple[tuple[Text, int], ...]
    heading: Text


Block = Lines | Listing | Fields | Bars | Picture


@dataclass(frozen=True, slots=True)
class Shown:
    """Whose numbers a card shows: these members' of a frozen recap, in the way that `view` names (`chat.ledger`)."""

    recap_id: int
    view: str
    members: frozenset[MemberId]


@dataclass(frozen=True, slots=True)
class Card:
    """An answer or a post. `replaces`: in answer to a button, take the place of the card that carries it.

    `shows` is what a room is to be asked to forget where somebody takes their part back. `language` is for what a
    platform adds to it: the numbers of a chart, and that something found no room.
    """

    title: Text
    blocks: tuple[Block, ...] = ()
    buttons: tuple[Button | Link, ...] = ()
    footer: Text | None = None
    replaces: bool = False
    shows: Shown | None = None
    language: Language = field(default=ENGLISH, repr=False)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several values a form field offers."""

    value: str
    label: Text


@dataclass(frozen=True, slots=True)
class FormField:
    """One question. With `choices` it is a selection (several if `many`, their values joined by commas), with
    `file` an upload, with `person` it asks for somebody, else for words."""

    name: str
    label: Text
    help: Text | None = None
    value: str = ""
    required: bool = True
    long: bool = False
    most: int = 1000
    choices: tuple[Choice, ...] = ()
    many: bool = False
    file: bool = False
    person: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """At most five fields (Discord's limit). Submitting runs the action `submit` with `args` and the values."""

    title: Text
    fields: tuple[FormField, ...]
    submit: str
    args: Mapping[str, str] = field(default_factory=dict)
    button: Text | None = None

    def __post_init__(self) -> None:
        if not 1 <= len(self.fields) <= 5:
            raise ValueError("a form has one to five fields")
