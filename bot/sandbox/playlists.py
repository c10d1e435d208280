"""Playlists and libraries: what people keep, and the rules of changing it.

Owners change their playlists; nobody else does through the API, collaborative or not.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from bot.sandbox.chance import spotify_id
from bot.sandbox.refusals import Refusal, not_found

MOST_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Entry:
    """One song in a playlist; the same song may stand there twice."""

    track_id: str
    added_ms: int
    added_by: str


@dataclass(frozen=True, slots=True)
class Playlist:
    """A playlist as it stands. `revision` counts its changes; `cover` is base64 JPEG."""

    id: str
    owner_id: str
    name: str
    description: str | None
    public: bool
    collaborative: bool
    revision: int = 1
    entries: tuple[Entry, ...] = ()
    cover: str | None = field(default=None, repr=False)

    @property
    def snapshot_id(self) -> str:
        return base64.b64encode(f"{self.revision},{self.id}".encode()).decode("ascii")


class Playlists:
    """All playlists, and each listener's library of URIs."""

    def __init__(
        self, now_ms: Callable[[], int], changed: Callable[[], None], saved: Mapping[str, Any]
    ) -> None:
        """`changed` is called after every change; `saved` is an earlier `snapshot`."""
        self._now_ms = now_ms
        self._changed = changed
        self._playlists = {
            row["id"]: Playlist(**{**row, "entries": tuple(Entry(**entry) for entry in row["entries"])})
            for row in saved.get("playlists", [])
        }
        self._library: dict[str, dict[str, int]] = {
            listener: dict(kept) for listener, kept in saved.get("library", {}).items()
        }

    def snapshot(self) -> dict[str, Any]:
        """What `saved` takes."""
        return {
            "playlists": [asdict(playlist) for playlist in self._playlists.values()],
            "library": self._library,
        }

    def all(self) -> list[Playlist]:
        """Every playlist, newest last."""
        return list(self._playlists.values())

    def get(self, playlist_id: str) -> Playlist:
        """Raises the API's 404 when there is none."""
        try:
            return self._playlists[playlist_id]
        except KeyError:
            raise not_found() from None

    def owned(self, playlist_id: str, listener_id: str) -> Playlist:
        """The playlist, if the listener owns it. Raises 404 or 403."""
        playlist = self.get(playlist_id)
        if playlist.owner_id != listener_id:
            raise Refusal(403, "You cannot change a playlist you don't own.")
        return playlist

    def create(
        self, owner_id: str, name: str, description: str | None, *, public: bool, collaborative: bool
    ) -> Playlist:
        """A new, empty playlist in the owner's library. Raises 400 for a public collaborative one."""
        _check_kind(public=public, collaborative=collaborative)
        playlist = Playlist(
            spotify_id("playlist", secrets.token_hex(16)), owner_id, name, description, public, collaborative
        )
        self._playlists[playlist.id] = playlist
        self._library.setdefault(owner_id, {})[f"spotify:playlist:{playlist.id}"] = self._now_ms()
        self._changed()
        return playlist

    def change(
        self, playlist: Playlist, *, name: str, description: str | None, public: bool, collaborative: bool
    ) -> Playlist:
        """New details. Raises 400 for a public collaborative playlist."""
        _check_kind(public=public, collaborative=collaborative)
        return self._keep(
            replace(playlist, name=name, description=description, public=public, collaborative=collaborative)
        )

    def set_cover(self, playlist: Playlist, cover: str) -> Playlist:
        return self._keep(replace(playlist, cover=cover))

    def add(
        self, playlist: Playlist, listener_id: str, track_ids: Sequence[str], position: int | None
    ) -> Playlist:
        """Puts the songs in at `position` (0 is the top), or at the end. Raises 400 past the end."""
        at = len(playlist.entries) if position is None else position
        if at > len(playlist.entries):
            raise Refusal(400, "Index out of bounds.")
        now = self._now_ms()
        new = tuple(Entry(track_id, now, listener_id) for track_id in track_ids)
        return self._keep(replace(playlist, entries=playlist.entries[:at] + new + playlist.entries[at:]))

    def replace_all(self, playlist: Playlist, listener_id: str, track_ids: Sequence[str]) -> Playlist:
        """These songs instead of what was there."""
        return self.add(replace(playlist, entries=()), listener_id, track_ids, None)

    def reorder(self, playlist: Playlist, start: int, before: int, length: int) -> Playlist:
        """Moves `length` songs from `start` to stand before what is at `before` now. Raises 400 out of bounds."""
        count = len(playlist.entries)
        if start + length > count or before > count:
            raise Refusal(400, "Index out of bounds.")
        moved = playlist.entries[start : start + length]
        rest = playlist.entries[:start] + playlist.entries[start + length :]
        at = before if before <= start else max(start, before - length)
        return self._keep(replace(playlist, entries=rest[:at] + moved + rest[at:]))

    def remove(self, playlist: Playlist, track_ids: Sequence[str]) -> Playlist:
        """Takes every occurrence of the songs out; one that is not there is no error."""
        kept = tuple(entry for entry in playlist.entries if entry.track_id not in set(track_ids))
        return self._keep(replace(playlist, entries=kept))

    def library(self, listener_id: str, kind: str) -> list[tuple[str, int]]:
        """The ids of one kind (track, album, playlist …) the listener keeps, with when, newest first."""
        prefix = f"spotify:{kind}:"
        kept = self._library.get(listener_id, {})
        rows = [(uri.removeprefix(prefix), at) for uri, at in kept.items() if uri.startswith(prefix)]
        return rows[::-1]

    def save(self, listener_id: str, uris: Sequence[str]) -> None:
        """Keeps the URIs in the listener's library; one that is there already keeps its date."""
        kept = self._library.setdefault(listener_id, {})
        for uri in uris:
            kept.setdefault(uri, self._now_ms())
        self._changed()

    def drop(self, listener_id: str, uris: Sequence[str]) -> None:
        """Takes the URIs out of the library. A playlist stays where its link leads, as on the real service."""
        kept = self._library.get(listener_id, {})
        for uri in uris:
            kept.pop(uri, None)
        self._changed()

    def keeps(self, listener_id: str, uri: str) -> bool:
        return uri in self._library.get(listener_id, {})

    def _keep(self, playlist: Playlist) -> Playlist:
        kept = replace(playlist, revision=playlist.revision + 1)
        self._playlists[kept.id] = kept
        self._changed()
        return kept


def _check_kind(*, public: bool, collaborative: bool) -> None:
    if public and collaborative:
        raise Refusal(400, "A collaborative playlist cannot be public: set public to false.")
