"""The lexicon and the songbook, read from the files that come with the package: the only place that opens them."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from bot.core.lexicon import lexicon
from bot.core.songbook import songbook
from bot.core.wordbook import Wordbook

# The order decides between readings of a word that two languages share.
LANGUAGES = ("en", "es", "de", "fr", "pt", "emoji")


@cache
def read_wordbook() -> Wordbook:
    """Lexicon and songbook, read once. Raises `ValueError` if a file is not as it should be (a bug of ours)."""
    terms = lexicon(_toml("meanings"), _toml("genres"), [_toml(name) for name in LANGUAGES])
    with (files("bot") / "songbook" / "songs.tsv").open(encoding="utf-8") as lines:
        return Wordbook(terms, songbook(lines))


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads((files("bot") / "lexicon" / f"{name}.toml").read_text(encoding="utf-8"))
