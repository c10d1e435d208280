"""What a person asks for: the planner's input, and the check of a model's plan. `core.interpreting` finds it.

`Hints` holds only what the person said, in the lexicon's terms and their own spelling, so it may go to a model.
Names as plays or catalogue spell them may not; they live in `core.named`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.core.lexicon import Kind, Meaning
from bot.core.words.eras import Years

CLEAR = 1.3  # how far from the middle (3) a mood must be to speak of energy or valence


class Explicit(StrEnum):
    """Whether explicit songs may be in."""

    ANY = "any"
    CLEAN = "clean"


class Instrumental(StrEnum):
    """Whether songs may, must or must not do without a voice."""

    ANY = "any"
    ONLY = "only"
    AVOID = "avoid"


class Direction(StrEnum):
    """Whether the list stays with a feeling, leads out of it, or neither."""

    MATCH = "match"
    LIFT = "lift"
    NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True)
class Said:
    """A mood or activity with its degree: 1 as said, 0.5 "a bit", 1.35 "very", below 0 "less"."""

    meaning: Meaning
    degree: float = 1.0


@dataclass(frozen=True, slots=True)
class Hints:
    """What was said. Years are lists because `60s and 90s` leaves out what lies between.

    `compared` are moods said of something ("sadder"); `avoid` is refused, `limit` only to a degree ("not too sad").
    """

    words: str
    genres: tuple[str, ...] = ()
    feelings: tuple[Said, ...] = ()
    compared: tuple[Said, ...] = ()
    avoid: tuple[Meaning, ...] = ()
    limit: tuple[Meaning, ...] = ()
    years: tuple[Years, ...] = ()
    exclude_years: tuple[Years, ...] = ()
    languages: tuple[str, ...] = ()
    exclude_languages: tuple[str, ...] = ()
    exclude_genres: tuple[str, ...] = ()
    explicit: Explicit = Explicit.ANY
    instrumental: Instrumental = Instrumental.ANY
    direction: Direction = Direction.NEUTRAL
    arc: str = ""
    familiar: str = ""
    count: int | None = None
    minutes: int | None = None
    artists_typed: tuple[str, ...] = ()
    in_crisis: bool = False
    unread_words: int = 0  # words that told nothing
    # what could not be done with the words, for the person to know
    cut: int = 0
    song_length_said: bool = False
    tempo_said: int = 0
    unread_refusals: tuple[str, ...] = ()
    vague_refusals: tuple[str, ...] = ()

    @property
    def moods(self) -> tuple[str, ...]:
        """The songbook's moods that were said, each once."""
        said = (
            mood for one in (*self.feelings, *self.compared) if one.degree > 0 for mood in one.meaning.says
        )
        return tuple(dict.fromkeys(said))

    @property
    def activities(self) -> tuple[str, ...]:
        """What the music is for."""
        return tuple(
            dict.fromkeys(one.meaning.label for one in self.feelings if one.meaning.kind is Kind.ACTIVITY)
        )

    @property
    def nothing_understood(self) -> bool:
        """Whether no word asks for anything (names aside)."""
        return not (
            self.genres or self.feelings or self.compared or self.avoid or self.limit or self.years
            or self.exclude_years or self.languages or self.exclude_languages or self.exclude_genres
            or self.explicit is not Explicit.ANY or self.instrumental is not Instrumental.ANY or self.arc
            or self.familiar or self.in_crisis or self.direction is not Direction.NEUTRAL
        )  # fmt: skip


def clear_axis(meaning: Meaning) -> str:
    """Whether a mood speaks clearly of "energy" or of "valence" (the one it is farther out on); "" if of neither."""
    places = {"energy": meaning.energy, "valence": meaning.valence}
    far = {axis: abs(place - 3.0) for axis, place in places.items() if place is not None}
    axis = max(far, key=lambda name: far[name], default="")
    return axis if axis and far[axis] >= CLEAR else ""
