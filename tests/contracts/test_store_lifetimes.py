"""How long links live on: what is due, who tells it, what goes; and whose turn it is to refresh a grant."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.core.model import Link, LinkId, LinkState, Member, NewPlay, RawTrack, Source
from bot.integrations.store import Store, migrations, open_store
from bot.integrations.store.upgrade import bring_up_to_date
from bot.ports import Lifetime
from tests.contracts.postgres import PostgresServer
from tests.fakes import EveryStore

MIGRATIONS = Path(migrations.__file__).parent
SONG = RawTrack("spotify:track:1", "Song", "Artist")


def _spotify(member: Member, account: str = "31abc", authorized_at_ms: int = 500) -> Link:
    return Link(
        LinkId(0),
        member.id,
        Source.SPOTIFY,
        account,
        "app",
        "dev",
        frozenset(),
        authorized_at_ms=authorized_at_ms,
    )


async def test_a_link_with_a_grant_is_due_once_it_is_made(store: EveryStore, ana: Member) -> None:
    link = await store.link_account(_spotify(ana), b"grant", 700)
    await store.link_account(replace(_spotify(ana, "ana_fm"), source=Source.LASTFM), None, 700)
    await store.export_link(ana.id, Source.EXTENDED)
    assert await store.due_lifetimes(499, 9) == []
    assert await store.due_lifetimes(500, 9) == [Lifetime(link, 0, "")]
    assert await store.lifetime(link.id) == Lifetime(link, 0, "")
    export = await store.export_link(ana.id, Source.EXTENDED)
    assert await store.lifetime(export.id) is None


async def test_what_was_said_is_noted_and_when_to_look_again(store: EveryStore, ana: Member) -> None:
    await store.link_account(_spotify(ana), b"grant", 700)
    (seen,) = await store.due_lifetimes(500, 9)
    assert await store.note_lifetime(seen, "soon", 900)
    assert await store.due_lifetimes(899, 9) == []
    assert await store.due_lifetimes(900, 9) == [replace(seen, said="soon")]
    assert not await store.note_lifetime(seen, "soon", 950)


async def test_the_longest_due_come_first(store: EveryStore, ana: Member, ben: Member) -> None:
    late = await store.link_account(_spotify(ana, "late", 300), b"", 1)
    later = await store.link_account(_spotify(ben, "later", 100), b"", 1)
    await store.link_account(_spotify(ben, "future", 501), b"", 1)
    assert [it.link for it in await store.due_lifetimes(500, 9)] == [later, late]
    assert [it.link for it in await store.due_lifetimes(500, 1)] == [later]


async def test_a_link_that_ends_is_due_at_once_and_looked_at_no_more(store: EveryStore, ana: Member) -> None:
    link = await store.link_account(_spotify(ana), b"grant", 700)
    (seen,) = await store.due_lifetimes(500, 9)
    assert await store.note_lifetime(seen, "soon", 9_000)
    assert not await store.end_link(link.id, b"another", 800)
    assert await store.end_link(link.id, b"grant", 800)
    assert await store.end_link(link.id, b"grant", 850)
    ended = replace(link, state=LinkState.EXPIRED)
    assert await store.due_lifetimes(800, 9) == [Lifetime(ended, 800, "soon")]
    assert await store.looks([ana.id]) == []


async def test_a_link_made_anew_begins_a_new_life(store: EveryStore, ana: Member) -> None:
    link = await store.link_account(_spotify(ana), b"grant", 700)
    await store.record(link.id, [NewPlay(1, SONG)])
    await store.end_link(link.id, b"grant", 800)
    (seen,) = await store.due_lifetimes(800, 9)
    renewed = await store.link_account(_spotify(ana, authorized_at_ms=900), b"new", 900)
    assert not await store.note_lifetime(seen, "over", 1_000)
    assert not await store.drop_link(seen)
    assert await store.due_lifetimes(900, 9) == [Lifetime(renewed, 0, "")]
    assert await store.count_plays(link.id) == 1
    assert [it.link for it in await store.looks([ana.id])] == [renewed]


async def test_what_is_dropped_is_gone_with_all_that_was_read(store: EveryStore, ana: Member) -> None:
    link = await store.link_account(_spotify(ana), b"grant", 700)
    other = await store.link_account(_spotify(ana, "other", 9_000), b"grant", 700)
    await store.record(link.id, [NewPlay(1, SONG)])
    await store.take_turn(link.id, 1, 2)
    await store.end_link(link.id, b"grant", 800)
    (seen,) = await store.due_lifetimes(800, 9)
    assert await store.drop_link(seen)
    assert not await store.drop_link(seen)
    assert await store.links(ana.id) == [other]
    assert await store.due_lifetimes(10_000, 9) == [Lifetime(other, 0, "")]
    assert await store.sealed_grant(link.id) is None


async def test_a_life_goes_on_when_its_member_becomes_another_one(
    store: EveryStore, ana: Member, ben: Member
) -> None:
    link = await store.link_account(_spotify(ana), b"grant", 700)
    await store.merge_members(ben.id, ana.id)
    (seen,) = await store.due_lifetimes(500, 9)
    assert seen.link == replace(link, member_id=ben.id)
    assert await store.note_lifetime(seen, "soon", 900)


# --- turns


async def test_a_turn_is_one_at_a_time_and_ends(store: EveryStore, ana: Member, ben: Member) -> None:
    link = await store.link_account(_spotify(ana), b"grant", 700)
    other = await store.link_account(_spotify(ben, "other"), b"grant", 700)
    assert await store.take_turn(link.id, 100, 200)
    assert not await store.take_turn(link.id, 199, 300)
    assert await store.take_turn(other.id, 150, 250)
    assert await store.take_turn(link.id, 200, 310)
    await store.end_turn(link.id, 200)  # whoever had it before is late
    assert not await store.take_turn(link.id, 300, 400)
    await store.end_turn(link.id, 310)
    assert await store.take_turn(link.id, 300, 400)


@pytest.fixture
async def stores(database_url: str) -> AsyncIterator[list[Store]]:
    """Two stores on the same database."""
    opened = [await open_store(database_url), await open_store(database_url)]
    yield opened
    for store in opened:
        await store.close()


async def test_a_turn_is_taken_and_a_word_said_by_exactly_one(stores: list[Store]) -> None:
    ana = await stores[0].add_member("Ana", "UTC", None, 1)
    link = await stores[0].link_account(_spotify(ana), b"grant", 700)
    (seen,) = await stores[0].due_lifetimes(500, 9)
    assert sum(await asyncio.gather(*(it.take_turn(link.id, 1, 100) for it in stores * 5))) == 1
    assert sum(await asyncio.gather(*(it.note_lifetime(seen, "soon", 900) for it in stores * 5))) == 1


async def test_of_dropping_and_linking_anew_the_later_one_wins(stores: list[Store]) -> None:
    ana = await stores[0].add_member("Ana", "UTC", None, 1)
    for n in range(6):
        link = await stores[0].link_account(_spotify(ana, f"a{n}"), b"grant", 700)
        await stores[0].end_link(link.id, b"grant", 800)
        (seen,) = [it for it in await stores[0].due_lifetimes(900, 99) if it.link.id == link.id]
        dropped, anew = await asyncio.gather(
            stores[0].drop_link(seen),
            stores[1].link_account(_spotify(ana, f"a{n}", 900), b"new", 900),
        )
        assert await stores[0].link(anew.id) == anew, "a link that was just made is gone"
        assert (anew.id == link.id) is not dropped


# --- links of an older version


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database with nothing in it, by its driver."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'earshot.sqlite'}"
    server: PostgresServer = request.getfixturevalue("postgres")
    return make_url(server.empty()).set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)


async def test_links_that_were_there_before_have_lives_and_one_that_had_ended_has_just_ended(
    empty_url: str, tmp_path: Path
) -> None:
    older = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, older, ignore=shutil.ignore_patterns("rev_0003.py", "__pycache__"))
    await bring_up_to_date(make_url(empty_url), older)
    engine = create_async_engine(empty_url)
    async with engine.begin() as connection:
        await connection.execute(text("INSERT INTO member (id, name, zone) VALUES (7, 'Ana', 'UTC')"))
        await connection.execute(
            text(
                "INSERT INTO link (id, member_id, source, account, client_id, developer, scopes, authorized_at_ms,"
                " state) VALUES (:id, 7, :source, :account, 'app', 'host', '', 500, :state)"
            ),
            [
                {"id": 1, "source": "spotify", "account": "one", "state": "active"},
                {"id": 2, "source": "spotify", "account": "two", "state": "expired"},
                {"id": 3, "source": "lastfm", "account": "three", "state": "expired"},
            ],
        )
    await engine.dispose()
    before_ms = time.time_ns() // 1_000_000
    store = await open_store(empty_url)
    try:
        alive, ended = await store.due_lifetimes(0, 9)
        assert (alive.link.id, alive.ended_ms, alive.said) == (1, 0, "")
        assert (ended.link.id, ended.said) == (2, "")
        assert before_ms <= ended.ended_ms <= time.time_ns() // 1_000_000
        assert await store.lifetime(LinkId(3)) is None
    finally:
        await store.close()
