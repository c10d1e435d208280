"""Streaks: one artist without another in between, and days in a row with the same artist or song.

A day is a day of the member's own clock. Days in a row may have begun before the period; they are told where they
reach into it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
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
    played: Mapping[int, Collection[Key]], first: int, last: int, least: int = LEAST_DAYS
) -> list[Days]:
    """For each thing the longest days in a row that reach into [first, last]; the later of two that are equally long.

    `played` has by its number each day on which something was played, and what.
    """
    best: dict[Key, Days] = {}
    begun: dict[Key, int] = {}
    for day in sorted(played):
        if day - 1 not in played:
            begun = {}
        # Of what was played on this day, since which day there was none without it.
        begun = {key: begun.get(key, day) for key in played[day]}
        if day < first:
            continue
        for key, start in begun.items():
            days = day - start + 1
            if start <= last and days >= least and (key not in best or days >= best[key].days):
                best[key] = Days(key, days, start, day)
    return sorted(best.values(), key=lambda it: (-it.days, it.key))
