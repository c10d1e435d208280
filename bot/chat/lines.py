"""A typed line into option words, for platforms that have nothing but a line (Slack, the lounge).

`/top what:artist 10` and `/play something for a 2 AM breakup count:20` both work. `name:value` counts only for
declared names, and another name is a mistake where a number or a choice is expected; a mention (`@ana`, Slack's
`<@U1|ana>`) goes to the first option that asks for somebody; the other words go to the declared options in order, and
an option for free text takes all that are left, exactly as typed. Quotes (straight or curly) keep words together; an
apostrophe is just a letter.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum

from bot.chat.commands import Option
from bot.chat.context import Person
from bot.errors import BadOption
from bot.text import t

_QUOTES = {'"': '"', "“": "”", "”": "”", "„": "“", "«": "»"}
_WORD = re.compile(r"\S+")
_MENTION = re.compile(r"(?<!\S)(?:<@[^>\s]+>|@\S+)")
_NAMED = re.compile(r"(?P<name>[A-Za-z_]+):(?=\S)")


def split_command(line: str) -> tuple[str, str]:
    """`/Top artist 10` → `("top", "artist 10")`. The slash may be left out. Empty name for an empty line."""
    stripped = line.strip().removeprefix("/").lstrip()
    name, _, rest = stripped.partition(" ")
    return name.casefold(), rest.strip()


def option_words(options: Sequence[Option], line: str) -> dict[str, str]:
    """Words by option name. Raises `BadOption` for a name that no option has, and for words that no option takes."""
    names = [option.name for option in options]
    named, rest = _take_named(set(names), line)
    free = [option for option in options if option.name not in named]
    somebody = next((option for option in free if option.kind is Person), None)
    if somebody is not None and (mention := _MENTION.search(rest)):
        named[somebody.name] = mention.group()
        rest = f"{rest[: mention.start()].rstrip()} {rest[mention.end() :].lstrip()}".strip()
    for option in free:
        if option.name in named or option.kind is Person:
            continue
        if not rest:
            break
        if option.kind is str and not issubclass(option.kind, Enum):
            named[option.name], rest = _unquoted(rest), ""
        else:
            _refuse_unknown(names, rest)
            named[option.name], rest = _first_word(rest)
    if rest:
        _refuse_unknown(names, rest)
        raise BadOption(t("I don't know what to do with “{rest}” here.", rest=rest[:80]))
    return named


def _take_named(names: set[str], line: str) -> tuple[dict[str, str], str]:
    """The `name:value` pairs of declared names, and the line without them."""
    found: dict[str, str] = {}
    kept: list[str] = []
    at = 0
    for match in _NAMED.finditer(line):
        name = match["name"].casefold()
        starts_word = match.start() == 0 or line[match.start() - 1].isspace()
        if match.start() < at or not starts_word or name not in names or name in found:
            continue
        value, end = _value(line, match.end())
        found[name] = value
        kept.append(line[at : match.start()])
        at = end
    kept.append(line[at:])
    return found, " ".join(part.strip() for part in kept if part.strip())


def _refuse_unknown(names: Sequence[str], rest: str) -> None:
    """Raises `BadOption` where the next word is `name:value` and there is no such option."""
    found = _NAMED.match(rest)
    if found is None or not names or found["name"].casefold() in names:
        return
    raise BadOption(
        t(
            "There is no option “{name}” here. There is: {names}.",
            name=found["name"][:50],
            names=", ".join(names),
        )
    )


def _value(line: str, start: int) -> tuple[str, int]:
    closing = _QUOTES.get(line[start])
    if closing is not None:
        end = line.find(closing, start + 1)
        if end > 0:
            return line[start + 1 : end], end + 1
    word = _WORD.match(line, start)
    assert word is not None
    return word.group(), word.end()


def _first_word(rest: str) -> tuple[str, str]:
    value, end = _value(rest, 0)
    return value, rest[end:].strip()


def _unquoted(rest: str) -> str:
    closing = _QUOTES.get(rest[0])
    whole = closing is not None and len(rest) > 1 and rest.endswith(closing) and closing not in rest[1:-1]
    return rest[1:-1] if whole else rest
