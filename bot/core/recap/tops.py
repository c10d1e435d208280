"""Top lists: what was played most, by whom, and how its rank moved.

Order: plays, most first; among equals the folded name in alphabetical order (title, then artist; of a song the first
of its versions'). A list's line is named like its most played raw track. Rows without an artist's or an album's name
are counted everywhere but ranked in no list of artists or albums.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from bot.core.identity import UNKNOWN_ARTIST, UNKNOWN_TITLE, Key, keys_of, name_of
from bot.core.model import MemberId, Track, TrackId
from bot.core.recap.model import Kind, Ranked

Counts = Mapping[TrackId, int]
_NameOf = Callable[[int], Key]


class Names:
    """The tracks behind a recap, and what each of them counts as: a number per song, artist and album.

    `numbers[kind][track]` is None where the track is in no list of that kind.
    """

    def __init__(self, tracks: Mapping[TrackId, Track]) -> None:
        self.tracks = tracks
        self.numbers: dict[Kind, dict[TrackId, int | None]] = {
            Kind.TRACK: {number: track.song for number, track in tracks.items()},
            Kind.ARTIST: {},
            Kind.ALBUM: {},
        }
        self._keys: dict[Kind, list[Key]] = {Kind.ARTIST: [], Kind.ALBUM: []}
        self._versions: dict[int, list[Track]] = {}
        self._named: dict[int, Key] = {}
        seen: dict[Kind, dict[Key, int]] = {kind: {} for kind in self._keys}
        for track_id, track in tracks.items():
            keys = keys_of(track)
            for kind, key in ((Kind.ARTIST, keys.artist), (Kind.ALBUM, keys.album)):
                if key is None:
                    self.numbers[kind][track_id] = None
                    continue
                number = seen[kind].setdefault(key, len(seen[kind]))
                if number == len(self._keys[kind]):
                    self._keys[kind].append(key)
                self.numbers[kind][track_id] = number

    def name(self, kind: Kind, number: int) -> Key:
        """By what equals are ordered: the ranked name comes first, then the artist."""
        if kind is not Kind.TRACK:
            return self._keys[kind][number][::-1]
        if not self._versions:
            for track in self.tracks.values():
                self._versions.setdefault(track.song, []).append(track)
        if number not in self._named:
            self._named[number] = min(map(_as_ordered, self._versions[number]))
        return self._named[number]


def _as_ordered(track: Track) -> Key:
    name = name_of(track)
    return (name.title, name.artist) if name.family else (track.key,)


def ranking(
    kind: Kind,
    names: Names,
    together: Counts,
    by_member: Mapping[MemberId, Counts],
    earlier: Counts | None,
    top: int,
) -> tuple[Ranked, ...]:
    """The first `top` lines of a list.

    `together` are the plays by raw track, `by_member` each member's part of them, `earlier` the plays of the period
    before, None where too little is known of it to compare.
    """
    numbers = names.numbers[kind]
    totals = _totals(numbers, together)
    name = partial(names.name, kind)
    best = _best(totals, name, top)
    if not best:
        return ()
    behind: dict[int | None, list[TrackId]] = {number: [] for number in best}
    for track_id in together:
        if (number := numbers[track_id]) in behind:
            behind[number].append(track_id)
    was = _ranks(best, _totals(numbers, earlier or {}), name)
    return tuple(
        _line(
            kind,
            names,
            rank,
            totals[number],
            behind[number],
            together,
            by_member,
            was[number],
            compared=earlier is not None,
        )
        for rank, number in enumerate(best, 1)
    )


def versions(names: Names, track_ids: Iterable[TrackId], counts: Counts) -> list[Track]:
    """The raw tracks behind a line, most played first; the first gives it its name."""
    found = (names.tracks[number] for number in track_ids)
    return sorted(found, key=lambda it: (-counts.get(it.id, 0), it.title, it.artist, it.album, it.key))


def _totals(numbers: Mapping[TrackId, int | None], counts: Counts) -> dict[int, int]:
    totals: dict[int, int] = defaultdict(int)
    for track_id, count in counts.items():
        number = numbers[track_id]
        if number is not None:
            totals[number] += count
    return totals


def _best(totals: Mapping[int, int], name: _NameOf, top: int) -> list[int]:
    """The first `top` numbers in order; only those that can be among them are sorted by name."""
    counts = sorted(totals.values(), reverse=True)
    if not counts:
        return []
    least = counts[min(top, len(counts)) - 1]
    able = [number for number, count in totals.items() if count >= least]
    return sorted(able, key=lambda number: (-totals[number], name(number)))[:top]


def _ranks(wanted: Sequence[int], totals: Mapping[int, int], name: _NameOf) -> dict[int, int | None]:
    """The rank that each had, None where it was not played."""
    counts = sorted(totals.values())
    asked = {totals[number] for number in wanted if number in totals}
    equals: dict[int, list[Key]] = {count: [] for count in asked}
    for number, count in totals.items():
        if count in asked:
            equals[count].append(name(number))
    ranks: dict[int, int | None] = {}
    for number in wanted:
        if number not in totals:
            ranks[number] = None
            continue
        count = totals[number]
        before = sum(1 for other in equals[count] if other < name(number))
        ranks[number] = 1 + len(counts) - bisect_right(counts, count) + before
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
    *,
    compared: bool,
) -> Ranked:
    behind = versions(names, track_ids, together)
    shown = behind[0]
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
        track_ids=tuple(it.id for it in behind),
        uri=shown.uri if kind is Kind.TRACK else "",
        compared=compared,
    )
