"""What an examination of an installation finds, each with what to do about it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

# What examples hold where a secret belongs: blanks, brackets, dots in a row, or a word like "your".
_MADE_UP = re.compile(
    r"[\s<>{}$…]|\.\.|(?<![a-z0-9])(your|xxxx|change|example|placeholder|replace|insert|secret|token)",
    re.IGNORECASE,
)


class Level(StrEnum):
    """How bad it is. With a warning Earshot runs; with a problem it does not, or something in it does not work."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, what was seen, and what to do ("" if nothing).

    `outside`: the cause of a problem is not the configuration but a service, the network or the disk.
    """

    level: Level
    about: str
    said: str
    do: str = ""
    outside: bool = False


def fine(about: str, said: str) -> Finding:
    """All is well."""
    return Finding(Level.OK, about, said)


def warning(about: str, said: str, do: str) -> Finding:
    """It runs, but."""
    return Finding(Level.WARNING, about, said, do)


def wrong(about: str, said: str, do: str) -> Finding:
    """The configuration has to be changed."""
    return Finding(Level.PROBLEM, about, said, do)


def failed(about: str, said: str, do: str) -> Finding:
    """Something outside of the configuration does not do its part."""
    return Finding(Level.PROBLEM, about, said, do, outside=True)


def is_made_up(secret: str) -> bool:
    """Whether a secret is the text that an example holds in its place."""
    return _MADE_UP.search(secret) is not None
