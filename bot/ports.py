"""What the flows need from the world, named by need and kept small.

One store method is one transaction with a name from the domain. Every store port has an in-memory fake in
`tests/fakes.py`; the contract tests run on the fake, on SQLite and on PostgreSQL. Times are ms UTC.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.core.model import (
    Gap,
    Group,
    GroupId,
    Identity,
    Link,
    LinkId,
    LinkPlays,
    LinkState,
    Member,
    MemberId,
    NewPlay,
    RawTrack,
    RoomRef,
    Source,
    Span,
    Track,
    TrackId,
)
from bot.core.recap.model import Recap


class Clock(Protocol):
    """The only way to know what time it is."""

    def now_ms(self) -> int:
        """Now, ms UTC."""
        ...


class Chance(Protocol):
    """The only way to draw chance."""

    def token(self) -> str:
        """An unguessable URL-safe string (at least 128 bits)."""
        ...

    def seed(self) -> int:
        """A seed for something that is to be repeatable."""
        ...


# --- people -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Membership:
    """A member's yes to a group: which features may use their plays there (`core.consent` names them)."""

    member: Member
    group_id: GroupId
    features: frozenset[str]
    joined_ms: int


class MemberStore(Protocol):
    """People and who they are on each platform."""

    async def add_member(self, name: str, zone: str, identity: Identity | None, now_ms: int) -> Member:
        """A new member. With an identity that is known already, that member as stored."""
        ...

    async def member(self, member_id: MemberId) -> Member | None: ...

    async def member_of(self, identity: Identity) -> Member | None: ...

    async def members_named(self, name: str) -> Sequence[Member]:
        """Members with exactly this name, oldest first."""
        ...

    async def all_members(self) -> Sequence[Member]:
        """Every member, oldest first."""
        ...

    async def identities(self, platform: str) -> Sequence[tuple[Identity, Member]]:
        """Everybody with an identity on this platform, oldest member first."""
        ...


class GroupStore(Protocol):
    """Groups, their rooms, and who said yes to what."""

    async def open_room(self, room: RoomRef, name: str, zone: str) -> Group:
        """The room's group; made with this name and zone if the room has none."""
        ...

    async def group_of(self, room: RoomRef) -> Group | None: ...

    async def group(self, group_id: GroupId) -> Group | None: ...

    async def join(
        self, group_id: GroupId, member_id: MemberId, features: Collection[str], now_ms: int
    ) -> None:
        """Say yes to these features, in place of what was said before."""
        ...

    async def leave(self, group_id: GroupId, member_id: MemberId) -> bool:
        """End a membership. False if there was none."""
        ...

    async def memberships(self, group_id: GroupId) -> Sequence[Membership]:
        """Oldest membership first."""
        ...

    async def groups_of(self, member_id: MemberId) -> Sequence[Group]: ...


# --- links ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PendingLogin:
    """A login that was begun: `state` is single-use and bound to the member; `verifier` is PKCE's, sealed."""

    state: str
    member_id: MemberId
    verifier: bytes
    client_id: str
    redirect_uri: str
    scopes: frozenset[str]
    expires_ms: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Grant:
    """What the token endpoint gave. Lives in memory only; the store keeps it sealed."""

    access_token: str
    refresh_token: str
    expires_ms: int
    scopes: frozenset[str]


class Vault(Protocol):
    """Encryption at rest. `context` is bound to the ciphertext, so that it cannot be moved to another row."""

    def seal(self, secret: str, context: str) -> bytes: ...

    def unseal(self, sealed: bytes, context: str) -> str:
        """Raises `Unavailable` where key or context do not fit."""
        ...


@dataclass(frozen=True, slots=True)
class DueLink:
    """A link to look at: when it is due, the last look that succeeded (0: none yet), how many failed since."""

    link: Link
    next_ms: int
    last_ms: int
    fails: int


