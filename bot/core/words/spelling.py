"""Misspelt words for genres, moods and activities set right: one slip in a word of five letters or more.

Only words that tell nothing else are touched: no name, no term, no common word. What is changed is always said.
"""

from __future__ import annotations

from dataclasses import dataclass

from rapidfuzz.distance import OSA

from bot.core.lexicon import Kind, Lexicon
from bot.core.words.names import Cue, Gazetteer
from bot.core.words.reading import Piece, read
from bot.core.words.tokens import tokens

SHORTEST = 5  # letters; in shorter words one slip makes another word too easily
_KINDS = (Kind.GENRE, Kind.ACTIVITY, Kind.MOOD)  # the first that has a word near by wins
# Letters that sound alike, in this order: "tekno" is techno.
_SOUNDS = (("ch", "k"), ("ck", "k"), ("ph", "f"), ("c", "k"), ("y", "i"), ("z", "s"))


@dataclass(frozen=True, slots=True)
class Slip:
    """A misspelt word and what it was read as."""

    typed: str
    read: str


def respelt(text: str, lexicon: Lexicon, gazetteer: Gazetteer) -> tuple[str, tuple[Slip, ...]]:
    """A cleaned prompt with its misspelt words set right, and which they were."""
    found = tokens(text)
    slips: list[Slip] = []
    parts: list[str] = []
    last = 0
    for piece in read(text, lexicon, gazetteer):
        if not _unread(piece):
            continue
        token = found[piece.start]
        right = _nearest(token.word, lexicon)
        if right:
            slips.append(Slip(token.said, right))
            parts += [text[last : token.start], right]
            last = token.end
    return "".join(parts) + text[last:], tuple(dict.fromkeys(slips))


def _unread(piece: Piece) -> bool:
    """Whether a piece is a single word that told nothing, or one that only stands where a name might."""
    if piece.end - piece.start != 1 or piece.terms or piece.years or piece.amount:
        return False
    return piece.mention is None or (not piece.mention.known and piece.cue <= Cue.WEAK)


def _nearest(word: str, lexicon: Lexicon) -> str:
    """The word for a genre, an activity or a mood that is one slip away; "" if there is none, or it is no slip."""
    if len(word) < SHORTEST or not word.isalpha() or word in lexicon.ordinary or word in lexicon.terms:
        return ""
    near: dict[Kind, list[tuple[int, str]]] = {}
    for first, terms in lexicon.terms.items():
        if first[0] != word[0] or abs(len(first) - len(word)) > 2:
            continue
        slips = OSA.distance(word, first, score_cutoff=1)
        if slips > 1 and (_sound(word) != _sound(first) or len(first) < SHORTEST):
            continue
        if len(first) < SHORTEST - 1 or word in (f"{first}s", f"{first}y"):
            continue
        for term, meanings in terms:
            if len(term) == 1:
                for meaning in meanings:
                    near.setdefault(meaning.kind, []).append((slips, first))
    for kind in _KINDS:
        if kind in near:
            return min(near[kind])[1]
    return ""


def _sound(word: str) -> str:
    for letters, sound in _SOUNDS:
        word = word.replace(letters, sound)
    return "".join(letter for at, letter in enumerate(word) if at == 0 or letter != word[at - 1])
