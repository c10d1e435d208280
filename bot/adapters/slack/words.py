"""Sentences as Slack shows them: elements of rich text, where nobody's words can be markup, or plain words.

Words that somebody else wrote are one line, and free of what would move or hide text around them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from bot.text import Moment, Text, in_english, pieces, plain, t

JSON = dict[str, Any]

WHEN = "{date_short_pretty} at {time}"
_BREAKS = re.compile(r"\s+")
_LONE = re.compile(r"[\ud800-\udfff]")


def received(words: str) -> str:
    """Words as Slack handed them over, without what no database and no JSON can hold."""
    return _LONE.sub("\ufffd", words).replace("\0", "")


def unescaped(words: str) -> str:
    """The three entities that Slack writes, as characters."""
    return words.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def escaped(words: str) -> str:
    """Words that nothing in mrkdwn can be made of."""
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def clean(words: str) -> str:
    """Somebody's words on one line."""
    line = _BREAKS.sub(" ", words)
    return line if line.isprintable() else plain(line)


def cut(words: str, most: int) -> str:
    """At most so many characters; what is cut off is seen to be."""
    return words if len(words) <= most else words[: most - 1] + "…"


def spoken(text: Text, most: int) -> str:
    """The sentence in plain words, cut to what there is room for. A time is in the zone that came with it."""
    return cut(in_english(text, escape=clean), most)


def has_moment(text: Text) -> bool:
    """Whether the sentence tells a time, which only rich text writes in the reader's zone."""
    return any(
        isinstance(value, Moment) or (isinstance(value, Text) and has_moment(value))
        for value in text.values.values()
    )


def rich(text: Text, most: int, **style: bool) -> list[JSON]:
    """The sentence as elements of a rich text section, with at most so many characters."""
    elements: list[JSON] = []
    for part in _parts(text):
        element = _element(part)
        same = elements and "text" in element and elements[-1]["type"] == "text"
        if same:
            elements[-1]["text"] += element["text"]
        else:
            elements.append(element)
    return [{**it, "style": dict(style)} if style else it for it in _within(elements, most)]


def words_of(words: str, **style: bool) -> JSON:
    """Words of ours as one element."""
    return {"type": "text", "text": words, **({"style": dict(style)} if style else {})}


def link(text: Text, url: str, most: int) -> JSON:
    """The sentence as a link."""
    return {"type": "link", "url": url, "text": spoken(text, most) or url}


def length(elements: Sequence[JSON]) -> int:
    """How many characters a reader sees, about."""
    return sum(len(it.get("text") or it.get("fallback", "")) for it in elements)


def _parts(text: Text) -> Iterator[str | Moment]:
    for words, value in pieces(text):
        if words:
            yield words
        if isinstance(value, Moment):
            yield value
        elif value:
            yield clean(value)


def _element(part: str | Moment) -> JSON:
    if isinstance(part, str):
        return {"type": "text", "text": part}
    fallback = in_english(t("{moment}", moment=part))
    return {"type": "date", "timestamp": part.at_ms // 1000, "format": WHEN, "fallback": fallback}


def _within(elements: Sequence[JSON], most: int) -> Iterator[JSON]:
    left = most
    for it in elements:
        size = length([it])
        if size > left:
            yield {"type": "text", "text": cut(it.get("text", "…"), max(left, 1))}
            return
        yield it
        left -= size
