"""The names and descriptions of commands in other languages, from `bot/locale`; English is in the code.

A file holds a table for each command: its `name`, what it is `about`, and under `options` the same for each option,
with the words to choose from under `choices`.

    [top]
    name = "topliste"
    about = "Was die Gruppe am meisten gehört hat"
    options.what = { name = "was", about = "Was gezählt wird", choices = { artist = "Künstler" } }
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

from discord import Locale
from discord.app_commands import TranslationContextTypes, Translator, locale_str

# By Discord's locale: words by their path in the file (`top.options.what.about`).
Translations = Mapping[Locale, Mapping[str, str]]

LANGUAGES = {
    "de": (Locale.german,),
    "es": (Locale.spain_spanish, Locale.latin_american_spanish),
}


def read_translations() -> Translations:
    """Every language there is."""
    read: dict[Locale, Mapping[str, str]] = {}
    for language, locales in LANGUAGES.items():
        table = tomllib.loads((files("bot") / "locale" / f"{language}.toml").read_text(encoding="utf-8"))
        words = dict(_paths(table, ""))
        read.update(dict.fromkeys(locales, words))
    return read


def _paths(table: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _paths(value, f"{path}{name}.")
        else:
            yield f"{path}{name}", value


def translatable(words: str, path: str) -> locale_str:
    """English words that may have a translation under this path."""
    return locale_str(words, path=path)


class Translated(Translator):
    """Gives discord.py the translations when it sends the commands."""

    def __init__(self, translations: Translations) -> None:
        self._translations = translations

    async def translate(
        self, string: locale_str, locale: Locale, context: TranslationContextTypes
    ) -> str | None:
        """The words for this locale, None where English will do."""
        return self._translations.get(locale, {}).get(string.extras.get("path", ""))
