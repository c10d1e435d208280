"""What of a card fits into a message, and in which order: paragraphs, pictures, menus, buttons.

Discord shows 4,000 characters of text and 40 components. A card with more text loses the links of its listings
first, then their quieter lines, those of the last listing before those of the first, then lines at the end of whatever
is longest; a card with more buttons gets menus. What had to go is counted in a line that says so, but for links.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.adapters.discord.prose import DETAILS, Paragraph, Prose, heading, paragraph, quiet
from bot.adapters.discord.words import NO_COMMANDS, web_url
from bot.chat.cards import Block, Button, Card, Lines, Link, Listing, Picture, Row
from bot.chat.menus import Menu, menus
from bot.core.languages import Language
from bot.text import Text, t, tn

TEXT_MOST = 4000
# Of the 40 components the box takes one, buttons and their rows 12, menus and their rows 12, galleries 3, text
# around galleries and menus 10, and the small print two, the line above it included.
BUTTONS_MOST = 10
MENUS_MOST = 6
GALLERIES_MOST = 3
MENU_MOST = 25
FILES_MOST = 10
# All files of a message together; Discord's limit of 25 MiB is for the whole request.
FILES_MOST_BYTES = 24 * 1024 * 1024
GAP = "\n\n"
_IMAGES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")


@dataclass(frozen=True, slots=True)
class Gallery:
    """Pictures that stand together."""

    pictures: tuple[Picture, ...]


@dataclass(slots=True)
class Page:
    """The parts in their order, the small print, then menus and buttons."""

    parts: list[Paragraph | Gallery | Menu]
    small: list[str]
    menus: Sequence[Menu]
    buttons: Sequence[Button | Link]
    language: Language

    def length(self) -> int:
        """How many characters of text it shows, at most."""
        shown = [str(it) for it in self.parts if isinstance(it, Paragraph)] + self.small
        return sum(map(len, shown)) + len(GAP) * len(shown)

    def shorten(self) -> None:
        """Cut lines where there are most until all fits; then leave out whole paragraphs from the end."""
        paragraphs = [it for it in self.parts if isinstance(it, Paragraph)]
        over = self.length() - TEXT_MOST
        while over > 0 and (longest := max(paragraphs, key=_weight)).lines:
            before = len(str(longest))
            longest.lines.pop()
            longest.cut += 1
            over -= before - len(str(longest))
        small, gone = self.small, 0
        while self.length() > TEXT_MOST:
            last = paragraphs.pop()
            self.parts = [it for it in self.parts if it is not last]
            gone += 1
            parts = tn("… and {n} more part", "… and {n} more parts", gone)
            self.small = [*small, quiet(self.language.said(parts))]


def _weight(it: Paragraph) -> int:
    return sum(map(len, it.lines))


def paged(card: Card, *, commands: Mapping[str, int] = NO_COMMANDS, file_most: int) -> Page:
    """The card as it fits. `commands` as for `markdown`; `file_most` is how many bytes a file can have here."""
    openable = [it for it in card.buttons if isinstance(it, Button) or web_url(it.url)]
    buttons, rest = openable[:BUTTONS_MOST], openable[BUTTONS_MOST:]
    say = card.language.said
    below = _more([it for it in rest if isinstance(it, Button)], say(t("More")))
    loose = [it for it in card.buttons if isinstance(it, Link) and it not in buttons]
    pieces = _Pieces(MENUS_MOST - len(below[:MENUS_MOST]), file_most)
    for block in [*card.blocks, *_written_out(loose)]:
        pieces.add(block)
    hidden = pieces.hidden + sum(len(it.choices) for it in below[MENUS_MOST:])
    small = [quiet(card.footer, commands)]
    if hidden:
        small.append(quiet(say(t("… and {n} more buttons than a message here can hold", n=hidden))))
    title = Paragraph(heading(card.title, commands, "##"), [], card.language)
    whole, unlinked, bare = DETAILS
    listings = [
        n for n, it in enumerate(pieces.all) if isinstance(it, Listing) and any(row.note for row in it.rows)
    ]
    for detail, without in [(whole, 0), *((unlinked, n) for n in range(len(listings) + 1))]:
        quieted = listings[len(listings) - without :]
        parts = [
            it
            if isinstance(it, Gallery | Menu)
            else paragraph(it, bare if n in quieted else detail, commands, card.language)
            for n, it in enumerate(pieces.all)
        ]
        note = tn("… and the details of {n} list", "… and the details of {n} lists", without)
        said = [*small, quiet(say(note))] if without else small
        page = Page([title, *parts], [it for it in said if it], below[:MENUS_MOST], buttons, card.language)
        if page.length() <= TEXT_MOST:
            return page
    page.shorten()
    return page


def _more(buttons: Sequence[Button], label: Text) -> Sequence[Menu]:
    """Menus for the buttons that are one too many."""
    rows = (Row(it.label, buttons=(Button(label, it.action, it.args),)) for it in buttons)
    return menus(Listing(tuple(rows)), MENU_MOST)


def _written_out(links: Sequence[Link]) -> Sequence[Block]:
    """Links that make no button: too many, or to somewhere that Discord does not open."""
    return (Listing(tuple(Row(it.label, url=it.url) for it in links)),) if links else ()


class _Pieces:
    """Blocks one after another, with the galleries and menus between them, as many as a message takes."""

    def __init__(self, menus_left: int, file_most: int) -> None:
        self.all: list[Prose | Gallery | Menu] = []
        self.hidden = 0
        self._menus_left = menus_left
        self._galleries_left = GALLERIES_MOST
        self._files_left = FILES_MOST
        self._bytes_left = FILES_MOST_BYTES
        self._file_most = file_most

    def add(self, block: Block) -> None:
        if isinstance(block, Picture):
            self._add_picture(block)
            return
        self.all.append(block)
        if isinstance(block, Listing):
            listed = menus(block, MENU_MOST)
            self.all.extend(listed[: self._menus_left])
            self.hidden += sum(len(it.choices) for it in listed[self._menus_left :])
            self._menus_left -= len(listed[: self._menus_left])

    def _add_picture(self, picture: Picture) -> None:
        before = self.all[-1] if self.all else None
        beside = isinstance(before, Gallery)
        size = len(picture.data)
        fits = size <= min(self._file_most, self._bytes_left) and self._files_left > 0
        if not fits or not picture.data.startswith(_IMAGES) or not (beside or self._galleries_left):
            # Whoever cannot see it gets its words, as everywhere.
            self.all.append(Lines((picture.alt,)))
            return
        self._bytes_left -= size
        self._files_left -= 1
        if isinstance(before, Gallery):
            self.all[-1] = Gallery((*before.pictures, picture))
        else:
            self._galleries_left -= 1
            self.all.append(Gallery((picture,)))
