"""Sentences that are not yet in anybody's language.

A feature says `t("{n} plays", n=3)`; the adapter turns the `Text` into words for its reader, escaping the
values (never the template) in its own way. Templates hold no markup of any platform.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from string import Formatter
from typing import Any
from unicodedata import category
from zoneinfo import ZoneInfo

# Controls, invisible formatting, lone surrogates, line and paragraph separators; but letters and emoji need joiners,
# words in two directions need marks, and signs of Arabic and Syriac can be seen.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_SEEN = frozenset(
    "\u200c\u200d\u200e\u200f\u061c\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2"
)


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant, to be written in the reader's own zone where the platform can.

    `at_ms` is ms UTC; `zone` is the IANA zone to use where the platform knows none; without one plain words
    are in UTC and say so.
    """

    at_ms: int
    zone: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A template and what goes into it. Two texts are equal when they say the same."""

    template: str
    values: Mapping[str, str | int | Moment | Text] = field(default_factory=dict)

    def __str__(self) -> str:
        return in_english(self)


def t(template: str, /, **values: str | int | Moment | Text) -> Text:
    """A sentence with its values: `t("{who} played {n} songs", who=name, n=3)`."""
    return Text(template, values)


def tn(one: str, many: str, n: int, /, **values: str | int | Moment | Text) -> Text:
    """`one` when n is 1, else `many`; `{n}` is filled in."""
    return Text(one if n == 1 else many, {"n": n, **values})


def joined(texts: Sequence[Text], between: str) -> Text:
    """The texts one after the other; `between` stands between two of them. Nothing for none."""
    values = {f"x{n}": text for n, text in enumerate(texts)}
    return Text(between.join(f"{{{name}}}" for name in values), values)


def plain(words: str) -> str:
    """Words that somebody else wrote, on one line: what would move a terminal's cursor is shown as `�`."""
    if words.isprintable():
        return words
    return "".join("\ufffd" if category(char) in _UNSEEN and char not in _SEEN else char for char in words)


def in_english(
    text: Text,
    *,
    escape: Callable[[str], str] = str,
    moment: Callable[[Moment], str] | None = None,
) -> str:
    """`text` as an English string.

    `escape` is applied to every string value (a person or a service wrote those), never to the template
    (`plain` where the reader is a terminal); `moment` writes an instant, by default as `2026-11-22 02:10` in its
    zone, without one as `2026-11-22 02:10 UTC`.
    """
    write = moment or _plain_moment

    def worded(value: str | int | Moment | Text) -> str:
        if isinstance(value, Text):
            return in_english(value, escape=escape, moment=write)
        if isinstance(value, Moment):
            return write(value)
        return f"{value:,}" if isinstance(value, int) else escape(value)

    return text.template.format_map({name: worded(value) for name, value in text.values.items()})


def pieces(text: Text) -> Iterator[tuple[str, str | Moment | None]]:
    """A text in order of reading: words of ours, each with the foreign words or the instant that follow them.

    None where nothing of that kind follows. Numbers are words of ours; texts within the text are taken apart, too.
    """
    for words, name in _split(text.template):
        value = None if name is None else text.values[name]
        if isinstance(value, str | Moment | None):
            yield words, value
            continue
        yield words, None
        if isinstance(value, Text):
            yield from pieces(value)
        else:
            yield f"{value:,}", None


@lru_cache(1024)
def _split(template: str) -> Sequence[tuple[str, str | None]]:
    """A template's words, each with the name of the value that follows."""
    return [(words, name) for words, name, _, _ in Formatter().parse(template)]


def to_json(text: Text) -> list[object]:
    """A text as JSON that `from_json` reads again: the template and the values."""

    def plain(value: str | int | Moment | Text) -> object:
        if isinstance(value, Text):
            return to_json(value)
        return {"at_ms": value.at_ms, "zone": value.zone} if isinstance(value, Moment) else value

    return [text.template, {name: plain(value) for name, value in text.values.items()}]


def from_json(said: Sequence[Any]) -> Text:
    """The text that `to_json` wrote."""

    def value_of(value: Any) -> str | int | Moment | Text:
        if isinstance(value, list):
            return from_json(value)
        return Moment(**value) if isinstance(value, dict) else value

    template, values = said
    return Text(template, {name: value_of(value) for name, value in values.items()})


def _plain_moment(moment: Moment) -> str:
    local = datetime.fromtimestamp(moment.at_ms / 1000, UTC).astimezone(ZoneInfo(moment.zone or "UTC"))
    return local.strftime("%Y-%m-%d %H:%M" if moment.zone else "%Y-%m-%d %H:%M UTC")
