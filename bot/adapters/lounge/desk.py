"""What a typed line, a press or a filled-in form means, and the answers that are being worked on.

An answer is a task of its own: it goes on when whoever asked has closed the page.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.adapters.lounge.draw import JSON, draw_form, sentence
from bot.adapters.lounge.filled import Filled, checked
from bot.adapters.lounge.once import Once
from bot.adapters.lounge.residents import LoungeRoom, Residents
from bot.adapters.lounge.rooms import Rooms
from bot.adapters.lounge.wire import Exchange, LoungeWire, form_body
from bot.chat.answering import answer
from bot.chat.asking import form_for, lacks_required
from bot.chat.cards import Card
from bot.chat.commands import Command
from bot.chat.context import Context, Person
from bot.chat.features import Call, Features
from bot.chat.ledger import Ledger
from bot.chat.lines import option_words, split_command
from bot.chat.replies import line_of, no_command, not_understood
from bot.chat.whispers import Whispers
from bot.core.model import Place
from bot.errors import BadOption, NotFound, Stale
from bot.ports import Chance, Message, Meter
from bot.text import t

log = logging.getLogger(__name__)

SUGGEST_S = 2.0
SUGGESTED_MOST = 25


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of it: the member's own line, whether it was understood, and where the answer will be.

    `unwritten` is the answer itself where it was shown and not written down.
    """

    line: int | None
    understood: bool
    task: asyncio.Task[None] | None
    landed: Callable[[], int]
    unwritten: Callable[[], JSON | None] = lambda: None


