"""What goes into a planner and what comes out: all that a model is ever shown, and all that it may say."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.answers import Proposal
from bot.core.hints import Hints


@dataclass(frozen=True, slots=True)
class Brief:
    """What a planner is given: the member's words, what the lexicon reads in them, what the model has said before.

    `before` are songs that a model has proposed for these words already, as it wrote them, not to be asked for again.
    """

    words: str
    hints: Hints
    before: tuple[Proposal, ...] = ()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A song as proposed, not yet found anywhere. `why` is one short line; energy and valence 1-5, 0 unknown."""

    title: str
    artist: str
    why: str
    energy: float = 0
    valence: float = 0
    uri: str = ""
