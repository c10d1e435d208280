"""The address that Spotify's consent ended on, as somebody pastes it: the whole or a part of it, often mangled."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from urllib.parse import parse_qs, unquote

from bot.errors import BadOption
from bot.text import t

# White space in the middle of it, and what is seen by nobody.
_GAPS = re.compile("[\\s\u200b-\u200f\u2028-\u202e\u2060\ufeff]")
# What chats and mails put around an address.
_AROUND = re.compile("^[<(\\[\"'`“„«*]+|[>)\\]\"'`”“»*.,;]+$")
FIELD = "address"


@dataclass(frozen=True, slots=True)
class Returned:
    """What Spotify said: to which login, and a code or an error ("" for the one that is not there)."""

    state: str
    code: str
    error: str


def read_address(pasted: str) -> Returned:
    """What a pasted address says. Raises `BadOption` with what to do where it is not the right one."""
    address = _clean(pasted)
    if not address:
        raise BadOption(t("Nothing was pasted. Copy the whole address from the top of your browser."), FIELD)
    fields = parse_qs(address.partition("?")[2] or address)
    state, code, error = (fields.get(name, [""])[0] for name in ("state", "code", "error"))
    if state and (code or error):
        return Returned(state, code, error)
    if "response_type" in fields or "accounts.spotify.com" in address:
        raise BadOption(
            t("That is the page on which Spotify asks. Say yes there; then copy the address you end on."),
            FIELD,
        )
    if code or error or state:
        raise BadOption(
            t(
                "A part of the address is missing. Copy all of it: it is long, and has “code=” and “state=” in it."
            ),
            FIELD,
        )
    raise BadOption(
        t("That is not the address. After your yes, copy the one that has “code=” and “state=” in it."), FIELD
    )


def _clean(pasted: str) -> str:
    """One address without what was put around, into and behind it."""
    address = _GAPS.sub("", pasted)
    if found := re.search(r"\]\(([^)]+)\)", address):  # [words](address)
        address = found[1]
    address = _AROUND.sub("", address).partition("|")[0]  # <address|words>
    address = unescape(address).partition("#")[0]
    return address if "=" in address else unquote(address)
