"""What is kept about a member is read out, on SQLite and PostgreSQL: all of it, and nothing of anybody else's."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import LargeBinary

from bot.core.choices import Aside, Mark, Whole
from bot.core.model import Identity, Link, LinkId, Member, NewPlay, RawTrack, RoomRef, Source, Span
from bot.integrations.store import Store, open_store, schema
from bot.integrations.store.referring import referring
from bot.ports import OneTimeCode, PendingLogin, PlayRow
from bot.services.takeout import FILES, NOT_IN_IT

HERE = RoomRef("lounge", "", "club")
OWN = "app:" + "0" * 32


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    opened = await open_store(database_url)
    yield opened
    await opened.close()


@pytest.fixture
async def ana(store: Store) -> Member:
    return await store.add_member("Ana", "UTC", Identity("lounge", "ana"), 1)


@pytest.fixture
async def ben(store: Store) -> Member:
    return await store.add_member("Ben", "UTC", Identity("lounge", "ben"), 1)


def test_every_table_that_knows_a_member_is_in_a_file_or_left_out_with_a_reason() -> None:
    packed = {table for tables, _ in FILES.values() for table in tables} | {"play", "recap", "draft"}
    known = {table.name for table in referring(schema.member, schema.member.c.id == 1)}
    named = {
        table.name
        for table in schema.metadata.tables.values()
        if {"member_id", "link_id", "user", "author", "private_to"} & set(table.c.keys())
    }
    assert named <= known | {"message"}
    assert known <= packed | NOT_IN_IT.keys()
    assert not packed & NOT_IN_IT.keys()
    assert set(NOT_IN_IT) <= known
    assert packed <= schema.metadata.tables.keys()


async def test_all_of_a_member_is_read_and_nothing_of_another(store: Store, ana: Member, ben: Member) -> None:
    club = await store.open_room(HERE, "club", "UTC")
    for who, developer in ((ana, OWN), (ben, "host")):
        identity = Identity("lounge", who.name.lower())
        await store.join(club.id, who.id, {"recap", "compare"}, [HERE], 5)
        await store.link_account(
            Link(LinkId(0), who.id, Source.SPOTIFY, f"31{who.name}", "c", developer), b"sealed", 50
        )
        await store.spend(developer, 7)
        await store.set_aside(who.id, Aside(0, Mark.HIDDEN, Whole.ARTIST, ("blur",), "Blur"), 8)
        await store.pause(who.id, 9)
        await store.keep_code(OneTimeCode(f"hash of {who.name}", "person", identity, None, 100), 1)
        await store.offer_page("takeout", f"hash of {who.name}", identity, 100)
        await store.keep_whisper(identity, '{"psst": 1}', 1)
        await store.begin_login(
            PendingLogin(f"state of {who.name}", who.id, b"v", "c", "", frozenset(), 1_000)
        )
        await store.append("club", identity.user, "", f'"{who.name} wrote"', 1)
        await store.append("club", "", identity.user, f'"{who.name} was told"', 1)
    kept = await store.kept_about(ana.id)
    assert kept["member"] == [{"id": ana.id, "name": "Ana", "zone": "UTC"}]
    assert kept["identity"] == [{"platform": "lounge", "user": "ana", "member_id": ana.id}]
    assert [it["features"] for it in kept["membership"]] == [{"recap", "compare"}]
    assert [it["name"] for it in kept["chat_group"]] == ["club"]
    assert [it["account"] for it in kept["link"]] == ["31Ana"]
    assert [it["developer"] for it in kept["spending"]] == [OWN]
    assert [it["body"] for it in kept["message"]] == ['"Ana wrote"', '"Ana was told"']
    assert (
        len(kept["aside"]) == len(kept["unread"]) == len(kept["whisper"]) == len(kept["pending_login"]) == 1
    )
    said = repr(kept)
    for secret in ("b'sealed'", "state of", "hash of", "Ben"):
        assert secret not in said
    # A key is never read, whatever table holds it.
    assert not [
        (name, column)
        for name, rows in kept.items()
        for column in (rows[0] if rows else ())
        if isinstance(schema.metadata.tables[name].c[column].type, LargeBinary)
    ]


async def test_plays_are_read_page_by_page(store: Store, ana: Member) -> None:
    link = await store.export_link(ana.id, Source.EXTENDED)
    one, two = RawTrack("spotify:track:1", "One", "A", "X"), RawTrack("", "Two", "B")
    plays = [
        NewPlay(1, two, 5),
        NewPlay(1, one, 5),
        NewPlay(1, one, 5, 1),
        NewPlay(1, one, 9),
        NewPlay(3, two),
    ]
    await store.record(link.id, plays)
    await store.cover(link.id, [Span(0, 9)])
    whole = await store.plays_of(link.id, None, 99)
    assert sorted(it[:1] + it[2:] for it in whole) == sorted(
        (it.at_ms, it.ms_played, it.nth, it.track.key, it.track.title, it.track.artist, it.track.album)
        for it in plays
    )
    read: list[PlayRow] = []
    while page := await store.plays_of(link.id, read[-1] if read else None, 2):
        assert len(page) <= 2
        read += page
    assert read == whole
    assert "play" not in await store.kept_about(ana.id)


async def test_recaps_and_drafts_that_may_name_a_member_are_read_by_id(
    store: Store, ana: Member, ben: Member
) -> None:
    club = await store.open_room(HERE, "club", "UTC")
    own = await store.freeze(None, ana.id, 1, "mine", "1")
    group = await store.freeze(club.id, None, 2, f'{{"id":{ana.id}}}', "2")
    await store.freeze(None, ben.id, 3, "nothing", "3")
    assert [it.id for it in await store.recaps_about(ana.id, 0, 9)] == [own.id, group.id]
    assert [it.id for it in await store.recaps_about(ana.id, own.id, 9)] == [group.id]
    draft = await store.new_draft(club.id, ben.id, f"[{ana.id}]", 1)
    await store.new_draft(club.id, ben.id, "[]", 1)
    assert [it.id for it in await store.drafts_about(ana.id, 0, 9)] == [draft.id]
    assert await store.drafts_about(ana.id, draft.id, 9) == []
