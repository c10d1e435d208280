"""A card as a `LayoutView` with its files (Components V2), a line of progress as another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO

import discord
from discord import ui

from bot.adapters.discord.pages import GAP, Gallery, Page, paged
from bot.adapters.discord.presses import button_id, menu_id
from bot.adapters.discord.prose import Paragraph, quiet
from bot.adapters.discord.words import NO_COMMANDS, label, web_url
from bot.chat.cards import Button, Card, Link, Picture
from bot.chat.menus import Menu
from bot.text import Text

ACCENT = discord.Colour(0xD9482B)
FILE_MOST = 10 * 1024 * 1024
BUTTON_MOST = 80
CHOICE_MOST = 100
PLACEHOLDER_MOST = 150
ALT_MOST = 1024
ROW_MOST = 5

# An action with its arguments as a string of at most `PACKED_MOST` characters.
Pack = Callable[[str, Mapping[str, str]], str]


@dataclass(frozen=True, slots=True)
class Drawn:
    """What goes into one message. It can be sent once: sending closes the files."""

    view: ui.LayoutView
    files: list[discord.File]


def draw(
    card: Card, pack: Pack, *, commands: Mapping[str, int] = NO_COMMANDS, file_most: int = FILE_MOST
) -> Drawn:
    """The card. Buttons and menus get the custom ids that `presses` reads."""
    page = paged(card, commands=commands, file_most=file_most)
    return _Drawing(pack).drawn(page)


def draw_progress(text: Text) -> Drawn:
    """How far it is, in one quiet line."""
    return Drawn(_unheard(ui.TextDisplay(quiet(text) or "…")), [])


def _unheard(*items: ui.Item[ui.LayoutView]) -> ui.LayoutView:
    """A view that discord.py does not keep in memory: every press of ours is told by its custom id alone."""
    view = ui.LayoutView(timeout=None)
    for item in items:
        view.add_item(item)
    view.stop()
    return view


class _Drawing:
    """One message on its way; numbers what can be pressed, since Discord refuses two of one id."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._pressables = 0
        self._files: list[discord.File] = []

    def drawn(self, page: Page) -> Drawn:
        items = list(self._items(page))
        if not any(isinstance(it, ui.TextDisplay | ui.MediaGallery) for it in items):
            items.insert(0, ui.TextDisplay("…"))
        box: ui.Container[ui.LayoutView] = ui.Container(accent_colour=ACCENT)
        for item in items:
            box.add_item(item)
        return Drawn(_unheard(box), self._files)

    def _items(self, page: Page) -> Iterator[ui.Item[ui.LayoutView]]:
        said: list[Paragraph] = []
        for part in page.parts:
            if isinstance(part, Paragraph):
                said.append(part)
                continue
            yield from _text(said)
            said = []
            yield self._gallery(part) if isinstance(part, Gallery) else self._menu(part)
        yield from _text(said)
        if page.small:
            yield ui.Separator()
            yield ui.TextDisplay("\n".join(page.small))
        yield from map(self._menu, page.menus)
        for start in range(0, len(page.buttons), ROW_MOST):
            yield ui.ActionRow(*map(self._button, page.buttons[start : start + ROW_MOST]))

    def _gallery(self, gallery: Gallery) -> ui.MediaGallery[ui.LayoutView]:
        shown: ui.MediaGallery[ui.LayoutView] = ui.MediaGallery()
        for picture in gallery.pictures:
            file = self._file(picture)
            # Shown is the gallery's description; the file's own is read where the file is opened by itself.
            shown.add_item(media=file, description=file.description)
        return shown

    def _file(self, picture: Picture) -> discord.File:
        ending = "png" if picture.data.startswith(b"\x89PNG") else "jpg"
        name = f"picture-{len(self._files) + 1}.{ending}"
        file = discord.File(BytesIO(picture.data), name, description=label(picture.alt, ALT_MOST))
        self._files.append(file)
        return file

    def _menu(self, menu: Menu) -> ui.ActionRow[ui.LayoutView]:
        options = [
            discord.SelectOption(label=label(words, CHOICE_MOST), value=self._pressed(button))
            for words, button in menu.choices
        ]
        self._pressables += 1
        select: ui.Select[ui.LayoutView] = ui.Select(
            custom_id=menu_id(self._pressables),
            placeholder=label(menu.label, PLACEHOLDER_MOST),
            options=options,
        )
        return ui.ActionRow(select)

    def _button(self, it: Button | Link) -> ui.Button[ui.LayoutView]:
        words = label(it.label, BUTTON_MOST)
        if isinstance(it, Link):
            return ui.Button(label=words, url=web_url(it.url))
        style = discord.ButtonStyle.primary if it.strong else discord.ButtonStyle.secondary
        return ui.Button(label=words, style=style, custom_id=self._pressed(it))

    def _pressed(self, button: Button) -> str:
        self._pressables += 1
        return button_id(self._pressables, self._pack(button.action, button.args))


def _text(paragraphs: Sequence[Paragraph]) -> Iterator[ui.TextDisplay[ui.LayoutView]]:
    """The paragraphs as one component, if they say anything; a heading makes its own room."""
    said, open_lines = "", False
    for it in paragraphs:
        words = str(it)
        if words:
            gap = GAP if open_lines and not it.heading else "\n"
            said = f"{said}{gap}{words}" if said else words
            open_lines = bool(it.lines)
    if said:
        yield ui.TextDisplay(said)
