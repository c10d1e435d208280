"""What somebody typed, as Slack passes it on, made readable again: its entities, links and mentions."""

from __future__ import annotations

import re

from bot.adapters.slack.words import received, unescaped
from bot.chat.commands import Command, Who
from bot.chat.context import Person

_MARKUP = re.compile(r"<([^<>]*)>")
_SOMEBODY = re.compile(r"<@([A-Z0-9]+)(?:\|([^<>]*))?>")


def typed(text: str) -> str:
    """Mentions of people stay as they are (`<@U1|ana>`), everything else is as it was typed."""
    return unescaped(_MARKUP.sub(_read, received(text)))


def without_mention(text: str, user: str) -> str:
    """The line without the mention of us that it begins with, or has in it."""
    return re.sub(rf"<@{re.escape(user)}(?:\|[^<>]*)?>:?", " ", text, count=1).strip()


async def readable(line: str, command: Command, who: Who) -> str:
    """The line with names in place of mentions, for a command that does not ask for anybody."""
    if any(it.kind is Person for it in command.options):
        return line
    parts, at = [], 0
    for found in _SOMEBODY.finditer(line):
        person = None if found[2] else await who(found[0])
        parts += [line[at : found.start()], f"@{found[2] or (person.name if person else found[1])}"]
        at = found.end()
    return "".join([*parts, line[at:]])


def _read(found: re.Match[str]) -> str:
    target, _, label = found[1].partition("|")
    if target.startswith("@"):
        return found[0]
    if target.startswith("#"):
        return f"#{label or target[1:]}"
    if target.startswith("!"):
        return label or f"@{target[1:].partition('^')[0]}"
    return target
