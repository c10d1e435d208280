"""Everything that is kept about a member, to be read out and packed."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Mapping, Sequence
from typing import NamedTuple, Protocol, TypeAlias

from bot.core.model import LinkId, MemberId
from bot.ports.playlists import Document
from bot.ports.recaps import FrozenRecap

Record: TypeAlias = Mapping[str, object]
# A file's name, and its text in pieces.
TextFile: TypeAlias = tuple[str, AsyncIterable[str]]


class PlayRow(NamedTuple):
    """A play as it is stored, with its track. In the order in which they are read."""

    at_ms: int
    track_id: int
    ms_played: int
    nth: int
    key: str
    title: str
    artist: str
    album: str


class TakeoutStore(Protocol):
    """Reads what is one member's. What may be long comes in pages."""

    async def kept_about(self, member_id: MemberId) -> Mapping[str, Sequence[Record]]:
        """All records about a member by the name of their table, without keys and hashes of keys.

        Plays, recaps and drafts are not among them. The groups they are in and these groups' rooms are.
        """
        ...

    async def plays_of(self, link_id: LinkId, after: PlayRow | None, limit: int) -> Sequence[PlayRow]:
        """The next plays of a link, oldest first."""
        ...

    async def recaps_about(self, member_id: MemberId, after_id: int, limit: int) -> Sequence[FrozenRecap]:
        """The next recaps that may name a member, by id."""
        ...

    async def drafts_about(self, member_id: MemberId, after_id: int, limit: int) -> Sequence[Document]:
        """The next drafts that may name a member, by id."""
        ...


class Packer(Protocol):
    """Makes one file of several."""

    def pack(self, files: AsyncIterable[TextFile], made_ms: int) -> AsyncIterator[bytes]:
        """The packed file in pieces; nothing of it is kept."""
        ...
