"""One-time codes and offers to bring a file, on the fake, SQLite and PostgreSQL."""

from __future__ import annotations

import pytest

from bot.core.model import Group, Identity
from bot.errors import NotAllowed, NotFound
from bot.ports import OneTimeCode
from tests.fakes import EveryStore

ANA, BEN = Identity("discord", "1"), Identity("slack", "2")
DAY = 86_400_000


@pytest.fixture(autouse=True)
async def people(store: EveryStore) -> None:
    for identity in (ANA, BEN):
        await store.add_member(identity.user, "UTC", identity, 1)


def code(hash_: str, maker: Identity = ANA, kind: str = "person", expires_ms: int = 100) -> OneTimeCode:
    return OneTimeCode(hash_, kind, maker, None, expires_ms)


async def find(store: EveryStore, hash_: str, who: Identity = BEN, now_ms: int = 50) -> OneTimeCode | None:
    return await store.find_code(hash_, who, now_ms=now_ms, since_ms=now_ms - 60, most_wrong=3)


async def test_a_code_is_found_until_long_after_it_expired(store: EveryStore, club: Group) -> None:
    room = OneTimeCode("b", "room", ANA, club.id, 200)
    await store.keep_code(code("a"), 1)
    await store.keep_code(room, 1)
    assert await find(store, "a") == code("a")
    assert await find(store, "b", now_ms=5_000) == room
    await store.keep_code(code("c", BEN), 100 + DAY)
    assert await find(store, "a") is None
    assert await find(store, "b") == room


async def test_a_new_code_takes_the_place_of_the_one_before(store: EveryStore, club: Group) -> None:
    others = [code("b", BEN), OneTimeCode("r", "room", ANA, club.id, 100)]
    for it in (code("a"), *others, code("z")):
        await store.keep_code(it, 1)
    assert await find(store, "a") is None
    assert [await find(store, it.hash) for it in others] == others
    assert await find(store, "z") == code("z")


async def test_a_code_is_used_once(store: EveryStore) -> None:
    await store.keep_code(code("a"), 1)
    assert await store.use_code("a")
    assert not await store.use_code("a")
    assert not await store.use_code("never")
    found = await find(store, "a")
    assert found is not None
    assert found.used


async def test_guessing_is_bounded_for_each_by_itself(store: EveryStore) -> None:
    await store.keep_code(code("a"), 1)
    for now_ms in (10, 20, 30):
        assert await find(store, "wrong", now_ms=now_ms) is None
    for hash_ in ("wrong", "a"):
        with pytest.raises(NotAllowed, match="in an hour"):
            await find(store, hash_, now_ms=40)
    assert await find(store, "a", ANA, now_ms=40) is not None
    assert await find(store, "a", now_ms=71) is not None


async def test_what_is_right_counts_as_no_guess(store: EveryStore) -> None:
    await store.keep_code(code("a"), 1)
    for _ in range(5):
        assert await find(store, "a") == code("a")


async def test_nobody_unknown_makes_or_guesses_a_code(store: EveryStore) -> None:
    nobody = Identity("slack", "nobody")
    with pytest.raises(NotFound):
        await store.keep_code(code("a", nobody), 1)
    with pytest.raises(NotFound):
        await find(store, "a", nobody)
    with pytest.raises(NotFound):
        await store.offer_page("upload", "t", nobody, 100)


async def test_an_offer_is_taken_once_and_in_time(store: EveryStore) -> None:
    await store.offer_page("upload", "a", ANA, 100)
    await store.offer_page("upload", "b", BEN, 100)
    assert await store.page_offer("upload", "a", 99) == ANA
    assert await store.page_offer("upload", "a", 100) is None
    assert await store.take_page("upload", "a", 100) is None
    assert await store.take_page("upload", "a", 99) == ANA
    assert await store.take_page("upload", "a", 99) is None
    assert await store.page_offer("upload", "a", 99) is None
    assert await store.take_page("upload", "never", 1) is None
    assert await store.page_offer("upload", "b", 99) == BEN


async def test_a_new_offer_takes_the_place_of_the_one_before(store: EveryStore) -> None:
    await store.offer_page("upload", "a", ANA, 100)
    await store.offer_page("upload", "b", ANA, 200)
    assert await store.page_offer("upload", "a", 1) is None
    assert await store.page_offer("upload", "b", 150) == ANA


async def test_a_page_of_one_kind_is_none_of_another(store: EveryStore) -> None:
    await store.offer_page("upload", "a", ANA, 100)
    await store.offer_page("takeout", "b", ANA, 100)
    assert await store.page_offer("takeout", "a", 1) is None
    assert await store.take_page("upload", "b", 1) is None
    assert await store.take_page("upload", "a", 1) == ANA
    assert await store.take_page("takeout", "b", 1) == ANA
