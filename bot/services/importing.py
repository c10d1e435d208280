"""Bring a Spotify export into the store: exact, idempotent, said row by row.

Rows are read batch by batch in a worker thread, so that the event loop stays free and memory stays small whatever
the size of the export. The covered time is recorded last: an import that was cut off has added plays
that do not count yet, and running it again completes it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from bot.core.calendar import iso_utc
from bot.core.choices import within
from bot.core.exports import FileName, Format, Skip, file_name, format_of
from bot.core.intake import Intake
from bot.core.model import LinkId, Member, NewPlay, Source
from bot.errors import BadExport, BrokenOff
from bot.ports import ExportFile, ExportReader, LinkStore, PlayStore
from bot.text import Text, t, tn

Progress = Callable[[Text], Awaitable[None]]

BATCH = 5_000
# A batch ends after so many rows too, so that progress is seen where few rows are plays.
BATCH_ROWS = 20_000
# A file is recognised by its first rows.
FIRST_ROWS = 50

_SAID_SKIPS = (
    Skip.TOO_SHORT, Skip.NOT_MUSIC, Skip.INCOGNITO, Skip.DUPLICATE, Skip.UNREADABLE, Skip.COVERED, Skip.NOT_KEPT,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Problem:
    """What could not be read: in which file, why, and how many rows (0 for a file as a whole)."""

    file: str
    reason: str
    rows: int


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """What an import read. `rows == plays + already_known + sum(skipped.values())`.

    `plays` were added now; `first_ms` and `last_ms` are the first and last play found, known ones too, None without
    plays. `ignored` files are no listening history; `repeated` ones have the same bytes as the file named second.
    """

    files: int
    rows: int
    plays: int
    already_known: int
    skipped: dict[Skip, int]
    first_ms: int | None
    last_ms: int | None
    problems: tuple[Problem, ...] = ()
    ignored: tuple[str, ...] = ()
    repeated: tuple[tuple[str, str], ...] = ()

    def as_json(self) -> dict[str, object]:
        """For `--json`; instants in ISO 8601, UTC, whole seconds."""
        return {
            "files": self.files,
            "rows": self.rows,
            "plays": self.plays,
            "skipped": {skip.value: self.skipped.get(skip, 0) for skip in _SAID_SKIPS},
            "already_known": self.already_known,
            "first": None if self.first_ms is None else iso_utc(self.first_ms),
            "last": None if self.last_ms is None else iso_utc(self.last_ms),
            "problems": [
                {"file": problem.file, "reason": problem.reason, "rows": problem.rows}
                for problem in self.problems
            ],
            "ignored": list(self.ignored),
            "repeated": [{"file": file, "same_as": first} for file, first in self.repeated],
        }


@dataclass(frozen=True, slots=True)
class _Batch:
    """Plays for one link, out of so many rows; there may be none."""

    source: Source
    plays: list[NewPlay]
    rows: int
    part: float


@dataclass(slots=True)
class _Reading:
    """One run: what was found among the files, and the intake that sorts their rows."""

    intake: Intake
    history: list[tuple[ExportFile, FileName, Format]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    repeated: list[tuple[str, str]] = field(default_factory=list)
    _bytes: int = 0

    def find(self, files: Sequence[ExportFile]) -> None:
        """Tell listening history from everything else."""
        for file in files:
            if file.problem:
                self.problems.append(Problem(file.name, file.problem, 0))
                continue
            if file.same_as:
                self.repeated.append((file.name, file.same_as))
                continue
            name = file_name(file.name)
            first: list[object] = []
            said = ""
            try:
                first.extend(islice(file.rows(), FIRST_ROWS))
            except BadExport as error:
                # Where there is a row, even half a one, the whole reading comes to the same place and says it.
                said = "" if isinstance(error, BrokenOff) and error.lost else str(error)
            form = format_of(first) or name.format
            if form is None:
                self.ignored.append(file.name)
            elif said and not first:
                self.problems.append(Problem(file.name, said, 0))
            else:
                self.history.append((file, name, form))
        self.history.sort(key=lambda it: it[2] is Format.ACCOUNT)

    def batches(self) -> Iterator[_Batch]:
        """The plays of all files, extended history first."""
        extended = [it for it in self.history if it[2] is Format.EXTENDED]
        yield from self._files(extended)
        yield from self._files(self.history[len(extended) :])

    def _files(self, files: Sequence[tuple[ExportFile, FileName, Format]]) -> Iterator[_Batch]:
        for file, name, form in files:
            before = self._bytes
            tally = self.intake.file(file.name, file.group, name, form)
            plays: list[NewPlay] = []
            rows = 0
            try:
                for play in self.intake.take(tally, file.rows()):
                    rows += 1
                    if play is not None:
                        plays.append(play)
                    if len(plays) >= BATCH or rows >= BATCH_ROWS:
                        self._bytes = before + file.bytes_read
                        yield _Batch(form.source, plays, rows, self._part())
                        plays, rows = [], 0
            except BadExport as error:
                self.intake.lost(tally, str(error), error.lost if isinstance(error, BrokenOff) else 0)
            self._bytes = before + file.size
            yield _Batch(form.source, plays, rows, self._part())

    def _part(self) -> float:
        total = sum(file.size for file, _, _ in self.history)
        return min(1.0, self._bytes / total) if total else 1.0

    def all_problems(self) -> tuple[Problem, ...]:
        """Files as a whole first, then rows by file and reason."""
        by_row = (Problem(file, why, rows) for (file, why), rows in sorted(self.intake.unreadable.items()))
        return (*self.problems, *by_row)


class Importing:
    """Imports for a member. Makes no network call; stores nothing of a row but what was played, when, how long."""

    def __init__(self, plays: PlayStore, links: LinkStore, reader: ExportReader) -> None:
        self._plays = plays
        self._links = links
        self._reader = reader

    async def run(
        self, member: Member, paths: Sequence[str], progress: Progress | None = None
    ) -> ImportSummary:
        """Read zips, folders and JSON files. Raises `BadExport` where nothing in them is listening history."""
        stored = await self._plays.plays_between([member.id], 0, 0)
        reading = _Reading(
            Intake([span for it in stored if it.link.source is Source.EXTENDED for span in it.covered])
        )
        files = await asyncio.to_thread(lambda: list(self._reader.open(paths)))
        await asyncio.to_thread(reading.find, files)
        if not reading.history:
            raise BadExport(_nothing_in_it(reading))

        links: dict[Source, LinkId] = {}

        async def link(source: Source) -> LinkId:
            if source not in links:
                links[source] = (await self._links.export_link(member.id, source)).id
            return links[source]

        found = new = rows = 0
        intake = reading.intake
        batches = reading.batches()
        # One step at a time: reading ahead of the store would only make two threads wait for one interpreter.
        while (batch := await asyncio.to_thread(next, batches, None)) is not None:
            rows += batch.rows
            if batch.plays:
                into = await link(batch.source)
                unread = await self._plays.unread(into)
                intake.skipped[Skip.NOT_KEPT] += sum(within(it.at_ms, unread) for it in batch.plays)
                new += await self._plays.record(into, batch.plays)
                found += len(batch.plays)
            if progress is not None:
                await progress(_so_far(batch.part, rows, found))
        for form in Format:
            spans = intake.coverage(form)
            if spans:
                await self._plays.cover(await link(form.source), spans)
        return ImportSummary(
            files=len(reading.history),
            rows=intake.rows,
            plays=new,
            already_known=found - new - intake.skipped[Skip.NOT_KEPT],
            skipped={skip: intake.skipped[skip] for skip in _SAID_SKIPS},
            first_ms=intake.first_ms,
            last_ms=intake.last_ms,
            problems=reading.all_problems(),
            ignored=tuple(reading.ignored),
            repeated=tuple(reading.repeated),
        )


def _so_far(part: float, rows: int, plays: int) -> Text:
    """A bar of twenty, and what was read."""
    done = int(20 * part)
    return t(
        "{bar} {percent} % · {rows}, {plays}",
        bar="█" * done + "░" * (20 - done),
        percent=int(100 * part),
        rows=tn("{n} row", "{n} rows", rows),
        plays=tn("{n} play", "{n} plays", plays),
    )


def _nothing_in_it(reading: _Reading) -> Text:
    advice = (
        "I take the zip that Spotify sends you, the folder unpacked from it, or its files: “StreamingHistory…json” "
        "(account data) or “Streaming_History_Audio_…json” and “endsong_…json” (extended history)."
    )
    if reading.problems:
        first = reading.problems[0]
        return t("Nothing could be read: {file} {why}. " + advice, file=first.file, why=first.reason)
    if reading.ignored:
        return t(
            "There is no listening history in this: {n} JSON {files}, but none with plays. " + advice,
            n=len(reading.ignored),
            files="file" if len(reading.ignored) == 1 else "files",
        )
    return t("There is no listening history in this: it holds no JSON file. " + advice)
