"""Of a deleted member nothing can be found: not by the raw bytes of SQLite's files, not by query in PostgreSQL.

Every table that knows a member is filled by walking the schema, so that a new one cannot be forgotten.
"""

from __future__ import annotations

import asyncio
import json
import random
import sqlite3
from contextlib import closing
from pathlib import Path
from string import ascii_letters
from typing import Any

import asyncpg
import pytest
import sqlalchemy
from sqlalchemy import Column, LargeBinary, Table, make_url
from sqlalchemy.ext.asyncio import create_async_engine

from bot.core.model import Identity, Member, MemberId, NewPlay, RawTrack, RoomRef, Source
from bot.errors import Unavailable
from bot.integrations.store import Store, open_store, schema
from bot.integrations.store.referring import referring
from tests.contracts.postgres import PostgresServer

# Tables that know no member, and `message`, which knows them by name alone.
NOBODYS = {
    "chat_group", "room", "track", "song", "song_facts", "spending", "blocked", "resolution", "memo", "installation",
    "message", "weekly", "delivery", "cost",
}  # fmt: skip
THEIRS = referring(schema.member, sqlalchemy.true())
ROOM = RoomRef("lounge", "", "club")
# Words that are not anybody's own.
CHOSEN = {schema.link.c.source: "spotify", schema.link.c.state: "active"}


def test_every_table_is_reached_from_a_member_or_known_to_know_none() -> None:
    reached = {table.name for table in THEIRS}
    assert reached | NOBODYS == set(schema.metadata.tables)
    assert not reached & NOBODYS


def test_every_column_that_is_called_like_a_member_or_a_link_is_a_foreign_key() -> None:
    called = [
        column
        for table in schema.metadata.tables.values()
        for column in table.c
        if column.name.endswith(("member_id", "link_id"))
    ]
    assert len(called) > 15
    assert [column for column in called if not column.foreign_keys] == []


class Secrets:
    """Unmistakable words, remembered."""

    def __init__(self) -> None:
        self._chance = random.Random(4)
        self.said: list[str] = []

    def word(self) -> str:
        self.said.append("".join(self._chance.choices(ascii_letters, k=16)))
        return self.said[-1]

    def found_in(self, data: bytes) -> list[str]:
        return [it for it in self.said if it.encode() in data]


async def fill_every_table(url: str, secrets: Secrets, member: Member, group_id: int) -> None:
    """A row in each table that knows a member, with a secret in every text."""
    known: dict[str, dict[str, Any]] = {
        "member": {"id": member.id}, "chat_group": {"id": group_id}, "room": ROOM._asdict(), "track": {"id": 1},
    }  # fmt: skip

    def value(column: Column[Any]) -> Any:
        for key in column.foreign_keys:
            return known[key.column.table.name][key.column.name]
        if column in CHOSEN:
            return CHOSEN[column]
        if isinstance(column.type, schema.WordSet):
            return frozenset({secrets.word()})
        if isinstance(column.type, LargeBinary):
            return secrets.word().encode()
        kind = column.type.python_type
        return kind(1) if kind in {int, bool} else secrets.word()

    def values(table: Table) -> dict[str, Any]:
        return {it.name: value(it) for it in table.c if it.name != "id"}

    driver = "sqlite+aiosqlite" if url.startswith("sqlite") else "postgresql+asyncpg"
    engine = create_async_engine(make_url(url).set(drivername=driver))
    async with engine.begin() as connection:
        for table in THEIRS:
            if table is not schema.member:
                row = sqlalchemy.insert(table).values(values(table)).returning(*table.c)
                known[table.name] = dict((await connection.execute(row)).one()._mapping)
    await engine.dispose()


async def populated(url: str, secrets: Secrets) -> tuple[Store, Member]:
    """A store in which two people have listened and talked; one is in every table, and all secrets are theirs."""
    store = await open_store(url)
    group = await store.open_room(ROOM, "club", "UTC")
    ben = await store.add_member("Ben", "UTC", Identity("lounge", "ben"), 1)
    member = await store.add_member(secrets.word(), "UTC", Identity("lounge", secrets.word()), 1)
    known = [RawTrack(f"spotify:track:{n}", f"Known {n}", "Everybody") for n in range(300)]
    own = [RawTrack(secrets.word(), secrets.word(), secrets.word(), secrets.word()) for _ in range(300)]
    for who, tracks in ((ben, known), (member, [it for pair in zip(own, known, strict=True) for it in pair])):
        link = await store.export_link(who.id, Source.EXTENDED)
        await store.record(link.id, [NewPlay(n, track) for n, track in enumerate(tracks)])
    for n in range(60):
        who = (ben, member)[n % 2]
        (identity,) = await store.identities_of(who.id)
        said = "hello" if who is ben else secrets.word()
        await store.append("club", identity.user, "", json.dumps({"line": said}), n)
        await store.append("club", "", "", json.dumps({"parts": [{"value": who.name}], "title": said}), n)
        await store.keep_whisper(identity, json.dumps({"who": who.name, "said": said}), n)
        await store.freeze(group.id, None, n, json.dumps([who.id, said]), str(n))
    await fill_every_table(url, secrets, member, group.id)
    return store, member


