"""What was new and what came back: first plays, who was first in the group and who followed, comebacks.

“First” is said of what is known: an export reaches back years, a new link a few hours. So it needs a known past of
eight weeks, and says since when.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bot.core.calendar import DAY_MS
from bot.core.identity import Key
from bot.core.model import Heard, MemberId, Span

KNOWN_MS = 56 * DAY_MS
SILENT_MS = 90 * DAY_MS
FOLLOWS_MS = 60 * DAY_MS
LEAST_PLAYS = 3


class Past(NamedTuple):
    """All that a member had played before a period. `since_ms` is when what is known of them begins."""

    since_ms: int
    heard: Mapping[Key, Heard]

    def reaches(self, start_ms: int) -> bool:
        """Whether it is long enough to say of something that it is new."""
        return start_ms - self.since_ms >= KNOWN_MS


class First(NamedTuple):
    """A member played something for the first time since `since_ms`, and in the period so often."""

    member: MemberId
    key: Key
    at_ms: int
    plays: int
    since_ms: int


class Comeback(NamedTuple):
    """A member played something again, after they last had at `last_ms`."""

    member: MemberId
    key: Key
    at_ms: int
    plays: int
    last_ms: int


class Followed(NamedTuple):
    """In the order of their first plays: who found something and who played it after them. No cause is claimed."""

    key: Key
    steps: tuple[tuple[MemberId, int], ...]


def firsts(member: MemberId, plays: Sequence[tuple[int, Key]], past: Past, start_ms: int) -> list[First]:
    """What was played for the first time, at least three times, most plays first. Nothing where little is known."""
    if not past.reaches(start_ms):
        return []
    found = [
        First(member, key, at_ms, count, past.since_ms)
        for key, (at_ms, count) in _counted(plays).items()
        if key not in past.heard and count >= LEAST_PLAYS
    ]
    return sorted(found, key=lambda it: (-it.plays, it.at_ms, it.key))


def comebacks(member: MemberId, plays: Sequence[tuple[int, Key]], past: Past) -> list[Comeback]:
    """What was silent for 90 days or more and then played three times or more, the longest silence first."""
    found = [
        Comeback(member, key, at_ms, count, heard.last_ms)
        for key, (at_ms, count) in _counted(plays).items()
        if count >= LEAST_PLAYS
        and (heard := past.heard.get(key)) is not None
        and at_ms - heard.last_ms >= SILENT_MS
    ]
    return sorted(found, key=lambda it: (it.last_ms - it.at_ms, it.key))


def followed(
    plays: Mapping[MemberId, Sequence[tuple[int, Key]]], pasts: Mapping[MemberId, Past], period: Span
) -> list[Followed]:
    """Chains that grew in the period: somebody's first play of a thing, within 60 days after another's first play.

    Every member in a chain has to have a known past of eight weeks before their own first play.
    """
    # No chain grows but by somebody's first play now.
    begun: dict[Key, list[tuple[int, MemberId]]] = {}
    for member, their in plays.items():
        past = pasts[member]
        for key, (at_ms, _) in _counted(their).items():
            if key not in past.heard and at_ms - past.since_ms >= KNOWN_MS:
                begun.setdefault(key, []).append((at_ms, member))
    for member in plays:
        past = pasts[member]
        for key in begun.keys() & past.heard.keys():
            at_ms = past.heard[key].first_ms
            if at_ms - past.since_ms >= KNOWN_MS:
                begun[key].append((at_ms, member))
    found = []
    for key, steps in begun.items():
        steps.sort()
        chain = _last_chain(steps)
        if len(chain) > 1 and chain[-1][0] >= period.start_ms:
            found.append(Followed(key, tuple((member, at_ms) for at_ms, member in chain)))
    return sorted(found, key=lambda it: (-len(it.steps), it.steps[-1][1], it.key))


def _last_chain(steps: Sequence[tuple[int, MemberId]]) -> Sequence[tuple[int, MemberId]]:
    """The steps at the end of which each comes within 60 days after the one before."""
    start = len(steps) - 1
    while start > 0 and steps[start][0] - steps[start - 1][0] <= FOLLOWS_MS:
        start -= 1
    return steps[start:]


def _counted(plays: Sequence[tuple[int, Key]]) -> dict[Key, tuple[int, int]]:
    """Of each thing the first instant and how often."""
    found: dict[Key, tuple[int, int]] = {}
    for at_ms, key in plays:
        first_ms, count = found.get(key, (at_ms, 0))
        found[key] = min(first_ms, at_ms), count + 1
    return found
