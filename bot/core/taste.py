"""How a group's tastes compare: numbers with 90 % intervals, each with the least data below which it is not said.

All of it is counted from plays by artist or song (`core.identity` keys) of one period. Intervals are by the delta
method: the statistic is a smooth function of the shares, so its variance is that of its influence function over the
plays (van der Vaart, *Asymptotic Statistics*, chapter 20); shares of plays get Wilson's interval. They take plays as
independent, which listening is not quite: they are the least that is uncertain, not the most.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

from bot.core.identity import Key
from bot.core.model import MemberId

Counts = Mapping[Key, int]

Z = 1.6449  # the standard normal's 95th percentile: both tails of a 90 % interval
LEAST_PLAYS = 30
_MOST_SHARED = 5


class Interval(NamedTuple):
    """A number and the 90 % interval around it."""

    value: float
    low: float
    high: float

    def whole(self, scale: int = 100) -> tuple[int, tuple[int, int]]:
        """The number and what is around it as whole parts of a unit: hundredths unless another scale is given."""
        value, low, high = (round(scale * part) for part in self)
        return value, (low, high)


@dataclass(frozen=True, slots=True)
class Match:
    """How alike two members are, from 0 (nothing in common) to 1 (the same shares), and what they share most."""

    members: tuple[MemberId, MemberId]
    alike: Interval
    shared: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Bridge:
    """What joins a group best: nothing was played by more members, nor more by the least keen of as many."""

    key: Key
    shares: tuple[tuple[MemberId, float], ...]


def share(part: int, whole: int) -> Interval:
    """A share of plays, with Wilson's interval (E. B. Wilson, 1927)."""
    value = part / whole
    spread = Z * math.sqrt(value * (1 - value) / whole + Z * Z / (4 * whole * whole))
    middle, scale = value + Z * Z / (2 * whole), 1 + Z * Z / whole
    return Interval(value, max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale))


def effective(counts: Counts) -> Interval | None:
    """As if so many artists had been played equally: exp of Shannon's entropy (the Hill number of order 1).

    None under 30 plays.
    """
    total = sum(counts.values())
    if total < LEAST_PLAYS:
        return None
    shares = [count / total for count in counts.values() if count]
    entropy = -sum(q * math.log(q) for q in shares)
    variance = max(0.0, sum(q * math.log(q) ** 2 for q in shares) - entropy**2) / total
    spread = Z * math.sqrt(variance)
    return Interval(
        math.exp(entropy), max(1.0, math.exp(entropy - spread)), min(len(shares), math.exp(entropy + spread))
    )


def rarity(everybody: Iterable[Counts]) -> dict[Key, float]:
    """How much sharing this artist tells: ln(1 + N / df) for N members, df of whom played it."""
    many = list(everybody)
    played = Counter(key for counts in many for key, count in counts.items() if count)
    return {key: math.log(1 + len(many) / df) for key, df in played.items()}


def match(
    one: MemberId, ones: Counts, other: MemberId, others: Counts, weights: Mapping[Key, float]
) -> Match | None:
    """1 less the Jensen–Shannon distance (base 2) of the rarity-weighted shares. None under 30 plays on a side.

    Symmetric. A few plays look less alike than they are: what is rare has not been played yet.
    """
    if min(sum(ones.values()), sum(others.values())) < LEAST_PLAYS:
        return None
    return _matched(one, _Weighted(ones, weights), other, _Weighted(others, weights))


def matches(everybody: Mapping[MemberId, Counts]) -> list[Match]:
    """Every match of two of these members, each artist weighing what its rarity among all of them says."""
    weights = rarity(everybody.values())
    known = {
        who: _Weighted(counts, weights)
        for who, counts in everybody.items()
        if sum(counts.values()) >= LEAST_PLAYS
    }
    return [_matched(one, known[one], other, known[other]) for one, other in combinations(known, 2)]


def _matched(one: MemberId, left: _Weighted, other: MemberId, right: _Weighted) -> Match:
    both = [key for key in left.shares if key in right.shares]
    ones, others = left.logs(right, both), right.logs(left, both)
    here, there = left.against(both, ones), right.against(both, others)
    divergence = 0.5 * (here + there)
    divergence = min(1.0, max(0.0, divergence))
    distance = math.sqrt(divergence)
    spread = Z * math.sqrt(left.variance(both, ones, here) + right.variance(both, others, there))
    # The distance is a square root, so its interval is that of the divergence, carried over.
    low, high = math.sqrt(max(0.0, divergence - spread)), math.sqrt(min(1.0, divergence + spread))
    both.sort(key=lambda key: (-min(left.shares[key], right.shares[key]), key))
    return Match((one, other), Interval(1 - distance, 1 - high, 1 - low), tuple(both[:_MOST_SHARED]))


