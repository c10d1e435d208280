"""What members have taken out of the counting, and the time of which nothing is kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol

from bot.core.choices import Aside, Choices
from bot.core.model import MemberId, Span


class ChoiceStore(Protocol):
    """Asides, pauses, forgotten time. `PlayStore` keeps no play of time that is unread."""

    async def choices(self, member_ids: Collection[MemberId]) -> Mapping[MemberId, Choices]:
        """Those of each of these members; asides oldest first."""
        ...

    async def set_aside(self, member_id: MemberId, aside: Aside, now_ms: int) -> Aside:
        """Keep it (its `id` is ignored); the same mark on the same plays keeps its first row."""
        ...

    async def take_back(self, member_id: MemberId, aside_id: int) -> bool:
        """The plays count again. False if the member has no such aside."""
        ...

    async def pause(self, member_id: MemberId, now_ms: int) -> bool:
        """Nothing is kept from now on. False where the member pauses already."""
        ...

    async def resume(self, member_id: MemberId, now_ms: int) -> bool:
        """What is played from now on is kept again. False where the member does not pause."""
        ...

    async def paused(self, member_id: MemberId) -> bool: ...

    async def decline_award(self, member_id: MemberId, kind: str) -> None:
        """The member gets no award of this kind any more. Raises `NotFound` where they are not there any more."""
        ...

    async def allow_award(self, member_id: MemberId, kind: str) -> None:
        """They may get it again."""
        ...

    async def forget_time(self, member_id: MemberId, span: Span) -> int:
        """Delete the plays in the span, of every link, and keep none of it from now on. The number of plays deleted."""
        ...
