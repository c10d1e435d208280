"""Members' words, and who may be asked for some (`StoryStore`)."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import asdict

from sqlalchemy import Select, delete, exists, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.consent import Feature
from bot.core.model import GroupId, Member, MemberId, Span
from bot.core.stories import Cause, Occasion, State, Story
from bot.errors import NotFound
from bot.integrations.store import schema
from bot.integrations.store.choices import pausing
from bot.integrations.store.engine import AnyRow, OnDatabase
from bot.integrations.store.links import hold_members, require_member
from bot.integrations.store.memberships import said_yes
from bot.integrations.store.people import MEMBER, member_of_row
from bot.text import t

_STORY, _ASKING = schema.story.c, schema.asking.c


class Stories(OnDatabase):
    """See `ports.StoryStore`."""

    async def to_ask(self, asked_ms: int, looked_ms: int, limit: int) -> Sequence[Member]:
        member = schema.member.c
        joined = exists().where(schema.membership.c.member_id == member.id, said_yes(Feature.STORIES))
        askable = (
            MEMBER.outerjoin(schema.asking, _ASKING.member_id == member.id)
            .where(joined, ~pausing(member.id))
            .where(
                or_(
                    _ASKING.member_id.is_(None),
                    ~_ASKING.never & (_ASKING.asked_ms < asked_ms) & (_ASKING.looked_ms < looked_ms),
                )
            )
            .order_by(func.coalesce(_ASKING.looked_ms, 0), member.id)
            .limit(limit)
        )
        async with self._database.read() as connection:
            return [member_of_row(row) for row in await connection.execute(askable)]

    async def looked_at(self, member_id: MemberId, now_ms: int) -> None:
        async with self._database.write() as connection:
            if await hold_members(connection, member_id):
                await self._note(connection, member_id, looked_ms=now_ms)

    async def ask_about(
        self, member_id: MemberId, occasion: Occasion, now_ms: int, since_ms: int
    ) -> Story | None:
        taken = exists().where(_STORY.member_id == member_id, _STORY.key == json.dumps(occasion.key))
        not_now = exists().where(
            _ASKING.member_id == member_id, or_(_ASKING.never, _ASKING.asked_ms > since_ms)
        )
        async with self._database.write() as connection:
            if not await hold_members(connection, member_id):
                return None
            if await connection.scalar(select(or_(taken, not_now))):
                return None
            await self._note(connection, member_id, asked_ms=now_ms)
            return await _add(connection, member_id, occasion, State.ASKED, asked_ms=now_ms)

    async def wants_to_be_asked(self, member_id: MemberId) -> bool:
        async with self._database.read() as connection:
            never = await connection.scalar(select(_ASKING.never).where(_ASKING.member_id == member_id))
            return not never

    async def want_to_be_asked(self, member_id: MemberId, wanted: bool) -> None:
        async with self._database.write() as connection:
            await require_member(connection, member_id)
            await self._note(connection, member_id, never=not wanted)

    async def new_story(
        self, member_id: MemberId, occasion: Occasion, words: str, groups: Collection[GroupId], now_ms: int
    ) -> Story:
        async with self._database.write() as connection:
            await require_member(connection, member_id)
            added = await _add(connection, member_id, occasion, State.TOLD, words=words, told_ms=now_ms)
            await _belongs(connection, added.id, groups)
            return await _story(connection, member_id, added.id)

    async def tell_story(
        self, member_id: MemberId, story_id: int, words: str, groups: Collection[GroupId], now_ms: int
    ) -> Story:
        async with self._database.write() as connection:
            before = await _story(connection, member_id, story_id)
            told = before.state is State.TOLD
            await connection.execute(
                update(schema.story)
                .where(_STORY.id == story_id)
                .values(
                    state=State.TOLD.value,
                    words=words,
                    told_ms=before.told_ms if told else now_ms,
                    edited_ms=now_ms if told else 0,
                )
            )
            await _belongs(connection, story_id, groups)
            return await _story(connection, member_id, story_id)

    async def answer_story(self, member_id: MemberId, story_id: int, state: State) -> Story:
        async with self._database.write() as connection:
            before = await _story(connection, member_id, story_id)
            await connection.execute(
                update(schema.story).where(_STORY.id == story_id).values(state=state.value, words="")
            )
            await _belongs(connection, story_id, ())
            return before

    async def story(self, member_id: MemberId, story_id: int) -> Story | None:
        wanted = select(schema.story).where(_STORY.id == story_id, _STORY.member_id == member_id)
        async with self._database.read() as connection:
            return next(iter(await _stories(connection, wanted)), None)

    async def stories(self, member_id: MemberId) -> Sequence[Story]:
        mine = select(schema.story).where(_STORY.member_id == member_id).order_by(_STORY.id.desc())
        async with self._database.read() as connection:
            return await _stories(connection, mine)

    async def told_in(
        self, group_id: GroupId, member_ids: Collection[MemberId], during: Span
    ) -> Sequence[Story]:
        told = (
            select(schema.story)
            .join(schema.story_group, schema.story_group.c.story_id == _STORY.id)
            .where(
                schema.story_group.c.group_id == group_id,
                _STORY.member_id.in_(list(member_ids)),
                _STORY.state == State.TOLD.value,
                _STORY.last_ms >= during.start_ms,
                _STORY.last_ms < during.end_ms,
            )
            .order_by(_STORY.told_ms, _STORY.id)
        )
        async with self._database.read() as connection:
            return await _stories(connection, told)

    async def _note(self, connection: AsyncConnection, member_id: MemberId, **values: int) -> None:
        """Change some of what is known of asking a member, who is held."""
        new = self._database.insert(schema.asking).values(
            **{"member_id": member_id, "asked_ms": 0, "looked_ms": 0, "never": False, **values}
        )
        await connection.execute(new.on_conflict_do_update(index_elements=["member_id"], set_=values))


async def merge_asking(connection: AsyncConnection, keep: MemberId, gone: MemberId) -> None:
    """Two members become one, who was asked when either was, and is not asked where either did not want it."""
    both = delete(schema.asking).where(_ASKING.member_id.in_([keep, gone])).returning(*_ASKING)
    rows = (await connection.execute(both)).all()
    if rows:
        await connection.execute(
            insert(schema.asking).values(
                member_id=keep,
                asked_ms=max(row.asked_ms for row in rows),
                looked_ms=max(row.looked_ms for row in rows),
                never=any(row.never for row in rows),
            )
        )


async def _add(
    connection: AsyncConnection, member_id: MemberId, occasion: Occasion, state: State, **values: int | str
) -> Story:
    about = {**asdict(occasion), "cause": occasion.cause.value, "key": json.dumps(occasion.key)}
    blank = {"words": "", "asked_ms": 0, "told_ms": 0, "edited_ms": 0}
    new = insert(schema.story).values(member_id=member_id, state=state.value, **{**about, **blank, **values})
    added = await connection.execute(new.returning(*schema.story.c))
    return _made(added.one(), frozenset())


async def _belongs(connection: AsyncConnection, story_id: int, groups: Collection[GroupId]) -> None:
    """The words belong to these groups and no others."""
    await connection.execute(delete(schema.story_group).where(schema.story_group.c.story_id == story_id))
    there = select(schema.chat_group.c.id).where(schema.chat_group.c.id.in_(list(groups)))
    rows = [{"story_id": story_id, "group_id": it} for it in await connection.scalars(there)]
    if rows:
        await connection.execute(insert(schema.story_group), rows)


async def _story(connection: AsyncConnection, member_id: MemberId, story_id: int) -> Story:
    wanted = (
        select(schema.story).where(_STORY.id == story_id, _STORY.member_id == member_id).with_for_update()
    )
    found = await _stories(connection, wanted)
    if not found:
        raise NotFound(t("I know no such story of yours (any more)."))
    return found[0]


async def _stories(connection: AsyncConnection, which: Select[tuple[object, ...]]) -> Sequence[Story]:
    rows = (await connection.execute(which)).all()
    groups: defaultdict[int, set[GroupId]] = defaultdict(set)
    belongs = schema.story_group.c
    for row in await connection.execute(
        select(schema.story_group).where(belongs.story_id.in_([it.id for it in rows]))
    ):
        groups[row.story_id].add(row.group_id)
    return [_made(row, frozenset(groups[row.id])) for row in rows]


def _made(row: AnyRow, groups: frozenset[GroupId]) -> Story:
    occasion = Occasion(
        Cause(row.cause), tuple(json.loads(row.key)), row.title, row.artist, row.times, row.first_ms,
        row.last_ms, row.days,
    )  # fmt: skip
    return Story(
        row.id, row.member_id, occasion, State(row.state), row.words, groups, row.asked_ms, row.told_ms,
        row.edited_ms,
    )  # fmt: skip
