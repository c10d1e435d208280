"""What was remarkable: things played far more than this member's own past would let one expect.

Each candidate is a share of the member's plays now against the same share before. Its surprise is the log-likelihood
ratio G of the two (T. Dunning, *Accurate Methods for the Statistics of Surprise and Coincidence*, 1993), which for one
degree of freedom is about chi-squared. Of all candidates of all members only those are told that hold up together: the
false discovery rate is limited to 5 % (Benjamini and Hochberg, 1995). So in an ordinary week nothing is remarkable.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from bot.core.identity import Key
from bot.core.model import MemberId

FALSE_SHARE = 0.05
LEAST_PLAYS = 5
LEAST_BEFORE = 100


class Candidate(NamedTuple):
    """So many of a member's `plays` now were of something, and `before` of their `plays_before`."""

    member: MemberId
    key: Key
    times: int
    plays: int
    before: int
    plays_before: int

    @property
    def surprise(self) -> float:
        """G; 0 where the share has not grown, or too little is known."""
        if self.times < LEAST_PLAYS or self.plays_before < LEAST_BEFORE:
            return 0.0
        if self.times * self.plays_before <= self.before * self.plays:
            return 0.0
        both = (self.times + self.before) / (self.plays + self.plays_before)
        return 2 * (_lifted(self.times, self.plays, both) + _lifted(self.before, self.plays_before, both))


def remarkable(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Those that are told, the most surprising first."""
    every = [(it.surprise, it) for it in candidates]
    # Whatever is no surprise at all comes last, and is never told.
    ranked = sorted(
        (pair for pair in every if pair[0]), key=lambda pair: (-pair[0], pair[1].member, pair[1].key)
    )
    told = 0
    for rank, (surprise, _) in enumerate(ranked, 1):
        if _chance(surprise) <= FALSE_SHARE * rank / len(every):
            told = rank
    return [it for _, it in ranked[:told]]


def candidates(member: MemberId, now: Sequence[Key], before: Sequence[Key | None]) -> list[Candidate]:
    """Everything that the member played now, each as a candidate; `before` are the plays of the eight weeks before.

    Of what was played before alone nothing is said, so it needs no key.
    """
    counts_before = Counter(before)
    return [
        Candidate(member, key, times, len(now), counts_before[key], len(before))
        for key, times in Counter(now).items()
    ]


def _chance(surprise: float) -> float:
    """How likely so much or more would be by chance: the upper half of chi-squared with one degree of freedom."""
    return 0.5 * math.erfc(math.sqrt(surprise / 2))


def _lifted(times: int, plays: int, rate: float) -> float:
    """The log-likelihood of `times` of `plays` under their own rate, less that under the common one."""
    rest = plays - times
    own = times / plays
    return (times * math.log(own / rate) if times else 0.0) + (
        rest * math.log((1 - own) / (1 - rate)) if rest else 0.0
    )
