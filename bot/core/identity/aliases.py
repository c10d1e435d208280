"""Where a group knows better than the rules which of its tracks are one song. Undone by leaving the alias out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.core.model import SongId, Track, TrackId


class Verdict(StrEnum):
    """What a group says of two tracks."""

    SAME = "same"
    APART = "apart"


@dataclass(frozen=True, slots=True)
class Alias:
    """`SAME`: the songs of these two tracks are one. `APART`: the track is not the other's song, but one of its own."""

    id: int
    verdict: Verdict
    track: Track
    other: Track


def regrouped(tracks: Mapping[TrackId, Track], aliases: Sequence[Alias]) -> Mapping[TrackId, Track]:
    """The tracks with the songs that they are in a group of these aliases, whatever their order."""
    if not aliases:
        return tracks
    alone = {it.track.id for it in aliases if it.verdict is Verdict.APART}
    joined: dict[SongId, SongId] = {}

    def song_of(track: Track) -> SongId:
        song = SongId(-track.id) if track.id in alone else track.song
        while song in joined:
            song = joined[song]
        return song

    for it in aliases:
        if it.verdict is Verdict.SAME:
            low, high = sorted((song_of(it.track), song_of(it.other)))
            if low != high:
                joined[high] = low
    return {
        number: track if (song := song_of(track)) == track.song else replace(track, song=song)
        for number, track in tracks.items()
    }
