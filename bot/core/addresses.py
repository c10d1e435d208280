"""Where a person can look at what Spotify has: pages for its URIs, and for a search."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

_KINDS = frozenset({"track", "album", "artist", "playlist"})


@dataclass(frozen=True, slots=True)
class Addresses:
    """`base` is the web player's address, without a slash at the end (a loopback twin's, in the demo)."""

    base: str = "https://open.spotify.com"

    def of(self, uri: str) -> str:
        """`spotify:track:ID` → its page; "" for anything that has none."""
        scheme, _, rest = uri.partition(":")
        kind, _, identifier = rest.partition(":")
        known = scheme == "spotify" and kind in _KINDS and identifier.isascii() and identifier.isalnum()
        return f"{self.base}/{kind}/{identifier}" if known else ""

    def search(self, words: str) -> str:
        """The page that searches for these words."""
        return f"{self.base}/search/{quote(words, safe='')}"
