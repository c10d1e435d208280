"""What a refusal or a waiver reaches when it looks back or ahead: "Coldplay? No thanks", "lyrics don't matter"."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.lexicon import Kind
from bot.core.words.reading import Piece
from bot.core.words.tokens import Break

GROUPS = {
    Kind.GENRE: "style", Kind.LANGUAGE: "style", Kind.MOOD: "mood", Kind.ACTIVITY: "mood", Kind.MORE: "mood",
    Kind.SWITCH: "switch", Kind.ERA: "years",
}  # fmt: skip
_ENDS = frozenset({Kind.END, Kind.NOT, Kind.LIMIT})
_PASSED = frozenset({Kind.OR, Kind.LINKING, Kind.SONGS})
_NO = frozenset({"no", "nein", "non", "não"})


def group(piece: Piece) -> str:
    """What kind of thing a piece speaks of; "" for grammar and for words we do not know."""
    if piece.mention is not None:
        return "name"
    if piece.years is not None:
        return "years"
    return next((GROUPS[term.kind] for term in piece.terms if term.kind in GROUPS), "")


def labelled(piece: Piece, kind: Kind, label: str) -> bool:
    """Whether a piece is this kind of grammar."""
    return any(term.kind is kind and term.label == label for term in piece.terms)


def refuses_back(pieces: Sequence[Piece], at: int) -> bool:
    """Whether the piece at `at` refuses what was said before it: "is banned", or a "no" that stands alone."""
    piece = pieces[at]
    if labelled(piece, Kind.NOT, "after"):
        return True
    alone = at + 1 == len(pieces) or pieces[at + 1].before in (Break.STOP, Break.COMMA)
    return at > 0 and alone and piece.before is Break.STOP and piece.said.casefold() in _NO


def refused_later(pieces: Sequence[Piece]) -> frozenset[int]:
    """Which pieces are refused by what comes after them."""
    return frozenset(
        back for at in range(len(pieces)) if refuses_back(pieces, at) for back in _last_said(pieces, at)
    )


def no_condition(pieces: Sequence[Piece]) -> frozenset[int]:
    """Which pieces are said to be no condition: "doesn't have to be instrumental", "lyrics don't matter"."""
    found: set[int] = set()
    for at, piece in enumerate(pieces):
        if labelled(piece, Kind.NEUTRAL, "either"):
            found.update(back for back in _last_said(pieces, at) if group(pieces[back]) == "switch")
        optional = labelled(piece, Kind.NEUTRAL, "optional")
        if optional or labelled(piece, Kind.NEUTRAL, "besides"):
            following = _next_said(pieces, at)
            if following >= 0 and (optional or group(pieces[following]) == "switch"):
                found.add(following)
    return frozenset(found)


def _last_said(pieces: Sequence[Piece], at: int) -> list[int]:
    """The things of one kind that stand last before `at`, in one clause."""
    found: list[int] = []
    kind = ""
    for back in range(at - 1, -1, -1):
        piece = pieces[back]
        said = group(piece)
        if said and kind in ("", said):
            kind = said
            found.append(back)
        elif said or piece.kinds() & _ENDS or (found and not piece.kinds() & _PASSED):
            break
        if piece.before in (Break.STOP, Break.COMMA):
            break
    return found


def _next_said(pieces: Sequence[Piece], at: int) -> int:
    """The first thing that is said after `at` in its clause; -1 if nothing is."""
    for after in range(at + 1, len(pieces)):
        piece = pieces[after]
        if piece.before in (Break.STOP, Break.COMMA) or piece.kinds() & _ENDS:
            return -1
        if group(piece) or (piece.terms and not piece.kinds() & (_PASSED | {Kind.DEGREE})):
            return after
    return -1
