"""What of whom may be shown where: the only way from memberships to members whose plays are used."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from enum import StrEnum
from typing import Protocol

from bot.core.model import Member


class Feature(StrEnum):
    """What a member says yes to, one by one."""

    RECAP = "recap"
    COMPARE = "compare"
    PLAYLISTS = "playlists"


class Consent(Protocol):
    """A member's yes to a group (`ports.Membership`)."""

    @property
    def member(self) -> Member: ...

    @property
    def features(self) -> Collection[str]: ...


def sharing(memberships: Iterable[Consent], feature: Feature) -> list[Member]:
    """The members whose plays this feature may use in this group."""
    return [membership.member for membership in memberships if feature in membership.features]
