"""Who is looked for where, and who has left, on the fake, SQLite and PostgreSQL."""

from __future__ import annotations

import pytest

from bot.core.model import Group, Identity, Member, RoomRef
from bot.errors import NotFound
from bot.ports import Deleted, Whereabouts
from tests.fakes import EveryStore

SERVER, SLACK = RoomRef("discord", "10", "11"), RoomRef("slack", "T1", "C1")
OTHER_SERVER = RoomRef("discord", "20", "21")


@pytest.fixture
async def ana(store: EveryStore) -> Member:
    return await store.add_member("Ana", "UTC", Identity("discord", "1"), 1)


@pytest.fixture
async def club(store: EveryStore) -> Group:
    """A group that meets in a server and in a workspace."""
    group = await store.open_room(SERVER, "club", "UTC")
    await store.open_room(SLACK, "club", "UTC")
    await store.move_room(SLACK, group.id)
    return group


def there(member: Member, room: RoomRef = SERVER) -> Whereabouts:
    return Whereabouts(member.id, room.platform, room.place)


async def rooms_of(store: EveryStore, group: Group) -> list[frozenset[RoomRef]]:
    return [it.rooms for it in await store.memberships(group.id)]


async def test_everybody_who_is_shown_is_looked_for_longest_ago_first(
    store: EveryStore, club: Group, ana: Member
) -> None:
    ben = await store.add_member("Ben", "UTC", Identity("slack", "T1/U2"), 1)
    await store.add_member("Cleo", "UTC", Identity("discord", "3"), 1)
    other = await store.open_room(OTHER_SERVER, "other", "UTC")
    await store.join(club.id, ana.id, {"recap"}, [SERVER, SLACK], 1)
    await store.join(club.id, ben.id, {"recap"}, [SLACK], 1)
    await store.join(other.id, ana.id, {"recap"}, [OTHER_SERVER], 1)
    # Nobody on Slack is known to be Ana.
    assert await store.to_look_for(5, 9) == [there(ana), there(ana, OTHER_SERVER), there(ben, SLACK)]
    assert await store.to_look_for(5, 9, club.id) == [there(ana), there(ben, SLACK)]
    await store.looked_for(there(ana), 7)
    await store.still_there(there(ben, SLACK), 6)
    assert await store.to_look_for(6, 9) == [there(ana, OTHER_SERVER)]
    assert await store.to_look_for(8, 9) == [there(ana, OTHER_SERVER), there(ben, SLACK), there(ana)]
    assert await store.to_look_for(8, 1) == [there(ana, OTHER_SERVER)]
    await store.leave(other.id, ana.id)
    await store.looked_for(there(ana), 8)
    assert await store.to_look_for(9, 9) == [there(ben, SLACK), there(ana)]


async def test_who_left_one_of_a_groups_places_is_shown_in_the_others(
    store: EveryStore, club: Group, ana: Member
) -> None:
    ben = await store.add_member("Ben", "UTC", Identity("slack", "T1/U2"), 1)
    other = await store.add_member("Ben", "UTC", Identity("discord", "2"), 1)
    await store.merge_members(ben.id, other.id)
    await store.join(club.id, ben.id, {"recap"}, [SERVER, SLACK], 1)
    assert await store.gone_from(there(ben), 5) == []
    assert await rooms_of(store, club) == [{SLACK}]
    assert await store.departing(ben.id) is None
    assert await store.gone_from(there(ben, SLACK), 6) == [club]
    assert await rooms_of(store, club) == []
    assert await store.departing(ben.id) == 6


async def test_a_membership_ends_with_the_last_room_on_a_platform_that_knows_its_member(
    store: EveryStore, club: Group, ana: Member
) -> None:
    other = await store.open_room(OTHER_SERVER, "other", "UTC")
    await store.join(club.id, ana.id, {"recap"}, [SERVER, SLACK], 1)
    await store.join(other.id, ana.id, {"recap"}, [OTHER_SERVER], 1)
    assert await store.gone_from(there(ana), 5) == [club]
    assert await store.groups_of(ana.id) == [other]
    assert await store.departing(ana.id) is None
    assert await store.gone_from(there(ana), 6) == []
    await store.join(club.id, ana.id, {"recap"}, [SERVER], 7)
    assert await rooms_of(store, club) == [{SERVER}]


async def test_the_departing_are_looked_for_and_go_in_the_end(
    store: EveryStore, club: Group, ana: Member
) -> None:
    ben = await store.add_member("Ben", "UTC", Identity("discord", "2"), 1)
    for n, member in enumerate((ben, ana)):
        await store.join(club.id, member.id, {"recap"}, [SERVER], 1)
        assert await store.gone_from(there(member), 10 + n) == [club]
    assert await store.to_look_for(11, 9) == [there(ben)]
    assert await store.long_gone(9, 0, 9) == []
    assert await store.long_gone(10, 0, 9) == [ben.id]
    assert await store.long_gone(99, 0, 9) == [ben.id, ana.id]
    assert await store.long_gone(99, 0, 1) == [ben.id]
    # Found gone once more: the time runs on.
    assert await store.gone_from(there(ben), 50) == []
    assert await store.departing(ben.id) == 10
    assert await store.long_gone(99, 50, 9) == [ben.id]
    # Nothing was known of them in the end: that does not count as gone.
    await store.looked_for(there(ben), 60)
    assert await store.long_gone(99, 60, 9) == []


@pytest.mark.parametrize("how", ["seen", "joined", "stays", "merged"])
async def test_a_departure_ends(store: EveryStore, club: Group, ana: Member, how: str) -> None:
    ben = await store.add_member("Ben", "UTC", Identity("discord", "2"), 1)
    await store.join(club.id, ana.id, {"recap"}, [SERVER], 1)
    await store.gone_from(there(ana), 5)
    if how == "seen":
        await store.still_there(there(ana), 6)
    elif how == "joined":
        await store.join(club.id, ana.id, {"recap"}, [SERVER], 6)
        await store.leave(club.id, ana.id)
    elif how == "stays":
        assert await store.stays(ana.id)
    else:
        await store.merge_members(ben.id, ana.id)
    assert not await store.stays(ana.id)
    assert await store.long_gone(99, 0, 9) == []
    assert await store.to_look_for(99, 9) == []


async def test_two_who_become_one_were_looked_for_where_either_was(
    store: EveryStore, club: Group, ana: Member
) -> None:
    ben = await store.add_member("Ben", "UTC", Identity("discord", "2"), 1)
    await store.join(club.id, ben.id, {"recap"}, [SERVER], 1)
    await store.looked_for(there(ben), 5)
    await store.merge_members(ana.id, ben.id)
    assert await store.to_look_for(5, 9) == []
    assert await store.to_look_for(6, 9) == [there(ana)]


async def test_a_deleted_member_is_looked_for_no_more(store: EveryStore, club: Group, ana: Member) -> None:
    await store.join(club.id, ana.id, {"recap"}, [SERVER], 1)
    await store.gone_from(there(ana), 5)
    assert await store.delete_member(ana.id, recap=lambda it, _: it, draft=lambda it, _: it) == Deleted()
    assert await store.to_look_for(99, 9) == []
    assert await store.long_gone(99, 0, 9) == []
    with pytest.raises(NotFound):
        await store.looked_for(there(ana), 6)
