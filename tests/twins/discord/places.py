"""Guilds and channels, and what a test can do to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.twins.discord import objects
from tests.twins.discord.humans import Account, Human
from tests.twins.discord.messages import Message
from tests.twins.discord.permissions import EVERYTHING, ORDINARY, bits
from tests.twins.discord.seeing import Answer, Asked
from tests.twins.discord.waiting import PATIENCE_S

if TYPE_CHECKING:
    from tests.twins.discord.world import World

TEXT_CHANNEL, DM, GROUP_DM = 0, 1, 3


@dataclass(eq=False, slots=True)
class Role:
    """A role of a guild."""

    id: int
    name: str
    permissions: int
    managed: bool = False


@dataclass(eq=False, slots=True)
class Channel:
    """A text channel, a direct message, or a private chat of several people (`kind` as Discord numbers them)."""

    world: World = field(repr=False)
    id: int
    name: str
    kind: int = TEXT_CHANNEL
    guild: Guild | None = None
    people: tuple[Account, ...] = ()
    denied: dict[int, int] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict, repr=False)
    listeners: list[Asked] = field(default_factory=list, repr=False)
    deleted: bool = False

    def permissions_of(self, who: Account) -> int:
        """What the account may do here."""
        if self.guild is None:
            return ORDINARY if who in self.people else 0
        granted = self.guild.permissions_of(who)
        if granted & bits("ADMINISTRATOR"):
            return EVERYTHING
        return granted & ~self.denied.get(who.id, 0)

    def allows(self, who: Account, *permissions: str) -> bool:
        """Whether the account has every one of the permissions here."""
        wanted = bits(*permissions)
        return self.permissions_of(who) & wanted == wanted

    def forbid(self, *permissions: str, to: Account | None = None) -> None:
        """Takes permissions (`SEND_MESSAGES`, …) away here, from the bot or from somebody."""
        self._overwrite(to, lambda before: before | bits(*permissions))

    def allow(self, *permissions: str, to: Account | None = None) -> None:
        """Gives back what `forbid` took."""
        self._overwrite(to, lambda before: before & ~bits(*permissions))

    def _overwrite(self, to: Account | None, change: Callable[[int], int]) -> None:
        who = to or self.world.bot
        self.denied[who.id] = change(self.denied.get(who.id, 0))
        self.world.gateway.dispatch("CHANNEL_UPDATE", objects.channel(self), self.guild)

    def delete(self) -> None:
        """Somebody deletes the channel, and its messages with it."""
        self.world.gateway.dispatch("CHANNEL_DELETE", objects.channel(self), self.guild)
        self.deleted = True
        del self.world.channels[self.id]
        if self.guild is not None:
            del self.guild.channels[self.id]
        for message in self.messages:
            del self.world.messages[message]
        self.messages.clear()

    async def message(
        self, fits: Callable[[Answer], bool] = lambda answer: True, *, within: float = PATIENCE_S
    ) -> Answer:
        """The newest message of the bot that everybody here sees and that fits, now or soon.

        Raises NoAnswer when none has come in time.
        """

        def find() -> Answer | None:
            seen = (Answer.of(it) for it in reversed(self.messages.values()) if self._is_public(it))
            return next((answer for answer in seen if fits(answer)), None)

        return await self.world.changes.until(find, within, lambda: f"nothing of the kind in {self.name}")

    def _is_public(self, message: Message) -> bool:
        return message.author is self.world.bot and not message.ephemeral and not message.is_thinking


@dataclass(eq=False, slots=True)
class Guild:
    """A guild, with or without the bot."""

    world: World = field(repr=False)
    id: int
    name: str
    locale: str = "en-US"
    has_bot: bool = True
    roles: dict[int, Role] = field(default_factory=dict)
    members: dict[int, tuple[Account, set[int]]] = field(default_factory=dict, repr=False)
    channels: dict[int, Channel] = field(default_factory=dict, repr=False)

    def permissions_of(self, who: Account) -> int:
        """What the account may do in the guild as a whole."""
        if who.id not in self.members:
            return 0
        granted = self.roles[self.id].permissions
        for role in self.members[who.id][1]:
            granted |= self.roles[role].permissions
        return EVERYTHING if granted & bits("ADMINISTRATOR") else granted

    def role(self, name: str, *permissions: str, managed: bool = False) -> Role:
        """A new role with these permissions beside the ordinary ones."""
        made = Role(self.world.ids.new(), name, bits(*permissions), managed)
        self.roles[made.id] = made
        return made

    def channel(self, name: str) -> Channel:
        """A new text channel."""
        made = Channel(self.world, self.world.ids.new(), name, guild=self)
        self.channels[made.id] = self.world.channels[made.id] = made
        self.world.gateway.dispatch("CHANNEL_CREATE", objects.channel(made), self)
        return made

    def human(self, name: str, *, admin: bool = False, locale: str = "en-US") -> Human:
        """A new person who is a member here; an `admin` may manage the server."""
        return self.welcomes(self.world.human(name, locale), admin=admin)

    def welcomes(self, somebody: Human, *, admin: bool = False) -> Human:
        """Somebody joins, as an admin or not."""
        roles = set()
        if admin:
            admins = next((it for it in self.roles.values() if it.name == "Admin"), None)
            roles.add((admins or self.role("Admin", "MANAGE_GUILD")).id)
        self.members[somebody.id] = (somebody, roles)
        return somebody

    def loses(self, somebody: Human) -> None:
        """Somebody leaves. Whoever lacks the privileged intent is not told."""
        del self.members[somebody.id]

    def removes_bot(self) -> None:
        """An admin throws the bot out."""
        self.world.gateway.dispatch("GUILD_DELETE", {"id": str(self.id)}, self)
        self.has_bot = False
        del self.members[self.world.bot.id]

    def invites_bot(self) -> None:
        """The bot comes in, or back."""
        own_role = self.role(self.world.bot.name, managed=True)
        self.members[self.world.bot.id] = (self.world.bot, {own_role.id})
        self.has_bot = True
        self.world.gateway.dispatch("GUILD_CREATE", objects.guild(self, whole=True), self)
