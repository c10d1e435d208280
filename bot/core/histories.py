"""What to read of a source that keeps a member's whole history, and what that changes here.

The newest fourteen days are read again each day and mirrored, for scrobbles come late, are edited and deleted; before
somebody counts, only what is newer than the last reading. What is older is read once, from the newest to the oldest.
The stored coverage alone says where to go on.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.core.model import NewPlay, Span
from bot.core.precedence import subtract

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
MIRRORED_MS = 14 * DAY_MS
OVERLAP_MS = HOUR_MS
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
class Mirror:
    """What a reading changes: plays that are new, and stored ones (at_ms, raw key) that are gone.

    `doubtful` where more than half of what is stored would go: that is believed only when it is read twice.
    """

    new: tuple[NewPlay, ...]
    gone: tuple[tuple[int, str], ...]
    doubtful: bool


def mirror(stored: Collection[tuple[int, str]], read: Collection[NewPlay]) -> Mirror:
    """How the stored plays of a time become those that were read of it."""
    had = set(stored)
    there = {(play.at_ms, play.track.key): play for play in read}
    gone = tuple(sorted(had - there.keys()))
    new = tuple(play for key, play in sorted(there.items()) if key not in had)
    return Mirror(new, gone, 2 * len(gone) > len(had))


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
