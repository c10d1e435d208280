"""How an answer is run, once: the three-second limit, progress, errors, the log line.

A platform gives a `Wire` for one exchange. Work that is not done after `grace_s` is acknowledged, so the first
visible sign always comes in time, and from then on its progress is shown; a quick answer is just the answer. A failure
becomes a sentence, for the asker alone where only they can act on it; a bug becomes an id that the log has too.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import NamedTuple, Protocol

from bot.chat.cards import Button, Card, Form
from bot.chat.commands import Answer
from bot.chat.context import Context, Person
from bot.chat.exchange import Exchange, answering
from bot.chat.features import Call
from bot.chat.ledger import Ledger
from bot.chat.platform import PostRef
from bot.chat.whispers import Whispers
from bot.errors import (
    EarshotError,
    LinkExpired,
    ListeningHidden,
    NotAllowlisted,
    NotLinked,
    UserError,
    WhichGroup,
)
from bot.ports import Meter
from bot.text import Text, t

log = logging.getLogger(__name__)

GRACE_S = 1.0

# What whoever asked can act on, and nobody else.
_FOR_THE_ASKER = (UserError, LinkExpired, ListeningHidden, NotAllowlisted)


class Wire(Protocol):
    """One exchange with one person. Whether it is private was said when it was made."""

    async def acknowledge(self) -> None:
        """Show that the work goes on."""
        ...

    async def progress(self, text: Text) -> None:
        """Show how far it is; the adapter keeps its platform's pace."""
        ...

    async def show(self, card: Card) -> PostRef | None:
        """The answer. Where everybody in a room sees it: which message it is, None where it cannot be edited later."""
        ...

    async def refuse(self, card: Card) -> None:
        """Why there is no answer: for the asker's eyes alone where the platform can, wherever the answer was to be."""
        ...

    async def open(self, form: Form) -> None:
        """The answer is a question."""
        ...

    async def add(self, card: Card) -> None:
        """Beside a private answer, something else for the same eyes."""
        ...


async def answer(
    call: Call,
    ctx: Context,
    wire: Wire,
    *,
    meter: Meter,
    whispers: Whispers,
    ledger: Ledger,
    grace_s: float = GRACE_S,
) -> None:
    """Run the call and show what comes of it, and after a private answer what waited for this person.

    `ctx.progress` is set here. What shows members' numbers to a room is written down in the ledger. Raises only what
    the wire and the stores raise.
    """
    with answering(Exchange(ctx.person.identity.platform, call.name, ctx.request_id)):
        said, post = await _answered(call, ctx, wire, meter, grace_s)
        if call.private:
            await _hand_over(whispers, ctx.person, wire)
        elif isinstance(said, Card):
            await ledger.note(said, ctx.place.room, post)


async def _answered(
    call: Call, ctx: Context, wire: Wire, meter: Meter, grace_s: float
) -> tuple[Answer, PostRef | None]:
    loop = asyncio.get_running_loop()
    began = loop.time()
    acknowledged = False
    newest: Text | None = None

    async def progress(text: Text) -> None:
        nonlocal newest
        newest = text
        if acknowledged:
            await wire.progress(text)

    async def acknowledge() -> None:
        nonlocal acknowledged
        await wire.acknowledge()
        acknowledged = True
        if newest is not None:
            await wire.progress(newest)

    # A quick answer costs no task of its own: the first sign is what waits beside the work.
    signs: list[asyncio.Task[None]] = []
    timer = loop.call_later(grace_s, lambda: signs.append(loop.create_task(acknowledge())))
    try:
        outcome, said, refused = await _outcome(call, replace(ctx, progress=progress))
        timer.cancel()
        for sign in signs:
            await sign
    finally:
        timer.cancel()
        for sign in signs:
            sign.cancel()
    post = None
    if isinstance(said, Form):
        await wire.open(said)
    elif refused:
        await wire.refuse(said)
    else:
        post = await wire.show(said)
    seconds = loop.time() - began
    meter.answered(ctx.person.identity.platform, call.name, outcome, seconds)
    log.info("%s in %d ms", outcome, round(seconds * 1000))
    return said, post


async def _hand_over(whispers: Whispers, person: Person, wire: Wire) -> None:
    """What waited for this person. What cannot be shown now either goes on waiting."""
    waiting = list(await whispers.take(person.identity))
    try:
        while waiting:
            await wire.add(waiting[0])
            del waiting[0]
    finally:
        for card in waiting:
            await whispers.keep(person.identity, card)


class _Outcome(NamedTuple):
    """One word on how it went, what to say, and whether that is the asker's business alone."""

    word: str
    said: Answer
    refused: bool = False


async def _outcome(call: Call, ctx: Context) -> _Outcome:
    """What comes of the call. The only place that catches everything: a bug must be said."""
    try:
        return _Outcome("answered", await call.run(ctx))
    except EarshotError as error:
        return _Outcome(type(error).__name__, failed(error, call), isinstance(error, _FOR_THE_ASKER))
    except Exception:
        log.exception("%s failed [%s]", call.name, ctx.request_id)
        sorry = Card(
            t("That went wrong on my side"),
            footer=t("Nothing you did. It is written down for whoever runs me, as {id}.", id=ctx.request_id),
        )
        return _Outcome("bug", sorry)


def failed(error: EarshotError, call: Call | None = None) -> Card:
    """The card for an error that was raised on purpose, with the next step where there is one."""
    if isinstance(error, WhichGroup) and call is not None:
        return Card(
            error.text,
            buttons=tuple(call.again(t("{name}", name=name), group) for group, name in error.groups),
        )
    if isinstance(error, NotLinked | LinkExpired):
        return Card(error.text, buttons=(Button(t("Link Spotify"), "account.link", strong=True),))
    return Card(error.text)
