"""Drafts, saved playlists, and what searches found."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.core.model import (
    GroupId,
    MemberId,
    RawTrack,
)


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
