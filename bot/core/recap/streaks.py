"""Streaks: one artist without another in between, and days in a row with the same artist or song.

A day is a day of the member's own clock. Days in a row may have begun before the period; they are told where they
reach into it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from typing import NamedTuple

from bot.core.identity import Key

LEAST_RUN = 6
LEAST_DAYS = 4


class Run(NamedTuple):
    """So many plays of one thing with nothing else in between; instants are those of the first and last play."""

    key: Key
    times: int
    first_ms: int
    last_ms: int


class Days(NamedTuple):
    """So many local days in a row with a play of one thing; `first` and `last` are day numbers (`date.toordinal`)."""

    key: Key
    days: int
    first: int
    last: int


def runs(plays: Sequence[tuple[int, Key | None]], least: int = LEAST_RUN) -> list[Run]:
    """Every run of at least so many plays, in order of time. `plays` are instants in order, each with what was played.

    None stands for what has no name; it ends a run and begins none.
    """
    found: list[Run] = []
    start = 0
    for at in range(1, len(plays) + 1):
        key = plays[start][1]
        if at < len(plays) and plays[at][1] == key:
            continue
        if key is not None and at - start >= least:
            found.append(Run(key, at - start, plays[start][0], plays[at - 1][0]))
        start = at
    return found


def days_in_a_row(
    on: Callable[[int], Set[Key]], first: int, last: int, least: int = LEAST_DAYS
) -> list[Days]:
    """For each thing the longest days in a row that reach into [first, last]; the later of two that are equally long.

    `on` tells what was played on a day, by its number.
    """
    best: dict[Key, Days] = {}
    begun = _begun_before(first, on)
    day = first
    while day <= last or begun:
        begun = {key: begun.get(key, day) for key in on(day) if key in begun or day <= last}
        for key, start in begun.items():
            days = day - start + 1
            if days >= least and (key not in best or days >= best[key].days):
                best[key] = Days(key, days, start, day)
        day += 1
    return sorted(best.values(), key=lambda it: (-it.days, it.key))


def _begun_before(first: int, on: Callable[[int], Set[Key]]) -> dict[Key, int]:
    """Since which day in a row, of what was played on this day and on the day before."""
    begun: dict[Key, int] = {}
    day, still = first - 1, on(first) & on(first - 1)
    while still:
        begun |= dict.fromkeys(still, day)
        day -= 1
        still &= on(day)
    return begun
