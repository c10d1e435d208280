"""What goes into a planner and what comes out: all that a model is ever shown, and all that it may say."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.hints import Hints


@dataclass(frozen=True, slots=True)
class Brief:
    """What a planner is given: the member's words and what the lexicon reads in them."""

    words: str
    hints: Hints


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A song as proposed, not yet found anywhere. `why` is one short line; energy and valence 1-5, 0 unknown."""

    title: str
    artist: str
    why: str
    energy: float = 0
    valence: float = 0
    uri: str = ""
