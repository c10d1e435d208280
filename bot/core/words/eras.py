"""Years in words: `90s`, `late 90s`, `70s and 80s`, `2003`, `before 1990`, `since 2015`, `from 1994 to 1999`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.lexicon import Lexicon
from bot.core.words.tokens import Break, Token

_DECADE = re.compile(r"(?:(?P<century>1[0-9]|20))?(?P<tens>\d)0(?:s|ies|er|ern)$")
_YEAR = re.compile(r"(?:1\d|20)\d\d$")
_CENTURIES = ("17", "18", "19")  # "1800s" is a century, "2000s" a decade
_PARTS = {"early": (0, 3), "mid": (4, 6), "late": (6, 9)}  # years of a decade
EARLIEST_BARE, LATEST = 1900, 2100  # a number alone is a year only in between
_OLDEST_SHORT = 30  # "since 94" is a year, "since 10" hardly
_SEASONS = frozenset(
    {"summer", "winter", "spring", "autumn", "fall", "class", "back", "spirit", "sommer", "verano"}
)


@dataclass(frozen=True, slots=True)
class Years:
    """From one year to another, both included; None where it is open."""

    first: int | None
    last: int | None

    @property
    def half_open(self) -> bool:
        """Whether one side has no end."""
        return self.first is None or self.last is None

    def holds(self, year: int) -> bool:
        """Whether a year lies inside."""
        return (self.first is None or self.first <= year) and (self.last is None or year <= self.last)


def years_at(
    tokens: Sequence[Token], words: Sequence[str], at: int, lexicon: Lexicon
) -> tuple[int, Years] | None:
    """The years that are said from token `at` on and how many tokens say so."""
    for frame in ("between", "before", "until", "after", "since"):
        for phrase in lexicon.frames.get(frame, ()):
            end = at + len(phrase)
            if tuple(words[at:end]) != phrase or end >= len(words):
                continue
            found = _short_range(words, end, lexicon) if frame == "between" else None
            if found is not None:
                return found[0] - at, found[1]
            found = _framed(frame, tokens, words, end, lexicon)
            if found is not None:
                return found[0] - at, found[1]
    one = _span(tokens, words, at, lexicon, bare=True) or _after_season(words, at, lexicon)
    if one is None:
        return None
    end, years = one
    if words[at].endswith("+"):
        return end - at, Years(years.first, None)
    said_from = at > 0 and words[at - 1] in lexicon.froms
    alone = end + 1 >= len(words) or tokens[end + 1].before in (Break.STOP, Break.COMMA)
    if said_from and words[end : end + 1] == ["on"] and alone:
        return end + 1 - at, Years(years.first, None)
    second = _to(tokens, words, end, lexicon)
    if second is not None and not _listed(words[end]):
        return second[0] - at, _hull(years, second[1])
    for frame in ("onwards", "backwards"):
        for phrase in lexicon.frames.get(frame, ()):
            if tuple(words[end : end + len(phrase)]) == phrase:
                open_years = Years(years.first, None) if frame == "onwards" else Years(None, years.last)
                return end + len(phrase) - at, open_years
    return end - at, years


def _framed(
    frame: str, tokens: Sequence[Token], words: Sequence[str], at: int, lexicon: Lexicon
) -> tuple[int, Years] | None:
    """What follows "before", "since", "between" and the like."""
    one = _span(tokens, words, at, lexicon, bare=False) or _short_year(words, at, lexicon)
    if one is None:
        return None
    end, years = one
    if frame == "between" and words[end : end + 1] == ["on"]:
        return None  # "from 2010 on" is read from the year on
    if frame == "between":
        second = _to(tokens, words, end, lexicon)
        return None if second is None else (second[0], _hull(years, second[1]))
    first, last = years.first or 0, years.last or 0
    return end, {
        "before": Years(None, first - 1), "until": Years(None, last),
        "after": Years(last + 1, None), "since": Years(first, None),
    }[frame]  # fmt: skip


def _short_year(words: Sequence[str], at: int, lexicon: Lexicon) -> tuple[int, Years] | None:
    """Two digits after "since", "before" and the like: `since 94`; not `after 90 minutes`."""
    if at >= len(words) or not words[at].isdecimal() or len(words[at]) != 2 or int(words[at]) < _OLDEST_SHORT:
        return None
    following = "".join(words[at + 1 : at + 2])
    if following and (following in lexicon.units or lexicon.longest(words, at + 1)[0] == 0):
        return None
    return at + 1, Years(_century(int(words[at])), _century(int(words[at])))


def _short_range(words: Sequence[str], at: int, lexicon: Lexicon) -> tuple[int, Years] | None:
    """`from 99 to 04`: two years of two digits that cannot be counted upwards, or end beside no unit."""
    for phrase in lexicon.frames.get("to", ()):
        end = at + 1 + len(phrase)
        pair = [*words[at : at + 1], *words[end : end + 1]]
        if tuple(words[at + 1 : end]) != phrase or len(pair) != 2:
            continue
        if not all(word.isdecimal() and len(word) == 2 for word in pair):
            continue
        first, last = (_century(int(word)) for word in pair)
        counted = "".join(words[end + 1 : end + 2])
        if (
            first < last
            and (first >= 1970 or pair[0][0] == "0")
            and counted not in (*lexicon.units, "bpm", "years")
        ):
            return end + 1, Years(first, last)
    return None


def _after_season(words: Sequence[str], at: int, lexicon: Lexicon) -> tuple[int, Years] | None:
    """`summer of 99`, `back in 87`: two digits that only a year explains."""
    named = at >= 2 and words[at - 1] in ("of", "in", "von", "de") and words[at - 2] in _SEASONS
    return _short_year(words, at, lexicon) if named else None


def _span(
    tokens: Sequence[Token], words: Sequence[str], at: int, lexicon: Lexicon, *, bare: bool
) -> tuple[int, Years] | None:
    """A year, a decade, or the early, middle or late part of one; and the index after it."""
    for frame, (low, high) in _PARTS.items():
        for phrase in lexicon.frames.get(frame, ()):
            end = at + len(phrase)
            core = _core(tokens, words, end, lexicon, bare=False) if tuple(words[at:end]) == phrase else None
            if core is not None and core[1].last == (core[1].first or 0) + 9:
                start = core[1].first or 0
                return core[0], Years(start + low, start + high)
    return _core(tokens, words, at, lexicon, bare=bare)


def _core(
    tokens: Sequence[Token], words: Sequence[str], at: int, lexicon: Lexicon, *, bare: bool
) -> tuple[int, Years] | None:
    """A decade or a year at `at`, and the index after it. `bare`: nothing around it says that it is a year."""
    if at >= len(words):
        return None
    word = words[at].removesuffix("+")
    tight = at + 1 < len(words) and tokens[at + 1].before is Break.TIGHT
    if tight and word.isdecimal() and len(word) == 2 and word[1] == "0":
        after = _decade(words[at + 1], lexicon)  # 80-90s
        if after is not None and after > _century(int(word)):
            return at + 2, Years(_century(int(word)), after + 9)
    decade = _decade(word, lexicon)
    if decade is not None:
        return at + 1, Years(decade, decade + (99 if word[:2] in _CENTURIES and not decade % 100 else 9))
    for phrase in lexicon.frames.get("decade", ()):
        end = at + len(phrase)
        if tuple(words[at:end]) == phrase and end < len(words):
            number = words[end]
            if number.isdecimal() and len(number) in (2, 4) and number.endswith("0"):
                start = int(number) if len(number) == 4 else _century(int(number))
                return end + 1, Years(start, start + 9)
            decade = _decade(number, lexicon)
            if decade is not None:
                return end + 1, Years(decade, decade + 9)
    if _YEAR.match(word) and word.isdecimal():
        year = int(word)
        if not bare or EARLIEST_BARE <= year <= LATEST:
            return at + 1, Years(year, year)
    spoken = _spoken(words, at, lexicon)
    if spoken is not None:
        return spoken
    if tokens[at].said[:1] in "'’" and word.isdecimal() and len(word) == 2:
        year = _century(int(word))
        return at + 1, Years(year, year)
    return None


def _decade(word: str, lexicon: Lexicon) -> int | None:
    """The first year of a decade (or of a century, for `1900s`)."""
    match = _DECADE.match(word)
    if match is None:
        return lexicon.decades.get(word)
    tens = int(match["tens"]) * 10
    return int(match["century"]) * 100 + tens if match["century"] else _century(tens)


def _spoken(words: Sequence[str], at: int, lexicon: Lexicon) -> tuple[int, Years] | None:
    """`nineteen eighty four`, `twenty ten`, `two thousand and four`; and the index after it."""
    values = [lexicon.numbers.get(word, 0) for word in words[at : at + 5]]
    year, end = 0, at
    if words[at : at + 2] == ["two", "thousand"]:
        skip = 2 + (words[at + 2 : at + 3] == ["and"])
        ones = (values[skip : skip + 1] or [0])[0]
        year, end = 2000 + (ones if ones < 20 else 0), at + (skip + 1 if 0 < ones < 20 else 2)
    elif values[0] in (19, 20) and len(values) > 1 and 10 <= values[1] < 100:
        ones = values[2] if len(values) > 2 and values[1] >= 20 and 0 < values[2] < 10 else 0
        year, end = values[0] * 100 + values[1] + ones, at + (3 if ones else 2)
    following = "".join(words[end : end + 1])
    if not year or following in lexicon.units or following in lexicon.numbers:
        return None
    return end, Years(year, year)


def _century(two_digits: int) -> int:
    """`80` → 1980, `20` → 2020: nobody asks for the 1920s in two digits nearly as often."""
    return two_digits + (2000 if two_digits < 30 else 1900)


def _to(tokens: Sequence[Token], words: Sequence[str], at: int, lexicon: Lexicon) -> tuple[int, Years] | None:
    """The second end of a range: after a word for "to", or after a dash."""
    if at >= len(words):
        return None
    if tokens[at].before is Break.TIGHT:
        if words[at].isdecimal() and len(words[at]) == 2:
            year = _century(int(words[at]))
            return at + 1, Years(year, year)
        return _span(tokens, words, at, lexicon, bare=False)
    for phrase in lexicon.frames.get("to", ()):
        end = at + len(phrase)
        if tuple(words[at:end]) == phrase:
            one = _span(tokens, words, end, lexicon, bare=False)
            if one is not None:
                return one
    return None


def _listed(word: str) -> bool:
    """`70s and 80s` is a list of two (and `60s and 90s` leaves out what lies between); `70s to 80s` a range."""
    return word in ("and", "y", "e", "und", "et")


def narrowest(spans: Sequence[Years]) -> list[Years]:
    """Without the closed spans that hold another whole: `80s, only from 1984` is 1984."""
    return [span for span in spans if not any(other != span and _holds(span, other) for other in spans)]


def _holds(wide: Years, narrow: Years) -> bool:
    ends = (wide.first, wide.last, narrow.first, narrow.last)
    return None not in ends and wide.holds(narrow.first or 0) and wide.holds(narrow.last or 0)


def _hull(one: Years, other: Years) -> Years:
    ends = [year for year in (one.first, one.last, other.first, other.last) if year is not None]
    return Years(min(ends), max(ends))
