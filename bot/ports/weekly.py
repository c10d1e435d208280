"""When groups get their posts, and what became of each: the ledger that lets every post go out exactly once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Protocol

from bot.core.calendar import holding
from bot.core.model import GroupId, MemberId, Period, PeriodKind, RoomRef
from bot.core.schedule import Schedule, Slot


@dataclass(frozen=True, slots=True)
class Weekly:
    """What a group wants of its posts. Nothing is posted unless it is `active`.

    `layout` names a picture, `left_out` sections of the post, `language` is a code like `de`. `skipped` is the key of a
    slot that is to be left out. `after` is how far each kind was handled (`core.schedule.due`), `next_ms` when there
    is something to plan (0: never), `version` how often this was changed.
    """

    group_id: GroupId
    schedule: Schedule
    active: bool = False
    layout: str = ""
    left_out: frozenset[str] = frozenset()
    language: str = "en"
    skipped: str = ""
    after: Mapping[PeriodKind, date] = field(default_factory=dict)
    next_ms: int = 0
    version: int = 0


class Stage(StrEnum):
    """Where a delivery stands. `SENDING` without an end: nobody knows whether it arrived."""

    DUE = "due"
    SENDING = "sending"
    SENT = "sent"
    SKIPPED = "skipped"
    GIVEN_UP = "given up"


class Why(StrEnum):
    """Why something was skipped or given up."""

    NONE = ""
    LATE = "late"
    ASKED = "asked"
    QUIET = "quiet"
    LOST = "lost"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One post of a group in one of its rooms about one period, which `key` names. There is never a second one.

    It was due at `due_ms` and is tried at `next_ms` (0: not any more). `attempt` counts who took it; the first try of
    which nobody knows began at `started_ms`. `unsure`: a try before this one may have arrived.
    """

    id: int
    group_id: GroupId
    room: RoomRef
    key: str
    kind: PeriodKind
    first: date
    zone: str
    stage: Stage
    why: Why
    due_ms: int
    next_ms: int
    attempt: int
    started_ms: int
    message: str
    recap_id: int
    posted_ms: int
    unsure: bool = False

    @property
    def period(self) -> Period:
        """What it is about."""
        return holding(self.kind, self.first, self.zone)


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """A post to be, or one that is skipped for a reason."""

    room: RoomRef
    slot: Slot
    why: Why = Why.NONE


@dataclass(frozen=True, slots=True)
class Planned:
    """A change of a group's wishes, made upon `before`, with what is to be delivered from now on.

    `again`: what was skipped or given up is due once more. `admin` is who asked for it and hears what goes wrong.
    """

    before: Weekly
    now: Weekly
    deliveries: Sequence[NewDelivery] = ()
    again: bool = False
    admin: MemberId | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a try, and when there is another one (0: never)."""

    stage: Stage
    why: Why = Why.NONE
    next_ms: int = 0
    message: str = ""
    posted_ms: int = 0


class WeeklyStore(Protocol):
    """Wishes and deliveries."""

    async def weekly(self, group_id: GroupId) -> Weekly | None:
        """What a group wants, in the zone of the group. None where nothing was ever said."""
        ...

    async def begin_weekly(self, weekly: Weekly) -> Weekly:
        """Write a group's first wishes down; those that are there already stay, and are returned."""
        ...

    async def weekly_due(self, now_ms: int, limit: int) -> Sequence[Weekly]:
        """Groups for which something is due, the longest due first."""
        ...

    async def plan(self, plans: Sequence[Planned], now_ms: int) -> Sequence[bool]:
        """Make the changes whose `before` is still so; which of them were made.

        The group gets the zone of its schedule. A delivery that is there already stays as it is, but for `again`.
        """
        ...

    async def weekly_admins(self, group_id: GroupId) -> Sequence[MemberId]:
        """Who asked for something, the last one first."""
        ...

    async def deliveries(self, group_id: GroupId, key: str) -> Sequence[Delivery]:
        """What became of one period's post, by room."""
        ...

    async def deliveries_in(
        self, room: RoomRef, group_id: GroupId, kind: PeriodKind, limit: int
    ) -> Sequence[Delivery]:
        """The posts of a kind in one room, the newest period first."""
        ...

    async def due_platforms(self, now_ms: int) -> Sequence[str]:
        """The platforms on which something is to be delivered now."""
        ...

    async def claim_deliveries(
        self, platform: str, now_ms: int, until_ms: int, limit: int
    ) -> Sequence[Delivery]:
        """Deliveries that are due there. Nobody else gets them before `until_ms`."""
        ...

    async def say(self, delivery: Delivery, recap_id: int) -> bool:
        """It is about to say this recap. False where somebody else has taken it."""
        ...

    async def settle(self, delivery: Delivery, settled: Settled) -> bool:
        """A try has ended. False where somebody else has taken it."""
        ...
