"""Loops: one song back to back, by one member."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter

from bot.core.identity import UNKNOWN_ARTIST, UNKNOWN_TITLE
from bot.core.model import Member, Play
from bot.core.recap.model import Loop
from bot.core.recap.tops import Counts, Names, most_played

LEAST_TIMES = 3

_track_id = itemgetter(1)


def loops(member: Member, plays: Sequence[Play], names: Names, counts: Counts) -> list[Loop]:
    """Every run of at least three plays of one song in the member's counted plays, in order of time.

    `counts` are all of the member's plays by raw track: a loop's song has the name that it has in the top list.
    """
    found: list[Loop] = []
    start = 0
    for _, run in groupby(map(names.songs.__getitem__, map(_track_id, plays))):
        times = sum(1 for _ in run)
        if times >= LEAST_TIMES:
            looped = plays[start : start + times]
            track_ids = set(map(_track_id, looped))
            shown = most_played(names, track_ids, counts)
            found.append(
                Loop(
                    member=member,
                    title=shown.title or UNKNOWN_TITLE,
                    artist=shown.artist or UNKNOWN_ARTIST,
                    times=times,
                    first_ms=looped[0].at_ms,
                    last_ms=looped[-1].at_ms,
                    track_ids=tuple(sorted(track_ids)),
                )
            )
        start += times
    return found


def most_times_first(found: Sequence[Loop]) -> tuple[Loop, ...]:
    """Loops in the order in which they are told: most times, then the earliest."""
    return tuple(sorted(found, key=lambda loop: (-loop.times, loop.first_ms, loop.member.id)))
