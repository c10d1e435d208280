"""A prompt cut into tokens that remember how they were written: case, quotes, what stands before them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from bot.core.words.folding import LETTER, fold_word


class Break(StrEnum):
    """What separates a token from the one before."""

    NONE = ""
    TIGHT = "-"  # no space: `Blink-182`, `AC/DC`, `will.i.am`
    COMMA = ","
    STOP = "."


@dataclass(frozen=True, slots=True)
class Token:
    """A word, number or emoji. `said` is as written, `word` folded, `quote` the number of its quotation (0: none)."""

    said: str
    word: str
    start: int
    end: int
    before: Break
    quote: int

    @property
    def capital(self) -> bool:
        """Whether it is written like a name: with a capital letter, or a digit."""
        return self.said[:1].isupper() or self.said[:1].isdigit()


_QUOTED = re.compile(r"\"([^\"]+)\"|“([^”“]+)[”“]|„([^“”„]+)[“”]|«([^»]+)»|(?<!\w)[‘']([^'’]+)['’](?!\w)")
_TOKEN = re.compile(
    rf"""
    \d{{1,2}}:\d\d(?!\d)                        # 22:30
    | \d+[.,]\d+(?:h|hrs?|hours?)?(?![^\W_])   # 1.5, 1.5h
    | (?<!\w)['’]\d\d(?![^\W_])                # '94
    | (?:\d{{4}}s?|\d\ds)\+(?![^\W_])           # 2020+, 90s+
    | \d0s(?=\d0s)                            # 80s90s
    | \$?{LETTER}(?:{LETTER}|['’‘`´ʼ](?={LETTER})|[$](?=[^\W_])|[$](?!\S)|[!](?=[^\W_]))*
    | [\U0001F1E6-\U0001F1FF]{{2}}             # a flag
    | [\u2300-\u23FF☀-➿⬀-⯿\U0001F000-\U0001F3FA\U0001F400-\U0001FAFF]
    | (?<!\S)[&+](?!\S) | (?<=\w)&(?=\w)       # "and"
    """,
    re.VERBOSE,
)
_STOPS = frozenset(".;!?…\n()[]{}|—–。！？；")
_COMMAS = frozenset(",:、，")
_FRACTIONS = {"½": ".5", "¼": ".25", "¾": ".75"}


def tokens(text: str) -> list[Token]:
    """The tokens of a cleaned prompt, in order."""
    quotes = [match.span() for match in _QUOTED.finditer(text)]
    found: list[Token] = []
    last = 0
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        said = match.group()
        word = "and" if said in "&+" else fold_word(said.replace("!", "i") if len(said) > 1 else said)
        if said[-1] in _FRACTIONS and (len(said) == 1 or said[:-1].isdecimal()):
            word = f"{said[:-1] or 0}{_FRACTIONS[said[-1]]}"  # 1½ is not eleven halves
        if not word:
            continue
        quote = next((at for at, span in enumerate(quotes, 1) if span[0] < start < span[1]), 0)
        found.append(Token(said, word, start, end, _between(text[last:start], bool(found)), quote))
        last = end
    return found


def _between(gap: str, inside: bool) -> Break:
    if inside and gap and gap in "-–./’'+*:" and not gap.isspace():
        return Break.TIGHT
    if any(char in _STOPS for char in gap):
        return Break.STOP
    if any(char in _COMMAS for char in gap) or " - " in gap:
        return Break.COMMA
    return Break.NONE


def is_emoji(said: str) -> bool:
    """Whether a token is a symbol rather than a word."""
    return unicodedata.category(said[0]) in ("So", "Sk", "Sm")


def as_tokens(text: str) -> tuple[str, ...]:
    """A term of the lexicon or a name as the folded words that a prompt's tokens are compared with."""
    return tuple(token.word for token in tokens(text))
