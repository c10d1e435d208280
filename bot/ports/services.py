"""Other people's services: OAuth, listening, a catalogue, playlists; and the painter."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.core.model import (
    NewPlay,
    RawTrack,
    Span,
)
from bot.core.pictures import Picture, Theme
from bot.ports.links import Grant
from bot.text import Text


@dataclass(frozen=True, slots=True)
class Account:
    """Who an access token belongs to: the source's immutable id and the display name to show back."""

    id: str
    name: str


class Accounts(Protocol):
    """OAuth at a source (authorization code with PKCE)."""

    def authorize_url(
        self, *, client_id: str, redirect_uri: str, scopes: Collection[str], state: str, verifier: str
    ) -> str:
        """Where to send the member; `verifier` is PKCE's, of which the URL carries the S256 challenge."""
        ...

    async def exchange(
        self, *, client_id: str, redirect_uri: str, code: str, verifier: str, now_ms: int
    ) -> Grant:
        """Trade a code for a grant. Raises `LinkExpired` if the code is used or too old."""
        ...

    async def refresh(self, *, client_id: str, grant: Grant, now_ms: int) -> Grant:
        """A fresh access token; keeps the old refresh token if none came. Raises `LinkExpired`."""
        ...

    async def account(self, access_token: str) -> Account:
        """Whose token it is. Raises `NotAllowlisted` where the app's owner must add the member."""
        ...


class ListeningSource(Protocol):
    """A source that can be polled."""

    async def recent(self, access_token: str) -> Sequence[NewPlay]:
        """The newest 50 plays, newest first. Raises `ServiceError`s."""
        ...


@dataclass(frozen=True, slots=True)
class Profile:
    """What a source says of an account: how many plays it has, and since when (ms UTC) it keeps them."""

    plays: int
    since_ms: int


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Plays, and whether there are older ones in the time that was asked for."""

    plays: Sequence[NewPlay]
    more: bool


class HistorySource(Protocol):
    """A source that keeps a whole history and shows it by account name.

    Both raise `LinkExpired` where there is no such account, `ListeningHidden`, and other `ServiceError`s.
    """

    async def profile(self, account: str) -> Profile: ...

    async def page(self, account: str, span: Span, page: int) -> HistoryPage:
        """The plays in the span in pages from 1 on, the newest first."""
        ...


class AccountOwner(Protocol):
    """A source that tells whose account something secret is of."""

    async def owner(self, token: str) -> str:
        """The account's name. Raises `Refused` for a token that proves nothing (yet), `LinkExpired` for a used one."""
        ...


class AccountPage(AccountOwner, Protocol):
    """A source where members say yes to a token on a page, without a way back to us."""

    async def ask(self) -> str:
        """A token that is good for one yes within an hour."""
        ...

    def page_of(self, token: str) -> str:
        """The page on which to say yes to it."""
        ...


@dataclass(frozen=True, slots=True)
class FoundTrack:
    """A search result. `year` is the album's; `artists` are all credited, main artist first."""

    track: RawTrack
    artists: tuple[str, ...]
    year: int
    explicit: bool


class Catalogue(Protocol):
    """Where suggested songs become real ones."""

    async def search(self, access_token: str, query: str) -> Sequence[FoundTrack]:
        """At most ten tracks, best first. `query` may use field filters; escape with `core.resolving`."""
        ...


@dataclass(frozen=True, slots=True)
class MadePlaylist:
    """A playlist at the source, as read back after it was made."""

    id: str
    url: str
    collaborative: bool


class PlaylistHost(Protocol):
    """Where playlists are made."""

    async def make_playlist(self, access_token: str, name: str, description: str) -> MadePlaylist:
        """Unlisted and collaborative, read back to be sure."""
        ...

    async def add_items(self, access_token: str, playlist_id: str, uris: Sequence[str]) -> None: ...


class Painter(Protocol):
    """Facts in, PNG bytes out: the same bytes for the same picture, theme and words.

    Raises `Unavailable` if drawing fails: the words go out alone then.
    """

    async def draw(self, picture: Picture, theme: Theme, say: Callable[[Text], str] = str) -> bytes:
        """`say` puts the sentences in the picture into the language of the room."""
        ...
