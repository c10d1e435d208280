"""Discord, through discord.py: the only home of that library."""

from bot.adapters.discord.platform import Discord
from bot.adapters.discord.translations import read_translations

__all__ = ["Discord", "read_translations"]
