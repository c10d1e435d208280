"""How plays are written: a script of statements in the driver's own words, the store's hottest path.

It says which statements in which order and takes their answers, and knows nothing of connections. So on SQLite all of
a batch is one errand to the writer's thread (`engine.Database.follow`), where each statement would be four.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from operator import itemgetter
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, and_, bindparam, func, literal_column, or_, select

from bot.core.choices import within
from bot.core.model import LinkId, NewPlay, RawTrack, Span
from bot.errors import NotFound
from bot.integrations.store import schema
from bot.integrations.store.choices import unread_of
from bot.integrations.store.engine import Database, Script, Statement
from bot.integrations.store.identities import changed_song
from bot.text import t

_Row: TypeAlias = tuple[str, str, str, str, int, str]

_LINK = bindparam("of_link", type_=schema.link.c.id.type)
# Held until the end of the transaction, so that the writers of a link take turns.
_HOLD = select(schema.link.c.id).where(schema.link.c.id == _LINK).with_for_update(key_share=True)
# One statement says how many rows were new; of many, PostgreSQL does not tell.
_ADD_BY_COLUMNS = (
    "INSERT INTO play SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[])"
    " ON CONFLICT DO NOTHING"
)


class Recording:
    """The scripts, in the dialect of a database."""

    def __init__(self, database: Database) -> None:
        self._hold = database.driver_sql(_HOLD)
        self._unread = database.driver_sql(unread_of(_LINK))
        self._add_track = _add_track(database)
        self._changed_song = changed_song(database)
        self._postgresql = database.is_postgresql

    def plays(self, link_id: LinkId, plays: Sequence[NewPlay]) -> Script[int]:
        """Add the plays of a link, but for those of time that its member does not want kept. How many were new.

        Raises `NotFound` where it was unlinked in the meantime.
        """
        if not (yield Statement(self._hold, (link_id,))):
            raise NotFound(t("This account is not linked any more. /link links it again."))
        unread = tuple(map(Span._make, (yield Statement(self._unread, (link_id,)))))
        if unread:
            plays = [play for play in plays if not within(play.at_ms, unread)]
        if not plays:
            return 0
        ids = yield from self._tracks(plays)
        rows = [(link_id, at_ms, ids[track], ms_played, nth) for at_ms, track, ms_played, nth in plays]
        added: int = yield self._add_plays(rows)
        return added

    def _tracks(self, plays: Sequence[NewPlay]) -> Script[dict[RawTrack, int]]:
        """Add the tracks of these plays, or what was unknown of them. The number of each."""
        tracks = list(dict.fromkeys(map(itemgetter(1), plays)))
        rows = _rows(tracks)
        known = {row[1]: row for row in (yield self._known([row[0] for row in rows]))}
        lacking = [row for row in rows if row[0] not in known or _fills(row, known[row[0]][1:])]
        if lacking:
            # In one order for everybody: two who add the same tracks then wait for each other, never in a ring.
            lacking.sort(key=itemgetter(0))
            yield Statement(self._add_track, lacking, many=True)
            changed = [(known[row[0]][0],) for row in lacking if row[0] in known]
            if changed:
                yield Statement(self._changed_song, changed, many=True)
            known.update({row[1]: row for row in (yield self._known([row[0] for row in lacking]))})
        return {track: known[row[0]][0] for track, row in zip(tracks, rows, strict=True)}

    def _known(self, keys: Sequence[str]) -> Statement:
        """The tracks of these keys: their columns in order."""
        if self._postgresql:
            return Statement("SELECT * FROM track WHERE key = ANY($1)", (keys,))
        return Statement(
            "SELECT * FROM track WHERE key IN (SELECT value FROM json_each(?))", (json.dumps(keys),)
        )

    def _add_plays(self, rows: Sequence[tuple[int, ...]]) -> Statement:
        """Add rows of plays that are not there. How many were not."""
        if self._postgresql:
            return Statement(_ADD_BY_COLUMNS, tuple(zip(*rows, strict=True)))
        return Statement("INSERT INTO play VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", rows, many=True)


def _rows(tracks: Sequence[RawTrack]) -> list[_Row]:
    """What is stored of each track: its columns in order, without the id."""
    rows: list[_Row] = [(track.key, *track[1:]) for track in tracks]
    # Looked at all at once, for nearly always all of it can be stored.
    words = "".join([f"{key}{title}{artist}{album}{isrc}" for key, title, artist, album, _, isrc in rows])
    if schema.storable(words) == words:
        return rows
    clean = schema.storable
    return [
        (clean(key), clean(title), clean(artist), clean(album), duration_ms, clean(isrc))
        for key, title, artist, album, duration_ms, isrc in rows
    ]


def _fills(row: Sequence[object], stored: Sequence[object]) -> bool:
    """Whether a row tells something that is unknown in the stored one."""
    return row != stored and any(new and not old for new, old in zip(row, stored, strict=True))


def _add_track(database: Database) -> str:
    """SQL to add a track, or to fill in what was unknown of it: its columns in order, without the id."""
    key, *facts = [column for column in schema.track.c if column.name != "id"]
    new = database.insert(schema.track).values(
        {column.name: bindparam(column.name, type_=column.type) for column in (key, *facts)}
    )
    unknown: dict[str, ColumnElement[Any]] = {
        column.name: literal_column("0" if column.type.python_type is int else "''") for column in facts
    }
    return database.driver_sql(
        new.on_conflict_do_update(
            index_elements=[key],
            set_={
                column.name: func.coalesce(
                    func.nullif(column, unknown[column.name]), new.excluded[column.name]
                )
                for column in facts
            },
            where=or_(
                *(
                    and_(
                        column == unknown[column.name],
                        new.excluded[column.name] != unknown[column.name],
                    )
                    for column in facts
                )
            ),
        )
    )
