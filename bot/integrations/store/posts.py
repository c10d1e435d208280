"""Which messages show whom (`PostStore`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from sqlalchemy import Select, case, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.model import GroupId, MemberId, RoomRef
from bot.integrations.store import schema
from bot.integrations.store.engine import OnDatabase
from bot.integrations.store.people import still_there
from bot.integrations.store.recaps import rewrite
from bot.ports import Post, Redact

_post, _shown = schema.post.c, schema.shown.c


class Posts(OnDatabase):
    """See `ports.PostStore`."""

    async def posted(
        self,
        recap_id: int,
        view: str,
        room: RoomRef,
        thread: str,
        message: str,
        members: Collection[MemberId],
        now_ms: int,
        until_ms: int,
    ) -> None:
        there = (_post.platform == room.platform, _post.place == room.place, _post.channel == room.channel)
        async with self._database.write() as connection:
            before = await connection.scalar(
                select(_post.id).where(*there, _post.message == message, _post.message != "")
            )
            left = await still_there(connection, members)
            withdrawn = len(set(members) - left)
            said = {
                "recap_id": recap_id,
                "view": view,
                "due_ms": now_ms if withdrawn and message else 0,
                "until_ms": until_ms,
                "withdrawn": withdrawn,
            }
            if before is None:
                added = insert(schema.post).values(
                    **said, **room._asdict(), thread=thread, message=message, posted_ms=now_ms
                )
                post_id = (await connection.execute(added.returning(_post.id))).scalar_one()
            else:
                await connection.execute(update(schema.post).where(_post.id == before).values(said))
                post_id = before
            await _show(connection, post_id, left)

    async def strike_out(
        self,
        member_id: MemberId,
        group_id: GroupId | None,
        redact: Redact,
        now_ms: int,
        until_ms: int,
        *,
        stays: bool,
    ) -> Sequence[Post]:
        theirs = select(_post.id).join(schema.shown).join(schema.recap).where(_shown.member_id == member_id)
        if group_id is not None:
            theirs = theirs.where(schema.recap.c.group_id == group_id)
        async with self._database.write() as connection:
            await rewrite(connection, member_id, lambda facts: redact(facts, member_id), group_id)
            ids = (await connection.scalars(theirs)).all()
            if not stays:
                going = _shown.member_id == member_id, _shown.post_id.in_(ids)
                await connection.execute(delete(schema.shown).where(*going))
            return await _due(connection, ids, now_ms, until_ms, withdrawn=0 if stays else 1)

    async def draw_anew(
        self, member_id: MemberId, group_id: GroupId, since_ms: int, now_ms: int, until_ms: int
    ) -> Sequence[Post]:
        showing = (
            select(_post.id)
            .join(schema.shown)
            .join(schema.recap)
            .where(
                _shown.member_id == member_id,
                schema.recap.c.group_id == group_id,
                _post.posted_ms >= since_ms,
            )
        )
        async with self._database.write() as connection:
            ids = (await connection.scalars(showing)).all()
            return await _due(connection, ids, now_ms, until_ms, withdrawn=0)

    async def posts_due(self, now_ms: int, limit: int) -> Sequence[Post]:
        due = select(schema.post).where(_post.due_ms.between(1, now_ms)).order_by(_post.due_ms, _post.id)
        async with self._database.read() as connection:
            return await _posts(connection, due.limit(limit))

    async def put_off(self, post_id: int, due_ms: int) -> None:
        async with self._database.write() as connection:
            await connection.execute(
                update(schema.post).where(_post.id == post_id, _post.due_ms > 0).values(due_ms=due_ms)
            )

    async def changed(self, post_id: int, recap_id: int, members: Collection[MemberId]) -> None:
        async with self._database.write() as connection:
            await connection.execute(
                update(schema.post).where(_post.id == post_id).values(recap_id=recap_id, due_ms=0)
            )
            await _show(connection, post_id, members)

    async def given_up(self, post_id: int) -> None:
        async with self._database.write() as connection:
            await connection.execute(update(schema.post).where(_post.id == post_id).values(due_ms=0))


async def _due(
    connection: AsyncConnection, ids: Sequence[int], now_ms: int, until_ms: int, *, withdrawn: int
) -> Sequence[Post]:
    """These posts are due, where they can be edited, after so many more took their part back. The newest first."""
    await connection.execute(
        update(schema.post)
        .where(_post.id.in_(ids))
        .values(
            due_ms=case((_post.message == "", 0), else_=now_ms),
            until_ms=until_ms,
            withdrawn=_post.withdrawn + withdrawn,
        )
    )
    newest = select(schema.post).where(_post.id.in_(ids)).order_by(_post.posted_ms.desc(), _post.id.desc())
    return await _posts(connection, newest)


async def _show(connection: AsyncConnection, post_id: int, members: Collection[MemberId]) -> None:
    """A post shows these members."""
    await connection.execute(delete(schema.shown).where(_shown.post_id == post_id))
    if members:
        rows = [{"post_id": post_id, "member_id": member_id} for member_id in set(members)]
        await connection.execute(insert(schema.shown), rows)


async def _posts(connection: AsyncConnection, which: Select[tuple[object, ...]]) -> Sequence[Post]:
    rows = (await connection.execute(which)).all()
    members: dict[int, set[MemberId]] = defaultdict(set)
    for row in await connection.execute(
        select(schema.shown).where(_shown.post_id.in_([row.id for row in rows]))
    ):
        members[row.post_id].add(row.member_id)
    return [
        Post(
            row.id,
            row.recap_id,
            row.view,
            RoomRef(row.platform, row.place, row.channel),
            row.thread,
            row.message,
            row.posted_ms,
            row.until_ms,
            row.withdrawn,
            frozenset(members[row.id]),
        )
        for row in rows
    ]
