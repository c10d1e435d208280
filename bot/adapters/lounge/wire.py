"""One exchange with one member: a placeholder that is written down at once and becomes the answer.

The placeholder stays hidden until the work takes long enough to be acknowledged, so a quick answer does not
flicker; a process that dies meanwhile leaves it behind, and that is how the next one knows.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.adapters.lounge.draw import JSON, draw_form, sentence
from bot.adapters.lounge.residents import LoungeRoom
from bot.adapters.lounge.rooms import Rooms
from bot.chat.cards import Card, Form
from bot.chat.context import Person
from bot.chat.platform import PostRef
from bot.errors import NotFound
from bot.text import Text


@dataclass(frozen=True, slots=True)
class Exchange:
    """Who asked for what: `again` repeats it after a restart, `pressed` is the words on the button.

    `pressed_on` is the message that carries the button, where its audience is that of the answer.
    """

    room: LoungeRoom
    person: Person
    private: bool
    again: JSON
    pressed: JSON | None = None
    pressed_on: int | None = None

    @property
    def private_to(self) -> str:
        """The only user who sees the answer, "" for everybody."""
        return self.person.identity.user if self.private else ""

    @property
    def about(self) -> JSON:
        """What an answer says of its question."""
        asker = {"user": self.person.identity.user, "name": self.person.name}
        return {"for": asker, "pressed": self.pressed}


class LoungeWire:
    """A `bot.chat.answering.Wire`. `landed` is the id of the message where the answer is to be found.

    Who deletes everything about themselves deletes the placeholder, too: they are shown the answer, and nothing of it
    is written down. `unwritten` is what they were shown so.
    """

    def __init__(self, rooms: Rooms, exchange: Exchange, placeholder: int) -> None:
        self._rooms = rooms
        self._exchange = exchange
        self._placeholder = placeholder
        self.landed = placeholder
        self.unwritten: JSON | None = None

    @classmethod
    async def begin(cls, rooms: Rooms, exchange: Exchange) -> LoungeWire:
        """Write the placeholder down."""
        body = {**_pending(exchange, None), "hidden": True}
        message = await rooms.add(exchange.room.name, body, private_to=exchange.private_to)
        rooms.working.add(message.id)
        return cls(rooms, exchange, message.id)

    def end(self) -> None:
        """Nobody works on it any more."""
        self._rooms.working.discard(self._placeholder)

    async def acknowledge(self) -> None:
        await self._become(_pending(self._exchange, None))

    async def progress(self, text: Text) -> None:
        await self._become(_pending(self._exchange, sentence(text)))

    async def show(self, card: Card) -> PostRef:
        body = await self._rooms.card_body(card, self._exchange.about)
        target = self._exchange.pressed_on if card.replaces else None
        if target is None:
            await self._become(body)
        else:
            await self._rooms.change(target, body)
            await self._rooms.change(self._placeholder, {"kind": "gone"})
            self.landed = target
        return PostRef(self._exchange.room.ref, str(self.landed))

    async def refuse(self, card: Card) -> None:
        await self._say_alone(await self._rooms.card_body(card, self._exchange.about))

    async def _become(self, body: JSON) -> None:
        try:
            await self._rooms.change(self._placeholder, body)
        except NotFound:
            exchange = self._exchange
            self.unwritten = self._rooms.show_unwritten(
                exchange.room.name, self._placeholder, exchange.private_to, body
            )

    async def add(self, card: Card) -> None:
        body = await self._rooms.card_body(card, {"for": None, "pressed": None})
        await self._rooms.add(self._exchange.room.name, body, private_to=self._exchange.private_to)

    async def open(self, form: Form) -> None:
        drawn, submit = draw_form(form)
        await self._say_alone({**self._exchange.about, **form_body(drawn, submit)})

    async def _say_alone(self, body: JSON) -> None:
        """For the asker's eyes, whoever was to see the answer."""
        if self._exchange.private:
            await self._become(body)
            return
        message = await self._rooms.add(
            self._exchange.room.name, body, private_to=self._exchange.person.identity.user
        )
        await self._rooms.change(self._placeholder, {"kind": "gone"})
        self.landed = message.id


def form_body(form: JSON, submit: JSON, why: JSON | None = None, usage: str = "") -> JSON:
    """A form as a body, not sent yet. `why` it is asked and the command's `usage`, where a line was not enough."""
    return {"kind": "form", "form": form, "submit": submit, "sent": False, "why": why, "usage": usage}


def _pending(exchange: Exchange, progress: JSON | None) -> JSON:
    return {"kind": "pending", **exchange.about, "progress": progress, "again": exchange.again}
