"""What was said, kept so that it can be proven."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from bot.core.model import GroupId, MemberId, Period


@dataclass(frozen=True, slots=True)
class FrozenRecap:
    """A recap as it was shown: a document of its facts and the document's sha256 (both of `core.frozen`)."""

    id: int
    group_id: GroupId | None
    member_id: MemberId | None
    made_ms: int
    facts: str
    sha256: str


class RecapStore(Protocol):
    """What was said, kept so that it can be proven later."""

    async def freeze(
        self,
        group_id: GroupId | None,
        member_id: MemberId | None,
        made_ms: int,
        facts: str,
        sha256: str,
        members: Collection[MemberId] = (),
    ) -> FrozenRecap:
        """Keep it; the same facts of the same owner keep their first id.

        Raises `NotFound` where one of the `members` it is about is not there any more: deleted while it was counted.
        """
        ...

    async def frozen(self, recap_id: int) -> FrozenRecap | None: ...

    async def frozen_as(self, sha256: str) -> FrozenRecap | None:
        """The document whose sha256 begins so; None where there is none, or more than one."""
        ...

    async def awarded(
        self, group_id: GroupId, period: Period, given: Collection[tuple[MemberId, str]]
    ) -> None:
        """Write down who got which kind of award in a post about this period, beside what is there already.

        Who is not there any more got none.
        """
        ...

    async def last_awards(self, group_id: GroupId, period: Period) -> Mapping[MemberId, frozenset[str]]:
        """Who got which kinds in the group's last posts about a period of this kind before this one."""
        ...

    async def newest(self, group_id: GroupId | None, member_id: MemberId | None) -> FrozenRecap | None:
        """What was frozen last of this owner."""
        ...
