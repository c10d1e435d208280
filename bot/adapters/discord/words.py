"""Sentences in Discord's markdown, and as the plain words of a button, a menu or a form.

A template's words and its values are both escaped: neither holds markup. What is markup here is ours: instants, links
and mentions of commands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import quote, urlsplit

from bot.text import Moment, Text, in_english, pieces, plain

LINE_MOST = 1000
URL_MOST = 512
NO_COMMANDS: Mapping[str, int] = {}

_DULLED = str.maketrans({sign: f"\\{sign}" for sign in r"\*_~`|>#<@[]"})
_LIST = re.compile(r"(\s*(?=-)|\s*\d+(?=\.\s))")
_COMMAND = re.compile(r"(?<![\w/])/([a-z]+)(?![\w/])")
_URL_SAFE = "%/:?#@!$&*+,;=~-._"


def escaped(words: str) -> str:
    """Words on one line that show as they are: no mention, no link, no formatting."""
    flat = plain(words).translate(_DULLED).replace("://", r":\//")
    start = _LIST.match(flat)
    # The beginning of what would be a list.
    return f"{flat[: start.end(1)]}\\{flat[start.end(1) :]}" if start else flat


def markdown(text: Text, commands: Mapping[str, int] = NO_COMMANDS) -> str:
    """A sentence on one line, at most `LINE_MOST` characters long.

    `commands` are the ids of our commands by name: those that a template mentions can be pressed.
    """
    line = "".join(_parts(text, commands)).strip()
    if len(line) <= LINE_MOST:
        return line
    # Nothing in here may be cut but plain words, and escaping makes them at most twice as long.
    return escaped(cut(in_english(text), LINE_MOST // 2))


def _parts(text: Text, commands: Mapping[str, int]) -> Iterator[str]:
    for words, value in pieces(text):
        yield from _mentioning(words, commands)
        if isinstance(value, Moment):
            yield f"<t:{value.at_ms // 1000}:f>"
        elif value is not None:
            yield escaped(value)


def _mentioning(words: str, commands: Mapping[str, int]) -> Iterator[str]:
    at = 0
    for match in _COMMAND.finditer(words):
        if match[1] in commands:
            yield escaped(words[at : match.start()])
            yield f"</{match[1]}:{commands[match[1]]}>"
            at = match.end()
    yield escaped(words[at:])


def linked(words: str, url: str) -> str:
    """Escaped words that open a page; without the link where the address is none, or too long.

    Discord understands brackets in the words of a link only in pairs, even where they are escaped.
    """
    address = web_url(url)
    fits = address and words and words.count("[") == words.count("]")
    return f"[{words}]({address})" if fits else words


def web_url(url: str) -> str:
    """The address if it opens a web page and Discord takes it, else ""."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
        parts.port  # noqa: B018
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not host:
        return ""
    address = quote(url.encode("utf-8", "replace"), safe=_URL_SAFE)
    return address if len(address) <= URL_MOST else ""


def label(text: Text, most: int) -> str:
    """The plain words of something that takes no markdown; never empty, at most `most` characters."""
    return cut(plain(in_english(text)).strip(), most) or "…"


def cut(words: str, most: int) -> str:
    """At most `most` characters; what is cut off leaves an ellipsis."""
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"
