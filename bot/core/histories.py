"""What to read of a source that keeps a member's whole history, and what that changes here.

The newest fourteen days are read again each day and mirrored, for scrobbles come late, are edited and deleted; before
somebody counts, only what is newer than the last reading. What is older is read once, from the newest to the oldest.
The stored coverage alone says where to go on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bot.core.model import NewPlay, Span
from bot.core.precedence import subtract

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
MIRRORED_MS = 14 * DAY_MS
OVERLAP_MS = HOUR_MS
LASTING_MS = 2 * DAY_MS
AGAIN_MS = 20 * HOUR_MS  # a reading this old is done anew before anything older is read


def mirrored_span(since_ms: int, now_ms: int) -> Span:
    """The days that are mirrored, of a history that begins at `since_ms`."""
    return Span(max(since_ms, now_ms - MIRRORED_MS), now_ms)


def newest_span(covered: Sequence[Span], now_ms: int) -> Span:
    """What is newer than all that is covered, and a little more."""
    return Span(max(covered[-1].end_ms - OVERLAP_MS, now_ms - MIRRORED_MS), now_ms)


def unread_span(covered: Sequence[Span], since_ms: int) -> Span | None:
    """The newest stretch that was never read, from `since_ms` to what is covered; None where all was."""
    whole = [Span(since_ms, covered[-1].end_ms)] if covered and since_ms < covered[-1].end_ms else []
    left = subtract(whole, covered)
    return left[-1] if left else None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many plays a source said at `at_ms` that an account has, how many were stored, since when (0) they differ."""

    told: int
    stored: int
    at_ms: int
    differs_ms: int

    @property
    def unread(self) -> int:
        """How many more the source counts than were read; negative where it counts fewer."""
        return self.told - self.stored

    @property
    def lasting(self) -> bool:
        """Whether they have differed for so long that no late play explains it."""
        return 0 < self.differs_ms <= self.at_ms - LASTING_MS


def tallied(before: Tally | None, told: int, stored: int, now_ms: int) -> Tally:
    """A new tally, made when all there is was read."""
    if told == stored:
        return Tally(told, stored, now_ms, 0)
    return Tally(told, stored, now_ms, (before.differs_ms if before is not None else 0) or now_ms)


class Missing(NamedTuple):
    """Stored plays (at_ms, raw key) that a reading of their time has no more.

    `doubtful` where it is more than half of what is stored: that is believed only when it is read twice.
    """

    gone: tuple[tuple[int, str], ...]
    doubtful: bool


def missing(stored: Collection[tuple[int, str]], read: Iterable[NewPlay]) -> Missing:
    """Compare the stored plays of a time with those that were read of it."""
    gone = set(stored).difference((play.at_ms, play.track.key) for play in read)
    return Missing(tuple(sorted(gone)), 2 * len(gone) > len(stored))


@dataclass(frozen=True, slots=True)
class Doubt:
    """A reading that was not believed yet: when it was first made, of which time, what it said."""

    at_ms: int
    span: Span
    keys: frozenset[tuple[int, str]]

    def confirmed_by(self, other: Doubt) -> bool:
        """Whether another reading says the same of the time that both are of."""
        start_ms = max(self.span.start_ms, other.span.start_ms)
        end_ms = min(self.span.end_ms, other.span.end_ms)
        one, two = ({key for key in it.keys if start_ms <= key[0] < end_ms} for it in (self, other))
        return start_ms < end_ms and one == two
