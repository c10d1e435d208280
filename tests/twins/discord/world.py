"""Everything there is: the bot, people, guilds, channels, messages, files; and what can be asked of it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from tests.twins.discord.clock import Clock, Snowflakes
from tests.twins.discord.commands import Tree, Typed, split
from tests.twins.discord.components import Json
from tests.twins.discord.gateway import DIRECT_MESSAGES, GUILD_MESSAGES, Gateway
from tests.twins.discord.humans import Account, Human, mentioned
from tests.twins.discord.interactions import Interactions
from tests.twins.discord.messages import Attachment, Message
from tests.twins.discord.permissions import ORDINARY
from tests.twins.discord.places import DM, GROUP_DM, Channel, Guild, Role
from tests.twins.discord.seeing import Asked
from tests.twins.discord.waiting import CannotDo, Changes


class World:
    """One Discord with one application in it."""

    def __init__(self, name: str, token: str, clock: Clock) -> None:
        self.clock = clock
        self.ids = Snowflakes(clock)
        self.token = token
        self.application_id = self.ids.new()
        self.application_flags = 0
        self.bot = Account(self.application_id, name, is_bot=True)
        self.owner = Account(self.ids.new(), "Owner")
        self.base_url = ""
        self.humans: dict[int, Human] = {}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.messages: dict[int, Message] = {}
        self.files: dict[int, Attachment] = {}
        self.tree = Tree(self)
        self.gateway = Gateway(self)
        self.interactions = Interactions(self)
        self.changes = Changes()

    @property
    def gateway_url(self) -> str:
        return self.base_url.replace("http", "ws", 1) + "/gateway"

    def guild(self, name: str, *, bot: bool = True, locale: str = "en-US") -> Guild:
        """A new guild, which has the bot if `bot`."""
        made = Guild(self, self.ids.new(), name, locale, has_bot=False)
        made.roles[made.id] = Role(made.id, "@everyone", ORDINARY)
        self.guilds[made.id] = made
        if bot:
            made.invites_bot()
        return made

    def human(self, name: str, locale: str = "en-US") -> Human:
        """A new person, not yet anywhere."""
        made = Human(self.ids.new(), name, world=self, locale=locale)
        self.humans[made.id] = made
        return made

    def stranger(self, name: str, locale: str = "en-US") -> Human:
        """A new person who has added the app to their own account and shares no guild with the bot."""
        made = self.human(name, locale)
        made.installs()
        return made

    def private_chat(self, *people: Human) -> Channel:
        """A new private chat between people, without the bot."""
        name = ", ".join(it.name for it in people)
        kind = DM if len(people) == 2 else GROUP_DM
        made = Channel(self, self.ids.new(), name, kind, people=people)
        self.channels[made.id] = made
        return made

    def dm_with(self, human: Human) -> Channel:
        """The conversation of the bot and somebody; there is one for each person."""
        for place in self.channels.values():
            if place.kind == DM and place.people == (human, self.bot):
                return place
        made = Channel(self, self.ids.new(), f"{human.name}'s messages", DM, people=(human, self.bot))
        self.channels[made.id] = made
        return made

    def keep(self, name: str, data: bytes, description: str | None, *, ephemeral: bool = False) -> Attachment:
        """Keeps a file and gives it an address."""
        number = self.ids.new()
        url = f"{self.base_url}/attachments/{number}/{quote(name, safe='')}"
        self.files[number] = made = Attachment(number, name, data, url, description, ephemeral)
        return made

    def find_command(self, human: Human, room: Channel, line: str) -> tuple[Json, list[str]]:
        """The synced command behind a typed line, and the path to its part. Raises CannotDo."""
        name, path = split(line)
        offered = self.tree.offered(human, room)
        if name not in offered:
            known = ", ".join(f"/{it}" for it in offered) or "no commands"
            raise CannotDo(f"{human.name} finds no /{name} in {room.name}, but {known}")
        return offered[name], path

    def typing(self, human: Human, room: Channel) -> Typed:
        """A line that is being typed."""
        return Typed(human, room, human.upload)

    def new_message(self, channel: Channel, author: Account, **about: Any) -> Message:
        """A message that is not yet posted."""
        return Message(self.ids.new(), channel, author, self.clock(), **about)

    def say(self, human: Human, room: Channel, text: str, reply_to: Message | None) -> None:
        """A person writes; the bot is told what it may read."""
        written, named = mentioned(text, [*self.humans.values(), self.bot])
        kind = 0 if reply_to is None else 19
        message = self.new_message(room, human, content=written, mentions=named, kind=kind, reply_to=reply_to)
        if reply_to is not None and reply_to.author is self.bot:
            message.mentions.append(self.bot)
        self.post(message)

    def post(self, message: Message, *asked: Asked) -> None:
        """A finished message appears. Those who `asked`, and those who listen in the room, are shown it."""
        message.channel.messages[message.id] = self.messages[message.id] = message
        message.watchers.extend(asked)
        if message.author is self.bot and message.only_for is None:
            message.watchers.extend(it for it in message.channel.listeners if it not in asked)
        self._tell("MESSAGE_CREATE", message)
        self._show(message)

    def edit(self, message: Message, *asked: Asked) -> None:
        """A message has changed."""
        message.watchers.extend(it for it in asked if it not in message.watchers)
        self._tell("MESSAGE_UPDATE", message)
        self._show(message)

    def remove(self, message: Message) -> None:
        """A message is deleted."""
        del message.channel.messages[message.id]
        del self.messages[message.id]
        if message.only_for is None:
            gone = {"id": str(message.id), "channel_id": str(message.channel.id)}
            if message.channel.guild is not None:
                gone["guild_id"] = str(message.channel.guild.id)
            self.gateway.dispatch("MESSAGE_DELETE", gone, message.channel.guild, _intent(message.channel))
        self.changes.tell()

    def _show(self, message: Message) -> None:
        for asked in message.watchers:
            asked.changed(message)
        self.changes.tell()

    def _tell(self, event: str, message: Message) -> None:
        place = message.channel
        if message.only_for is not None or not place.allows(self.bot, "VIEW_CHANNEL"):
            return
        readable = place.guild is None or message.author is self.bot or self.bot in message.mentions
        self.gateway.message(event, message, _intent(place), readable=readable)


def _intent(place: Channel) -> int:
    return DIRECT_MESSAGES if place.guild is None else GUILD_MESSAGES
