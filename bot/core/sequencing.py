"""The order of a playlist: an arc over energy and valence, artists kept apart, everybody served early."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass

from bot.core.model import MemberId

APART = 4
_VALENCE, _JUMP, _SAME_ARTIST, _UNSERVED = 0.5, 0.3, 4.0, 1.5
_ROUNDS = 6


@dataclass(frozen=True, slots=True)
class Stop:
    """A song on the way: energy and valence 1-5 (0: unknown), and the members who like it."""

    key: object
    artist: str
    energy: float
    valence: float
    genres: tuple[str, ...] = ()
    liked_by: Set[MemberId] = frozenset()


@dataclass(frozen=True, slots=True)
class Course:
    """Energy and valence from the first song to the last, and the shape of the way between."""

    energy: tuple[float, float]
    valence: tuple[float, float]
    arc: str

    def at(self, part: float) -> tuple[float, float]:
        """Energy and valence wanted at a part of the way (0-1)."""
        energy = self.energy[0] + (self.energy[1] - self.energy[0]) * part
        valence = self.valence[0] + (self.valence[1] - self.valence[0]) * part
        if self.arc == "peak-then-cool":
            energy = self.energy[0] + 0.4 * part / 0.6 if part < 0.6 else (
                self.energy[0] + 0.4 + (self.energy[1] - self.energy[0] - 0.4) * (part - 0.6) / 0.4
            )  # fmt: skip
        elif self.arc == "sink-then-lift":
            valence -= 0.8 * max(0.0, 1.0 - abs(part - 0.35) / 0.35)
        return min(5.0, max(1.0, energy)), min(5.0, max(1.0, valence))


def in_order(stops: Sequence[Stop], course: Course) -> list[int]:
    """The indices of `stops` in playing order. Depends on what the stops are, not on the order they come in."""
    count = len(stops)
    if count < 2:
        return list(range(count))
    wanted = [course.at(at / (count - 1)) for at in range(count)]
    members = frozenset(member for stop in stops for member in stop.liked_by)
    free = sorted(range(count), key=lambda one: str(stops[one].key))
    order: list[int] = []
    for at in range(count):
        best = min(free, key=lambda one: _step(stops, [*order, one], at, wanted))
        order.append(best)
        free.remove(best)
    _improve(stops, order, wanted, members)
    return order


def _improve(
    stops: Sequence[Stop], order: list[int], wanted: Sequence[tuple[float, float]], members: Set[MemberId]
) -> None:
    """Swap two songs wherever that lowers the cost of the whole, until nothing does (or for six rounds)."""
    count = len(order)
    costs = [_step(stops, order, at, wanted) for at in range(count)]
    unserved = _unserved(stops, order, members)
    for _ in range(_ROUNDS):
        better = False
        for one in range(count - 1):
            for other in range(one + 1, count):
                touched = sorted({
                    at for near in (one, other) for at in range(near, min(count, near + APART + 1))
                })  # fmt: skip
                order[one], order[other] = order[other], order[one]
                new = {at: _step(stops, order, at, wanted) for at in touched}
                now_unserved = _unserved(stops, order, members) if one < 2 * len(members) else unserved
                saved = sum(costs[at] - new[at] for at in touched) + _UNSERVED * (unserved - now_unserved)
                if saved > 1e-9:
                    for at, cost in new.items():
                        costs[at] = cost
                    unserved, better = now_unserved, True
                else:
                    order[one], order[other] = order[other], order[one]
        if not better:
            return


def _step(
    stops: Sequence[Stop], order: Sequence[int], at: int, wanted: Sequence[tuple[float, float]]
) -> float:
    """What the song at a position costs, given those before it."""
    stop = stops[order[at]]
    energy, valence = wanted[at]
    cost = abs(stop.energy - energy) if stop.energy else 0.0
    cost += _VALENCE * abs(stop.valence - valence) if stop.valence else 0.0
    if at:
        before = stops[order[at - 1]]
        if stop.genres and before.genres and not set(stop.genres) & set(before.genres):
            cost += _JUMP
    near = range(max(0, at - APART + 1), at)
    return cost + _SAME_ARTIST * sum(stops[order[one]].artist == stop.artist for one in near)


def _unserved(stops: Sequence[Stop], order: Sequence[int], members: Set[MemberId]) -> int:
    """How many members wait longer than two songs a head for one they like."""
    served = {member for at in order[: 2 * len(members)] for member in stops[at].liked_by}
    return len(members - served)
