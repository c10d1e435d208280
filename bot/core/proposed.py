"""What a model proposed, as candidates beside the planner's own: gated like every song, and served to the same group.

A model's songs come first; of the planner's own those stay beside them that the group plays, the others fill up. What
nobody knows of a proposed song speaks not against it yet: once it is found, the catalogue's facts are gated as well.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.core.affinity import Heard
from bot.core.answers import Course, Proposal
from bot.core.candidates import Candidate, uri_of
from bot.core.model import MemberId
from bot.core.planning import Plan
from bot.core.songbook import Song, Songbook, SongKey

_LEAST_FIT = 0.7  # of the last song of an answer; the first has 1


@dataclass(frozen=True, slots=True)
class Proposed:
    """A model's answer: where the list goes, None where it does not say, and the songs in its order."""

    course: Course | None
    songs: tuple[Proposal, ...]


def steered(plan: Plan, course: Course | None) -> Plan:
    """The plan on the model's course, where the words themselves do not tell one; inside the plan's own bounds."""
    if course is None or plan.targeted:
        return plan
    low_energy, high_energy = plan.gates.energy
    low_valence, high_valence = plan.gates.valence
    return replace(
        plan,
        energy=(
            _within(course.energy[0], low_energy, high_energy),
            _within(course.energy[1], low_energy, high_energy),
        ),
        valence=(
            _within(course.valence[0], low_valence, high_valence),
            _within(course.valence[1], low_valence, high_valence),
        ),
    )


def joined(
    own: Sequence[Candidate],
    proposed: Proposed,
    plan: Plan,
    book: Songbook,
    played: Mapping[SongKey, Mapping[MemberId, Heard]],
) -> list[Candidate]:
    """The pool to choose from: what was proposed and passes the gates, then the planner's own."""
    found: dict[SongKey, Candidate] = {}
    for at, it in enumerate(proposed.songs):
        known = book.by_key.get(Song(it.title, it.artist).key)
        song = known or Song(it.title, it.artist, it.year, energy=it.energy, valence=it.valence)
        passes = plan.gates.pass_(song) if known else plan.gates.may_pass(song)
        if not passes or song.key in found:
            continue
        heard = played.get(song.key, {})
        fit = 1.0 - (1.0 - _LEAST_FIT) * at / len(proposed.songs)
        found[song.key] = Candidate(
            song, 0, fit, (), uri=uri_of(heard), heard=heard, said=it.why, native_title=it.native_title
        )
    rest = [
        it if it.heard and not it.tier else replace(it, tier=it.tier + 1) for it in own if it.key not in found
    ]
    return sorted([*found.values(), *rest], key=lambda it: it.tier)


def known_only(proposed: Proposed, surely: Collection[SongKey]) -> Proposed:
    """Without the songs of which nobody knows whether there is one: where nothing can be searched for."""
    songs = tuple(it for it in proposed.songs if Song(it.title, it.artist).key in surely)
    return replace(proposed, songs=songs)


def _within(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)
