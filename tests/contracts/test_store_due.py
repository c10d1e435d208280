"""What is due and who takes it: by developer account, most overdue first, never twice at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.core.model import Link, LinkId, LinkState, Member, Source
from bot.integrations.store import Store, open_store
from bot.ports import DueLink, Polled
from tests.fakes import EveryStore

LEASE_MS = 1_000


def _account(member: Member, account: str, developer: str = "host") -> Link:
    return Link(LinkId(0), member.id, Source.SPOTIFY, account, "app", developer, frozenset({"read"}), 5)


async def _claim(
    store: EveryStore | Store, now_ms: int, limit: int = 10, developer: str = "host"
) -> Sequence[DueLink]:
    return await store.claim_due(developer, now_ms, now_ms + LEASE_MS, limit)


async def test_the_most_overdue_are_taken_first_and_only_if_active(
    store: EveryStore, ana: Member, ben: Member
) -> None:
    late = await store.link_account(_account(ana, "late"), b"", 300)
    later = await store.link_account(_account(ben, "later"), b"", 100)
    await store.link_account(_account(ben, "future"), b"", 501)
    await store.link_account(_account(ben, "other", "his own"), b"", 1)
    dead = await store.link_account(_account(ben, "dead"), b"", 50)
    await store.set_state(dead.id, LinkState.EXPIRED)
    await store.export_link(ana.id, Source.EXTENDED)
    assert await _claim(store, 99) == []
    assert [(it.link, it.next_ms, it.last_ms, it.fails) for it in await _claim(store, 500, 1)] == [
        (later, 100, 0, 0)
    ]
    assert [it.link for it in await _claim(store, 500)] == [late]
    assert await _claim(store, 500) == []


async def test_what_is_taken_is_due_again_when_its_time_is_over(store: EveryStore, ana: Member) -> None:
    link = await store.link_account(_account(ana, "one"), b"", 100)
    [first] = await _claim(store, 500)
    assert await _claim(store, 500 + LEASE_MS - 1) == []
    [again] = await _claim(store, 500 + LEASE_MS)
    assert [first.next_ms, again.next_ms] == [100, 500 + LEASE_MS]
    await store.record_poll(Polled(link.id, 1_600, [], None, None, next_ms=9_000))
    assert await _claim(store, 8_999) == []
    [recorded] = await _claim(store, 9_000)
    assert (recorded.next_ms, recorded.last_ms, recorded.fails) == (9_000, 1_600, 0)


async def test_what_is_given_back_is_due_as_before_unless_somebody_looked(
    store: EveryStore, ana: Member, ben: Member
) -> None:
    hers = await store.link_account(_account(ana, "one"), b"", 100)
    his = await store.link_account(_account(ben, "two"), b"", 200)
    claimed = await _claim(store, 500)
    await store.record_poll(Polled(his.id, 600, [], None, None, next_ms=7_000))
    await store.give_back(claimed, 500 + LEASE_MS)
    await store.give_back([], 500 + LEASE_MS)
    assert [(it.link, it.next_ms) for it in await _claim(store, 500)] == [(hers, 100)]


async def test_what_another_took_since_is_not_given_back(store: EveryStore, ana: Member) -> None:
    await store.link_account(_account(ana, "one"), b"", 100)
    mine = await _claim(store, 500)
    theirs = await _claim(store, 500 + LEASE_MS)
    assert len(theirs) == 1
    await store.give_back(mine, 500 + LEASE_MS)
    assert await _claim(store, 500 + LEASE_MS) == []


async def test_developers_are_due_when_one_of_their_links_is(
    store: EveryStore, ana: Member, ben: Member
) -> None:
    assert await store.due_developers(10**15) == []
    await store.link_account(_account(ana, "one"), b"", 100)
    await store.link_account(_account(ana, "two"), b"", 100)
    await store.link_account(_account(ben, "three", "lastfm"), b"", 200)
    await store.link_account(_account(ben, "four", "ben's"), b"", 300)
    dead = await store.link_account(_account(ben, "dead", "ana's"), b"", 50)
    await store.set_state(dead.id, LinkState.EXPIRED)
    assert await store.due_developers(99) == []
    assert await store.due_developers(200) == ["host", "lastfm"]
    await _claim(store, 200)
    assert await store.due_developers(300) == ["ben's", "lastfm"]


async def test_developers_of_a_source_are_those_whose_calls_its_links_spend(
    store: EveryStore, ana: Member, ben: Member
) -> None:
    assert await store.developers(Source.SPOTIFY) == []
    for member, account, developer in ((ana, "one", "host"), (ben, "two", "ben's"), (ben, "three", "host")):
        await store.link_account(_account(member, account, developer), b"", 100)
    scrobbles = replace(_account(ana, "four", "lastfm"), source=Source.LASTFM)
    await store.link_account(scrobbles, None, 100)
    await store.export_link(ana.id, Source.EXTENDED)
    assert await store.developers(Source.SPOTIFY) == ["ben's", "host"]
    assert await store.developers(Source.LASTFM) == ["lastfm"]


async def test_a_renewed_link_is_due_with_whose_app_it_has_now(store: EveryStore, ana: Member) -> None:
    link = await store.link_account(_account(ana, "one"), b"", 100)
    await store.set_state(link.id, LinkState.NOT_ALLOWLISTED)
    assert await store.due_developers(100) == []
    await store.link_account(_account(ana, "one", "ana's"), b"", 150)
    assert await store.due_developers(150) == ["ana's"]
    [due] = await _claim(store, 150, developer="ana's")
    assert due.link == replace(_account(ana, "one", "ana's"), id=link.id)


@pytest.mark.parametrize("workers", [4])
async def test_workers_at_once_take_every_link_and_none_twice(database_url: str, workers: int) -> None:
    links = 600
    stores = [await open_store(database_url) for _ in range(workers)]
    try:
        ana = await stores[0].add_member("Ana", "UTC", None, 1)
        for at in range(links):
            await stores[0].link_account(_account(ana, f"account-{at}"), None, at)
        every: list[int] = []

        async def take(store: Store) -> int:
            claimed = await _claim(store, links, 50)
            every.extend(it.link.id for it in claimed)
            return len(claimed)

        async def take_all(store: Store) -> None:
            while await take(store):
                pass

        assert await asyncio.gather(*map(take, stores)) == [50] * workers, "nobody stands aside"
        await asyncio.gather(*map(take_all, stores))
        assert len(every) == len(set(every)) == links
    finally:
        for store in stores:
            await store.close()
