"""Commands as they are typed in Slack: where a feature says `/link`, Slack's people are told `/earshot link`.

Only our own words are changed: templates, and values that are nothing but a command and its options.
"""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from bot.adapters.slack.manifest import ROOT
from bot.chat.cards import Card, Form
from bot.chat.features import Features
from bot.text import Text

Said = TypeVar("Said", Card, Form, Text)


class Phrases:
    """Knows the commands of the features."""

    def __init__(self, features: Features) -> None:
        names = "|".join(map(re.escape, sorted(features.commands, key=len, reverse=True))) or "(?!)"
        self._command = re.compile(rf"(?<![\w/])/(?=(?:{names})\b)")
        self._listed = re.compile(rf"/(?:{names})(?: · /(?:{names}))*")
        self._usages = {it.usage for it in features.commands.values()}

    def of(self, said: Said) -> Said:
        """The card, form or sentence with every command as it is typed here."""
        turned: Said = self._turned(said)
        return turned

    def line(self, line: str) -> str:
        """A line that begins with a command."""
        return self._command.sub(f"{ROOT} ", line, count=1)

    def _turned(self, node: Any) -> Any:
        if isinstance(node, Text):
            values = {name: self._value(value) for name, value in node.values.items()}
            return Text(self._command.sub(f"{ROOT} ", node.template), values)
        if isinstance(node, tuple):
            return tuple(map(self._turned, node))
        if is_dataclass(node) and not isinstance(node, type):
            return replace(node, **{it.name: self._turned(getattr(node, it.name)) for it in fields(node)})
        return node

    def _value(self, value: Any) -> Any:
        if isinstance(value, Text):
            return self._turned(value)
        ours = isinstance(value, str) and (value in self._usages or self._listed.fullmatch(value))
        return self._command.sub(f"{ROOT} ", value) if ours else value
