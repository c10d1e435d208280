"""How many songs, how many minutes, what time of day: numbers that count something, told from those that do not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.core.lexicon import Kind, Lexicon
from bot.core.words.eras import EARLIEST_BARE, LATEST
from bot.core.words.tokens import Break, Token


class Measure(StrEnum):
    """What a number measures."""

    SONGS = "songs"
    MINUTES = "minutes"
    HOUR = "hour"  # of the day
    LENGTH = "length"  # of one song, which we cannot choose by
    TEMPO = "tempo"
    AGE = "age"  # in years
    OTHER = "other"  # something that is no matter of ours


@dataclass(frozen=True, slots=True)
class Amount:
    """A number and what it measures."""

    measure: Measure
    value: int


_MOST_BETWEEN = 5  # words between the number and "songs"
_COMPACT = re.compile(r"(\d{1,3}(?:[.,]\d{1,2})?)(min|mins|minutes|h|hr|hrs|hour|hours|m)(\d{1,2})?$")
_ABOUT = re.compile(r"(\d{1,3})ish$")
_CLOCK = re.compile(r"(\d{1,2})(?::\d\d)?(am|pm|uhr|h)?$")
_BPM = re.compile(r"(\d{2,3})bpm$")
_AM_PM = {"am": 0, "pm": 12, "uhr": 0, "oclock": 0}
# After these a number counts something else.
_OTHER = frozenset(
    {
        "am", "pm", "a.m", "p.m", "oclock", "uhr", "th", "st", "nd", "rd", "year", "years", "yr", "yrs",
        "old", "people", "friends", "guests", "persons", "percent", "km", "k", "mi", "mile", "miles",
        "degrees", "bpm", "day", "days", "week", "weeks", "month", "months", "times", "x", "kids",
        "children", "euros", "dollars", "bucks", "pounds", "kg", "lbs", "anos", "jahre", "ans", "personas",
        "leute", "personnes", "pessoas", "tage", "dias", "jours", "feet", "ft", "cm", "levels", "players",
        "rounds", "cups", "january", "february", "march", "april",
        "may", "june", "july", "august", "september", "october", "november", "december", "de", "dezember",
    }
)  # fmt: skip
_OF_THEM = (["of", "them"], ["of", "these"], ["of", "those"])
_PER_SONG = frozenset(
    {
        "under",
        "over",
        "shorter",
        "longer",
        "than",
        "below",
        "above",
        "less",
        "least",
        "most",
        "within",
        "each",
    }
)


def amount_at(
    tokens: Sequence[Token], words: Sequence[str], at: int, lexicon: Lexicon, *, meant: bool
) -> tuple[int, Amount] | None:
    """The amount said from token `at` on and how many tokens say so. `meant`: "give me" stands before it."""
    compact = _compact(tokens, words, at, lexicon) or _hour_long(words, at, lexicon)
    if compact is not None:
        return compact
    number = _number(words, at, lexicon)
    if number is None:
        return None
    end, value = number
    following = words[end] if end < len(words) else ""
    unit = lexicon.units.get(following, "")
    if unit in ("minutes", "hours"):
        return _duration(words, at, end, value, unit, lexicon)
    if following == "bpm":
        return end + 1 - at, Amount(Measure.TEMPO, int(value))
    if following in _AM_PM or (following in ("a", "p") and words[end + 1 : end + 2] == ["m"]):
        used = 1 if following in _AM_PM else 2
        hour = int(value) % 12 + _AM_PM.get(following, 12 if following == "p" else 0)
        if following == "oclock":
            return end + used - at, Amount(Measure.OTHER, int(value))
        if following == "uhr":
            hour = int(value)
        return (end + used - at, Amount(Measure.HOUR, hour)) if hour < 24 else None
    if following in ("year", "years") and words[end + 1 : end + 2] == ["old"]:
        return end + 2 - at, Amount(Measure.AGE, int(value))
    if following in _OTHER or value != int(value):
        return None
    if words[end : end + 2] in _OF_THEM:
        return end + 2 - at, Amount(Measure.SONGS, int(value))
    for far in range(end, min(end + _MOST_BETWEEN + 1, len(words))):
        if tokens[far].before in (Break.STOP, Break.COMMA) and far > end:
            break
        if lexicon.units.get(words[far]) == "songs":
            return end - at, Amount(Measure.SONGS, int(value))
        if words[far].isdecimal() or words[far] in _OTHER or words[far] in lexicon.units:
            break
    if words[at].isdecimal() and EARLIEST_BARE <= value <= LATEST:
        return None  # "only 1984" is a year
    rest = lexicon.without_politeness(words, end)
    ends = rest >= len(words) or tokens[rest].before in (Break.STOP, Break.COMMA)
    ends = ends or tokens[end].before in (Break.STOP, Break.COMMA)
    term, meanings = (0, ()) if ends else lexicon.longest(words, end)
    described = any(
        meaning.kind in (Kind.MOOD, Kind.GENRE, Kind.MORE) for meaning in meanings
    )  # "10 upbeat for …"
    if at == 0 and end < rest == len(words) and value >= 3:
        return end - at, Amount(Measure.SONGS, int(value))  # "10 pls"
    if (meant and (ends or (words[at].isdecimal() and term > 0))) or (at == 0 and described and value >= 3):
        return end - at, Amount(Measure.SONGS, int(value))
    return None


def _hour_long(words: Sequence[str], at: int, lexicon: Lexicon) -> tuple[int, Amount] | None:
    """`hour long`, `hour-long` without a number: one hour."""
    if lexicon.units.get(words[at]) == "hours" and words[at + 1 : at + 2] == ["long"]:
        return 2, Amount(Measure.MINUTES, 60)
    return (1, Amount(Measure.MINUTES, 60)) if words[at] == "hourlong" else None


def _compact(
    tokens: Sequence[Token], words: Sequence[str], at: int, lexicon: Lexicon
) -> tuple[int, Amount] | None:
    """`45min`, `1h30`, `1.5h`, `2am`, `22:30`, `1:30 h`, `120bpm`: number and unit in one token."""
    word = words[at]
    tempo = _BPM.match(word)
    if tempo:
        return 1, Amount(Measure.TEMPO, int(tempo[1]))
    after = "".join(words[at + 1 : at + 2])
    if ":" in word and (after == "h" or lexicon.units.get(after) == "hours"):
        hours, _, minutes = word.partition(":")
        return 2, Amount(Measure.MINUTES, max(1, int(hours) * 60 + int(minutes)))
    clock = _CLOCK.match(tokens[at].said.casefold())
    if clock and (clock[2] in ("am", "pm", "uhr") or ":" in word):
        hour = int(clock[1]) % 12 + _AM_PM[clock[2]] if clock[2] in ("am", "pm") else int(clock[1])
        if clock[2] is None and words[at + 1 : at + 2] in (["am"], ["pm"]):
            return 2, Amount(Measure.HOUR, hour % 12 + _AM_PM[words[at + 1]])
        return (1, Amount(Measure.HOUR, hour)) if hour < 24 else None
    short = _COMPACT.match(word)
    if short is None:
        return None
    value = float(short[1].replace(",", "."))
    if short[2] == "m" and value < 10:
        return None
    if (
        short[2] == "h"
        and value == int(value)
        and words[at + 1 : at + 3] in (["du", "matin"], ["du", "soir"])
    ):
        return 3, Amount(Measure.HOUR, (int(value) + (12 if words[at + 2] == "soir" else 0)) % 24)
    in_hours = short[2].startswith("h")
    return 1, Amount(Measure.MINUTES, max(1, round(value * (60 if in_hours else 1)) + int(short[3] or 0)))


def _duration(
    words: Sequence[str], at: int, end: int, value: float, unit: str, lexicon: Lexicon
) -> tuple[int, Amount]:
    minutes = round(value * (60 if unit == "hours" else 1))
    end += 1
    if words[end : end + 3] == ["and", "a", "half"]:
        minutes, end = minutes + (30 if unit == "hours" else 0), end + 3
    per_song = any(word in _PER_SONG for word in words[max(0, at - 2) : at])
    if minutes < 15 and (per_song or lexicon.units.get("".join(words[end : end + 1])) == "songs"):
        return end - at, Amount(Measure.LENGTH, minutes)
    more = _number(words, end + (words[end : end + 1] == ["and"]), lexicon)
    if (
        unit == "hours"
        and more is not None
        and lexicon.units.get("".join(words[more[0] : more[0] + 1])) == "minutes"
    ):
        minutes, end = minutes + int(more[1]), more[0] + 1
    return end - at, Amount(Measure.MINUTES, max(1, minutes))


def _number(words: Sequence[str], at: int, lexicon: Lexicon) -> tuple[int, float] | None:
    """A number in digits or words at `at`, and the index after it: 12, 1.5, "twenty five", "two and a half", "an"."""
    whole = _whole(words, at, lexicon)
    if whole is not None and tuple(words[whole[0] : whole[0] + 3]) == ("and", "a", "half"):
        return whole[0] + 3, whole[1] + 0.5
    return whole


def _whole(words: Sequence[str], at: int, lexicon: Lexicon) -> tuple[int, float] | None:
    if at >= len(words):
        return None
    word = words[at]
    if word.isdecimal():
        return (at + 1, float(word)) if len(word) <= 6 else None
    about = _ABOUT.match(word)
    if about is not None:
        return at + 1, float(about[1])
    if word.replace(",", ".").replace(".", "", 1).isdecimal():
        whole, _, part = word.replace(",", ".").partition(".")
        return at + 1, float(f"{whole}.{part}") if len(part) < 3 else float(whole + part)
    for phrase, value in _PHRASES:
        end = at + len(phrase)
        if tuple(words[at:end]) == phrase:
            return end, value
    if word in ("a", "an", "una", "une", "uma", "eine", "un", "um"):
        unit = lexicon.units.get("".join(words[at + 1 : at + 2]))
        after = "".join(words[at + 1 : at + 2])
        if unit == "hours":
            return at + 1, 1.0
        return (at + 2, float(lexicon.numbers[after])) if lexicon.numbers.get(after, 0) >= 10 else None
    number = lexicon.numbers.get(word)
    if number is None:
        return None
    ones = lexicon.numbers.get("".join(words[at + 1 : at + 2]), 0)
    if 20 <= number < 100 and number % 10 == 0 and 0 < ones < 10:
        return at + 2, float(number + ones)
    if ones == 100 and number < 10:
        return at + 2, float(number * 100)
    return at + 1, float(number)


_PHRASES: tuple[tuple[tuple[str, ...], float], ...] = (
    (("three", "quarters", "of", "an"), 0.75), (("a", "quarter", "of", "an"), 0.25), (("quarter", "of", "an"), 0.25),
    (("a", "single"), 1.0),
    (("half", "a", "dozen"), 6.0), (("half", "dozen"), 6.0), (("a", "couple", "of"), 2.0), (("half", "an"), 0.5),
    (("a", "couple"), 2.0), (("couple", "of"), 2.0), (("media",), 0.5), (("meia",), 0.5), (("eine", "halbe"), 0.5),
    (("one", "and", "a", "half"), 1.5), (("anderthalb",), 1.5), (("eineinhalb",), 1.5), (("two", "dozen"), 24.0),
    (("half",), 0.5), (("une", "demi"), 0.5),
)  # fmt: skip
