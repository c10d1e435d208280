"""What awards are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.core.identity import Key
from bot.core.model import MemberId
from bot.core.taste import Counts
from bot.text import Text


@dataclass(frozen=True, slots=True)
class Standing:
    """One member's period, as far as awards ask for it: only plays that count, and hours that may be told.

    `hours` are 168 counts of the member's own clock, Monday's midnight first; `days` one count for each local day.
    `songs_of` has of each artist how many different songs were played, `decades` the plays of songs whose year is
    known. `new` are artists played for the first time; `followed` those that another member began to play after this
    one. A number that is not known is 0 or None.
    """

    member: MemberId
    plays: int
    plays_before: int = 0
    hours: tuple[int, ...] = (0,) * 168
    days: tuple[int, ...] = ()
    artists: Counts = field(default_factory=dict)
    songs: Counts = field(default_factory=dict)
    albums: Counts = field(default_factory=dict)
    songs_of: Counts = field(default_factory=dict)
    decades: Mapping[int, int] = field(default_factory=dict)
    busiest_hour: int = 0
    loop: tuple[Key, int] | None = None
    run: tuple[Key, int] | None = None
    days_in_a_row: tuple[Key, int] | None = None
    comeback: tuple[Key, int] | None = None
    kept: Key | None = None
    new: int = 0
    followed: int = 0
    effective: float | None = None
    alone: float | None = None
    alike: float | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """Everybody's standings, and the names behind keys: artists by their key, songs with their artist."""

    standings: tuple[Standing, ...]
    names: Mapping[Key, str]

    def name(self, key: Key) -> str:
        """The name as it is shown."""
        return self.names.get(key) or " — ".join(key)


@dataclass(frozen=True, slots=True)
class Score:
    """What a member is measured by. `rank_by` orders, `says` tells the number `n`; a higher number leads.

    Where only some plays are counted: `of` is the key of what was played, `hours` are those of the week's 168, `decade`
    (1990) is that of the songs.
    """

    rank_by: float
    says: Text
    n: int
    of: Key = ()
    hours: tuple[int, ...] = ()
    decade: int = 0


@dataclass(frozen=True, slots=True)
class Candidate:
    """An award that a member leads, or nearly. `worth` is 1 and more for who leads, by how far, and less for others.

    `id` names award and parameter (`keeper:artist name`); `kind` the award alone. `next_best` is the runner-up, or for
    one who nearly leads the leader. `among` are all who were measured, with their numbers; of an award that weighs in
    what others played, everybody.
    """

    id: str
    kind: str
    title: Text
    member: MemberId
    score: Score
    next_best: tuple[MemberId, Score] | None
    worth: float
    among: tuple[tuple[MemberId, int], ...] = ()
