"""Buttons and menus that work for ever: a custom id says all, so a press on a message of last year is understood.

discord.py matches the id against a template and calls us; nothing about a message is kept in memory. The id is the
packed call behind a number, for Discord refuses two equal ids in one message.
"""

from __future__ import annotations

import re
from typing import Any, TypeAlias

import discord
from discord import ui

_CALL = re.compile(r"\d{1,3}:(?P<call>.+)", re.DOTALL)
_MENU = re.compile(r"menu:\d{1,3}")

# Of our `Client`, which is what has `pressed`.
Interaction: TypeAlias = discord.Interaction[Any]


def button_id(n: int, call: str) -> str:
    """The custom id of the n-th button, or the value of a menu's choice."""
    return f"{n}:{call}"


def menu_id(n: int) -> str:
    """The custom id of the n-th menu. What is picked in it says which call is meant."""
    return f"menu:{n}"


def call_in(custom_id: str) -> str:
    """The packed call in an id that `button_id` made, "" in any other."""
    match = _CALL.fullmatch(custom_id)
    return match["call"] if match else ""


class Press(ui.DynamicItem[ui.Button[Any]], template=_CALL):
    """Any button of ours."""

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: ui.Item[Any], match: re.Match[str], /
    ) -> Press:
        """discord.py found this button in the message that was pressed."""
        assert isinstance(item, ui.Button)
        return cls(item)

    async def callback(self, interaction: Interaction) -> None:
        """It was pressed."""
        await interaction.client.pressed(interaction, call_in(self.item.custom_id or ""))


class Pick(ui.DynamicItem[ui.Select[Any]], template=_MENU):
    """Any menu of ours."""

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: ui.Item[Any], match: re.Match[str], /
    ) -> Pick:
        """discord.py found this menu in the message."""
        assert isinstance(item, ui.Select)
        return cls(item)

    async def callback(self, interaction: Interaction) -> None:
        """Something was picked in it."""
        await interaction.client.pressed(interaction, call_in(self.item.values[0]))
