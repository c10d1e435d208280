"""Names that were looked up in plays or catalogue. A model may see none of them, so they are no part of the hints."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.hints import Hints
from bot.core.words.names import Mention


@dataclass(frozen=True, slots=True)
class Named:
    """Names found in the words, as we know them: asked for, to be similar to, and refused."""

    artists: tuple[Mention, ...] = ()
    like: tuple[Mention, ...] = ()
    exclude: tuple[Mention, ...] = ()
    unknown: tuple[Mention, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """Hints and names of one prompt."""

    hints: Hints
    named: Named
