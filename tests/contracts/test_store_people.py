"""Members and who they are on each platform, on the fake, SQLite and PostgreSQL."""

from __future__ import annotations

from bot.core.model import Identity, MemberId
from tests.fakes import EveryStore

ANA = Identity("lounge", "ana")


async def test_a_member_is_found_by_id_identity_and_name(store: EveryStore) -> None:
    ana = await store.add_member("Ana", "Europe/Berlin", ANA, 1)
    assert (ana.name, ana.zone) == ("Ana", "Europe/Berlin")
    assert await store.member(ana.id) == ana
    assert await store.member_of(ANA) == ana
    assert await store.members_named("Ana") == [ana]


async def test_who_is_unknown_is_none(store: EveryStore) -> None:
    assert await store.member(MemberId(99)) is None
    assert await store.member_of(ANA) is None
    assert await store.members_named("Ana") == []
    assert await store.all_members() == []


async def test_a_known_identity_keeps_its_member(store: EveryStore) -> None:
    ana = await store.add_member("Ana", "Europe/Berlin", ANA, 1)
    assert await store.add_member("Somebody", "UTC", ANA, 2) == ana
    assert await store.all_members() == [ana]


async def test_an_identity_belongs_to_its_platform(store: EveryStore) -> None:
    ana = await store.add_member("Ana", "UTC", ANA, 1)
    other = await store.add_member("Ana", "UTC", Identity("discord", "ana"), 2)
    assert ana.id != other.id
    assert await store.member_of(ANA) == ana


async def test_everybody_on_a_platform_oldest_first(store: EveryStore) -> None:
    ana = await store.add_member("Ana", "UTC", ANA, 1)
    await store.add_member("Nobody", "UTC", None, 2)
    await store.add_member("Dora", "UTC", Identity("discord", "dora"), 3)
    ben = await store.add_member("Ben", "UTC", Identity("lounge", "aaron"), 4)
    assert await store.identities("lounge") == [(ANA, ana), (Identity("lounge", "aaron"), ben)]
    assert await store.identities("slack") == []


async def test_names_are_exact_and_oldest_first(store: EveryStore) -> None:
    first = await store.add_member("Ana", "UTC", None, 5)
    await store.add_member("ana", "UTC", None, 6)
    second = await store.add_member("Ana", "UTC", None, 7)
    assert await store.members_named("Ana") == [first, second]
    assert [it.name for it in await store.all_members()] == ["Ana", "ana", "Ana"]


async def test_names_come_in_every_script_and_broken_ones_do_not_harm(store: EveryStore) -> None:
    stored = await store.add_member("Zoë 山田 \U0001f3b5 a\x00b\ud83d", "UTC", Identity("slack", "U\x001"), 1)
    assert stored.name == "Zoë 山田 \U0001f3b5 a\ufffdb\ufffd"
    assert await store.member(stored.id) == stored
    assert await store.member_of(Identity("slack", "U\x001")) == stored
    assert await store.members_named("Zoë 山田 \U0001f3b5 a\x00b\ud83d") == [stored]


async def test_who_a_member_is_everywhere(store: EveryStore) -> None:
    ana = await store.add_member("Ana", "UTC", ANA, 1)
    ben = await store.add_member("Ben", "UTC", Identity("discord", "7"), 2)
    assert await store.identities_of(ana.id) == [ANA]
    await store.merge_members(ana.id, ben.id)
    assert await store.identities_of(ana.id) == [Identity("discord", "7"), ANA]
    assert await store.identities_of(ben.id) == []