class LinkStore(Protocol):
    """Accounts at sources, their sealed grants, and logins on their way."""

    async def begin_login(self, login: PendingLogin) -> None:
        """Remember a login; older ones of the same member are dropped."""
        ...

    async def login(self, state: str, now_ms: int) -> PendingLogin | None:
        """The login of this state without using it up; None if unknown, used or expired."""
        ...

    async def take_login(self, state: str, now_ms: int) -> PendingLogin | None:
        """The login of this state, which is used up by this; None if unknown, used or expired."""
        ...

    async def link_account(self, link: Link, sealed_grant: bytes, next_poll_ms: int) -> Link:
        """Store a new link (its `id` is ignored), or renew the member's link to the same account.

        Raises `NotAllowed` where another member has linked this account.
        """
        ...

    async def export_link(self, member_id: MemberId, source: Source) -> Link:
        """The member's link for exports of this kind, made if absent."""
        ...

    async def links(self, member_id: MemberId) -> Sequence[Link]: ...

    async def link(self, link_id: LinkId) -> Link | None: ...

    async def sealed_grant(self, link_id: LinkId) -> bytes | None: ...

    async def renew_grant(self, link_id: LinkId, sealed_grant: bytes) -> None: ...

    async def set_state(self, link_id: LinkId, state: LinkState) -> None: ...

    async def unlink(self, link_id: LinkId) -> int:
        """Delete the link with its grant, plays, coverage and polls. The number of plays deleted."""
        ...

    async def seats(self, client_id: str) -> int:
        """How many different accounts are linked through this client ID."""
        ...

    async def due_links(self, now_ms: int, limit: int) -> Sequence[DueLink]:
        """Active API links whose next look is due, most overdue first."""
        ...

    async def looks(self, member_ids: Collection[MemberId]) -> Sequence[DueLink]:
        """The active API links of these members, due or not, by link id."""
        ...


# --- plays ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Polled:
    """What one look at a link showed, decided by `core.polling`, stored in one transaction.

    `at_ms` becomes the link's `last_ms`; a look that failed repeats the one before and counts up `fails`.
    """

    link_id: LinkId
    at_ms: int
    plays: Sequence[NewPlay]
    certified: Span | None
    gap: Gap | None
    next_ms: int
    fails: int = 0


class PlayStore(Protocol):
    """Plays: append-only, raw identity kept."""

    async def record(self, link_id: LinkId, plays: Sequence[NewPlay]) -> int:
        """Add plays; those already there are left alone. How many were new.

        What is stored of a track is kept; names that were unknown are filled in from what comes later.
        """
        ...

    async def cover(self, link_id: LinkId, spans: Iterable[Span]) -> None:
        """The link vouches for these intervals; touching ones are merged with what is stored."""
        ...

    async def record_poll(self, polled: Polled) -> int:
        """Plays, coverage and the next look, all or nothing. How many plays were new."""
        ...

    async def recent_keys(self, link_id: LinkId, limit: int) -> Sequence[tuple[int, str]]:
        """The newest stored plays of a link as (at_ms, raw track key), newest first."""
        ...

    async def plays_between(
        self, member_ids: Collection[MemberId], start_ms: int, end_ms: int
    ) -> Sequence[LinkPlays]:
        """For each link of these members: plays in [start, end), all covered spans, gaps touching it."""
        ...

    async def tracks(self, track_ids: Collection[TrackId]) -> Mapping[TrackId, Track]: ...

    async def artists(self) -> Sequence[tuple[str, int]]:
        """Every artist name in stored tracks with the number of stored tracks."""
        ...

    async def first_play_ms(self, member_ids: Collection[MemberId]) -> int | None:
        """The oldest play of these members, None if there is none."""
        ...


class BudgetStore(Protocol):
    """Calls spent per developer account in a rolling 24 hours, and until when it is blocked."""

    async def spend(self, developer: str, now_ms: int, calls: int = 1) -> None: ...

    async def spent(self, developer: str, since_ms: int) -> int: ...

    async def block(self, developer: str, until_ms: int) -> None: ...

    async def blocked_until(self, developer: str) -> int:
        """ms UTC, 0 if not blocked."""
        ...


# --- recaps -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FrozenRecap:
    """A recap as it was shown: canonical JSON of its facts (`core.receipts`) and that JSON's sha256."""

    id: int
    group_id: GroupId | None
    member_id: MemberId | None
    made_ms: int
    facts: str
    sha256: str


