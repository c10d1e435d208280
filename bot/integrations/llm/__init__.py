"""A model behind any server that speaks OpenAI's Chat Completions, and what it costs."""

from __future__ import annotations

from bot.integrations.llm.model import ChatModel
from bot.integrations.llm.prices import Prices

__all__ = ["ChatModel", "Prices"]
