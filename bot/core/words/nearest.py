"""Names like one that was typed: what somebody may have meant who is asked."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz import fuzz, process

from bot.core.words.folding import fold

ALIKE = 80  # of 100: a slip or two, or all that was typed within a longer name


def nearest(typed: str, names: Sequence[str], most: int) -> list[int]:
    """Which of the names are like what was typed, nearest first, by their place in `names`."""
    found = process.extract(
        fold(typed), [fold(it) for it in names], scorer=fuzz.WRatio, score_cutoff=ALIKE, limit=most
    )
    return [place for _, _, place in found]
