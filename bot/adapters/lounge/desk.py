"""What a typed line, a press or a filled-in form means, and the answers that are being worked on.

An answer is a task of its own: it goes on when whoever asked has closed the page.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.adapters.lounge.draw import JSON, draw_form, sentence
from bot.adapters.lounge.filled import Filled, checked
from bot.adapters.lounge.once import Once
from bot.adapters.lounge.replies import line_of, no_command, not_understood
from bot.adapters.lounge.residents import PLATFORM, LoungeRoom
from bot.adapters.lounge.rooms import Rooms
from bot.adapters.lounge.wire import Exchange, LoungeWire, form_body
from bot.chat.answering import answer
from bot.chat.asking import form_for, lacks_required
from bot.chat.cards import Card
from bot.chat.commands import Action, Answer, Cog, Command, parsed
from bot.chat.context import Context, Person
from bot.chat.lines import option_words, split_command
from bot.errors import BadOption, NotFound, Stale
from bot.ports import Chance, Message
from bot.text import Text, t

log = logging.getLogger(__name__)

SUGGEST_S = 2.0
SUGGESTED_MOST = 25

Run = Callable[[Context], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of it: the member's own line, whether it was understood, and where the answer will be."""

    line: int | None
    understood: bool
    task: asyncio.Task[None] | None
    landed: Callable[[], int]


class Desk:
    """Takes what people ask in the rooms. Raises ValueError where two features declare the same name."""

    def __init__(self, cogs: Sequence[Cog], rooms: Rooms, chance: Chance) -> None:
        self._rooms = rooms
        self._chance = chance
        self.commands: dict[str, Command] = {}
        self._actions: dict[str, Action] = {}
        for cog in cogs:
            for command in cog.commands():
                if self.commands.setdefault(command.name, command) is not command:
                    raise ValueError(f"two commands are called {command.name}")
            for action in cog.actions():
                if self._actions.setdefault(action.name, action) is not action:
                    raise ValueError(f"two actions are called {action.name}")
        self._busy: set[tuple[str, int, int]] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def line(self, room: LoungeRoom, person: Person, line: str) -> Asked:
        """A member typed something."""
        name, rest = split_command(line)
        command = self.commands.get(name)
        if command is None:
            # With a slash it was meant for me alone; without, it is talk, which the room may hear.
            message = await self._said(room, person, line, private=line.startswith("/"))
            return await self._tell(room, person, message, no_command(line, name, tuple(self.commands)))
        typed: Mapping[str, str] = {}
        try:
            typed = option_words(command.options, rest)
            values = parsed(command.options, typed)
        except BadOption as error:
            message = await self._said(room, person, line, private=True)
            if not lacks_required(command, typed, error):
                return await self._tell(room, person, message, not_understood(command, error))
            return await self._ask_for(room, person, message, command, typed, error)
        return await self._run_command(room, person, command, typed, values, line)

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
        if "command" in press:
            command = self._command(press["command"])
            values = parsed(command.options, press["typed"])
            line = line_of(command, press["typed"])
            return await self._run_command(room, person, command, press["typed"], values, line)
        action = self._action(press["action"])
        exchange = Exchange(room, person, action.private, press, press.get("label"))
        if message.private_to == exchange.private_to:
            exchange = replace(exchange, pressed_on=message.id)
        return await self._start(exchange, action, lambda ctx: action.run(ctx, **press["args"]), once=once)

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
            if "command" in submit:
                command = self._command(submit["command"])
                options = parsed(command.options, values)
                await self._rooms.change(form_id, {**body, "sent": True})
                typed = {name: words for name, words in values.items() if words}
                line = line_of(command, typed)
                return await self._run_command(room, person, command, typed, options, line)
            action = self._action(submit["action"])
            await self._rooms.change(form_id, {**body, "sent": True})
            given = {**submit["args"], **values}
            # A file is gone after a restart, so only the form itself can be asked again then.
            again = {"form": form_id} if filled.uploads else {"action": action.name, "args": given}
            exchange = Exchange(room, person, action.private, again)
            return await self._start(exchange, action, lambda ctx: action.run(ctx, **given), filled=filled)

    async def suggestions(
        self, room: LoungeRoom, person: Person, command: str, option: str, typed: str
    ) -> Sequence[str]:
        """What would complete an option, at most 25. Nothing if the feature takes longer than two seconds."""
        suggest = next((it.suggest for it in self._command(command).options if it.name == option), None)
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
        command: Command,
        typed: Mapping[str, str],
        values: Mapping[str, Any],
        line: str,
    ) -> Asked:
        message = await self._said(room, person, line, private=command.private, show=False)
        exchange = Exchange(room, person, command.private, {"command": command.name, "typed": dict(typed)})
        # The line is shown only once its placeholder is written down too: whatever was seen gets its answer.
        return await self._start(exchange, command, lambda ctx: command.run(ctx, **values), line=message)

    async def _start(
        self,
        exchange: Exchange,
        what: Command | Action,
        run: Run,
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
        task = asyncio.create_task(self._answer(exchange, what, run, wire, once, filled))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return Asked(None if line is None else line.id, True, task, lambda: wire.landed)

    async def _answer(
        self,
        exchange: Exchange,
        what: Command | Action,
        run: Run,
        wire: LoungeWire,
        once: Once | None,
        filled: Filled | None,
    ) -> None:
        context = self._context(exchange.room, exchange.person)

        def work(progress: Callable[[Text], Awaitable[None]]) -> Awaitable[Answer]:
            uploads = {} if filled is None else filled.uploads
            return run(replace(context, progress=progress, uploads=uploads))

        try:
            await answer(what, work, wire, platform=PLATFORM, request_id=context.request_id)
        except Exception:
            log.exception("the answer to %s could not be shown [%s]", what.name, context.request_id)
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
        return Context(person, room.ref, self._chance.token()[:10], _silent, room.title)

    def _command(self, name: str) -> Command:
        if name not in self.commands:
            raise NotFound(t("There is no command /{name}.", name=name[:50]))
        return self.commands[name]

    def _action(self, name: str) -> Action:
        if name not in self._actions:
            raise NotFound(t("This is from another version of me and does nothing any more."))
        return self._actions[name]

    def _once(self, person: Person, message_id: int, n: int) -> Once:
        return Once(self._busy, (person.identity.user, message_id, n))


async def _silent(text: Text) -> None:
    """Progress of something nobody waits for on a screen."""
