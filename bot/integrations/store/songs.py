"""What was looked up of songs (`SongStore`)."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import astuple
from typing import Any

from sqlalchemy import Row, select

from bot.core.model import Track, TrackId
from bot.core.rights import RIGHTS
from bot.core.songfacts import Fame, Of, SongFacts, Tag
from bot.integrations.store import schema
from bot.integrations.store.engine import OnDatabase, batched


class Songs(OnDatabase):
    """See `ports.SongStore`."""

    async def songs_to_look_up(self, before_ms: int, limit: int) -> Sequence[Track]:
        told = (
            select(schema.play.c.track_id)
            .join(schema.link, schema.link.c.id == schema.play.c.link_id)
            .where(schema.link.c.source.in_([it.value for it, may in RIGHTS.items() if may.give]))
        )
        known = select(schema.song_facts.c.track_id).where(schema.song_facts.c.looked_ms >= before_ms)
        wanted = (
            select(schema.track)
            .where(schema.track.c.id.in_(told), schema.track.c.id.not_in(known))
            .order_by(schema.track.c.id)
            .limit(limit)
        )
        async with self._database.read() as connection:
            return [Track(*row) for row in await connection.execute(wanted)]

    async def keep_facts(self, found: Mapping[TrackId, SongFacts], now_ms: int) -> None:
        if not found:
            return
        async with self._database.write() as connection:
            # As whoever records plays: no track is swept meanwhile.
            await self._database.hold(connection, schema.link)
            there = await connection.scalars(select(schema.track.c.id).where(schema.track.c.id.in_(found)))
            rows = [{"track_id": it, "looked_ms": now_ms, **_columns(found[TrackId(it)])} for it in there]
            if not rows:
                return
            new = self._database.insert(schema.song_facts)
            facts = {column.name: new.excluded[column.name] for column in schema.song_facts.c}
            del facts["track_id"]
            await connection.execute(new.on_conflict_do_update(index_elements=["track_id"], set_=facts), rows)

    async def song_facts(self, track_ids: Collection[TrackId]) -> Mapping[TrackId, SongFacts]:
        kept = select(schema.song_facts)
        found: dict[TrackId, SongFacts] = {}
        async with self._database.read() as connection:
            for some in batched(track_ids):
                rows = await connection.execute(kept.where(schema.song_facts.c.track_id.in_(some)))
                found.update((TrackId(row.track_id), _facts(row)) for row in rows)
        return found


def _columns(facts: SongFacts) -> dict[str, object]:
    return {
        "recording": facts.recording,
        "artists": " ".join(facts.artists),
        "tags": json.dumps([astuple(tag) for tag in facts.tags]),
        "listens": facts.fame.listens,
        "listeners": facts.fame.listeners,
        "artist_listens": facts.artist_fame.listens,
        "artist_listeners": facts.artist_fame.listeners,
        "year": facts.year,
        "area": facts.area,
    }


def _facts(row: Row[Any]) -> SongFacts:
    return SongFacts(
        row.recording,
        tuple(row.artists.split()),
        tuple(Tag(name, count, genre, Of(of)) for name, count, genre, of in json.loads(row.tags)),
        Fame(row.listens, row.listeners),
        Fame(row.artist_listens, row.artist_listeners),
        row.year,
        row.area,
    )
