"""Plays, tracks, coverage and gaps (`PlayStore`): the hot path, both ways.

Plays go in by the driver's executemany and come out as the driver's own rows; the play table's key is the order in
which they are read, so that neither sorting nor a second index is needed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    bindparam,
    delete,
    func,
    insert,
    select,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.model import (
    Gap,
    Heard,
    Link,
    LinkId,
    LinkPlays,
    MemberId,
    NewPlay,
    Play,
    Source,
    Span,
    TrackId,
)
from bot.core.precedence import union
from bot.integrations.store import schema
from bot.integrations.store.engine import Database, OnDatabase, raw_rows
from bot.integrations.store.links import links_of, require_link
from bot.integrations.store.recording import Recording
from bot.ports import Polled

_LINK_ID = itemgetter(0)

_TAKE_BACK = delete(schema.play).where(
    schema.play.c.link_id == bindparam("of_link"),
    schema.play.c.at_ms == bindparam("at"),
    schema.play.c.track_id
    == select(schema.track.c.id).where(schema.track.c.key == bindparam("of_key")).scalar_subquery(),
)


class Plays(OnDatabase):
    """See `ports.PlayStore`."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._recording = Recording(database)

    async def record(self, link_id: LinkId, plays: Sequence[NewPlay]) -> int:
        return await self._database.write_by(self._recording.plays(link_id, plays))

    async def cover(self, link_id: LinkId, spans: Iterable[Span]) -> None:
        async with self._database.write() as connection:
            await require_link(connection, link_id)
            await cover(connection, link_id, spans)

    async def expire(self, source: Source, before_ms: int, limit: int) -> int:
        links = select(schema.link.c.id).where(schema.link.c.source == source.value)
        key, spans, gap = schema.play.primary_key.columns, schema.covered.c, schema.gap.c
        async with self._database.write() as connection:
            await connection.execute(links.order_by(schema.link.c.id).with_for_update(key_share=True))
            vouched = await connection.execute(
                delete(schema.covered)
                .where(spans.link_id.in_(links), spans.start_ms < before_ms)
                .returning(spans.link_id, spans.end_ms)
            )
            rest = [
                {"link_id": link_id, "start_ms": before_ms, "end_ms": end_ms}
                for link_id, end_ms in vouched
                if end_ms > before_ms
            ]
            if rest:
                await connection.execute(insert(schema.covered), rest)
            await connection.execute(
                delete(schema.gap).where(gap.link_id.in_(links), gap.end_ms <= before_ms)
            )
            old = (
                select(*key)
                .where(schema.play.c.link_id.in_(links), schema.play.c.at_ms < before_ms)
                .limit(limit)
            )
            deleted = await connection.execute(delete(schema.play).where(tuple_(*key).in_(old)))
            return deleted.rowcount

    async def record_poll(self, polled: Polled) -> int:
        async with self._database.write() as connection:
            await require_link(connection, polled.link_id)
            if polled.gone:
                await connection.execute(_TAKE_BACK, _taken_back(polled))
            new: int = await self._database.follow(
                connection, self._recording.plays(polled.link_id, polled.plays)
            )
            if polled.certified is not None:
                await cover(connection, polled.link_id, [polled.certified])
            if polled.gap is not None:
                await connection.execute(
                    self._database.insert(schema.gap)
                    .values(link_id=polled.link_id, **polled.gap._asdict())
                    .on_conflict_do_nothing()
                )
            await connection.execute(
                update(schema.poll)
                .where(schema.poll.c.link_id == polled.link_id)
                .values(next_ms=polled.next_ms, last_ms=polled.at_ms, fails=polled.fails)
            )
            return new

    async def recent_keys(self, link_id: LinkId, limit: int) -> Sequence[tuple[int, str]]:
        newest = (
            select(schema.play.c.at_ms, schema.track.c.key)
            .join(schema.track, schema.track.c.id == schema.play.c.track_id)
            .where(schema.play.c.link_id == link_id)
            .order_by(
                schema.play.c.at_ms.desc(),
                schema.play.c.track_id.desc(),
                schema.play.c.ms_played.desc(),
                schema.play.c.nth.desc(),
            )
            .limit(limit)
        )
        async with self._database.read() as connection:
            return [(at_ms, key) for at_ms, key in await raw_rows(connection, newest)]

    async def keys_between(self, link_id: LinkId, start_ms: int, end_ms: int) -> Sequence[tuple[int, str]]:
        keys = (
            select(schema.play.c.at_ms, schema.track.c.key)
            .join(schema.track, schema.track.c.id == schema.play.c.track_id)
            .where(
                schema.play.c.link_id == link_id,
                schema.play.c.at_ms >= start_ms,
                schema.play.c.at_ms < end_ms,
            )
            .order_by(schema.play.c.at_ms, schema.play.c.track_id, schema.play.c.ms_played, schema.play.c.nth)
        )
        async with self._database.read() as connection:
            return [(at_ms, key) for at_ms, key in await raw_rows(connection, keys)]

    async def count_plays(self, link_id: LinkId) -> int:
        count = select(func.count()).select_from(schema.play).where(schema.play.c.link_id == link_id)
        async with self._database.read() as connection:
            return await connection.scalar(count) or 0

    async def plays_between(
        self, member_ids: Collection[MemberId], start_ms: int, end_ms: int
    ) -> Sequence[LinkPlays]:
        play, covered, gap = schema.play.c, schema.covered.c, schema.gap.c
        async with self._database.read() as connection:
            links = await links_of(connection, list(member_ids))
            ids = [link.id for link in links]
            # In the order of the play table's key, so that nothing has to be sorted.
            plays = await raw_rows(
                connection,
                select(play.link_id, play.at_ms, play.track_id, play.ms_played)
                .where(play.link_id.in_(ids), play.at_ms >= start_ms, play.at_ms < end_ms)
                .order_by(play.link_id, play.at_ms, play.track_id, play.ms_played, play.nth),
            )
            spans = await raw_rows(
                connection,
                select(covered.link_id, covered.start_ms, covered.end_ms)
                .where(covered.link_id.in_(ids))
                .order_by(covered.link_id, covered.start_ms),
            )
            gaps = await raw_rows(
                connection,
                select(gap.link_id, gap.start_ms, gap.end_ms, gap.cause)
                .where(gap.link_id.in_(ids), gap.start_ms < end_ms, gap.end_ms > start_ms)
                .order_by(gap.link_id, gap.start_ms, gap.end_ms, gap.cause),
            )
        # A group's plays of weeks are a hundred thousand.
        return await asyncio.to_thread(_by_link, links, plays, spans, gaps)

    async def artists(self) -> Sequence[tuple[str, int]]:
        counted = (
            select(schema.track.c.artist, func.count())
            .where(schema.track.c.artist != "")
            .group_by(schema.track.c.artist)
        )
        async with self._database.read() as connection:
            rows = await raw_rows(connection, counted)
        # Sorted here, because the databases do not agree on the alphabet.
        return sorted(((artist, tracks) for artist, tracks in rows), key=lambda it: (-it[1], it[0]))

    async def heard_before(
        self, member_ids: Collection[MemberId], before_ms: int
    ) -> Mapping[MemberId, Mapping[TrackId, Heard]]:
        play = schema.play.c
        heard = (
            select(schema.link.c.member_id, play.track_id, func.min(play.at_ms), func.max(play.at_ms))
            .join(schema.link, schema.link.c.id == play.link_id)
            .where(schema.link.c.member_id.in_(list(member_ids)), play.at_ms < before_ms)
            .group_by(schema.link.c.member_id, play.track_id)
        )
        async with self._database.read() as connection:
            rows = await raw_rows(connection, heard)
        return await asyncio.to_thread(_by_member, member_ids, rows)


