"""Answers in flight: run, waited for when it is time to go, and none begun after that."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

from bot.chat.answering import Wire, answer
from bot.chat.cards import Card, Form
from bot.chat.context import Context
from bot.chat.features import Call
from bot.chat.whispers import Whispers
from bot.errors import Unavailable
from bot.ports import Chance, Meter
from bot.text import t

log = logging.getLogger(__name__)

LAST_WORD_S = 2.0
REQUEST_ID = 10
CUT_OFF = Card(t("I was restarted before I could finish this; please ask again."))


class _Unbroken:
    """A wire whose answer, once begun, is shown to its end even if the work around it is cut off."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self.acknowledge = wire.acknowledge
        self.progress = wire.progress
        self.add = wire.add
        self._last_word: asyncio.Future[None] | None = None

    async def show(self, card: Card) -> None:
        await self._through(self._wire.show(card))

    async def open(self, form: Form) -> None:
        await self._through(self._wire.open(form))

    async def cut_off(self) -> None:
        """Say so, or let the answer that has begun come to its end."""
        if self._last_word is None:
            await self._wire.show(CUT_OFF)
        else:
            await self._last_word

    async def _through(self, words: Coroutine[Any, Any, None]) -> None:
        self._last_word = asyncio.ensure_future(words)
        await asyncio.shield(self._last_word)


class Answers:
    """Runs calls. `closing` is true once nothing new is to begin."""

    def __init__(self, meter: Meter, whispers: Whispers, chance: Chance, grace_s: float) -> None:
        self.closing = False
        self._meter = meter
        self._whispers = whispers
        self._chance = chance
        self._grace_s = grace_s
        self._tasks: set[asyncio.Task[object]] = set()

    def new_id(self) -> str:
        """A request id for the log."""
        return self._chance.token()[:REQUEST_ID]

    @contextmanager
    def in_flight(self) -> Iterator[None]:
        """The current task works on something that is worth waiting for."""
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            yield
        finally:
            self._tasks.discard(task)

    async def run(self, call: Call, ctx: Context, wire: Wire) -> None:
        """Answer a call; raises nothing but that it was cut off."""
        unbroken = _Unbroken(wire)
        try:
            await answer(
                call, ctx, unbroken, meter=self._meter, whispers=self._whispers, grace_s=self._grace_s
            )
        except asyncio.CancelledError:
            await unbroken.cut_off()
            raise
        except Unavailable:
            log.info("what waits for somebody goes on waiting: it cannot be shown just now")
        except Exception:
            log.exception("the answer to %s could not be shown [%s]", call.name, ctx.request_id)

    async def finish(self, within_s: float) -> None:
        """Begin nothing new, let the others finish; what takes longer is cut off, and says so."""
        self.closing = True
        late = self._tasks
        for seconds in (within_s, LAST_WORD_S):
            if late:
                _, late = await asyncio.wait(late, timeout=seconds)
            for task in late:
                task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
