"""What was not played in the period before: is it new, or is it back?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Set
from dataclasses import replace
from typing import TypeVar

from bot.core.model import MemberId, TrackId
from bot.core.recap.model import Kind, MemberRecap, Ranked, Recap
from bot.core.recap.tops import Names

_Part = TypeVar("_Part", Recap, MemberRecap)
_Known = Mapping[Kind, Set[int | None]]


def looked_back(recap: Recap, heard: Mapping[MemberId, Collection[TrackId]], names: Names) -> Recap:
    """The recap, whose lists now say of what was not played in the period before whether it ever was.

    `heard` are the tracks that each member had played before the period, as far as is known; `names` has them all.
    """
    everybody = {track_id for tracks in heard.values() for track_id in tracks}
    members = (_seen(it, _numbers(names, heard.get(it.member.id, ())), names) for it in recap.members)
    return replace(_seen(recap, _numbers(names, everybody), names), members=tuple(members))


def _numbers(names: Names, track_ids: Collection[TrackId]) -> _Known:
    return {kind: {numbers[it] for it in track_ids} for kind, numbers in names.numbers.items()}


def _seen(part: _Part, known: _Known, names: Names) -> _Part:
    return replace(
        part,
        top_tracks=_lines(part.top_tracks, known, names),
        top_artists=_lines(part.top_artists, known, names),
        top_albums=_lines(part.top_albums, known, names),
    )


def _lines(lines: Iterable[Ranked], known: _Known, names: Names) -> tuple[Ranked, ...]:
    return tuple(
        replace(it, back=names.numbers[it.kind][it.track_ids[0]] in known[it.kind]) if it.was is None else it
        for it in lines
    )
