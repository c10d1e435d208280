"""Answers in flight: run, waited for when it is time to go, and none begun after that."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bot.chat.answering import Wire, answer
from bot.chat.cards import Card, Form
from bot.chat.context import Context
from bot.chat.features import Call
from bot.chat.ledger import Ledger
from bot.chat.platform import PostRef
from bot.chat.whispers import Whispers
from bot.errors import Unavailable
from bot.ports import Chance, Meter
from bot.text import t

log = logging.getLogger(__name__)

LAST_WORD_S = 2.0
REQUEST_ID = 10
CUT_OFF = Card(t("I was restarted before I could finish this; please ask again."))


class _Marked:
    """A wire that tells when the answer itself begins to be shown."""

    def __init__(self, wire: Wire, begins: Callable[[], None]) -> None:
        self._wire = wire
        self._begins = begins
        self.acknowledge = wire.acknowledge
        self.progress = wire.progress
        self.add = wire.add

    async def show(self, card: Card) -> PostRef | None:
        self._begins()
        return await self._wire.show(card)

    async def refuse(self, card: Card) -> None:
        self._begins()
        await self._wire.refuse(card)

    async def open(self, form: Form) -> None:
        self._begins()
        await self._wire.open(form)


class Answers:
    """Runs calls. `closing` is true once nothing new is to begin."""

    def __init__(
        self, meter: Meter, whispers: Whispers, ledger: Ledger, chance: Chance, grace_s: float
    ) -> None:
        self.closing = False
        self._meter = meter
        self._whispers = whispers
        self._ledger = ledger
        self._chance = chance
        self._grace_s = grace_s
        self._working: set[asyncio.Task[object]] = set()
        self._showing: set[asyncio.Task[object]] = set()

    def new_id(self) -> str:
        """A request id for the log."""
        return self._chance.token()[:REQUEST_ID]

    @contextmanager
    def in_flight(self) -> Iterator[None]:
        """The current task works on something that is worth waiting for."""
        task = _current_task()
        self._working.add(task)
        try:
            yield
        finally:
            self._working.discard(task)
            self._showing.discard(task)

    async def run(self, call: Call, ctx: Context, wire: Wire) -> None:
        """Answer a call, in flight; raises nothing but that it was cut off."""
        task = _current_task()
        marked = _Marked(wire, lambda: self._showing.add(task))
        try:
            await answer(
                call, ctx, marked,
                meter=self._meter, whispers=self._whispers, ledger=self._ledger, grace_s=self._grace_s,
            )  # fmt: skip
        except asyncio.CancelledError:
            if task not in self._showing:
                await wire.show(CUT_OFF)
            raise
        except Unavailable:
            log.info("what waits for somebody goes on waiting: it cannot be shown just now")
        except Exception:
            log.exception("the answer to %s could not be shown [%s]", call.name, ctx.request_id)

    async def finish(self, within_s: float) -> None:
        """Begin nothing new, let the others finish. What takes longer is cut off, and says so.

        What is being shown by then is let through, if it does not take for ever either.
        """
        self.closing = True
        late = await _still_running(self._working, within_s)
        for task in late - self._showing:
            task.cancel()
        late = await _still_running(late, LAST_WORD_S)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)


def _current_task() -> asyncio.Task[object]:
    task = asyncio.current_task()
    assert task is not None
    return task


async def _still_running(tasks: set[asyncio.Task[object]], after_s: float) -> set[asyncio.Task[object]]:
    return (await asyncio.wait(tasks, timeout=after_s))[1] if tasks else set()
