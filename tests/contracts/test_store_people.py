"""Members, groups and memberships, on the fake, SQLite and PostgreSQL."""

from __future__ import annotations

import pytest

from bot.core.model import Group, GroupId, Identity, Member, MemberId, RoomRef
from bot.errors import NotFound
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


async def test_a_room_gets_one_group(store: EveryStore) -> None:
    room = RoomRef("discord", "server", "music")
    assert await store.group_of(room) is None
    group = await store.open_room(room, "Music", "Europe/Berlin")
    assert (group.name, group.zone) == ("Music", "Europe/Berlin")
    assert await store.open_room(room, "Renamed", "UTC") == group
    assert await store.group_of(room) == group
    assert await store.group(group.id) == group
    assert await store.group(GroupId(99)) is None


async def test_the_same_channel_elsewhere_is_another_room(store: EveryStore) -> None:
    here = await store.open_room(RoomRef("discord", "a", "music"), "Music", "UTC")
    there = await store.open_room(RoomRef("discord", "b", "music"), "Music", "UTC")
    assert here.id != there.id


async def test_joining_again_replaces_what_was_said_but_not_since_when(
    store: EveryStore, club: Group, ana: Member, ben: Member
) -> None:
    await store.join(club.id, ben.id, {"recap"}, 20)
    await store.join(club.id, ana.id, ["recap", "compare"], 10)
    await store.join(club.id, ana.id, {"playlists"}, 30)
    said = [(it.member, it.group_id, it.features, it.joined_ms) for it in await store.memberships(club.id)]
    assert said == [
        (ana, club.id, frozenset({"playlists"}), 10),
        (ben, club.id, frozenset({"recap"}), 20),
    ]


async def test_joining_with_no_feature_is_a_membership_all_the_same(
    store: EveryStore, club: Group, ana: Member
) -> None:
    await store.join(club.id, ana.id, (), 1)
    assert [it.features for it in await store.memberships(club.id)] == [frozenset()]


async def test_leaving_ends_it_once(store: EveryStore, club: Group, ana: Member, ben: Member) -> None:
    await store.join(club.id, ana.id, {"recap"}, 1)
    await store.join(club.id, ben.id, {"recap"}, 2)
    assert await store.leave(club.id, ana.id) is True
    assert await store.leave(club.id, ana.id) is False
    assert [it.member for it in await store.memberships(club.id)] == [ben]


async def test_groups_of_a_member(store: EveryStore, club: Group, ana: Member, ben: Member) -> None:
    other = await store.open_room(RoomRef("slack", "T1", "C1"), "Work", "UTC")
    await store.join(other.id, ana.id, {"recap"}, 1)
    await store.join(club.id, ana.id, {"recap"}, 2)
    assert await store.groups_of(ana.id) == [other, club]
    assert await store.groups_of(ben.id) == []


async def test_nobody_joins_what_is_not_there(store: EveryStore, club: Group, ana: Member) -> None:
    with pytest.raises(NotFound):
        await store.join(GroupId(99), ana.id, {"recap"}, 1)
    with pytest.raises(NotFound):
        await store.join(club.id, MemberId(99), {"recap"}, 1)
