"""Which tracks are one song: filed by the rules, and corrected by a group's admins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.core.identity import Alias, Verdict
from bot.core.model import GroupId, MemberId, TrackId


@dataclass(frozen=True, slots=True)
class MadeAlias:
    """An alias of a group, with who made it and when."""

    alias: Alias
    by: str
    made_ms: int


class IdentityStore(Protocol):
    """Songs, derived from tracks (`core.identity`). `PlayStore.tracks` gives each track with its song."""

    async def file_songs(self, most: int) -> int:
        """File up to so many tracks that are new, have changed, or were filed by other rules than today's. How many."""
        ...

    async def reopen_songs(self) -> int:
        """Have every track filed again; until then each counts as it does now. How many there are."""
        ...

    async def aliases(self, group_id: GroupId) -> Sequence[MadeAlias]:
        """What a group says itself of its songs, oldest first."""
        ...

    async def add_alias(
        self, group_id: GroupId, by: MemberId, verdict: Verdict, track: TrackId, other: TrackId, now_ms: int
    ) -> None:
        """Say it from now on; nothing new if it is said already. Raises `NotFound` for tracks that are not there."""
        ...

    async def remove_alias(self, group_id: GroupId, alias_id: int) -> bool:
        """Unsay it. False where the group has no such alias (any more)."""
        ...
