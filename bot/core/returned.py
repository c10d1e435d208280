"""The address that Spotify's consent ended on, as somebody pastes it: the whole or a part of it, often mangled."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape
from urllib.parse import unquote

from bot.errors import BadOption
from bot.text import t

# What is seen by nobody.
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
# Where a word ends; an address that follows another at once is a word of its own.
_BETWEEN = re.compile(r"\s+|(?=https?://)")
# A value ends before whatever chats and mails put around and behind an address.
_SAID = re.compile(r"(?<!\w)(state|code|error|response_type)=([\w.~%+/-]*)")
_WRAPPINGS = 3  # how often an address may be quoted within another, and once more
FIELD = "address"
READINGS = 12


@dataclass(frozen=True, slots=True)
class Returned:
    """What Spotify said: to which login, and a code or an error ("" for the one that is not there)."""

    state: str
    code: str
    error: str


def is_address(typed: str) -> bool:
    """Whether this is rather such an address than a code that somebody types."""
    return any(mark in typed for mark in ("=", "://", "%"))


def read_address(pasted: str) -> Sequence[Returned]:
    """What a pasted address may say, at most `READINGS`: where it has gaps, its last value ends at any of them.

    Raises `BadOption` with what to do where it is not the right one.
    """
    words = [it for it in _BETWEEN.split(unescape(_INVISIBLE.sub("", pasted))) if it]
    if not words:
        raise BadOption(t("Nothing was pasted. Copy the whole address from the top of your browser."), FIELD)
    found: dict[Returned, None] = {}
    address = ""
    for word in words:
        address += word
        fields = _fields(address)
        if _complete(fields):
            found[Returned(*(fields.get(name, "") for name in ("state", "code", "error")))] = None
        if len(found) == READINGS:
            break
    if found:
        return list(found)
    if "response_type" in fields or "accounts.spotify.com" in address:
        raise BadOption(
            t("That is the page on which Spotify asks. Say yes there; then copy the address you end on."),
            FIELD,
        )
    if fields:
        raise BadOption(
            t(
                "A part of the address is missing. Copy all of it: it is long, and has “code=” and “state=” in it."
            ),
            FIELD,
        )
    raise BadOption(
        t("That is not the address. After your yes, copy the one that has “code=” and “state=” in it."), FIELD
    )


def _fields(address: str) -> dict[str, str]:
    """What it says, by name; of an address within another what the inner one says."""
    fields: dict[str, str] = {}
    for _ in range(_WRAPPINGS):
        fields = {}
        for name, value in _SAID.findall(address):
            fields.setdefault(name, unquote(value).rstrip("."))
        if _complete(fields):
            break
        address = unquote(address)
    return {name: value for name, value in fields.items() if value}


def _complete(fields: dict[str, str]) -> bool:
    return bool(fields.get("state") and (fields.get("code") or fields.get("error")))
