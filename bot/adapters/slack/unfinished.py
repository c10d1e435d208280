"""Answers in rooms that were begun and not ended: after a restart their placeholders say so."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import NamedTuple

from bot.adapters.slack.failures import No, Silence
from bot.adapters.slack.speech import Speech
from bot.chat.cards import Card
from bot.ports import MemoStore
from bot.text import t

log = logging.getLogger(__name__)

_MEMO = "slack:unfinished"
_BROKEN_OFF = Card(t("I was restarted in the middle of this. Please ask again."))


class Placeholder(NamedTuple):
    """A message that says that the work goes on."""

    team: str
    channel: str
    message: str


class Unfinished:
    """The placeholders that stand for answers to come."""

    def __init__(self, memos: MemoStore) -> None:
        self._memos = memos
        self._open: set[Placeholder] = set()
        self._left: list[Placeholder] = []
        self._lock = asyncio.Lock()

    async def add(self, placeholder: Placeholder) -> None:
        """It stands there."""
        self._open.add(placeholder)
        await self._write()

    async def done(self, placeholder: Placeholder) -> None:
        """It became the answer, or is gone."""
        self._open.discard(placeholder)
        await self._write()

    async def recall(self) -> None:
        """Take over the placeholders that a process which died left behind. Before any is added."""
        self._left = [Placeholder(*it) for it in json.loads(await self._memos.memo(_MEMO) or "[]")]
        self._open.update(self._left)

    async def mend(self, speech: Speech) -> None:
        """Say at those placeholders that nothing will come of them."""
        for it in self._left:
            try:
                await speech.update(it.team, it.channel, it.message, _BROKEN_OFF)
            except (No, Silence) as failure:
                log.info("a placeholder could not be mended: %s", failure)
            await self.done(it)
        self._left = []

    async def _write(self) -> None:
        async with self._lock:
            await self._memos.remember(_MEMO, json.dumps(sorted(self._open)))
