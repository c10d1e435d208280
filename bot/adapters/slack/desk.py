"""What a typed line, a press or a submitted form means, and the answers that are being worked on."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.adapters.slack.asked import PLATFORM, Asked
from bot.adapters.slack.draw import OPTION_MOST
from bot.adapters.slack.forms import SUGGESTED_MOST, filled, option
from bot.adapters.slack.lines import readable
from bot.adapters.slack.modals import Modals, Reply, Screen, run_by
from bot.adapters.slack.people import People
from bot.adapters.slack.phrases import Phrases
from bot.adapters.slack.speech import Speech
from bot.adapters.slack.unfinished import Unfinished
from bot.adapters.slack.uploads import UPLOAD_MOST, Incoming
from bot.adapters.slack.wire import FormWire, ModalWire, QuietWire, RoomWire, form_card, opened, shown
from bot.adapters.slack.words import JSON, cut, spoken
from bot.adapters.slack.workspaces import Workspaces
from bot.chat.answering import Wire, answer, failed
from bot.chat.asking import form_for, lacks_required
from bot.chat.cards import Button, Card
from bot.chat.commands import Command
from bot.chat.context import Context, Person
from bot.chat.features import Call, Features
from bot.chat.ledger import Ledger
from bot.chat.lines import option_words, split_command
from bot.chat.packing import unpacked
from bot.chat.replies import line_of, no_command, not_understood
from bot.chat.whispers import Whispers
from bot.core.model import Place, RoomRef
from bot.errors import BadOption, NotFound
from bot.ports import Chance, Meter
from bot.text import Text, t

log = logging.getLogger(__name__)

HELP = "help"
# Within the three seconds that Slack gives a trigger and a suggestion.
WHO_S = 1.5
SUGGEST_S = 2.0
_LINE_MOST = 300
_ERROR_MOST = 500


@dataclass(frozen=True, slots=True)
class Counter:
    """What every answer needs."""

    features: Features
    phrases: Phrases
    workspaces: Workspaces
    people: People
    speech: Speech
    modals: Modals
    unfinished: Unfinished
    incoming: Incoming
    meter: Meter
    whispers: Whispers
    ledger: Ledger
    chance: Chance
    grace_s: float


class Desk:
    """Takes what people ask. `after` is told of each thing that was asked in the home tab, once it is answered."""

    def __init__(self, counter: Counter, after: Callable[[Asked], Awaitable[None]]) -> None:
        self._at = counter
        self._after = after
        self._busy: set[tuple[str, str, str, str]] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def take(self, work: Coroutine[Any, Any, None]) -> None:
        """Work on something, beside everything else."""
        task = asyncio.get_running_loop().create_task(self._guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def finish(self, within_s: float) -> None:
        """Let the answers finish; what takes longer is cut off, and says so after the restart."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=within_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def line(self, asked: Asked, line: str) -> None:
        """Somebody typed a command."""
        asked = await self._where(asked)
        name, rest = split_command(line)
        name = name or HELP
        command = self._at.features.commands.get(name)
        if command is None:
            card = no_command(f"/{name}", name, tuple(self._at.features.commands))
            await self._tell(asked, replace(card, footer=t("/earshot help shows all that I can do.")))
            return
        typed: Mapping[str, str] = {}
        try:
            line = await readable(rest, command, lambda typed: self._who(asked.team, typed))
            typed = option_words(command.options, line)
            call = await self._call(asked, f"/{name}", typed)
        except BadOption as error:
            await self._not_called(asked, command, typed, error)
            return
        await self._run(asked, call, self._line(call))

    async def press(self, asked: Asked, value: str, label: str) -> None:
        """Somebody pressed a button, or chose in a menu. A double press runs once."""
        key = (asked.user, asked.channel or asked.view, asked.message, value)
        if key in self._busy:
            return
        self._busy.add(key)
        try:
            asked = await self._where(asked)
            name, args = unpacked(value)
            command = self._at.features.commands.get(name.removeprefix("/")) if name.startswith("/") else None
            try:
                call = await self._call(asked, name, args)
            except BadOption as error:
                if command is None:
                    await self._tell(asked, failed(error))
                else:
                    await self._not_called(asked, command, args, error)
            except NotFound as error:
                await self._tell(asked, failed(error))
            else:
                await self._run(asked, call, self._line(call) or f"“{label}”")
        finally:
            self._busy.discard(key)

    async def submit(self, asked: Asked, view: JSON, reply: Reply) -> None:
        """Somebody sent a form. `reply` is answered within Slack's time."""
        try:
            await self._submitted(asked, view, reply)
        finally:
            reply.close()

    async def suggestions(self, asked: Asked, view: JSON, field: str, typed: str) -> list[JSON]:
        """Options that complete what was typed; the first is what was typed, for nobody has to choose."""
        offered = [option(typed, typed)] if typed.strip() else []
        name, _ = run_by(view)
        command = self._at.features.commands.get(name.removeprefix("/"))
        suggest = next((it.suggest for it in command.options if it.name == field), None) if command else None
        if suggest is None:
            return offered

        async def suggested() -> Sequence[str]:
            return await suggest(await self._known(asked, self._context(asked)), typed)

        try:
            found = await asyncio.wait_for(suggested(), SUGGEST_S)
        except Exception:
            log.exception("suggestions for %s of %s failed", field, name)
            return offered
        others = [option(it, it) for it in found if it.strip() and it != typed and len(it) <= OPTION_MOST]
        return [*offered, *others][:SUGGESTED_MOST]

    async def _submitted(self, asked: Asked, view: JSON, reply: Reply) -> None:
        sent, (name, args) = filled(view), run_by(view)
        if sent.missing:
            reply.refuse(dict.fromkeys(sent.missing, str(t("This is needed."))))
            return
        command = name.startswith("/")
        given = {field: words for field, words in sent.values.items() if words or not command}
        try:
            call = await self._call(asked, name, {**args, **given})
        except BadOption as error:
            if not (error.option in sent.values and reply.refuse({error.option: self._beside(error)})):
                reply.close()
                await self._tell(asked, failed(error))
            return
        except NotFound as error:
            reply.close()
            await self._tell(asked, failed(error))
            return
        title = str((view.get("title") or {}).get("text", ""))
        await self._run(
            asked,
            call,
            self._line(call) or f"“{title}”",
            files=sent.files,
            fields=tuple(sent.values),
            reply=reply,
        )

    async def _run(
        self,
        asked: Asked,
        call: Call,
        said: str,
        *,
        files: Mapping[str, JSON] | None = None,
        fields: Sequence[str] = (),
        reply: Reply | None = None,
    ) -> None:
        """Answer a call. What Slack has to be asked for it belongs to the work, so people see a sign in time."""
        at, run = self._at, call.what.run
        asker: list[Person] = []

        async def prepared(ctx: Context, **values: Any) -> Any:
            ctx = await self._known(asked, ctx)
            asker.append(ctx.person)
            try:
                async with at.incoming.fetched(asked.team, files or {}) as uploads:
                    return await run(replace(ctx, uploads=uploads), **values)
            except BadOption as error:
                if reply is not None and error.option in fields:
                    reply.refuse({error.option: self._beside(error)})
                raise

        def about() -> Text | None:
            if asked.direct or asked.seen or not asker:
                return None
            return t("{who}: {said}", who=asker[0].name, said=cut(said, _LINE_MOST))

        wire = self._wire(asked, call, about, reply)
        whole = replace(call, what=replace(call.what, run=prepared))
        await answer(
            whole, self._context(asked), wire,
            meter=at.meter, whispers=at.whispers, ledger=at.ledger, grace_s=at.grace_s,
        )  # fmt: skip
        if asked.home:
            await self._after(asked)

    def _wire(self, asked: Asked, call: Call, about: Callable[[], Text | None], reply: Reply | None) -> Wire:
        at, again = self._at, call.again(t("Go on"), strong=True)
        if asked.home or asked.view:
            return ModalWire(at.workspaces, at.speech, at.modals, asked, again, reply)
        quiet = QuietWire(at.workspaces, at.speech, at.modals, asked, again)
        private = call.private and not asked.direct
        wire: Wire = quiet if private else RoomWire(quiet, at.speech, at.unfinished, asked, about)
        return wire if reply is None else FormWire(wire, reply)

    async def _not_called(
        self, asked: Asked, command: Command, typed: Mapping[str, str], error: BadOption
    ) -> None:
        """A form where something is missing, else a private word on what was not understood."""
        if not lacks_required(command, typed, error):
            await self._tell(asked, not_understood(command, error))
            return
        form = form_for(command, typed)
        asked_for = {it.name for it in form.fields}
        form = replace(form, args={name: words for name, words in typed.items() if name not in asked_for})
        if not await opened(self._at.workspaces, self._at.modals, form, asked):
            await self._tell(
                asked, form_card(form.title, Button(t("Go on"), f"/{command.name}", typed, strong=True))
            )

    async def _tell(self, asked: Asked, card: Card) -> None:
        """A private word."""
        at = self._at
        if asked.home or asked.view:
            await shown(Screen(at.workspaces, asked), at.modals, at.speech, card, asked)
        else:
            await at.speech.quietly(asked, card)

    async def _call(self, asked: Asked, name: str, args: Mapping[str, str]) -> Call:
        return await self._at.features.call(name, args, lambda typed: self._who(asked.team, typed))

    async def _where(self, asked: Asked) -> Asked:
        """The same, once it is known whether the conversation is the asker's with us alone."""
        try:
            own = await asyncio.wait_for(self._at.people.is_own(asked), WHO_S)
        except TimeoutError:
            own = None
        return replace(asked, direct=True) if own else asked

    async def _who(self, team: str, typed: str) -> Person | None:
        try:
            return await asyncio.wait_for(self._at.people.who(team, typed), WHO_S)
        except TimeoutError:
            log.info("users.info takes too long")
            return None

    def _context(self, asked: Asked) -> Context:
        """The exchange as the request itself tells it."""
        room = RoomRef(PLATFORM, asked.team, asked.channel) if asked.channel and not asked.direct else None
        person = Person(asked.identity, asked.user_name or "somebody")
        return Context(
            person, Place(room, asked.known_name), self._at.chance.token()[:10], upload_most=UPLOAD_MOST
        )

    def _line(self, call: Call) -> str:
        """The line that a command stands for, with people by their names; "" for an action."""
        if not isinstance(call.what, Command):
            return ""
        named = {
            name: it.name for name, it in call.values.items() if isinstance(it, Person) and name in call.args
        }
        return self._at.phrases.line(line_of(call.what, {**call.args, **named}))

    def _beside(self, error: BadOption) -> str:
        return spoken(self._at.phrases.of(error.text), _ERROR_MOST)

    async def _known(self, asked: Asked, ctx: Context) -> Context:
        """The exchange, once Slack has told who asks and where."""
        place = await self._at.people.place(asked)
        return replace(
            ctx, person=await self._at.people.asker(asked), place=place._replace(group=ctx.place.group)
        )

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception:
            log.exception("an answer could not be shown")
