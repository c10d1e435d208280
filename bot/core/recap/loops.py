"""Loops: one song back to back, by one member."""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter

from bot.core.identity import UNKNOWN_ARTIST, UNKNOWN_TITLE
from bot.core.model import Member, Play
from bot.core.recap.model import Kind, Loop
from bot.core.recap.tops import Counts, Names, versions

LEAST_TIMES = 3

_track_id = itemgetter(1)


def loops(member: Member, plays: Sequence[Play], names: Names, counts: Counts) -> list[Loop]:
    """Every run of at least three plays of one song in the member's counted plays, in order of time.

    `counts` are all of the member's plays by raw track: a loop's song has the name that it has in the top list.
    """
    songs = list(map(names.numbers[Kind.TRACK].__getitem__, map(_track_id, plays)))
    found: list[Loop] = []
    end = 0
    for start, (one, two, three) in enumerate(zip(songs, songs[1:], songs[2:], strict=False)):
        if start < end or not one == two == three:
            continue
        end = start + LEAST_TIMES
        while end < len(songs) and songs[end] == one:
            end += 1
        looped = plays[start:end]
        track_ids = set(map(_track_id, looped))
        behind = versions(names, track_ids, counts)
        shown = behind[0]
        found.append(
            Loop(
                member=member,
                title=shown.title or UNKNOWN_TITLE,
                artist=shown.artist or UNKNOWN_ARTIST,
                times=end - start,
                first_ms=looped[0].at_ms,
                last_ms=looped[-1].at_ms,
                track_ids=tuple(it.id for it in behind),
            )
        )
    return found


def most_times_first(found: Sequence[Loop]) -> tuple[Loop, ...]:
    """Loops in the order in which they are told: most times, then the earliest."""
    return tuple(sorted(found, key=lambda loop: (-loop.times, loop.first_ms, loop.member.id)))