class RecapStore(Protocol):
    """What was said, kept so that it can be proven later."""

    async def freeze(
        self, group_id: GroupId | None, member_id: MemberId | None, made_ms: int, facts: str, sha256: str
    ) -> FrozenRecap:
        """Keep it; the same facts of the same owner keep their first id."""
        ...

    async def frozen(self, recap_id: int) -> FrozenRecap | None: ...


# --- playlists --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Document:
    """Something that is changed step by step: JSON text with a version that grows with each change."""

    id: int
    group_id: GroupId
    member_id: MemberId
    version: int
    body: str


class DraftStore(Protocol):
    """Playlist drafts."""

    async def new_draft(self, group_id: GroupId, member_id: MemberId, body: str, now_ms: int) -> Document: ...

    async def draft(self, draft_id: int) -> Document | None: ...

    async def change_draft(self, draft_id: int, version: int, body: str) -> Document:
        """Replace the body of exactly this version. Raises `Stale` if somebody was quicker."""
        ...


@dataclass(frozen=True, slots=True)
class SavedPlaylist:
    """A playlist that was made: where it is, whose account holds it, who asked with which words."""

    id: int
    group_id: GroupId
    member_id: MemberId
    draft_id: int
    name: str
    words: str
    url: str
    playlist_id: str
    songs: int
    saved_ms: int


class PlaylistStore(Protocol):
    """Playlists that were made, and songs whose URI is known by an earlier search."""

    async def saved(self, playlist: SavedPlaylist) -> SavedPlaylist:
        """Keep it (its `id` is ignored). The same draft keeps its first row."""
        ...

    async def playlists(self, group_id: GroupId, limit: int) -> Sequence[SavedPlaylist]:
        """Newest first."""
        ...

    async def resolved(self, wanted: Collection[str]) -> Mapping[str, RawTrack | None]:
        """What earlier searches found for these keys; None where a search found nothing."""
        ...

    async def remember_resolved(self, wanted: str, found: RawTrack | None, now_ms: int) -> None: ...


# --- other services ---------------------------------------------------------------------------------------


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

    async def now_playing(self, access_token: str) -> RawTrack | None: ...


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
    """Facts in, PNG bytes out. Raises `Unavailable` if drawing fails: the words go out alone then."""

    async def recap(self, recap: Recap) -> bytes: ...


# --- the lounge's room ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Message:
    """A message in a room that we keep ourselves. `private_to` is the only user who sees it ("" = the room).

    `author` is "" for Earshot itself; `body` is JSON of the adapter's own making.
    """

    id: int
    room: str
    author: str
    private_to: str
    made_ms: int
    body: str


class MessageStore(Protocol):
    """Rooms that no platform keeps for us."""

    async def append(self, room: str, author: str, private_to: str, body: str, now_ms: int) -> Message: ...

    async def rewrite(self, message_id: int, body: str) -> Message | None:
        """Replace a body; None if there is no such message."""
        ...

    async def message(self, message_id: int) -> Message | None: ...

    async def messages(self, room: str, viewer: str, after_id: int, limit: int) -> Sequence[Message]:
        """What this viewer may see, oldest first: the newest `limit` messages with an id above `after_id`."""
        ...


# --- exports ----------------------------------------------------------------------------------------------


class ExportFile(Protocol):
    """One JSON file of an export, read row by row."""

    @property
    def name(self) -> str:
        """Its name inside the zip or folder."""
        ...

    @property
    def group(self) -> str:
        """The container it lies in (a zip, a folder): files of one group are one export."""
        ...

    @property
    def same_as(self) -> str:
        """The name of an earlier file with exactly the same bytes, "" if there is none."""
        ...

    @property
    def problem(self) -> str:
        """Why it cannot be opened at all (an encrypted or incomplete zip), "" if it can."""
        ...

    def rows(self) -> Iterable[object]:
        """Its rows as JSON values, streamed anew each time; None for a row that is no JSON.

        Raises `BrokenOff` where the file ends too early, and `BadExport` where it is no list at all.
        """
        ...


class ExportReader(Protocol):
    """Finds the JSON files in what a member gave us."""

    def open(self, paths: Sequence[str]) -> Iterable[ExportFile]:
        """Every JSON file there, in order of name. Raises `BadExport` for a path that is not there."""
        ...
