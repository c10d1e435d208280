"""The languages that a group can choose for its posts, read from `bot/locale`: the only place that opens these files.

`words.de.toml` has `thousands`, which stands between the thousands of a number, and under `[words]` a template for each
English one, with the same values in braces. Where a number decides, one and many are two templates.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from bot.core.languages import ENGLISH, Language

CODES = ("de", "es")


@cache
def read_languages() -> Mapping[str, Language]:
    """Every language by its code, read once; English needs no words."""
    return {ENGLISH.code: ENGLISH, **{code: _read(code) for code in CODES}}


def _read(code: str) -> Language:
    said = tomllib.loads((files("bot") / "locale" / f"words.{code}.toml").read_text(encoding="utf-8"))
    return Language(code, said["words"], said["thousands"])
