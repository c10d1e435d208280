"""A prompt read from left to right into pieces: names, years, amounts, and terms with a meaning; longest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.lexicon import GRAMMAR, Kind, Lexicon, Meaning
from bot.core.words.amounts import Amount, Measure, amount_at
from bot.core.words.eras import Years, years_at
from bot.core.words.folding import fold_word
from bot.core.words.names import Cue, Gazetteer, Mention
from bot.core.words.tokens import Break, Token, tokens


@dataclass(frozen=True, slots=True)
class Piece:
    """Some tokens that mean one thing; none of the fields set: words that mean nothing to us."""

    start: int
    end: int
    said: str
    before: Break
    terms: tuple[Meaning, ...] = ()
    mention: Mention | None = None
    years: Years | None = None
    amount: Amount | None = None
    cue: Cue = Cue.NONE

    def kinds(self) -> set[Kind]:
        """The kinds of its terms."""
        return {term.kind for term in self.terms}


_TRANSPARENT = {Kind.LINKING, Kind.SONGS, Kind.ONLY}
_CUES = {Kind.BY: Cue.BY, Kind.LIKE: Cue.LIKE, Kind.PLAY: Cue.PLAY, Kind.NOT: Cue.NOT, Kind.LIMIT: Cue.NONE}


def read(text: str, lexicon: Lexicon, gazetteer: Gazetteer) -> list[Piece]:
    """The pieces of a cleaned prompt, in order; together they cover all its tokens."""
    found = tokens(text)
    words = [_unelided(token, lexicon) for token in found]
    pieces: list[Piece] = []
    at = 0
    cue = Cue.NONE
    listing = False
    while at < len(found):
        before = found[at].before
        if before is Break.STOP:
            cue, listing = Cue.NONE, False
        elif before is Break.COMMA:
            cue = max(cue, Cue.LISTED) if listing else Cue.NONE
        meant = _meant(words, at, lexicon)
        piece = _piece(found, words, at, cue, lexicon, gazetteer, meant=meant)
        pieces.append(piece)
        at = piece.end
        kinds = piece.kinds()
        if piece.mention is not None:
            listing, cue = True, max(cue, Cue.WEAK)
        elif Kind.OR in kinds and listing:
            cue = max(cue, Cue.LISTED)
        elif kinds & set(_CUES):
            cue, listing = max(_CUES[kind] for kind in kinds & set(_CUES)), False
            if any(term.kind is Kind.NOT and term.label == "after" for term in piece.terms):
                cue = Cue.NONE
        elif words[piece.start] == "from" or (kinds & _TRANSPARENT and piece.end - piece.start == 1):
            cue = max(cue, Cue.WEAK) if words[piece.start] == "from" else cue
        else:
            cue, listing = Cue.NONE, False
    return pieces


def _unelided(token: Token, lexicon: Lexicon) -> str:
    """The word of a token, in French without an article that it swallowed: `d'explicite`, `l'électro`."""
    article, mark, rest = token.said[:1].casefold(), token.said[1:2], token.said[2:]
    if mark in ("'", "’") and article in ("d", "l") and rest and token.word not in lexicon.terms:
        word = fold_word(rest)
        if lexicon.knows([word]):
            return word
    return token.word


def _piece(
    found: Sequence[Token], words: Sequence[str], at: int, cue: Cue, lexicon: Lexicon, gazetteer: Gazetteer,
    *, meant: bool,
) -> Piece:  # fmt: skip
    def piece(n: int, **what: object) -> Piece:
        said = " ".join(token.said for token in found[at : at + n])
        return Piece(at, at + n, said, found[at].before, cue=cue, **what)  # type: ignore[arg-type]

    n, terms = lexicon.longest(words, at)
    if n and any(token.before in (Break.STOP, Break.COMMA) for token in found[at + 1 : at + n]):
        n, terms = _unbroken(found, words, at, lexicon)
    if n > 1 and not any(term.kind not in GRAMMAR for term in terms):
        n, terms = _short_of_content(words, at, n, terms, lexicon)
    named = gazetteer.find(found, words, at, cue)
    years = years_at(found, words, at, lexicon)
    amount = amount_at(found, words, at, lexicon, meant=meant)
    if years is not None and named is not None and not found[at].quote and years[0] == named[0]:
        named = None  # "songs from 1975" means no band
    if named is not None and named[0] >= max(n, years[0] if years else 0):
        return piece(named[0], mention=named[1])
    if (
        amount is not None
        and amount[1].measure is Measure.SONGS
        and meant
        and years is not None
        and amount[0] >= n
    ):
        return piece(amount[0], amount=amount[1])
    if years is not None and years[0] >= n:
        return piece(years[0], years=years[1])
    if amount is not None and amount[0] >= n:
        return piece(amount[0], amount=amount[1])
    if n:
        return piece(n, terms=terms)
    unknown = gazetteer.unknown(found, words, at, cue)
    if unknown is not None:
        return piece(unknown[0], mention=unknown[1])
    return piece(1)


def _short_of_content(
    words: Sequence[str], at: int, n: int, terms: tuple[Meaning, ...], lexicon: Lexicon
) -> tuple[int, tuple[Meaning, ...]]:
    """A phrase without meaning must not eat the first word of one that has: `a house` before `house party`.

    Nor of one that refuses: `play anything` before `anything but`.
    """
    for inside in range(1, n):
        length, meanings = lexicon.longest(words, at + inside)
        if inside + length > n and any(
            meaning.kind not in GRAMMAR or meaning.kind is Kind.NOT for meaning in meanings
        ):
            shorter, kept = lexicon.longest(words[: at + inside], at)
            return (inside, kept) if shorter == inside else (inside, ())
    return n, terms


def _unbroken(
    found: Sequence[Token], words: Sequence[str], at: int, lexicon: Lexicon
) -> tuple[int, tuple[Meaning, ...]]:
    """The longest term that no comma or full stop cuts."""
    end = at + 1
    while end < len(found) and found[end].before not in (Break.STOP, Break.COMMA):
        end += 1
    return lexicon.longest(words[:end], at)


def _meant(words: Sequence[str], at: int, lexicon: Lexicon) -> bool:
    """Whether "give me", "top" or the like stands right before."""
    return any(
        len(phrase) <= at and tuple(words[at - len(phrase) : at]) == phrase
        for phrase in lexicon.frames.get("give", ())
    )
