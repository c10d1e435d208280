"""Whether those whom a group shows are still there: who was looked for where, and who has left everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from bot.core.model import Group, GroupId, MemberId


class Whereabouts(NamedTuple):
    """A member in a server or workspace (`RoomRef.platform` and `RoomRef.place`)."""

    member_id: MemberId
    platform: str
    place: str


class PresenceStore(Protocol):
    """Looks for members, and what comes of them. A departure ends where its member joins a group again."""

    async def to_look_for(
        self, before_ms: int, limit: int, group_id: GroupId | None = None
    ) -> Sequence[Whereabouts]:
        """Whom nobody looked for since then, longest ago first.

        Members are looked for where a group (or this group alone) shows them on a platform that knows them; who is
        departing, where they were before.
        """
        ...

    async def looked_for(self, where: Whereabouts, now_ms: int) -> None:
        """Nothing is known of them today."""
        ...

    async def still_there(self, where: Whereabouts, now_ms: int) -> None:
        """They were seen, so their departure is over."""
        ...

    async def gone_from(self, where: Whereabouts, now_ms: int) -> Sequence[Group]:
        """They are not there any more, so nothing of theirs is shown there. The groups whose member they were till now.

        A membership ends with the last of its rooms on a platform that knows them; with the last membership they are
        departing.
        """
        ...

    async def long_gone(self, before_ms: int, confirmed_ms: int, limit: int) -> Sequence[MemberId]:
        """Who is departing since `before_ms` or longer and was found gone since `confirmed_ms`, longest first."""
        ...

    async def departing(self, member_id: MemberId) -> int | None:
        """Since when the member is departing, None where they are not."""
        ...

    async def stays(self, member_id: MemberId) -> bool:
        """The member is not departing any more. False where they were not."""
        ...
