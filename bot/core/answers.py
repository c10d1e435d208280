"""What a model may say about a playlist: a direction, then songs, each judged on its own. Nothing else is taken.

Its answer is data in a closed schema that every grammar engine knows: flat, no unions, values that stand for "nothing".
A number of it decides nothing but where a song stands in the list; what it claims of a song is shown as its claim.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.core.hints import Direction

LONGEST_TITLE, LONGEST_WHY = 200, 90
FIRST_YEAR, LAST_YEAR = 1850, 2100
_BREAKS = re.compile(r"\s+")


class Familiarity(StrEnum):
    """How widely known a model takes a song to be."""

    HIT = "hit"
    KNOWN = "known"
    DEEP = "deep"


@dataclass(frozen=True, slots=True)
class Course:
    """Where a model wants the list to go: energy and valence at its first and last song, from 1 to 5."""

    title: str
    direction: Direction
    energy: tuple[float, float]
    valence: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A song that a model proposes; nobody knows yet whether there is one.

    `native_title` is the title in its own script, "" if that is the same. `year` is 0, and `energy` and `valence`
    (1 to 5) are 0, where it does not say.
    """

    title: str
    artist: str
    native_title: str = ""
    year: int = 0
    energy: float = 0.0
    valence: float = 0.0
    familiarity: Familiarity = Familiarity.KNOWN
    why: str = ""


def _number(low: int, high: int) -> dict[str, Any]:
    return {"type": "integer", "minimum": low, "maximum": high}


def _object(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


# The constraints come first, so that what is proposed follows from them.
SCHEMA = _object(
    title={"type": "string"},
    direction={"type": "string", "enum": [it.value for it in Direction]},
    energy_start=_number(1, 5),
    energy_end=_number(1, 5),
    valence_start=_number(1, 5),
    valence_end=_number(1, 5),
    tracks={
        "type": "array",
        "items": _object(
            title={"type": "string"},
            artist={"type": "string"},
            native_title={"type": "string"},
            year=_number(0, LAST_YEAR),
            energy=_number(1, 5),
            valence=_number(1, 5),
            familiarity={"type": "string", "enum": [it.value for it in Familiarity]},
            why={"type": "string"},
        ),
    },
)


def course_of(said: Mapping[str, Any]) -> Course:
    """The direction, with the middle where nothing sensible is said."""
    direction = said.get("direction")
    return Course(
        _line(said.get("title"), 60),
        Direction(direction) if direction in {it.value for it in Direction} else Direction.NEUTRAL,
        (_feeling(said.get("energy_start")) or 3.0, _feeling(said.get("energy_end")) or 3.0),
        (_feeling(said.get("valence_start")) or 3.0, _feeling(said.get("valence_end")) or 3.0),
    )


def proposal_of(said: object) -> Proposal | None:
    """A song, or None where it has no title or no artist."""
    if not isinstance(said, Mapping):
        return None
    title, artist = _line(said.get("title"), LONGEST_TITLE), _line(said.get("artist"), LONGEST_TITLE)
    if not title or not artist:
        return None
    native, familiarity, year = (
        _line(said.get("native_title"), LONGEST_TITLE),
        said.get("familiarity"),
        said.get("year"),
    )
    return Proposal(
        title,
        artist,
        "" if native == title else native,
        year if isinstance(year, int) and FIRST_YEAR <= year <= LAST_YEAR else 0,
        _feeling(said.get("energy")),
        _feeling(said.get("valence")),
        Familiarity(familiarity) if familiarity in {it.value for it in Familiarity} else Familiarity.KNOWN,
        _line(said.get("why"), LONGEST_WHY),
    )


def _line(value: object, longest: int) -> str:
    """Words on one line that anything can show; "" for anything else."""
    if not isinstance(value, str):
        return ""
    shown = "".join(it if it.isprintable() else " " for it in value)
    return _BREAKS.sub(" ", shown).strip()[:longest].rstrip()


def _feeling(value: object) -> float:
    """1 to 5; 0 where that is not what was said."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 1 <= value <= 5:
        return 0.0
    return float(value)
