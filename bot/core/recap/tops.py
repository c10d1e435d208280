"""Top lists: what was played most, by whom, and how its rank moved.

Order: plays, most first; among equals the folded name in alphabetical order (title, then artist). A list's line is
named like its most played raw track. Rows without an artist's or an album's name are counted everywhere but ranked in
no list of artists or albums.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from heapq import nsmallest

from bot.core.identity import UNKNOWN_ARTIST, UNKNOWN_TITLE, Key, keys_of
from bot.core.model import MemberId, Track, TrackId
from bot.core.recap.model import Kind, Ranked

Counts = Mapping[TrackId, int]


class Names:
    """The tracks behind a recap with what each of them counts as, told once per track."""

    def __init__(self, tracks: Mapping[TrackId, Track]) -> None:
        self.tracks = tracks
        keys = {number: keys_of(track) for number, track in tracks.items()}
        self.songs: Mapping[TrackId, Key] = {number: it.song for number, it in keys.items()}
        self.keys: Mapping[Kind, Mapping[TrackId, Key | None]] = {
            Kind.TRACK: self.songs,
            Kind.ARTIST: {number: it.artist for number, it in keys.items()},
            Kind.ALBUM: {number: it.album for number, it in keys.items()},
        }


def ranking(
    kind: Kind, names: Names, plays: Mapping[MemberId, Counts], before: Iterable[Counts], top: int
) -> tuple[Ranked, ...]:
    """The first `top` lines. `plays` are each member's plays by raw track, `before` those of the period before."""
    keys = names.keys[kind]
    together: Counter[TrackId] = Counter()
    for counts in plays.values():
        together.update(counts)
    totals = _by_key(keys, together)
    best = nsmallest(top, totals, key=lambda key: _order(key, totals[key]))
    if not best:
        return ()
    behind: dict[Key, list[TrackId]] = {key: [] for key in best}
    for track_id in together:
        key = keys[track_id]
        if key is not None and key in behind:
            behind[key].append(track_id)
    earlier: Counter[TrackId] = Counter()
    for counts in before:
        earlier.update(counts)
    was = _ranks(best, _by_key(keys, earlier))
    return tuple(
        _line(kind, names, rank, totals[key], behind[key], together, plays, was[key])
        for rank, key in enumerate(best, 1)
    )


def most_played(names: Names, track_ids: Iterable[TrackId], counts: Counts) -> Track:
    """The raw track that gives its names to a line."""
    candidates = (names.tracks[number] for number in track_ids)
    return min(candidates, key=lambda it: (-counts.get(it.id, 0), it.title, it.artist, it.album, it.key))


def _by_key(keys: Mapping[TrackId, Key | None], counts: Counts) -> dict[Key, int]:
    totals: dict[Key, int] = {}
    for track_id, count in counts.items():
        key = keys[track_id]
        if key is not None:
            totals[key] = totals.get(key, 0) + count
    return totals


def _order(key: Key, count: int) -> tuple[int, Key]:
    # The last part of a key is the name that is ranked, its first the artist.
    return -count, key[::-1]


def _ranks(wanted: Sequence[Key], totals: dict[Key, int]) -> dict[Key, int | None]:
    """The rank that each key had, None where it was not played."""
    counts = sorted(totals.values())
    ranks: dict[Key, int | None] = {}
    for key in wanted:
        count = totals.get(key)
        if count is None:
            ranks[key] = None
            continue
        more = len(counts) - bisect_right(counts, count)
        equal = sum(1 for other, n in totals.items() if n == count and other[::-1] < key[::-1])
        ranks[key] = 1 + more + equal
    return ranks


def _line(
    kind: Kind,
    names: Names,
    rank: int,
    plays: int,
    track_ids: Sequence[TrackId],
    together: Counts,
    by_member: Mapping[MemberId, Counts],
    was: int | None,
) -> Ranked:
    shown = most_played(names, track_ids, together)
    shares = (
        (member, sum(counts.get(number, 0) for number in track_ids)) for member, counts in by_member.items()
    )
    title = {Kind.TRACK: shown.title or UNKNOWN_TITLE, Kind.ALBUM: shown.album, Kind.ARTIST: ""}[kind]
    return Ranked(
        kind=kind,
        rank=rank,
        title=title,
        artist=shown.artist or UNKNOWN_ARTIST,
        plays=plays,
        shares=tuple(sorted(((m, n) for m, n in shares if n), key=lambda share: -share[1])),
        was=was,
        track_ids=tuple(sorted(track_ids)),
        uri=shown.uri if kind is Kind.TRACK else "",
    )
