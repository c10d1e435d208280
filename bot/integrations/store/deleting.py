"""A member is forgotten (`DeletionStore`): every row that refers to one (`referring`).

A test fails for a column that looks like a foreign key and is none. What names a member inside of a document (recaps
and drafts of a group, messages, whispers) is looked for one by one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence

from sqlalchemy import Column, Table, delete, except_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.model import MemberId
from bot.errors import NotFound
from bot.integrations.store import schema
from bot.integrations.store.engine import OnDatabase, batched
from bot.integrations.store.identities import forget_songs
from bot.integrations.store.links import forget_link, links_of
from bot.integrations.store.referring import referring
from bot.ports import Deleted, Redact
from bot.text import t

# The platform whose rooms we keep ourselves, and how its bodies name a picture (`adapters.lounge`).
OURS = "lounge"
_PICTURE = re.compile(r"/pictures/([0-9a-f]{64}\.\w+)")
# What stands before a member's name where somebody asks for them: in a line, or in what a button or a form does again.
_ASKS = ("@", "who:", '"who": "')

_COUNTED = {
    "membership": "memberships",
    "draft": "drafts",
    "playlist": "playlists",
    "recap": "recaps",
    "whisper": "whispers",
    "one_time_code": "codes",
    "page_offer": "uploads",
}
# They come and go with what is counted.
_UNCOUNTED = {
    "member",
    "identity",
    "link",
    "room_consent",
    "pending_login",
    "wrong_code",
    "presence",
    "departure",
}


class Deleting(OnDatabase):
    """See `ports.DeletionStore`."""

    async def delete_member(self, member_id: MemberId, *, recap: Redact, draft: Redact) -> Deleted:
        theirs = referring(schema.member, schema.member.c.id == member_id)
        async with self._database.write() as connection:
            # Whoever records plays holds a link: no track is swept that somebody is about to refer to.
            await self._database.hold(connection, schema.link)
            name = await connection.scalar(
                select(schema.member.c.name).where(theirs[schema.member]).with_for_update()
            )
            if name is None:
                raise NotFound(t("There is no such member (any more)."))
            links = await links_of(connection, [member_id])
            plays = [await forget_link(connection, link.id) for link in links]
            messages, pictures = await _delete_messages(connection, await _users(connection, member_id), name)
            rows = {
                table.name: (await connection.execute(delete(table).where(theirs[table]))).rowcount
                for table in reversed(theirs)
            }
            # Words that wait for somebody else and name who is gone are of no use to them.
            waiting = await _holding(connection, schema.whisper.c.body, [json.dumps(name)])
            await _delete_rows(connection, schema.whisper, waiting)
            redacted = await _redact(connection, schema.recap.c.facts, member_id, recap)
            redacted += await _redact(connection, schema.draft.c.body, member_id, draft)
            tracks = await sweep_tracks(connection)
        return Deleted(
            links=sum(1 for link in links if link.account),
            imports=sum(1 for link in links if not link.account),
            plays=sum(plays),
            tracks=tracks,
            messages=messages,
            settings=_settings(rows),
            redacted=redacted,
            pictures=pictures,
            **{counted: rows[table] for table, counted in _COUNTED.items()},
        )

    async def shred(self) -> None:
        async with self._database.write() as connection:
            await self._database.hold(connection, schema.link)
            await sweep_tracks(connection)
        await self._database.shred(schema.metadata.tables.values())


def asking_for(name: str) -> Callable[[str], bool]:
    """Whether the body of a message (JSON) asks for the member of this name, as `/top who:@Dana` does; in any case."""
    before = "|".join(map(re.escape, _ASKS))
    words = re.escape(json.dumps(name, ensure_ascii=False)[1:-1].casefold())
    # A quoted word of a line has its quotes, which are escaped in JSON.
    wanted = re.compile(rf'(?:{before})(?:\\"|[“”„«])?@?{words}(?!\w)')

    def asks_for(body: str) -> bool:
        if not any(it in body.casefold() for it in _ASKS):
            return False
        return wanted.search(json.dumps(json.loads(body), ensure_ascii=False).casefold()) is not None

    return asks_for


async def sweep_tracks(connection: AsyncConnection) -> int:
    """Delete the tracks that nobody has played (any more). How many there were.

    Only for a transaction that holds the links, so that no play comes in meanwhile.
    """
    # Asked once, for it takes a look at every play.
    played = select(schema.play.c.track_id)
    unplayed = (await connection.scalars(except_(select(schema.track.c.id), played))).all()
    for some in batched(unplayed):
        await forget_songs(connection, some)
        await connection.execute(delete(schema.song_facts).where(schema.song_facts.c.track_id.in_(some)))
        await connection.execute(delete(schema.track).where(schema.track.c.id.in_(some)))
    return len(unplayed)


async def _users(connection: AsyncConnection, member_id: MemberId) -> Sequence[str]:
    """Who the member is in the rooms that we keep ourselves."""
    found = await connection.scalars(
        select(schema.identity.c.user).where(
            schema.identity.c.member_id == member_id, schema.identity.c.platform == OURS
        )
    )
    return found.all()


async def _delete_messages(
    connection: AsyncConnection, users: Sequence[str], name: str
) -> tuple[int, tuple[str, ...]]:
    """Delete what somebody wrote, was told, is named in or asked for by.

    How many, and the pictures that nothing shows any more.
    """
    message = schema.message
    theirs = or_(message.c.author.in_(users), message.c.private_to.in_(users))
    rows = await connection.execute(select(message.c.id, message.c.body).where(theirs))
    about = [f'"value": {json.dumps(name)}', *(f'"for": {{"user": {json.dumps(user)}' for user in users)]
    gone = {row.id: row.body for row in rows} | await _holding(connection, message.c.body, about)
    asks_for = asking_for(name)
    marked = or_(*(message.c.body.icontains(it, autoescape=True) for it in _ASKS))
    rows = await connection.execute(select(message.c.id, message.c.body).where(marked))
    gone |= {row.id: row.body for row in rows if asks_for(row.body)}
    await _delete_rows(connection, message, gone)
    pictures = {it for body in gone.values() for it in _PICTURE.findall(body)}
    others = await _holding(connection, message.c.body, pictures)
    pictures.difference_update(*map(_PICTURE.findall, others.values()))
    return len(gone), tuple(sorted(pictures))


async def _redact(
    connection: AsyncConnection, document: Column[str], member_id: MemberId, redact: Redact
) -> int:
    """Take a member out of the documents in a column. How many knew them."""
    table = document.table
    redacted = 0
    for row_id, before in (await _holding(connection, document, [str(member_id)])).items():
        after = redact(before, member_id)
        if not after:
            await _delete_rows(connection, table, [row_id])
        elif after != before:
            await connection.execute(update(table).where(table.c.id == row_id).values({document: after}))
        redacted += after != before
    return redacted


async def _holding(
    connection: AsyncConnection, document: Column[str], words: Collection[str]
) -> dict[int, str]:
    """The documents of a column, by the row's id, that hold one of the words."""
    if not words:
        return {}
    # LIKE finds more than was asked for, because SQLite's does not tell capital letters from small ones.
    likely = or_(*(document.contains(it, autoescape=True) for it in words))
    rows = await connection.execute(select(document.table.c.id, document).where(likely))
    return {row_id: text for row_id, text in rows if any(it in text for it in words)}


async def _delete_rows(connection: AsyncConnection, table: Table, ids: Collection[int]) -> None:
    """Delete rows by id, with what refers to them."""
    for some in batched(ids):
        going = referring(table, table.c.id.in_(some))
        for each in reversed(going):
            await connection.execute(delete(each).where(going[each]))


def _settings(rows: Mapping[str, int]) -> int:
    """How many rows were the member's own besides what is counted by name."""
    own = [table.name for table in schema.metadata.tables.values() if "member_id" in table.c]
    return sum(rows[name] for name in own if name not in _COUNTED and name not in _UNCOUNTED)
