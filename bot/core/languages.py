"""What we say in another language than English: a template stands for a template, values stay as they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.text import Moment, Text


@dataclass(frozen=True, slots=True)
class Language:
    """`words` has another template for each English one; `thousands` stands between the thousands of a number."""

    code: str = "en"
    words: Mapping[str, str] = field(default_factory=dict)
    thousands: str = ","

    def said(self, text: Text) -> Text:
        """The text in this language, and so all texts within it. What has no translation stays English."""
        values = {name: self._value(value) for name, value in text.values.items()}
        return Text(self.words.get(text.template, text.template), values)

    def _value(self, value: str | int | Moment | Text) -> str | int | Moment | Text:
        if isinstance(value, Text):
            return self.said(value)
        if isinstance(value, int) and abs(value) >= 1000 and self.thousands != ",":
            return f"{value:,}".replace(",", self.thousands)
        return value


ENGLISH = Language()
