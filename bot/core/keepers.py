"""The sources that keep all that somebody played: what they are called, and where people look at them.

They date a play by its beginning. Players tell it to them once half of it or four minutes have sounded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from bot.core.model import Source


@dataclass(frozen=True, slots=True)
class Keeper:
    """A source's name and its home page."""

    name: str
    home: str

    def page_of(self, account: str) -> str:
        """The page of an account there."""
        return f"{self.home}/user/{quote(account, safe='')}"


KEEPERS: Mapping[Source, Keeper] = {
    Source.LASTFM: Keeper("Last.fm", "https://www.last.fm"),
    Source.LISTENBRAINZ: Keeper("ListenBrainz", "https://listenbrainz.org"),
}


def keepers_among(sources: Iterable[Source]) -> list[Keeper]:
    """The keepers among these sources, in the order of `KEEPERS`."""
    there = set(sources)
    return [keeper for source, keeper in KEEPERS.items() if source in there]