def without(document: str, who: MemberId) -> str:
    return "" if json.loads(document)[0] == who else document


def unchanged(document: str, _: MemberId) -> str:
    return document


def raw(folder: Path) -> bytes:
    return b"\n".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())


async def test_no_byte_of_theirs_stays_in_the_files(tmp_path: Path) -> None:
    secrets = Secrets()
    store, member = await populated(f"sqlite:///{tmp_path / 'earshot.sqlite'}", secrets)
    assert secrets.found_in(raw(tmp_path)) == secrets.said
    deleted = await store.delete_member(member.id, recap=without, draft=unchanged)
    assert (deleted.plays, deleted.tracks, deleted.messages, deleted.redacted) == (601, 300, 60, 30)
    assert secrets.found_in(raw(tmp_path))  # the log still has it
    await store.shred()
    assert secrets.found_in(raw(tmp_path)) == []
    assert b"Known 299" in raw(tmp_path)
    assert len(await store.all_members()) == 1
    await store.close()


async def test_who_still_reads_what_was_there_before_is_waited_for(tmp_path: Path) -> None:
    secrets = Secrets()
    file = tmp_path / "earshot.sqlite"
    store, member = await populated(f"sqlite:///{file}", secrets)
    with closing(sqlite3.connect(file, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM play").fetchone()
        await store.delete_member(member.id, recap=without, draft=unchanged)
        with pytest.raises(Unavailable, match="is being read"):
            await store.shred()
    await store.shred()
    assert secrets.found_in(raw(tmp_path)) == []
    await store.close()


async def test_unlinking_leaves_no_byte_of_the_plays(tmp_path: Path) -> None:
    store = await open_store(f"sqlite:///{tmp_path / 'earshot.sqlite'}")
    member = await store.add_member("Ana", "UTC", None, 1)
    link = await store.export_link(member.id, Source.EXTENDED)
    times = range(0x5EC2E70000000000, 0x5EC2E70000000000 + 500)
    await store.record(link.id, [NewPlay(at_ms, RawTrack("", "One", "A")) for at_ms in times])
    found = bytes.fromhex("5EC2E700")
    await store.shred()
    assert raw(tmp_path).count(found) >= 500
    await store.unlink(link.id)
    await store.shred()
    assert raw(tmp_path).count(found) == 0
    await store.close()


@pytest.mark.postgres
async def test_in_postgresql_no_table_has_anything_of_theirs(postgres: PostgresServer) -> None:
    url = await asyncio.to_thread(postgres.migrated)
    secrets = Secrets()
    store, member = await populated(url, secrets)
    assert secrets.found_in(await everything(url)) == secrets.said
    deleted = await store.delete_member(member.id, recap=without, draft=unchanged)
    assert (deleted.plays, deleted.tracks, deleted.messages, deleted.redacted) == (601, 300, 60, 30)
    before = await vacuumed(url)
    await store.shred()
    assert secrets.found_in(await everything(url)) == []
    assert await vacuumed(url) == {table: before[table] + 1 for table in schema.metadata.tables}
    await store.close()


async def everything(url: str) -> bytes:
    """Every row of every table, as text."""
    told = []
    for table in schema.metadata.tables:
        for row in await ask(url, f'SELECT * FROM "{table}"'):  # noqa: S608 - our own tables
            told += [it if isinstance(it, bytes) else str(it).encode() for it in row.values()]
    return b"\n".join(told)


async def vacuumed(url: str) -> dict[str, int]:
    """How often each table of ours was cleared of its dead rows by somebody who asked for it."""
    rows = await ask(url, "SELECT relname, vacuum_count FROM pg_stat_user_tables")
    return {row["relname"]: row["vacuum_count"] for row in rows if row["relname"] in schema.metadata.tables}


async def ask(url: str, query: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(url)
    try:
        return list(await connection.fetch(query))
    finally:
        await connection.close()
