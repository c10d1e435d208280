"""Groups, their rooms, and who said yes to what in which of them, on the fake, SQLite and PostgreSQL."""

from __future__ import annotations

import pytest

from bot.core.model import Group, GroupId, Member, MemberId, Room, RoomRef
from bot.errors import NotAllowed, NotFound
from tests.fakes import EveryStore

HERE = RoomRef("lounge", "", "music-club")
THERE = RoomRef("slack", "T1", "C1")


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


async def test_a_room_is_called_as_it_was_called_last(store: EveryStore, club: Group) -> None:
    assert await store.rooms(club.id) == [Room(HERE, "Music Club")]
    await store.open_room(HERE, "Tunes", "UTC")
    await store.open_room(HERE, "", "UTC")
    assert await store.rooms(club.id) == [Room(HERE, "Tunes")]
    nameless = await store.open_room(THERE, "", "UTC")
    assert (nameless.name, await store.rooms(nameless.id)) == ("C1", [Room(THERE, "C1")])


async def test_a_room_joins_a_group_and_shows_nobody(store: EveryStore, club: Group, ana: Member) -> None:
    await store.join(club.id, ana.id, {"recap"}, [HERE], 1)
    await store.open_room(THERE, "work", "UTC")
    await store.move_room(THERE, club.id)
    await store.move_room(THERE, club.id)
    assert await store.group_of(THERE) == club
    assert await store.rooms(club.id) == [Room(HERE, "Music Club"), Room(THERE, "work")]
    assert [it.rooms for it in await store.memberships(club.id)] == [{HERE}]


async def test_a_room_with_members_of_its_own_stays_where_it_is(
    store: EveryStore, club: Group, ana: Member
) -> None:
    other = await store.open_room(THERE, "work", "UTC")
    await store.join(other.id, ana.id, {"recap"}, [THERE], 1)
    with pytest.raises(NotAllowed, match="joined work"):
        await store.move_room(THERE, club.id)
    assert await store.group_of(THERE) == other
    await store.leave(other.id, ana.id)
    await store.move_room(THERE, club.id)
    assert await store.group_of(THERE) == club


async def test_a_room_that_is_taken_out_has_an_empty_group_of_its_own(
    store: EveryStore, club: Group, ana: Member
) -> None:
    await store.open_room(THERE, "work", "UTC")
    await store.move_room(THERE, club.id)
    await store.join(club.id, ana.id, {"recap"}, [HERE, THERE], 1)
    own = await store.part_room(THERE)
    assert (own.name, own.zone) == ("work", club.zone)
    assert own.id != club.id
    assert await store.group_of(THERE) == own
    assert await store.memberships(own.id) == []
    assert [it.rooms for it in await store.memberships(club.id)] == [{HERE}]
    await store.move_room(THERE, club.id)
    assert [it.rooms for it in await store.memberships(club.id)] == [{HERE}]


async def test_the_only_room_of_a_group_is_not_taken_out(store: EveryStore, club: Group) -> None:
    with pytest.raises(NotAllowed, match="only room of Music Club"):
        await store.part_room(HERE)
    assert await store.group_of(HERE) == club


async def test_a_room_that_nobody_opened_is_nowhere(store: EveryStore, club: Group) -> None:
    with pytest.raises(NotFound):
        await store.part_room(THERE)
    with pytest.raises(NotFound):
        await store.move_room(THERE, club.id)
    with pytest.raises(NotFound):
        await store.move_room(HERE, GroupId(99))
    assert await store.group_of(HERE) == club


async def test_joining_again_replaces_what_was_said_but_not_since_when(
    store: EveryStore, club: Group, ana: Member, ben: Member
) -> None:
    await store.open_room(THERE, "work", "UTC")
    await store.move_room(THERE, club.id)
    await store.join(club.id, ben.id, {"recap"}, [THERE], 20)
    await store.join(club.id, ana.id, ["recap", "compare"], [HERE], 10)
    await store.join(club.id, ana.id, {"playlists"}, [THERE, HERE], 30)
    await store.join(club.id, ben.id, {"recap"}, [HERE], 40)
    said = [
        (it.member, it.group_id, it.features, it.rooms, it.joined_ms)
        for it in await store.memberships(club.id)
    ]
    assert said == [
        (ana, club.id, frozenset({"playlists"}), frozenset({HERE, THERE}), 10),
        (ben, club.id, frozenset({"recap"}), frozenset({HERE}), 20),
    ]


async def test_a_yes_holds_for_rooms_of_the_group_alone(store: EveryStore, club: Group, ana: Member) -> None:
    other = await store.open_room(THERE, "work", "UTC")
    await store.join(club.id, ana.id, {"recap"}, [HERE, THERE, RoomRef("slack", "T1", "nowhere")], 1)
    assert [it.rooms for it in await store.memberships(club.id)] == [{HERE}]
    await store.join(other.id, ana.id, {"recap"}, [HERE], 1)
    assert [it.rooms for it in await store.memberships(other.id)] == [frozenset()]


async def test_one_more_room_is_said_yes_to(store: EveryStore, club: Group, ana: Member, ben: Member) -> None:
    await store.open_room(THERE, "work", "UTC")
    await store.move_room(THERE, club.id)
    await store.join(club.id, ana.id, {"recap"}, [HERE], 1)
    for _ in range(2):
        assert await store.show_in(THERE, ana.id)
    assert not await store.show_in(THERE, ben.id)
    assert not await store.show_in(RoomRef("slack", "T1", "nowhere"), ana.id)
    assert [(it.member, it.rooms) for it in await store.memberships(club.id)] == [(ana, {HERE, THERE})]


async def test_joining_with_no_feature_is_a_membership_all_the_same(
    store: EveryStore, club: Group, ana: Member
) -> None:
    await store.join(club.id, ana.id, (), (), 1)
    said = [(it.features, it.rooms) for it in await store.memberships(club.id)]
    assert said == [(frozenset(), frozenset())]


async def test_leaving_ends_it_once(store: EveryStore, club: Group, ana: Member, ben: Member) -> None:
    await store.join(club.id, ana.id, {"recap"}, [HERE], 1)
    await store.join(club.id, ben.id, {"recap"}, [HERE], 2)
    assert await store.leave(club.id, ana.id) is True
    assert await store.leave(club.id, ana.id) is False
    assert [it.member for it in await store.memberships(club.id)] == [ben]
    await store.join(club.id, ana.id, {"recap"}, [], 3)
    assert [it.rooms for it in await store.memberships(club.id)] == [{HERE}, frozenset()]


async def test_groups_of_a_member(store: EveryStore, club: Group, ana: Member, ben: Member) -> None:
    other = await store.open_room(THERE, "Work", "UTC")
    await store.join(other.id, ana.id, {"recap"}, [THERE], 1)
    await store.join(club.id, ana.id, {"recap"}, [HERE], 2)
    assert await store.groups_of(ana.id) == [other, club]
    assert await store.groups_of(ben.id) == []


async def test_nobody_joins_what_is_not_there(store: EveryStore, club: Group, ana: Member) -> None:
    with pytest.raises(NotFound):
        await store.join(GroupId(99), ana.id, {"recap"}, [], 1)
    with pytest.raises(NotFound):
        await store.join(club.id, MemberId(99), {"recap"}, [], 1)
