"""What is one member's, read out (`TakeoutStore`): the rows that refer to them, found as those that are deleted are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Column, LargeBinary, Select, Table, or_, select, tuple_

from bot.core.apps import is_own
from bot.core.model import LinkId, MemberId
from bot.integrations.store import schema
from bot.integrations.store.deleting import OURS
from bot.integrations.store.engine import OnDatabase, raw_rows
from bot.integrations.store.playlists import draft_of_row
from bot.integrations.store.recaps import recap_of_row
from bot.integrations.store.referring import Condition, referring
from bot.ports import Document, FrozenRecap, PlayRow, Record

_PAGED = {"play", "recap", "draft"}
# With one of these somebody else could act as the member, or guess what was taken back.
_KEYS = {
    schema.pending_login.c.state,
    schema.one_time_code.c.hash,
    schema.page_offer.c.hash,
}
_PLAY = schema.play.c
_ORDER = (_PLAY.at_ms, _PLAY.track_id, _PLAY.ms_played, _PLAY.nth)


class Takeouts(OnDatabase):
    """See `ports.TakeoutStore`."""

    async def kept_about(self, member_id: MemberId) -> Mapping[str, Sequence[Record]]:
        apps = select(schema.link.c.developer).where(schema.link.c.member_id == member_id)
        async with self._database.read() as connection:
            wanted = _tables(member_id, [it for it in await connection.scalars(apps) if is_own(it)])
            return {
                table.name: [dict(row._mapping) for row in await connection.execute(_rows(table, which))]
                for table, which in wanted.items()
            }

    async def plays_of(self, link_id: LinkId, after: PlayRow | None, limit: int) -> Sequence[PlayRow]:
        track = schema.track.c
        plays = (
            select(*_ORDER, track.key, track.title, track.artist, track.album)
            .join(schema.track, track.id == _PLAY.track_id)
            .where(_PLAY.link_id == link_id)
            .order_by(*_ORDER)
            .limit(limit)
        )
        if after is not None:
            plays = plays.where(tuple_(*_ORDER) > tuple_(*after[: len(_ORDER)]))
        async with self._database.read() as connection:
            return list(map(PlayRow._make, await raw_rows(connection, plays)))

    async def recaps_about(self, member_id: MemberId, after_id: int, limit: int) -> Sequence[FrozenRecap]:
        recap = schema.recap.c
        async with self._database.read() as connection:
            rows = await connection.execute(
                _naming(recap.facts, recap.member_id, member_id, after_id).limit(limit)
            )
            return [recap_of_row(row) for row in rows]

    async def drafts_about(self, member_id: MemberId, after_id: int, limit: int) -> Sequence[Document]:
        draft = schema.draft.c
        async with self._database.read() as connection:
            rows = await connection.execute(
                _naming(draft.body, draft.member_id, member_id, after_id).limit(limit)
            )
            return [draft_of_row(row) for row in rows]


def _tables(member_id: MemberId, developers: Sequence[str]) -> dict[Table, Condition]:
    """Which rows of which tables are about a member."""
    wanted = referring(schema.member, schema.member.c.id == member_id)
    users = select(schema.identity.c.user).where(
        schema.identity.c.member_id == member_id, schema.identity.c.platform == OURS
    )
    groups = select(schema.membership.c.group_id).where(schema.membership.c.member_id == member_id)
    posts = select(schema.shown.c.post_id).where(schema.shown.c.member_id == member_id)
    wanted |= {
        schema.post: or_(wanted[schema.post], schema.post.c.id.in_(posts)),
        schema.message: or_(schema.message.c.author.in_(users), schema.message.c.private_to.in_(users)),
        schema.chat_group: schema.chat_group.c.id.in_(groups),
        schema.room: schema.room.c.group_id.in_(groups),
        schema.spending: schema.spending.c.developer.in_(developers),
        schema.blocked: schema.blocked.c.developer.in_(developers),
    }
    return {table: which for table, which in wanted.items() if table.name not in _PAGED}


def _rows(table: Table, which: Condition) -> Select[tuple[object, ...]]:
    shown = [it for it in table.c if it not in _KEYS and not isinstance(it.type, LargeBinary)]
    return select(*shown).where(which).order_by(*table.primary_key.columns)


def _naming(
    document: Column[str], owner: Column[int], member_id: MemberId, after_id: int
) -> Select[tuple[object, ...]]:
    table = document.table
    return (
        select(table)
        .where(table.c.id > after_id, or_(owner == member_id, document.contains(str(member_id))))
        .order_by(table.c.id)
    )
