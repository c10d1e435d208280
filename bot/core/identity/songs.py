"""Raw tracks become songs: a partition that the tracks alone decide, in whatever order they came.

Two tracks are joined by the same ISRC, or by the same artist and title, where their lengths agree. Lengths agree as
neighbours do: sorted, a song ends where the next length is too far. A track of unknown length goes with the recording
that most tracks are of, so that it never joins two that lengths keep apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot.core.identity.naming import Name, name_of
from bot.core.model import SongId, Track, TrackId

# Goes up with every change of these rules or of `naming`: then all songs are derived again.
VERSION = 1

CLOSE_MS = 3_000
CLOSE_SHARE = 0.02


def derive(tracks: Iterable[Track]) -> dict[TrackId, SongId]:
    """Which song each track is: the number of its first track. Tracks that may be the same have to come together."""
    known = {track.id: track for track in tracks}
    names = {number: name for number, track in known.items() if (name := name_of(track)).family}
    songs = _Songs(known)
    songs.join(_by_length(_grouped((_code(it.isrc), it.id) for it in known.values() if it.isrc), songs, 0.0))
    songs.join(_by_length(_grouped((name, number) for number, name in names.items()), songs, CLOSE_SHARE))
    families = _grouped((name.family, number) for number, name in names.items())
    songs.join(pair for family in families for pair in _guests_left_out(family, names, known, songs))
    return {number: SongId(songs.first(number)) for number in known}


def clues_of(track: Track) -> tuple[str, str]:
    """What a track shares with all that may be the same song: its names, and its ISRC; "" where there are none."""
    family = name_of(track).family
    return "\x1f".join(map(str, family)) if family else "", _code(track.isrc)


class _Songs:
    """Disjoint sets of tracks."""

    def __init__(self, tracks: Mapping[TrackId, Track]) -> None:
        self._tracks = tracks
        self._first: dict[TrackId, TrackId] = {number: number for number in tracks}
        self._shortest = {number: track.duration_ms for number, track in tracks.items()}

    def first(self, number: TrackId) -> TrackId:
        """The lowest number in a track's set."""
        while (above := self._first[number]) != number:
            self._first[number] = number = self._first[above]
        return number

    def join(self, sets: Iterable[Sequence[TrackId]]) -> None:
        """Make one set of each of these, after all of them are decided: no joining depends on another one."""
        for one, *others in list(sets):
            for other in others:
                low, high = sorted((self.first(one), self.first(other)))
                if low == high:
                    continue
                self._first[high] = low
                lengths = [it for it in (self._shortest[low], self._shortest[high]) if it]
                self._shortest[low] = min(lengths, default=0)

    def lengths(self, numbers: Iterable[TrackId]) -> list[tuple[int, TrackId]]:
        """The tracks with their lengths, each its own or else one of its set; 0 where none is known."""
        return [
            (self._tracks[number].duration_ms or self._shortest[self.first(number)], number)
            for number in numbers
        ]


def _grouped(pairs: Iterable[tuple[object, TrackId]]) -> list[list[TrackId]]:
    """The tracks that share something with others."""
    groups: defaultdict[object, list[TrackId]] = defaultdict(list)
    for key, number in pairs:
        groups[key].append(number)
    return [group for group in groups.values() if len(group) > 1]


def _by_length(groups: Iterable[list[TrackId]], songs: _Songs, share: float) -> Iterator[list[TrackId]]:
    """The recordings in each group."""
    for group in groups:
        yield from _recordings(songs.lengths(group), share)


def _recordings(lengths: Sequence[tuple[int, TrackId]], share: float) -> list[list[TrackId]]:
    """Tracks of one name by recording: a new one begins where a length is too far from the one before."""
    found: list[list[TrackId]] = []
    before = 0
    for length, number in sorted(it for it in lengths if it[0]):
        if not (found and _close(before, length, share)):
            found.append([])
        found[-1].append(number)
        before = length
    unknown = [number for length, number in lengths if not length]
    if not found:
        return [unknown]
    max(found, key=len).extend(unknown)
    return found


def _close(one_ms: int, other_ms: int, share: float = CLOSE_SHARE) -> bool:
    return abs(one_ms - other_ms) <= max(CLOSE_MS, share * max(one_ms, other_ms))


@dataclass(slots=True)
class _Version:
    """A song in its family: the guests that its titles name, its lengths, one of its tracks."""

    track: TrackId
    guests: set[str] = field(default_factory=set)
    lengths: list[int] = field(default_factory=list)
    catalogued: bool = False

    def agrees(self, other: _Version) -> bool:
        """Whether a length of the one is close to a length of the other."""
        return any(_close(one, another) for one in self.lengths for another in other.lengths)


def _guests_left_out(
    family: Sequence[TrackId], names: Mapping[TrackId, Name], tracks: Mapping[TrackId, Track], songs: _Songs
) -> Iterator[list[TrackId]]:
    """Songs that one source credits with guests and another without.

    A song that no catalogue lists (it has no URI) is the one listed version with (or without) guests, if its own title
    is not listed as another one and no lengths speak against it; or else if lengths agree.
    """
    if len({names[number].guests for number in family}) == 1:
        return
    versions: dict[TrackId, _Version] = {}
    for number in family:
        version = versions.setdefault(songs.first(number), _Version(number))
        version.guests.add(names[number].guests)
        version.catalogued |= bool(tracks[number].uri)
        if tracks[number].duration_ms:
            version.lengths.append(tracks[number].duration_ms)
    listed = [it for it in versions.values() if it.catalogued]
    titles = {guests for it in listed for guests in it.guests}
    for version in versions.values():
        if version.catalogued:
            continue
        others = [it for it in listed if "" in it.guests or "" in version.guests]
        fits = [it for it in others if it.agrees(version)]
        if not fits and titles.isdisjoint(version.guests):
            fits = [it for it in others if not (it.lengths and version.lengths)] if len(others) == 1 else []
        if len(fits) == 1:
            yield [version.track, fits[0].track]


def _code(isrc: str) -> str:
    """An ISRC as it is compared: `us-rc1-76-07839` is `USRC17607839`."""
    return "".join(filter(str.isalnum, isrc)).upper()
