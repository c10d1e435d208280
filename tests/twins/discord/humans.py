"""People, and what they do in Discord's client."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.twins.discord.components import LINK
from tests.twins.discord.forms import Form, picked
from tests.twins.discord.interactions import AUTOCOMPLETE, COMMAND, COMPONENT, FILE_BYTES, MODAL_SUBMIT
from tests.twins.discord.messages import Attachment, Message
from tests.twins.discord.seeing import Answer, Asked, Button, Select
from tests.twins.discord.waiting import PATIENCE_S, CannotDo

if TYPE_CHECKING:
    from tests.twins.discord.commands import Typed
    from tests.twins.discord.places import Channel, Guild
    from tests.twins.discord.world import World


@dataclass(eq=False, slots=True)
class Account:
    """Somebody, or the bot."""

    id: int
    name: str
    is_bot: bool = False

    @property
    def username(self) -> str:
        """The unique name in small letters."""
        return self.name if self.is_bot else re.sub(r"[^a-z0-9_.]", "_", self.name.casefold())

    @property
    def mention(self) -> str:
        return f"<@{self.id}>"


@dataclass(eq=False, slots=True)
class Human(Account):
    """A person. `installed`: has added the app to their account and can use it anywhere."""

    world: World = field(kw_only=True, repr=False)
    locale: str = "en-US"
    installed: bool = False
    refuses_dms: bool = False

    async def types(self, room: Channel, line: str, **options: Any) -> Asked:
        """Sends a slash command (`"/top"`, `"/settings language"`) with typed options.

        A choice is given by name or value, a person as a Human, a file as (name, bytes). Raises CannotDo for what
        the client would refuse: an unknown command or option, a wrong type, a bound, a required option missing.
        """
        return await self._send(COMMAND, room, line, options, None)

    async def completes(
        self,
        room: Channel,
        line: str,
        *,
        option: str,
        typed: str,
        within: float = PATIENCE_S,
        **options: Any,
    ) -> list[str]:
        """What is offered for an option after its first letters. Raises CannotDo, NoAnswer."""
        asked = await self._send(AUTOCOMPLETE, room, line, options, (option, typed))
        return await asked.completed(within)

    async def _send(
        self, kind: int, room: Channel, line: str, options: Mapping[str, Any], focused: tuple[str, str] | None
    ) -> Asked:
        self._must_see(room)
        command, path = self.world.find_command(self, room, line)
        typed: Typed = self.world.typing(self, room)
        data = typed.data(command, path, options, focused)
        opened = await self.world.interactions.open(kind, self, room, data, f"{self.name} typed {line}")
        return opened.asked

    async def clicks(self, answer: Answer, label: str, *, beside: str = "", number: int = 1) -> Asked:
        """Presses the button with these words, as the message is now.

        Where several have them: `beside` is a part of the text that the button stands beside, or `number` counts.
        Raises CannotDo when there is none.
        """
        message = self._message(answer)
        fitting = [it for it in Answer.of(message).buttons if it.label == label and beside in it.beside]
        button = self._pressable(fitting, label, number)
        return await self._use(message, button.custom_id, f"{self.name} clicked {label}", {})

    def _pressable(self, fitting: list[Button], label: str, number: int) -> Button:
        if len(fitting) < number:
            raise CannotDo(f"there is no button “{label}” to press (any more)")
        button = fitting[number - 1]
        if button.disabled or button.style == LINK:
            raise CannotDo(f"“{label}” cannot be pressed")
        return button

    async def picks(self, answer: Answer, select: str, *options: Any) -> Asked:
        """Picks options by their labels (people as Humans) in the selection with this placeholder or custom id.

        Raises CannotDo when there is none, or it does not offer that.
        """
        message = self._message(answer)
        selects = Answer.of(message).selects
        found: Select | None = next((it for it in selects if select in (it.placeholder, it.custom_id)), None)
        if found is None:
            raise CannotDo(f"there is no selection “{select}” (any more)")
        if found.raw.get("disabled"):
            raise CannotDo(f"“{select}” cannot be used")
        values, resolved = picked(found.raw, options)
        data: dict[str, Any] = {"values": values}
        if resolved:
            data["resolved"] = resolved
        return await self._use(message, found.custom_id, f"{self.name} picked {options}", data)

    async def _use(self, message: Message, custom_id: str, what: str, said: Mapping[str, Any]) -> Asked:
        component = message.component(custom_id)
        data = {
            "id": component["id"],
            "custom_id": custom_id,
            "component_type": component["type"],
            **said,
        }
        opened = await self.world.interactions.open(
            COMPONENT, self, message.channel, data, what, source=message
        )
        return opened.asked

    async def fills(self, form: Form, values: Mapping[str, Any]) -> Asked:
        """Sends a form: values by label or custom id, choices by label, files as (name, bytes).

        What is not given stays as it was filled in. Raises CannotDo for what the client would not send.
        """
        if form.human is not self:
            raise CannotDo(f"“{form.title}” opened for {form.human.name}")
        trigger = form.interaction
        data = form.filled(values, self.upload)
        opened = await self.world.interactions.open(
            MODAL_SUBMIT,
            self,
            trigger.channel,
            data,
            f"{self.name} sent “{form.title}”",
            source=trigger.source,
            trigger=trigger,
        )
        return opened.asked

    async def says(self, room: Channel, text: str, *, reply_to: Answer | None = None) -> Asked:
        """Writes a message; `@Name` mentions. What the bot does next in the room counts as its answer."""
        self._must_see(room)
        if not room.allows(self, "SEND_MESSAGES"):
            raise CannotDo(f"{self.name} may not write in {room.name}")
        await self.world.gateway.connected()
        asked = Asked(f"{self.name} said “{text}”")
        room.listeners.append(asked)
        self.world.say(self, room, text, None if reply_to is None else self._message(reply_to))
        return asked

    def sees(self, room: Channel) -> list[Answer]:
        """The messages as they are now, oldest first, with what only this person sees. Raises CannotDo."""
        self._must_see(room)
        return [Answer.of(it) for it in room.messages.values() if it.only_for in (None, self)]

    def dm(self) -> Channel:
        """The conversation with the bot."""
        return self.world.dm_with(self)

    def blocks_dms(self) -> None:
        """From now on the bot cannot write to this person."""
        self.refuses_dms = True

    def installs(self) -> None:
        """Adds the app to the person's account."""
        self.installed = True

    def leaves(self, guild: Guild) -> None:
        """Leaves a guild. The bot is not told: that would need a privileged intent."""
        del guild.members[self.id]

    @property
    def shares_guild_with_bot(self) -> bool:
        return any(it.has_bot and self.id in it.members for it in self.world.guilds.values())

    def upload(self, name: str, data: bytes) -> Attachment:
        """Uploads a file for a command or a form. Raises CannotDo when it is too large."""
        if len(data) > FILE_BYTES:
            raise CannotDo(f"{name} is larger than {self.name} may upload")
        return self.world.keep(name, data, None, ephemeral=True)

    def _must_see(self, room: Channel) -> None:
        if room.deleted:
            raise CannotDo(f"{room.name} has been deleted")
        if not room.allows(self, "VIEW_CHANNEL"):
            raise CannotDo(f"{self.name} does not see {room.name}")

    def _message(self, answer: Answer) -> Message:
        found = self.world.messages.get(answer.id)
        if found is None:
            raise CannotDo("that message is gone")
        self._must_see(found.channel)
        if found.only_for not in (None, self):
            raise CannotDo(f"{self.name} does not see that message")
        return found


def mentioned(text: str, people: list[Account]) -> tuple[str, list[Account]]:
    """Text with `@Name` written as Discord does it, and who is mentioned."""
    named = []
    for who in sorted(people, key=lambda it: len(it.name), reverse=True):
        written = text.replace(f"@{who.name}", who.mention)
        if written != text or who.mention in text:
            named.append(who)
        text = written
    return text, named