def common(everybody: Mapping[MemberId, Counts], least: int | None = None) -> list[Key]:
    """What at least so many members played (default: all of them), the most evenly shared first."""
    least = len(everybody) if least is None else least
    found = [(key, shares) for key, shares in _shares(everybody).items() if len(shares) >= least]
    found.sort(key=lambda it: (-len(it[1]), -min(it[1].values()), it[0]))
    return [key for key, _ in found]


def bridge(everybody: Mapping[MemberId, Counts]) -> Bridge | None:
    """What joins most of the members, and among that what the least keen of them plays most; None if nothing does."""
    keys = common(everybody, 2)
    if not keys:
        return None
    shares = _shares(everybody)[keys[0]]
    return Bridge(keys[0], tuple(sorted(shares.items(), key=lambda it: (-it[1], it[0]))))


def alone(member: MemberId, everybody: Mapping[MemberId, Counts]) -> Interval | None:
    """The share of a member's plays that went to what nobody else here played. None under 30 plays, or alone."""
    own = everybody[member]
    total = sum(own.values())
    if total < LEAST_PLAYS or len(everybody) < 2:
        return None
    others = [counts for who, counts in everybody.items() if who != member]
    unshared = sum(count for key, count in own.items() if not any(it.get(key) for it in others))
    return share(unshared, total)


def repeated(songs: Counts) -> Interval | None:
    """The share of plays that were not the first of their song in this time. None under 30 plays."""
    total = sum(songs.values())
    if total < LEAST_PLAYS:
        return None
    return share(total - sum(1 for count in songs.values() if count), total)


class _Weighted:
    """Weighted shares of one side, and what of the divergence each play has a part in.

    Of what one side alone has played the logarithm is 1, so that only what both played is gone through.
    """

    def __init__(self, counts: Counts, weights: Mapping[Key, float]) -> None:
        self.plays = sum(counts.values())
        heavy = {key: count * weights[key] for key, count in counts.items() if count}
        self._whole = sum(heavy.values())
        self.shares = {key: weight / self._whole for key, weight in heavy.items()}
        self._weights = weights
        self._squares = sum(weight * weights[key] for key, weight in heavy.items())

    def logs(self, other: _Weighted, both: Sequence[Key]) -> list[float]:
        """Of each that both played, how far this side's share is above the middle of both, in bits."""
        here, there = self.shares, other.shares
        return [math.log2(2 * here[key] / (here[key] + there[key])) for key in both]

    def against(self, both: Sequence[Key], logs: Sequence[float]) -> float:
        """The Kullback–Leibler divergence from the middle of both sides, in bits. `both` is what both played."""
        shares = [self.shares[key] for key in both]
        told = sum(share * log for share, log in zip(shares, logs, strict=True))
        return told + max(0.0, 1 - sum(shares))

    def variance(self, both: Sequence[Key], logs: Sequence[float], mean: float) -> float:
        """The variance of the Jensen–Shannon divergence that this side's plays bring."""
        first = second = 0.0
        alone, alone_squares = self._whole, self._squares
        for key, log in zip(both, logs, strict=True):
            heavy, more = self.shares[key] * self._whole, log - mean
            square = heavy * self._weights[key]
            alone, alone_squares = alone - heavy, alone_squares - square
            first += heavy * more
            second += square * more * more
        first += alone * (1 - mean)
        second += alone_squares * (1 - mean) ** 2
        # A play's influence is half of its weight's, as a share of the whole weight.
        scale = 0.5 * self.plays / self._whole
        first, second = scale * first / self.plays, scale * scale * second / self.plays
        return max(0.0, second - first**2) / self.plays


def _shares(everybody: Mapping[MemberId, Counts]) -> dict[Key, dict[MemberId, float]]:
    found: dict[Key, dict[MemberId, float]] = {}
    for member, counts in everybody.items():
        total = sum(counts.values())
        for key, count in counts.items():
            if count:
                found.setdefault(key, {})[member] = count / total
    return found