class Desk:
    """Takes what people ask in the rooms. `upload_most`: how many bytes a form takes."""

    def __init__(
        self,
        features: Features,
        rooms: Rooms,
        residents: Residents,
        chance: Chance,
        meter: Meter,
        whispers: Whispers,
        ledger: Ledger,
        upload_most: int,
    ) -> None:
        self.features = features
        self._rooms = rooms
        self._residents = residents
        self._chance = chance
        self._meter = meter
        self._whispers = whispers
        self._ledger = ledger
        self._upload_most = upload_most
        self._busy: set[tuple[str, int, int]] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def line(self, room: LoungeRoom, person: Person, line: str) -> Asked:
        """A member typed something."""
        name, rest = split_command(line)
        command = self.features.commands.get(name)
        if command is None:
            # With a slash it was meant for me alone; without, it is talk, which the room may hear.
            message = await self._said(room, person, line, private=line.startswith("/"))
            return await self._tell(
                room, person, message, no_command(line, name, tuple(self.features.commands))
            )
        typed: Mapping[str, str] = {}
        try:
            typed = option_words(command.options, rest)
            call = await self._call(f"/{name}", typed)
        except BadOption as error:
            message = await self._said(room, person, line, private=True)
            if not lacks_required(command, typed, error):
                return await self._tell(room, person, message, not_understood(command, error))
            return await self._ask_for(room, person, message, command, typed, error)
        return await self._run_command(room, person, call, line)

    async def press(
        self, room: LoungeRoom, person: Person, message_id: int, n: int, rev: int | None
    ) -> Asked:
        """A member pressed the button `n` of a message, seen at revision `rev` (None: whatever it is now)."""
        with self._once(person, message_id, n) as once:
            message, body = await self._rooms.message(room.name, message_id, person.identity.user)
            if rev is not None and rev != body["rev"]:
                raise Stale(t("This changed in the same moment. Please look again before you press."))
            presses = body.get("presses", [])
            if not 0 <= n < len(presses):
                raise NotFound(t("There is no such button (any more)."))
            return await self._pressed(room, person, message, presses[n], once)

    async def _pressed(
        self, room: LoungeRoom, person: Person, message: Message, press: JSON, once: Once
    ) -> Asked:
        if "form" in press:
            return await self._reopen(room, person, press["form"])
        call = await self._call(press["action"], press["args"])
        if isinstance(call.what, Command):
            return await self._run_command(room, person, call, line_of(call.what, call.args))
        exchange = Exchange(room, person, call.private, press, press.get("label"))
        if message.private_to == exchange.private_to:
            exchange = replace(exchange, pressed_on=message.id)
        return await self._start(exchange, call, once=once)

    async def form(self, room: LoungeRoom, person: Person, form_id: int) -> JSON:
        """The body of a form that waits to be filled in. Raises `NotFound`, `Stale` if it was sent already."""
        _, body = await self._rooms.message(room.name, form_id, person.identity.user)
        if body["kind"] != "form":
            raise NotFound(t("There is no such form here."))
        if body["sent"]:
            raise Stale(t("That form was sent already. To send it again, please ask again."))
        return body

    async def submit(self, room: LoungeRoom, person: Person, form_id: int, filled: Filled) -> Asked:
        """A member sent a form. Raises `BadOption` where something is missing; the form stays open then."""
        with self._once(person, form_id, -1):
            body = await self.form(room, person, form_id)
            values = checked(body["form"]["fields"], filled)
            submit = body["submit"]
            command = submit["action"].startswith("/")
            given = {name: words for name, words in values.items() if words or not command}
            call = await self._call(submit["action"], {**submit["args"], **given})
            await self._rooms.change(form_id, {**body, "sent": True})
            if isinstance(call.what, Command):
                return await self._run_command(room, person, call, line_of(call.what, call.args))
            # A file is gone after a restart, so only the form itself can be asked again then.
            again = {"form": form_id} if filled.uploads else {"action": call.name, "args": call.args}
            exchange = Exchange(room, person, call.private, again)
            return await self._start(exchange, call, filled=filled)

    async def suggestions(
        self, room: LoungeRoom, person: Person, command: str, option: str, typed: str
    ) -> Sequence[str]:
        """What would complete an option, at most 25. Nothing if the feature takes longer than two seconds."""
        suggest = next(
            (it.suggest for it in self.features.command(command).options if it.name == option), None
        )
        if suggest is None:
            return ()
        try:
            offered = await asyncio.wait_for(suggest(self._context(room, person), typed), SUGGEST_S)
        except Exception:
            log.exception("suggestions for %s of %s failed", option, command)
            return ()
        return tuple(offered)[:SUGGESTED_MOST]

    async def finish(self, within_s: float) -> None:
        """Let the answers finish; what takes longer is cut off, and says so after the restart."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=within_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _run_command(
        self,
        room: LoungeRoom,
        person: Person,
        call: Call,
        line: str,
    ) -> Asked:
        message = await self._said(room, person, line, private=call.private, show=False)
        exchange = Exchange(room, person, call.private, {"action": call.name, "args": dict(call.args)})
        # The line is shown only once its placeholder is written down too: whatever was seen gets its answer.
        return await self._start(exchange, call, line=message)

    async def _start(
        self,
        exchange: Exchange,
        call: Call,
        *,
        line: Message | None = None,
        once: Once | None = None,
        filled: Filled | None = None,
    ) -> Asked:
        wire = await LoungeWire.begin(self._rooms, exchange)
        if line is not None:
            self._rooms.show(line)
        if once is not None:
            once.keep()
        task = asyncio.create_task(self._answer(exchange, call, wire, once, filled))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return Asked(
            None if line is None else line.id, True, task, lambda: wire.landed, lambda: wire.unwritten
        )

    async def _answer(
        self,
        exchange: Exchange,
        call: Call,
        wire: LoungeWire,
        once: Once | None,
        filled: Filled | None,
    ) -> None:
        context = self._context(exchange.room, exchange.person)
        if filled is not None:
            context = replace(context, uploads=filled.uploads)
        try:
            await answer(call, context, wire, meter=self._meter, whispers=self._whispers, ledger=self._ledger)
        except Exception:
            log.exception("the answer to %s could not be shown [%s]", call.name, context.request_id)
        finally:
            wire.end()
            if once is not None:
                once.release()
            if filled is not None:
                await asyncio.to_thread(filled.discard)

    async def _said(
        self, room: LoungeRoom, person: Person, line: str, *, private: bool, show: bool = True
    ) -> Message:
        private_to = person.identity.user if private else ""
        body = {"kind": "line", "line": line}
        return await self._rooms.add(room.name, body, author=person, private_to=private_to, show=show)

    async def _tell(self, room: LoungeRoom, person: Person, line: Message, card: Card) -> Asked:
        """A private word instead of an answer."""
        about = Exchange(room, person, True, {}).about
        body = await self._rooms.card_body(card, about)
        message = await self._rooms.add(room.name, body, private_to=person.identity.user)
        return Asked(line.id, False, None, lambda: message.id)

    async def _ask_for(
        self,
        room: LoungeRoom,
        person: Person,
        line: Message,
        command: Command,
        typed: Mapping[str, str],
        error: BadOption,
    ) -> Asked:
        """A form instead of an answer, for a command that lacks a required option."""
        drawn, submit = draw_form(form_for(command, typed))
        about = Exchange(room, person, True, {}).about
        body = {**about, **form_body(drawn, submit, sentence(error.text), command.usage)}
        message = await self._rooms.add(room.name, body, private_to=person.identity.user)
        return Asked(line.id, False, None, lambda: message.id)

    async def _reopen(self, room: LoungeRoom, person: Person, form_id: int) -> Asked:
        _, body = await self._rooms.message(room.name, form_id, person.identity.user)
        await self._rooms.change(form_id, {**body, "sent": False})
        return Asked(None, True, None, lambda: form_id)

    def _context(self, room: LoungeRoom, person: Person) -> Context:
        request_id = self._chance.token()[:10]
        return Context(person, Place(room.ref, room.title), request_id, upload_most=self._upload_most)

    async def _call(self, name: str, args: Mapping[str, str]) -> Call:
        return await self.features.call(name, args, self._who)

    async def _who(self, typed: str) -> Person | None:
        """A resident by name, with or without an @."""
        name = typed.removeprefix("@").casefold()
        return next((it for it in await self._residents.people() if it.name.casefold() == name), None)

    def _once(self, person: Person, message_id: int, n: int) -> Once:
        return Once(self._busy, (person.identity.user, message_id, n))
