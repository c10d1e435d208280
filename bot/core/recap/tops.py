"""Top lists: what was played most, by whom, and how its rank moved.

Order: plays, most first; among equals the folded name in alphabetical order (title, then artist; of a song the first
of its versions'). A list's line is named like its most played raw track. Rows without an artist's or an album's name
are counted everywhere but ranked in no list of artists or albums.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from bot.core.identity import UNKNOWN_ARTIST, UNKNOWN_TITLE, Key, artist_of, fold, name_of
from bot.core.model import MemberId, Track, TrackId
from bot.core.recap.model import Kind, Ranked

Counts = Mapping[TrackId, int]


class Names:
    """The tracks behind a recap, and what each of them counts as: a number per song, artist and album.

    `numbers[kind][track]` is None where the track is in no list of that kind. `order[kind][number]` is by what equals
    are ordered: the ranked name comes first, then the artist.
    """

    def __init__(self, tracks: Mapping[TrackId, Track]) -> None:
        self.tracks = tracks
        artists: dict[TrackId, int | None] = {}
        albums: dict[TrackId, int | None] = {}
        # By number, which is the place where a name was first seen; what has no name has none.
        by_artist: dict[str, int | None] = {"": None}
        by_album: dict[tuple[str, str], int | None] = {}
        for track_id, track in tracks.items():
            artist = artist_of(track)
            artists[track_id] = by_artist.setdefault(artist, len(by_artist) - 1)
            album = fold(track.album)
            albums[track_id] = by_album.setdefault((album, artist), len(by_album)) if album else None
        songs: dict[TrackId, int | None] = {number: track.song for number, track in tracks.items()}
        self.numbers = {Kind.TRACK: songs, Kind.ARTIST: artists, Kind.ALBUM: albums}
        self.order: Mapping[Kind, Mapping[int, Key]] = {
            Kind.TRACK: _SongNames(tracks),
            Kind.ARTIST: {number: (artist,) for artist, number in by_artist.items() if number is not None},
            Kind.ALBUM: {number: album for album, number in by_album.items() if number is not None},
        }

    def name(self, kind: Kind, number: int) -> Key:
        """By what equals are ordered."""
        return self.order[kind][number]


class _SongNames(dict[int, Key]):
    """The name of each song that was asked for: the first of its versions'."""

    def __init__(self, tracks: Mapping[TrackId, Track]) -> None:
        super().__init__()
        self._tracks = tracks
        self._versions: dict[int, list[Track]] = {}

    def __missing__(self, number: int) -> Key:
        if not self._versions:
            for track in self._tracks.values():
                self._versions.setdefault(track.song, []).append(track)
        self[number] = found = min(map(_as_ordered, self._versions[number]))
        return found


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
    totals = by_number(numbers, together)
    order = names.order[kind]
    best = _best(totals, order, top)
    if not best:
        return ()
    behind: dict[int | None, list[TrackId]] = {number: [] for number in best}
    for track_id in together:
        if (number := numbers[track_id]) in behind:
            behind[number].append(track_id)
    was = _ranks(best, by_number(numbers, earlier or {}), order)
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


def added(many: Iterable[Counts]) -> Counter[TrackId]:
    """Several members' plays by raw track, together."""
    total: Counter[TrackId] = Counter()
    for counts in many:
        total.update(counts)
    return total


def by_number(numbers: Mapping[TrackId, int | None], counts: Counts) -> dict[int, int]:
    """Plays by raw track as plays by number (`Names`), without what has none."""
    totals: dict[int, int] = defaultdict(int)
    for track_id, count in counts.items():
        number = numbers[track_id]
        if number is not None:
            totals[number] += count
    return totals


def _best(totals: Mapping[int, int], order: Mapping[int, Key], top: int) -> list[int]:
    """The first `top` numbers in order; only those that can be among them are sorted by name."""
    counts = sorted(totals.values(), reverse=True)
    if not counts:
        return []
    least = counts[min(top, len(counts)) - 1]
    able = [number for number, count in totals.items() if count >= least]
    return sorted(able, key=lambda number: (-totals[number], order[number]))[:top]


def _ranks(
    wanted: Sequence[int], totals: Mapping[int, int], order: Mapping[int, Key]
) -> dict[int, int | None]:
    """The rank that each had, None where it was not played."""
    counts = sorted(totals.values())
    asked = {totals[number] for number in wanted if number in totals}
    equals: dict[int, list[Key]] = {count: [] for count in asked}
    for number, count in totals.items():
        if count in asked:
            equals[count].append(order[number])
    ranks: dict[int, int | None] = {}
    for number in wanted:
        if number not in totals:
            ranks[number] = None
            continue
        count = totals[number]
        before = sum(1 for other in equals[count] if other < order[number])
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
