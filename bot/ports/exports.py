"""Export files, found and read row by row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol


class ExportFile(Protocol):
    """One JSON file of an export, read row by row."""

    @property
    def name(self) -> str:
        """Its name inside the zip or folder."""
        ...

    @property
    def group(self) -> str:
        """The container it lies in (a zip, a folder): files of one group are one export."""
        ...

    @property
    def size(self) -> int:
        """Its length in bytes, unpacked."""
        ...

    @property
    def bytes_read(self) -> int:
        """How far the newest reading of its rows has come."""
        ...

    @property
    def same_as(self) -> str:
        """The name of an earlier file with exactly the same bytes, "" if there is none."""
        ...

    @property
    def problem(self) -> str:
        """Why it cannot be opened at all (an encrypted or incomplete zip), "" if it can."""
        ...

    def rows(self) -> Iterable[object]:
        """Its rows as JSON values, streamed anew each time; None for a row that is no JSON.

        Raises `BrokenOff` where the file ends too early, and `BadExport` where it is no list at all.
        """
        ...


class ExportReader(Protocol):
    """Finds the JSON files in what a member gave us."""

    def open(self, paths: Sequence[str]) -> Iterable[ExportFile]:
        """Every JSON file there, in order of name. Raises `BadExport` for a path that is not there."""
        ...
