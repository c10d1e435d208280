"""Playlist drafts, playlists that were made, and what earlier searches found (`DraftStore`, `PlaylistStore`)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import insert, select, update

from bot.core.model import GroupId, MemberId, RawTrack
from bot.errors import NotFound, Stale
from bot.integrations.store import schema
from bot.integrations.store.engine import AnyRow, OnDatabase, batched
from bot.ports import Document, SavedPlaylist
from bot.text import t


class Playlists(OnDatabase):
    """See `ports.DraftStore` and `ports.PlaylistStore`."""

    async def new_draft(self, group_id: GroupId, member_id: MemberId, body: str, now_ms: int) -> Document:
        async with self._database.write() as connection:
            added = await connection.execute(
                insert(schema.draft)
                .values(group_id=group_id, member_id=member_id, version=1, body=body, made_ms=now_ms)
                .returning(*schema.draft.c)
            )
            return draft_of_row(added.one())

    async def draft(self, draft_id: int) -> Document | None:
        async with self._database.read() as connection:
            row = (
                await connection.execute(select(schema.draft).where(schema.draft.c.id == draft_id))
            ).one_or_none()
        return None if row is None else draft_of_row(row)

    async def change_draft(self, draft_id: int, version: int, body: str) -> Document:
        async with self._database.write() as connection:
            changed = await connection.execute(
                update(schema.draft)
                .where(schema.draft.c.id == draft_id, schema.draft.c.version == version)
                .values(version=version + 1, body=body)
                .returning(*schema.draft.c)
            )
            row = changed.one_or_none()
            if row is not None:
                return draft_of_row(row)
            known = await connection.scalar(select(schema.draft.c.id).where(schema.draft.c.id == draft_id))
        if known is None:
            raise NotFound(t("There is no draft {id} any more.", id=str(draft_id)))
        raise Stale(
            t("Somebody else changed this list in the same moment. Look at it again, then try again.")
        )

    async def saved(self, playlist: SavedPlaylist) -> SavedPlaylist:
        async with self._database.write() as connection:
            await connection.execute(
                self._database.insert(schema.playlist)
                .values(
                    group_id=playlist.group_id,
                    member_id=playlist.member_id,
                    draft_id=playlist.draft_id,
                    name=playlist.name,
                    words=playlist.words,
                    url=playlist.url,
                    playlist_id=playlist.playlist_id,
                    songs=playlist.songs,
                    saved_ms=playlist.saved_ms,
                )
                .on_conflict_do_nothing(index_elements=["draft_id"])
            )
            kept = await connection.execute(
                select(schema.playlist).where(schema.playlist.c.draft_id == playlist.draft_id)
            )
            return _playlist(kept.one())

    async def playlists(self, group_id: GroupId, limit: int) -> Sequence[SavedPlaylist]:
        async with self._database.read() as connection:
            rows = await connection.execute(
                select(schema.playlist)
                .where(schema.playlist.c.group_id == group_id)
                .order_by(schema.playlist.c.saved_ms.desc(), schema.playlist.c.id.desc())
                .limit(limit)
            )
            return [_playlist(row) for row in rows]

    async def resolved(self, wanted: Collection[str]) -> Mapping[str, RawTrack | None]:
        # A key is stored without what cannot be stored, and answered as it was asked.
        asked = {schema.storable(key): key for key in wanted}
        found: dict[str, RawTrack | None] = {}
        async with self._database.read() as connection:
            for some in batched(asked):
                rows = await connection.execute(
                    select(schema.resolution).where(schema.resolution.c.wanted.in_(some))
                )
                found.update({asked[row.wanted]: _found(row) for row in rows})
        return found

    async def remember_resolved(self, wanted: str, found: RawTrack | None, now_ms: int) -> None:
        columns = {
            **(found or RawTrack("", "", ""))._asdict(),
            "found": found is not None,
            "resolved_ms": now_ms,
        }
        async with self._database.write() as connection:
            await connection.execute(
                self._database.insert(schema.resolution)
                .values(wanted=wanted, **columns)
                .on_conflict_do_update(index_elements=["wanted"], set_=columns)
            )


def draft_of_row(row: AnyRow) -> Document:
    """The draft of a row that has its columns."""
    return Document(row.id, row.group_id, row.member_id, row.version, row.body)


def _playlist(row: AnyRow) -> SavedPlaylist:
    return SavedPlaylist(
        id=row.id,
        group_id=row.group_id,
        member_id=row.member_id,
        draft_id=row.draft_id,
        name=row.name,
        words=row.words,
        url=row.url,
        playlist_id=row.playlist_id,
        songs=row.songs,
        saved_ms=row.saved_ms,
    )


def _found(row: AnyRow) -> RawTrack | None:
    return RawTrack(*(getattr(row, name) for name in RawTrack._fields)) if row.found else None
