"""What the practice Spotify is set to: seats, lifetimes, limits, and the apps it knows.

Defaults are the dev-mode behaviour of 2026 where it is published (five seats, an hour, six months), and
reports of others where it is not (about 1,000 calls in 24 hours). The rate of the 30-second window is a guess.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

LOOPBACK_LITERALS = ("127.0.0.1", "::1")
DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Behaviour:
    """Settings of the server. Durations are seconds."""

    seats: int = 5
    """How many people one client id serves; the next can sign in, but every call answers 403."""
    access_life_s: int = 3600
    refresh_life_s: int = 183 * DAY_S
    """From the consent on; refreshing does not extend it."""
    code_life_s: int = 600
    rotation: bool = False
    """Whether a PKCE refresh replaces the refresh token (usual before July 2026) or keeps it."""
    quota: int = 1000
    """Calls of one developer account in a rolling 24 hours."""
    rate: int = 150
    """Calls of one client id in a rolling 30 seconds."""


@dataclass(frozen=True, slots=True)
class App:
    """A registered app. `developer` names the account whose quota it draws on; a secret is optional.

    Raises ValueError for a redirect URI that Spotify would not register.
    """

    client_id: str
    client_secret: str | None
    redirect_uris: Sequence[str]
    developer: str = "host"
    name: str = "Earshot"

    def __post_init__(self) -> None:
        for uri in self.redirect_uris:
            if not may_be_registered(uri):
                raise ValueError(
                    f"{uri} cannot be a redirect URI: use https, or http with 127.0.0.1 or [::1] (not localhost)."
                )

    def accepts(self, redirect_uri: str) -> bool:
        """Exact match; a loopback URI registered without a port may name any port when it is used."""
        return any(
            redirect_uri == registered or _same_but_port(registered, redirect_uri)
            for registered in self.redirect_uris
        )


def may_be_registered(uri: str) -> bool:
    """https anywhere, or http on a loopback literal; never `localhost`, never a fragment."""
    parts = _split(uri)
    if parts is None or parts.fragment or not parts.hostname or parts.hostname == "localhost":
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK_LITERALS)


def _same_but_port(registered: str, used: str) -> bool:
    one, other = _split(registered), _split(used)
    if one is None or other is None or one.scheme != "http" or one.hostname not in LOOPBACK_LITERALS:
        return False
    if one.port is not None or "@" in other.netloc:
        return False
    return (one.scheme, one.hostname, one.path, one.query, one.fragment) == (
        other.scheme,
        other.hostname,
        other.path,
        other.query,
        other.fragment,
    )


def _split(uri: str) -> SplitResult | None:
    try:
        parts = urlsplit(uri)
        parts.port  # noqa: B018 - reading it is what checks it
    except ValueError:
        return None
    return parts
