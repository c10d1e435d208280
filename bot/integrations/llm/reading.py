"""Reading a model's JSON while it is still being written, with whatever it puts around it.

What comes before it (thoughts, a fence, chatter) is passed over; a bare list is taken for the songs. Songs are told as
soon as they are whole; where the answer breaks off, those that were whole are kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import jiter

LONGEST = 200_000
_THOUGHT = re.compile(r"<think>.*?(?:</think>|$)", re.DOTALL)
_OPENS = re.compile(r"[{\[]")


class Answer:
    """One answer, piece by piece. `head` is what it says beside the songs."""

    def __init__(self) -> None:
        self._written = ""
        self._told = 0
        self.head: Mapping[str, Any] = {}

    @property
    def told(self) -> int:
        """How many songs were told."""
        return self._told

    def add(self, piece: str) -> list[Any]:
        """Take the next piece; the songs that are whole by now and were not told yet."""
        self._written = (self._written + piece)[:LONGEST]
        # A song can only be whole where an object ends.
        return self._new() if "}" in piece else []

    def end(self) -> list[Any]:
        """Nothing more comes; the songs that are left."""
        return self._new()

    def _new(self) -> list[Any]:
        said, whole = _outermost(_THOUGHT.sub("", self._written))
        if isinstance(said, list):
            said = {"tracks": said}
        self.head = {name: value for name, value in said.items() if name != "tracks"}
        tracks = said.get("tracks")
        if not isinstance(tracks, list):
            return []
        # The last song of an answer that is not whole may lack its end.
        new = (tracks if whole else tracks[:-1])[self._told :]
        self._told += len(new)
        return new


def _outermost(written: str) -> tuple[dict[str, Any] | list[Any], bool]:
    """The first object or list as far as it is written, and whether it is whole."""
    for start in _OPENS.finditer(written):
        text = written[start.start() :]
        said = _parsed(text, partial=True)
        if said:
            ends = text.rfind("}" if text[0] == "{" else "]") + 1
            return said, _parsed(text[:ends], partial=False) is not None
    return {}, False


def _parsed(text: str, *, partial: bool) -> dict[str, Any] | list[Any] | None:
    try:
        found = jiter.from_json(text.encode(errors="replace"), partial_mode=partial)
    except ValueError:
        # Partly read, it may only be followed by more words.
        return _parsed(text[: text.rfind("}") + 1], partial=False) if partial and "}" in text else None
    return found if isinstance(found, dict | list) else None
