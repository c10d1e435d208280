"""An import as a whole: what takes more than one row to tell.

Equal rows, the time that each export covers, and the count of everything that was read. Pure bookkeeping;
`services.importing` feeds it and stores what comes out. Extended files go in before account data, because they
decide which account rows count.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.core.exports import NEWEST_MS, FileName, Format, Skip, Skipped, read_row
from bot.core.model import NewPlay, RawTrack, Span
from bot.core.precedence import union

MINUTE_MS = 60_000
SECOND_MS = 1000


@dataclass(slots=True)
class FileTally:
    """What has been read of one file. `whole` turns False if it breaks off."""

    name: str
    group: str
    family: FileName
    form: Format
    rows: int = 0
    first_ms: int | None = None
    last_ms: int | None = None
    whole: bool = True


class Intake:
    """Sorts the rows of one import. `covered` is what stored extended history covers already."""

    def __init__(self, covered: Sequence[Span] = ()) -> None:
        self.files: list[FileTally] = []
        self.skipped: Counter[Skip] = Counter()
        self.unreadable: Counter[tuple[str, str]] = Counter()
        self.first_ms: int | None = None
        self.last_ms: int | None = None
        self._stored = list(covered)
        self._covered: list[Span] | None = None
        self._tracks: dict[str, tuple[int, RawTrack]] = {}
        self._places: dict[tuple[str, str], int] = {}
        self._seen: set[int] = set()
        self._times: dict[int, int] = {}
        self._moments: list[Span] = []

    @property
    def rows(self) -> int:
        """How many rows were read, of files that are done or given up."""
        return sum(tally.rows for tally in self.files)

    def file(self, name: str, group: str, family: FileName, form: Format) -> FileTally:
        """Begin a file."""
        tally = FileTally(name, group, family, form)
        self.files.append(tally)
        return tally

    def take(self, tally: FileTally, rows: Iterable[object]) -> Iterator[NewPlay | None]:
        """The plays among the rows, and None for every other row (which is counted here)."""
        form, spoken, video = tally.form, tally.family.is_spoken, tally.family.is_video
        place = self._place(tally)
        first_ms, last_ms, count = tally.first_ms or NEWEST_MS, tally.last_ms or 0, 0
        try:
            for row in rows:
                count += 1
                read = read_row(row, form, spoken=spoken)
                at_ms = read.at_ms
                if at_ms is not None:
                    if at_ms < first_ms:
                        first_ms = at_ms
                    if at_ms > last_ms:
                        last_ms = at_ms
                if isinstance(read, Skipped):
                    self._skip(tally, read)
                    yield None
                elif form is Format.EXTENDED:
                    yield self._extended(read, video)
                else:
                    yield self._account(read, place)
        finally:
            # However the reading ends, what was read is counted.
            tally.rows += count
            if last_ms:
                tally.first_ms, tally.last_ms = first_ms, last_ms

    def lost(self, tally: FileTally, why: str, rows: int) -> None:
        """The file cannot be read further; `rows` (0 or 1) is what broke off in the middle."""
        tally.whole = False
        tally.rows += rows
        self.skipped[Skip.UNREADABLE] += rows
        self.unreadable[tally.name, why] += rows

    def coverage(self, form: Format) -> list[Span]:
        """The time that the files read so far cover, in the given format."""
        return union([*_coverage(self.files, form), *(self._moments if form is Format.EXTENDED else ())])

    def _skip(self, tally: FileTally, read: Skipped) -> None:
        self.skipped[read.skip] += 1
        if read.skip is Skip.UNREADABLE:
            self.unreadable[tally.name, read.why] += 1

    def _place(self, tally: FileTally) -> int:
        """A number for the files among which equal account rows are told apart: one family in one container."""
        return self._places.setdefault((tally.group, tally.family.family), len(self._places))

    def _known(self, track: RawTrack) -> tuple[int, RawTrack]:
        """The track's number in this import, and with a URI the object that all its plays share.

        That object has all names that the rows so far know. Without a URI the names are the identity, so they stay.
        """
        identity = track.uri or f"{track.artist}\x1f{track.title}"
        known = self._tracks.get(identity)
        if known is None:
            known = self._tracks[identity] = (len(self._tracks), track)
        elif not track.uri:
            return known[0], track
        elif track != known[1] and _names(track) > _names(known[1]):
            known = self._tracks[identity] = (known[0], track)
        return known

    def _found(self, at_ms: int) -> None:
        """A play was found at this time."""
        if self.first_ms is None or at_ms < self.first_ms:
            self.first_ms = at_ms
        if self.last_ms is None or at_ms > self.last_ms:
            self.last_ms = at_ms

    def _extended(self, play: NewPlay, video: bool) -> NewPlay | None:
        """The play with its shared track, None if an equal row came before."""
        at_ms, track, ms_played, _ = play
        number, track = self._known(track)
        mark = (at_ms << 64) | (number << 32) | ms_played
        if mark in self._seen:
            self.skipped[Skip.DUPLICATE] += 1
            return None
        self._seen.add(mark)
        self._found(at_ms)
        if video:
            # A video file says nothing about the time between its rows, but its own plays it does vouch for.
            self._moments.append(_span(at_ms, at_ms, Format.EXTENDED))
        return NewPlay(at_ms, track, ms_played)

    def _account(self, play: NewPlay, place: int) -> NewPlay | None:
        """The play with its number among equal rows, None where extended history covers its time."""
        at_ms, track, ms_played, _ = play
        if self._covered is None:
            self._covered = union([*self._stored, *self.coverage(Format.EXTENDED)])
        index = bisect_right(self._covered, at_ms, key=_start_ms) - 1
        if index >= 0 and at_ms < self._covered[index].end_ms:
            self.skipped[Skip.COVERED] += 1
            return None
        number, track = self._known(track)
        mark = (place << 128) | (at_ms << 64) | (number << 32) | ms_played
        nth = self._times[mark] = self._times.get(mark, -1) + 1
        self._found(at_ms)
        return NewPlay(at_ms, track, ms_played, nth)


def _start_ms(span: Span) -> int:
    return span.start_ms


def _names(track: RawTrack) -> int:
    """How many of its names a row knows."""
    return bool(track.title) + bool(track.artist) + bool(track.album)


def _span(first_ms: int, last_ms: int, form: Format) -> Span:
    """From the minute of the first row to the end of what the last row's time can mean (a second, a minute)."""
    length = SECOND_MS if form is Format.EXTENDED else MINUTE_MS
    return Span(first_ms - first_ms % MINUTE_MS, last_ms - last_ms % length + length)


def _coverage(files: Iterable[FileTally], form: Format) -> Iterator[Span]:
    """The span of each music file, and of the pause between two files of one export that follow each other."""
    exports: dict[str, list[tuple[FileTally, Span]]] = {}
    for file in files:
        skipped = file.family.is_video or file.family.is_spoken
        if file.form is not form or skipped or file.first_ms is None or file.last_ms is None:
            continue
        span = _span(file.first_ms, file.last_ms, form)
        yield span
        exports.setdefault(file.group, []).append((file, span))
    for parts in exports.values():
        names = Counter(file.family for file, _ in parts)
        for one, span in parts:
            following = [(file, after) for file, after in parts if file.family.follows(one.family)]
            # Two files of one number are two exports in one folder: which of them goes on is not told.
            if len(following) != 1 or names[one.family] > 1:
                continue
            other, after = following[0]
            if one.whole and other.whole and span.start_ms <= after.start_ms:
                yield Span(span.start_ms, after.end_ms)
