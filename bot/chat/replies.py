"""What is said, privately, to a typed line that is no command or not quite one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from bot.chat.cards import Card, Lines
from bot.chat.commands import Command
from bot.errors import BadOption
from bot.text import t

_NEAR = 0.5


def no_command(line: str, name: str, known: Sequence[str]) -> Card:
    """For a line that names no command: the nearest names, or how to ask."""
    near = get_close_matches(name, known, 3, _NEAR)
    if not line.startswith("/"):
        return Card(
            t("I only listen to commands"),
            (Lines((t("Talk as you like; when you want something of me, begin with a slash."),)),),
            footer=t("Type / to see everything I can do."),
        )
    if not near:
        return Card(
            t("I have no command “/{name}”", name=name[:50]),
            footer=t("Type / to see everything I can do."),
        )
    listed = " · ".join(f"/{it}" for it in near)
    return Card(
        t("I have no command “/{name}”", name=name[:50]), (Lines((t("Near it: {listed}", listed=listed),)),)
    )


def not_understood(command: Command, error: BadOption) -> Card:
    """For a command with an option that will not do: why, and how it is typed."""
    return Card(error.text, (Lines((t("{usage}", usage=command.usage),)),))


def line_of(command: Command, typed: Mapping[str, str]) -> str:
    """The line that would have said the same: `/play prompt:"late drive" count:20`."""
    given = [option.name for option in command.options if option.name in typed]
    words = [f"{name}:{_quoted(typed[name])}" for name in given]
    return " ".join([f"/{command.name}", *words])


def _quoted(value: str) -> str:
    if not any(it.isspace() for it in value) and not value.startswith(('"', "“", "”", "„", "«")):
        return value
    return f"“{value}”" if '"' in value else f'"{value}"'
