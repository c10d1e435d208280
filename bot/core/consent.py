"""What of whom may be shown where: the only way from memberships to members whose plays are used.

A yes is given per group, per feature and per room: whoever said yes in one room of a group is not shown in another.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bot.core.model import Group, Member, RoomRef


class Feature(StrEnum):
    """What a member says yes to, one by one."""

    RECAP = "recap"
    COMPARE = "compare"
    PLAYLISTS = "playlists"


@dataclass(frozen=True, slots=True)
class Audience:
    """Who will see something: a group, as far as it meets in these of its rooms."""

    group: Group
    rooms: frozenset[RoomRef]


class Consent(Protocol):
    """A member's yes to a group (`ports.Membership`)."""

    @property
    def member(self) -> Member: ...

    @property
    def features(self) -> Collection[str]: ...

    @property
    def rooms(self) -> frozenset[RoomRef]: ...


def shown(memberships: Iterable[Consent], rooms: frozenset[RoomRef]) -> list[Member]:
    """The members who said yes to being seen in one of these rooms, with whichever feature."""
    return [it.member for it in memberships if not rooms.isdisjoint(it.rooms)]


def sharing(memberships: Iterable[Consent], feature: Feature, rooms: frozenset[RoomRef]) -> list[Member]:
    """The members whose plays this feature may use for those who see one of these rooms."""
    return shown((it for it in memberships if feature in it.features), rooms)
