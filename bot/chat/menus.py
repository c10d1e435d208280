"""The buttons of a long listing as menus, for platforms where a row cannot have buttons of its own.

Twenty-five songs with *Swap* and *Veto* each become two menus: which song to swap, which one to veto.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.chat.cards import Button, Listing
from bot.text import Text, t


@dataclass(frozen=True, slots=True)
class Menu:
    """One thing to do, and with which row. `choices` are the rows' words with their button."""

    label: Text
    choices: tuple[tuple[Text, Button], ...]


def menus(listing: Listing, most: int) -> tuple[Menu, ...]:
    """A menu for each label of the rows' buttons, in the order of first use; none with more than `most` choices."""
    by_label: dict[str, list[tuple[Text, Button]]] = {}
    for n, row in enumerate(listing.rows, 1):
        words = t("{n}. {text}", n=n, text=row.text) if listing.numbered else row.text
        for button in row.buttons:
            by_label.setdefault(str(button.label), []).append((words, button))
    return tuple(
        Menu(_label(choices, start, most), tuple(choices[start : start + most]))
        for choices in by_label.values()
        for start in range(0, len(choices), most)
    )


def _label(choices: Sequence[tuple[Text, Button]], start: int, most: int) -> Text:
    label = choices[0][1].label
    if len(choices) <= most:
        return t("{label} …", label=label)
    last = min(start + most, len(choices))
    return t("{label} … ({first} to {last})", label=label, first=start + 1, last=last)
