"""The map of the world: where the middle of a country is on it, and how dots that overlap make room for each other.

`land.svg` and `areas.json` are made by `docs/generate_map.py`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from pathlib import Path

WIDTH, HEIGHT = 1080, 480
_LARGEST = 52.0
_AROUND, _TAKEN = 120.0, 0.26
_STEPS = 60
_PULL = 0.05
# Dots further apart than this beyond their edges never meet.
_FAR = 60.0
_GAP = 1.5


@dataclass(slots=True)
class Dot:
    """A dot of a radius on the map, in pixels from its upper left: where it is drawn, and the place it stands for."""

    x: float
    y: float
    radius: float
    at: tuple[float, float]


@cache
def _areas() -> Mapping[str, tuple[int, int]]:
    found = json.loads((Path(__file__).parent / "areas.json").read_text("utf-8"))
    return {name: (x, y) for name, (x, y) in found.items()}


def place(area: str) -> tuple[float, float] | None:
    """The middle of a country, as MusicBrainz names it, in pixels; None for what is on no map."""
    found = _areas().get(area)
    return None if found is None else (found[0] / 2, found[1] / 2)


def largest(weights: Sequence[tuple[tuple[float, float], float]]) -> float:
    """The radius of a dot of weight 1 with which there is room for all: (place, weight), areas going by weight.

    Where countries lie close, no more than a part of the map around any of them is taken.
    """
    crowded = max(
        (sum(weight for other, weight in weights if math.dist(at, other) < _AROUND) for at, _ in weights),
        default=0.0,
    )
    return min(_LARGEST, _AROUND * math.sqrt(_TAKEN / crowded)) if crowded else _LARGEST


def settle(dots: Sequence[Dot]) -> None:
    """Move dots that overlap apart, small ones further than large ones, and keep all of them on the map."""
    near = [
        (one, other)
        for one, other in combinations(dots, 2)
        if math.dist(one.at, other.at) < one.radius + other.radius + _FAR
    ]
    for step in range(_STEPS):
        for dot in dots if step < _STEPS // 2 else ():
            dot.x += _PULL * (dot.at[0] - dot.x)
            dot.y += _PULL * (dot.at[1] - dot.y)
        for one, other in near:
            _part(one, other)
        for dot in dots:
            dot.x = min(max(dot.x, dot.radius), WIDTH - dot.radius)
            dot.y = min(max(dot.y, dot.radius), HEIGHT - dot.radius)


def _part(one: Dot, other: Dot) -> None:
    """Push two dots apart along the line between them until they touch."""
    across, down = other.x - one.x, other.y - one.y
    distance = math.hypot(across, down)
    short = one.radius + other.radius + _GAP - distance
    if short <= 0:
        return
    east, south = (across / distance, down / distance) if distance else (1.0, 0.0)
    share = other.radius**2 / (one.radius**2 + other.radius**2)
    one.x -= short * share * east
    one.y -= short * share * south
    other.x += short * (1 - share) * east
    other.y += short * (1 - share) * south
