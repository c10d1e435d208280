"""The Spotify app that a link is made through: the host's, or one of the member's own.

An app of one's own is known by its client ID alone (PKCE needs no secret). Its owner's calls are not the host's, so it
is a developer account of its own.
"""

from __future__ import annotations

import re

from bot.errors import BadOption
from bot.text import t

LENGTH = 32
_STRAY = re.compile("[^0-9a-f]")
_OWN = "app:"
_WRAPPED = "<>\"'`“”„«»()[]"


def own_developer(client_id: str) -> str:
    """The developer account of a member's own app."""
    return f"{_OWN}{client_id}"


def is_own(developer: str) -> bool:
    """Whether a developer account is that of a member's own app."""
    return developer.startswith(_OWN)


def client_id_of(typed: str) -> str:
    """The client ID that somebody typed or pasted. Raises `BadOption` that says what is wrong with it."""
    word = typed.strip().strip(_WRAPPED).strip().lower()
    if len(word) == LENGTH and not _STRAY.search(word):
        return word
    if "/" in word or "." in word:
        wrong = t("That is an address. The client ID stands on the app's page, under “Basic Information”.")
    elif any(char.isspace() for char in word):
        wrong = t("There is a gap in it. Copy the client ID alone, in one piece.")
    elif stray := _STRAY.search(word):
        wrong = t("“{char}” is in no client ID: there are only digits and the letters a to f.", char=stray[0])
    else:
        wrong = t("A client ID has {length} characters, and that has {n}.", length=LENGTH, n=len(word))
    raise BadOption(wrong, "app")
