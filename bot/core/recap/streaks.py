"""Streaks: one artist without another in between, and days in a row with the same artist or song.

A day is a day of the member's own clock. Days in a row may have begun before the period; they are told where they
reach into it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
    days: Iterable[tuple[int, Key]], first: int, last: int, least: int = LEAST_DAYS
) -> list[Days]:
    """For each thing the longest days in a row that reach into [first, last]; the later of two that are equally long.

    `days` are day numbers with what was played on them, in any order and as often as it was played.
    """
    by_key: dict[Key, set[int]] = {}
    for day, key in days:
        by_key.setdefault(key, set()).add(day)
    found: list[Days] = []
    for key, played in by_key.items():
        if len(played) < least or max(played) < first:
            continue
        best: Days | None = None
        for day in sorted(played):
            if day - 1 in played:
                continue
            end = day
            while end + 1 in played:
                end += 1
            row = Days(key, end - day + 1, day, end)
            if row.last >= first and row.first <= last and (best is None or row.days >= best.days):
                best = row
        if best is not None and best.days >= least:
            found.append(best)
    return sorted(found, key=lambda it: (-it.days, it.key))
