"""Fair selection for a group: greedy EP-FuzzDA, which gives every member a share in proportion to their weight.

Source of the objective: L. Malecek and L. Peska, "Fairness-preserving Group Recommendations With User Weighting"
(UMAP '21). Each step takes the song with the largest sum of gains, where a member's gain counts only up to what is
due to them. The outcome does not depend on the order in which members or songs are given.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from bot.core.model import MemberId

BASE = 0.3  # what a fitting song is worth to a member who does not care for it

K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Option(Generic[K]):
    """A song to choose from: whose it is, how well it fits the theme (0-1), what it is worth to each member (0-1)."""

    key: K
    artist: str
    fit: float
    worth: Mapping[MemberId, float]
    familiar: bool = False


@dataclass(frozen=True, slots=True)
class Share:
    """What a member got: their part of all worth (parts sum up to 1), and worth relative to a list made for them."""

    member_id: MemberId
    part: float
    satisfaction: float


def worth(fit: float, liking: float) -> float:
    """What a song is worth to a member: the theme decides, what they like tips the balance."""
    return fit * (BASE + (1.0 - BASE) * liking)


def choose(
    options: Iterable[Option[K]],
    size: int,
    *,
    cap: int,
    seed: int,
    weights: Mapping[MemberId, float] | None = None,
    taken: Sequence[Option[K]] = (),
    familiar_most: int | None = None,
) -> list[Option[K]]:
    """Up to `size` further options in the order of choice, after those that are `taken` already.

    `cap`: songs per artist, counting the taken. `weights` per member (any scale; default equal). `familiar_most`:
    how many familiar songs there may be in all. `seed` only breaks ties.
    """  # fmt: skip
    left = sorted(options, key=lambda option: _tie(option, seed))
    chosen = list(taken)
    members = sorted({member for option in (*chosen, *left) for member in option.worth})
    total = sum((weights or {}).get(member, 1.0) for member in members) or 1.0
    due = {member: (weights or {}).get(member, 1.0) / total for member in members}
    got = {member: sum(option.worth.get(member, 0.0) for option in chosen) for member in members}
    artists: dict[str, int] = {}
    for option in chosen:
        artists[option.artist] = artists.get(option.artist, 0) + 1
    familiar = sum(option.familiar for option in chosen)
    picked: list[Option[K]] = []
    while len(picked) < size:
        open_options = [
            option
            for option in left
            if artists.get(option.artist, 0) < cap
            and (familiar_most is None or familiar < familiar_most or not option.familiar)
        ]
        if not open_options:
            break
        so_far = sum(got.values())
        best = max(open_options, key=lambda option: (_gain(option, members, due, got, so_far), option.fit))
        picked.append(best)
        left.remove(best)
        familiar += best.familiar
        artists[best.artist] = artists.get(best.artist, 0) + 1
        for member in members:
            got[member] += best.worth.get(member, 0.0)
    return picked


def shares(chosen: Sequence[Option[K]], options: Iterable[Option[K]], cap: int) -> list[Share]:
    """Every member's share of a choice, by member id. `options` is all that could have been chosen."""
    pool = {option.key: option for option in (*options, *chosen)}.values()
    members = sorted({member for option in pool for member in option.worth})
    got = {member: sum(option.worth.get(member, 0.0) for option in chosen) for member in members}
    total = sum(got.values())
    found = []
    for member in members:
        best = _best_possible(member, pool, len(chosen), cap)
        found.append(
            Share(
                member,
                got[member] / total if total else 1.0 / len(members),
                min(1.0, got[member] / best) if best else 1.0,
            )
        )
    return found


def percentages(parts: Sequence[float]) -> list[int]:
    """Parts of a whole as whole percents that sum up to 100 (largest remainder)."""
    total = sum(parts)
    if not total:
        return [0 for _ in parts]
    exact = [100.0 * part / total for part in parts]
    whole = [int(value) for value in exact]
    for at in sorted(range(len(parts)), key=lambda one: (whole[one] - exact[one], one))[: 100 - sum(whole)]:
        whole[at] += 1
    return whole


def chance(seed: int, key: object) -> float:
    """A number in [0, 1) that depends on nothing but the seed and the key."""
    return zlib.crc32(f"{seed}|{key}".encode()) / 2**32


def _gain(
    option: Option[K], members: Sequence[MemberId], due: Mapping[MemberId, float], got: Mapping[MemberId, float],
    so_far: float,
) -> float:  # fmt: skip
    total = so_far + sum(option.worth.get(member, 0.0) for member in members)
    return sum(
        max(0.0, min(option.worth.get(member, 0.0), due[member] * total - got[member])) for member in members
    )


def _tie(option: Option[K], seed: int) -> tuple[float, str]:
    return chance(seed, option.key), str(option.key)


def _best_possible(member: MemberId, pool: Iterable[Option[K]], size: int, cap: int) -> float:
    artists: dict[str, int] = {}
    total, count = 0.0, 0
    for option in sorted(pool, key=lambda one: (-one.worth.get(member, 0.0), str(one.key))):
        if count < size and artists.get(option.artist, 0) < cap:
            artists[option.artist] = artists.get(option.artist, 0) + 1
            total += option.worth.get(member, 0.0)
            count += 1
    return total
