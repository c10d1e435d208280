"""Two members become one (`MemberStore.merge_members`): every table that knows a member, in one transaction."""

from __future__ import annotations

from sqlalchemy import Column, delete, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.frozen import handed_over
from bot.core.model import LinkId, MemberId, Source
from bot.errors import NotFound
from bot.integrations.store import schema
from bot.integrations.store.engine import OnDatabase
from bot.integrations.store.links import forget_link, hold_members, links_of
from bot.integrations.store.memberships import end_departure
from bot.integrations.store.plays import cover, spans_of
from bot.integrations.store.previews import merge_previews
from bot.integrations.store.recaps import owner_of, rewrite
from bot.integrations.store.stories import merge_asking
from bot.text import t

# What simply belongs to somebody else from now on.
_OWNED = (
    schema.identity, schema.link, schema.draft, schema.playlist, schema.whisper, schema.aside, schema.unread,
    schema.song_alias,
)  # fmt: skip

# What both may have, and the one keeps once.
_ONCE = (
    schema.room_consent, schema.shown, schema.presence, schema.weekly_admin, schema.award, schema.award_declined,
)  # fmt: skip


class Merging(OnDatabase):
    """See `ports.MemberStore`."""

    async def merge_members(self, keep: MemberId, gone: MemberId) -> None:
        async with self._database.write() as connection:
            if not await hold_members(connection, keep, gone):
                raise NotFound(t("One of the two is not there any more. Make a new code and try again."))
            # Stories go with their plays, so they change hands first.
            await connection.execute(
                update(schema.story).where(schema.story.c.member_id == gone).values(member_id=keep)
            )
            await merge_asking(connection, keep, gone)
            await merge_previews(connection, keep, gone)
            await self._merge_exports(connection, keep, gone)
            await _merge_memberships(connection, keep, gone)
            for table in _ONCE:
                await self._hand_over(connection, table.c.member_id, gone, keep)
            await end_departure(connection, keep, gone)
            await _merge_recaps(connection, keep, gone)
            for table in _OWNED:
                await connection.execute(
                    update(table).where(table.c.member_id == gone).values(member_id=keep)
                )
            # A login on its way names somebody who is no more.
            await connection.execute(
                delete(schema.pending_login).where(schema.pending_login.c.member_id == gone)
            )
            await connection.execute(delete(schema.member).where(schema.member.c.id == gone))

    async def _merge_exports(self, connection: AsyncConnection, keep: MemberId, gone: MemberId) -> None:
        """Imports of the same kind become one; the other links change hands with `_OWNED`."""
        kept, others = await _exports(connection, keep), await _exports(connection, gone)
        for source in kept.keys() & others.keys():
            for table in (schema.play, schema.gap):
                await self._hand_over(connection, table.c.link_id, others[source], kept[source])
            await cover(connection, kept[source], await spans_of(connection, others[source]))
            await forget_link(connection, others[source])

    async def _hand_over(self, connection: AsyncConnection, owner: Column[int], gone: int, keep: int) -> None:
        """Rows with this owner get another one, or go where that one has the same row already."""
        table = owner.table
        rest = [column for column in table.c if column is not owner]
        rows = select(literal(keep, owner.type), *rest).where(owner == gone)
        await connection.execute(
            self._database.insert(table).from_select([owner, *rest], rows).on_conflict_do_nothing()
        )
        await connection.execute(delete(table).where(owner == gone))


async def _exports(connection: AsyncConnection, member_id: MemberId) -> dict[Source, LinkId]:
    return {link.source: link.id for link in await links_of(connection, [member_id]) if not link.account}


async def _merge_memberships(connection: AsyncConnection, keep: MemberId, gone: MemberId) -> None:
    """In a group of both, what both said yes to goes on, since the earlier of the two."""
    membership = schema.membership
    rows = await connection.execute(
        delete(membership).where(membership.c.member_id.in_([keep, gone])).returning(*membership.c)
    )
    merged: dict[int, tuple[frozenset[str], int]] = {}
    for row in rows:
        features, joined_ms = merged.get(row.group_id, (row.features, row.joined_ms))
        merged[row.group_id] = features & row.features, min(joined_ms, row.joined_ms)
    for group_id, (features, joined_ms) in merged.items():
        await connection.execute(
            insert(membership).values(
                group_id=group_id, member_id=keep, features=features, joined_ms=joined_ms
            )
        )


async def _merge_recaps(connection: AsyncConnection, keep: MemberId, gone: MemberId) -> None:
    """Own recaps change hands; those of groups go on saying what they said, and know who that is now."""
    await rewrite(connection, gone, lambda facts: handed_over(facts, gone, keep))
    recap = schema.recap.c
    known = select(recap.sha256).where(recap.owner == owner_of(None, keep)).scalar_subquery()
    await connection.execute(
        delete(schema.recap).where(recap.owner == owner_of(None, gone), recap.sha256.in_(known))
    )
    await connection.execute(
        update(schema.recap)
        .where(recap.owner == owner_of(None, gone))
        .values(member_id=keep, owner=owner_of(None, keep))
    )