def _taken_back(polled: Polled) -> list[dict[str, object]]:
    return [{"of_link": polled.link_id, "at": at_ms, "of_key": key} for at_ms, key in polled.gone]


def _by_member(member_ids: Collection[MemberId], rows: Iterable[Any]) -> dict[MemberId, dict[TrackId, Heard]]:
    found: dict[MemberId, dict[TrackId, Heard]] = {member_id: {} for member_id in member_ids}
    for member_id, track_id, first_ms, last_ms in rows:
        found[member_id][track_id] = Heard(first_ms, last_ms)
    return found


async def cover(connection: AsyncConnection, link_id: LinkId, spans: Iterable[Span]) -> None:
    """Add intervals to what a link, held by the transaction, vouches for."""
    before = set(await spans_of(connection, link_id))
    after = set(union([*before, *spans]))
    for gone in before - after:
        await connection.execute(
            delete(schema.covered).where(
                schema.covered.c.link_id == link_id, schema.covered.c.start_ms == gone.start_ms
            )
        )
    added = [{"link_id": link_id, **span._asdict()} for span in after - before]
    if added:
        await connection.execute(insert(schema.covered), added)


def _by_link(
    links: Sequence[Link], plays: Sequence[Any], spans: Sequence[Any], gaps: Sequence[Any]
) -> list[LinkPlays]:
    """What is known of each link, from rows that begin with the link's id and are in order."""
    played = {
        link_id: [Play(at_ms, track_id, ms_played) for _, at_ms, track_id, ms_played in rows]
        for link_id, rows in groupby(plays, _LINK_ID)
    }
    covered = {link_id: [Span(*it) for _, *it in rows] for link_id, rows in groupby(spans, _LINK_ID)}
    missing = {link_id: [Gap(*it) for _, *it in rows] for link_id, rows in groupby(gaps, _LINK_ID)}
    return [
        LinkPlays(link, played.get(link.id, []), covered.get(link.id, []), missing.get(link.id, []))
        for link in links
    ]


async def spans_of(connection: AsyncConnection, link_id: LinkId) -> list[Span]:
    """What a link vouches for, in order."""
    rows = await raw_rows(
        connection,
        select(schema.covered.c.start_ms, schema.covered.c.end_ms)
        .where(schema.covered.c.link_id == link_id)
        .order_by(schema.covered.c.start_ms),
    )
    return list(map(Span._make, rows))
