"""Which song each track is (`IdentityStore`): filed in batches, each with all that may be the same.

A track's row says by which rules it was filed (`core.identity.VERSION`). One that has no row or is changed is filed
before it is counted; all others are counted as they are filed, until their turn comes. Clues, which are hashes of what
a track may share with others, find those; which are the same, the core decides.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from hashlib import blake2b
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Executable,
    Select,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.identity import VERSION, Alias, Verdict, clues_of, derive, regrouped
from bot.core.model import GroupId, MemberId, Track, TrackId
from bot.errors import NotFound
from bot.integrations.store import schema
from bot.integrations.store.engine import Database, OnDatabase, batched, raw_rows
from bot.ports import MadeAlias
from bot.text import t

_AT_ONCE = 1_000
_CHANGED, _REOPENED, _NO_CLUE = 0, -1, 0

_SONG = schema.song.c
_ALIAS = schema.song_alias.c
_FACTS = len(schema.track.c)
_AS_FILED = select(*schema.track.c, _SONG.song_id, _SONG.version, _SONG.family, _SONG.code)
_FILED = _AS_FILED.outerjoin(schema.song, _SONG.track_id == schema.track.c.id)
_LAST = select(func.coalesce(func.max(_SONG.track_id), 0)).scalar_subquery()
# What has to be filed before it is counted: the many that are new; those whose numbers were given to slower writers;
# what is changed. Asked one by one, so that none of the many makes the database look through all that is filed.
_URGENT = (
    _FILED.where(schema.track.c.id > _LAST).order_by(schema.track.c.id),
    _FILED.where(schema.track.c.id <= _LAST, _SONG.track_id.is_(None)),
    _AS_FILED.join(schema.song).where(_SONG.version == _CHANGED),
)
_OLD = _AS_FILED.join(schema.song).where(_SONG.version < VERSION, _SONG.version != _CHANGED)
_OF_TRACK = _SONG.track_id == bindparam("of_track")
_MOVE = update(schema.song).where(_OF_TRACK).values(song_id=bindparam("of_song"))

# A track as it is filed: its columns, then song, version and clues, None where it is not.
_Row = Sequence[Any]


class Identities(OnDatabase):
    """See `ports.IdentityStore`; and `tracks` and `in_group` of `ports.PlayStore`."""

    async def tracks(self, track_ids: Collection[TrackId]) -> Mapping[TrackId, Track]:
        rows = await self._filed(track_ids)
        if any(not row[_FACTS + 1] for row in rows):
            while await self._file(_URGENT, _AT_ONCE) == _AT_ONCE:
                pass
            rows = await self._filed(track_ids)
        return {row[0]: _track(row) for row in rows}

    async def in_group(self, tracks: Mapping[TrackId, Track], group_id: GroupId) -> Mapping[TrackId, Track]:
        return regrouped(tracks, [it.alias for it in await self.aliases(group_id)])

    async def file_songs(self, most: int) -> int:
        return await self._file((*_URGENT, _OLD), most)

    async def reopen_songs(self) -> int:
        async with self._database.write() as connection:
            reopened = await connection.execute(
                update(schema.song).where(_SONG.version != _CHANGED).values(version=_REOPENED)
            )
            return reopened.rowcount

    async def aliases(self, group_id: GroupId) -> Sequence[MadeAlias]:
        async with self._database.read() as connection:
            return await _aliases(connection, group_id)

    async def add_alias(
        self, group_id: GroupId, by: MemberId, verdict: Verdict, track: TrackId, other: TrackId, now_ms: int
    ) -> None:
        said = {"group_id": group_id, "verdict": verdict.value, "track_id": track, "other_id": other}
        there = select(func.count()).select_from(schema.track).where(schema.track.c.id.in_([track, other]))
        known = select(_ALIAS.id).where(*(_ALIAS[name] == value for name, value in said.items()))
        async with self._database.write() as connection:
            await self._database.hold(connection, schema.song_alias)
            if await connection.scalar(there) != 2:
                raise NotFound(t("One of these songs is not here any more."))
            if await connection.scalar(known) is None:
                await connection.execute(
                    insert(schema.song_alias).values(**said, member_id=by, made_ms=now_ms)
                )

    async def remove_alias(self, group_id: GroupId, alias_id: int) -> bool:
        async with self._database.write() as connection:
            gone = await connection.execute(
                delete(schema.song_alias).where(_ALIAS.id == alias_id, _ALIAS.group_id == group_id)
            )
            return gone.rowcount == 1

    async def _filed(self, track_ids: Collection[TrackId]) -> list[_Row]:
        async with self._database.read() as connection:
            return await _rows(connection, schema.track.c.id, track_ids)

    async def _file(self, due: Sequence[Select[Any]], most: int) -> int:
        """File some tracks that are due, with all that may be the same as one of them now or before."""
        async with self._database.write() as connection:
            await self._database.hold(connection, schema.song)
            batch: dict[int, _Row] = {}
            for some in due:
                if len(batch) < most:
                    rows = await raw_rows(connection, some.limit(most - len(batch)))
                    batch |= {row[0]: row for row in rows}
            if not batch:
                return 0
            clues = {number: _clues(_track(row)) for number, row in batch.items()}
            await connection.execute(_refile(self._database), _as_filed(clues))
            known = batch | await _alike(connection, [*clues.values(), *map(_clues_filed, batch.values())])
            moved = [
                {"of_track": number, "of_song": song}
                for number, song in derive(map(_track, known.values())).items()
                if song != (known[number][_FACTS] or number)
            ]
            if moved:
                await connection.execute(_MOVE, moved)
            return len(batch)


async def forget_songs(connection: AsyncConnection, tracks: Collection[int]) -> None:
    """Forget which songs these tracks are, before they go; what shared a clue with them is filed anew."""
    for clue in (_SONG.family, _SONG.code):
        shared = select(clue).where(_SONG.track_id.in_(tracks), clue != _NO_CLUE)
        await connection.execute(update(schema.song).where(clue.in_(shared)).values(version=_CHANGED))
    await connection.execute(
        delete(schema.song_alias).where(or_(_ALIAS.track_id.in_(tracks), _ALIAS.other_id.in_(tracks)))
    )
    await connection.execute(delete(schema.song).where(_SONG.track_id.in_(tracks)))


def changed_song(database: Database) -> str:
    """SQL to have a track filed again before it is counted: its number."""
    return database.driver_sql(update(schema.song).where(_OF_TRACK).values(version=literal_column("0")))


async def _alike(connection: AsyncConnection, clues: Sequence[tuple[int, int]]) -> dict[int, _Row]:
    """All that shares a clue with these, or with such a track, and so on."""
    found: dict[int, _Row] = {}
    asked: tuple[set[int], set[int]] = ({_NO_CLUE}, {_NO_CLUE})
    while clues:
        new: dict[int, _Row] = {}
        for column, before, values in zip(
            (_SONG.family, _SONG.code), asked, zip(*clues, strict=True), strict=True
        ):
            rows = await _rows(connection, column, set(values) - before)
            before.update(values)
            new |= {row[0]: row for row in rows if row[0] not in found}
        found |= new
        clues = list(map(_clues_filed, new.values()))
    return found


async def _rows(
    connection: AsyncConnection, column: ColumnElement[int], values: Collection[int]
) -> list[_Row]:
    """The tracks of which this column is one of these."""
    found: list[_Row] = []
    for some in batched(values):
        found += await raw_rows(connection, _FILED.where(column.in_(some)))
    return found


async def _aliases(connection: AsyncConnection, group_id: GroupId) -> list[MadeAlias]:
    rows = await connection.execute(
        select(*_ALIAS, schema.member.c.name)
        .join(schema.member, schema.member.c.id == _ALIAS.member_id)
        .where(_ALIAS.group_id == group_id)
        .order_by(_ALIAS.id)
    )
    made = rows.all()
    named = {number for it in made for number in (it.track_id, it.other_id)}
    tracks = {row[0]: _track(row) for row in await _rows(connection, schema.track.c.id, named)}
    return [
        MadeAlias(
            Alias(it.id, Verdict(it.verdict), tracks[it.track_id], tracks[it.other_id]), it.name, it.made_ms
        )
        for it in made
    ]


def _refile(database: Database) -> Executable:
    new = database.insert(schema.song)
    return new.on_conflict_do_update(
        index_elements=[_SONG.track_id],
        set_={name: new.excluded[name] for name in ("version", "family", "code")},
    )


def _as_filed(clues: Mapping[int, tuple[int, int]]) -> list[dict[str, int]]:
    return [
        {"track_id": number, "song_id": number, "version": VERSION, "family": family, "code": code}
        for number, (family, code) in clues.items()
    ]


def _track(row: _Row) -> Track:
    columns = (*row[:_FACTS], row[_FACTS] or row[0])
    return Track(*columns)


def _clues_filed(row: _Row) -> tuple[int, int]:
    return row[_FACTS + 2] or _NO_CLUE, row[_FACTS + 3] or _NO_CLUE


def _clues(track: Track) -> tuple[int, int]:
    """Equal numbers for tracks that may be the same song by their names, or by their ISRC."""
    family, code = clues_of(track)
    return _hash(family), _hash(code)


def _hash(clue: str) -> int:
    if not clue:
        return _NO_CLUE
    digest = blake2b(clue.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
