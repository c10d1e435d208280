"""Who lives here and where they meet: what the lounge needs to be told by whoever builds it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.chat.context import Person
from bot.core.model import Identity, RoomRef
from bot.errors import UserError
from bot.ports import Chance, MemberStore
from bot.services.people import People
from bot.text import t

PLATFORM = "lounge"
NAME_MOST = 60


@dataclass(frozen=True, slots=True)
class LoungeRoom:
    """A room: `name` is its slug in URLs and in `RoomRef.channel`, `title` is what people read."""

    name: str
    title: str

    @property
    def ref(self) -> RoomRef:
        """The room as the rest of the bot knows it."""
        return RoomRef(PLATFORM, "", self.name)


class Residents(Protocol):
    """The people one can be in the lounge."""

    async def people(self) -> Sequence[Person]:
        """Everybody, in the order to offer them."""
        ...

    async def add(self, name: str, zone: str) -> Person:
        """Somebody new. `zone` is an IANA name. Raises `UserError` with a sentence if that cannot be."""
        ...


class EveryResident:
    """For the demo: every member with a lounge identity can be chosen, and new ones added.

    All of them are whoever runs the demo, and so admins.
    """

    def __init__(self, store: MemberStore, people: People, chance: Chance) -> None:
        self._store = store
        self._people = people
        self._chance = chance

    async def people(self) -> Sequence[Person]:
        """Oldest first."""
        return [
            Person(identity, member.name, member.zone, admin=True)
            for identity, member in await self._store.identities(PLATFORM)
        ]

    async def add(self, name: str, zone: str) -> Person:
        """Somebody new. Raises `UserError` for an empty, long or taken name."""
        name = " ".join(name.split())
        if not 1 <= len(name) <= NAME_MOST:
            raise UserError(t("A name has 1 to {most} characters.", most=NAME_MOST))
        taken = {person.name.casefold() for person in await self.people()}
        if name.casefold() in taken:
            raise UserError(t("There is a {name} here already. Take another name.", name=name))
        identity = Identity(PLATFORM, self._chance.token()[:12])
        member = await self._people.member(identity, name, zone)
        return Person(identity, member.name, member.zone, admin=True)


class OneResident:
    """The lounge of `earshot run`: whoever has the printed address is the person of the configuration."""

    def __init__(self, people: People, name: str, zone: str) -> None:
        self._people = people
        self._name = name
        self._zone = zone

    async def people(self) -> Sequence[Person]:
        """The one."""
        identity = Identity(PLATFORM, "operator")
        member = await self._people.member(identity, self._name, self._zone)
        return [Person(identity, member.name, member.zone, admin=True)]

    async def add(self, name: str, zone: str) -> Person:
        """Nobody else can be added here."""
        raise UserError(t("This lounge has one resident, named in the configuration."))
