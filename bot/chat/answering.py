"""How an answer is run, once: the three-second limit, progress, errors, the log line.

A platform gives a `Wire` for one exchange. Work that is not done after `grace_s` is acknowledged, so the first
visible sign always comes in time; a failure becomes a sentence; a bug becomes an id that the log has too.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Protocol

from bot.chat.cards import Button, Card, Form
from bot.chat.commands import Action, Answer, Command
from bot.errors import EarshotError, LinkExpired, NotLinked
from bot.text import Text, t

log = logging.getLogger(__name__)

GRACE_S = 1.5


class Wire(Protocol):
    """One exchange with one person. Whether it is private was said when it was made."""

    async def acknowledge(self) -> None:
        """Show that the work goes on."""
        ...

    async def progress(self, text: Text) -> None:
        """Show how far it is; the adapter keeps its platform's pace."""
        ...

    async def show(self, card: Card) -> None:
        """The answer."""
        ...

    async def open(self, form: Form) -> None:
        """The answer is a question."""
        ...


async def answer(
    what: Command | Action,
    work: Callable[[Callable[[Text], Awaitable[None]]], Awaitable[Answer]],
    wire: Wire,
    *,
    platform: str,
    request_id: str,
    grace_s: float = GRACE_S,
) -> None:
    """Run `work(progress)` and show what comes of it. Raises only what the wire raises."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    acknowledged = asyncio.Event()

    async def acknowledge() -> None:
        if not acknowledged.is_set():
            acknowledged.set()
            await wire.acknowledge()

    async def progress(text: Text) -> None:
        await acknowledge()
        await wire.progress(text)

    task = asyncio.ensure_future(_outcome(what, work(progress), request_id))
    try:
        done, _ = await asyncio.wait({task}, timeout=grace_s)
        if not done:
            await acknowledge()
        outcome, said = await task
    except BaseException:
        task.cancel()
        raise
    if isinstance(said, Form):
        await wire.open(said)
    else:
        await wire.show(said)
    took_ms = round((loop.time() - began) * 1000)
    log.info("%s %s: %s in %d ms [%s]", platform, what.name, outcome, took_ms, request_id)


async def _outcome(what: Command | Action, work: Awaitable[Answer], request_id: str) -> tuple[str, Answer]:
    """The answer and one word on how it went. The only place that catches everything: a bug must be said."""
    try:
        return "answered", await work
    except EarshotError as error:
        return type(error).__name__, failed(error)
    except Exception:
        log.exception("%s failed [%s]", what.name, request_id)
        return "bug", Card(
            t("That went wrong on my side"),
            footer=t("Nothing you did. It is written down for whoever runs me, as {id}.", id=request_id),
        )


def failed(error: EarshotError) -> Card:
    """The card for an error that was raised on purpose, with the next step where there is one."""
    if isinstance(error, NotLinked | LinkExpired):
        return Card(error.text, buttons=(Button(t("Link Spotify"), "account.link", strong=True),))
    return Card(error.text)
