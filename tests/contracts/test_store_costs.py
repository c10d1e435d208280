"""What answers have cost, on the fake and on both databases."""

from __future__ import annotations

from bot.core.model import Group, RoomRef
from bot.ports import Cost, Outcome, Usage
from tests.fakes import EveryStore


async def test_what_was_spent_is_told_by_group_the_newest_first(store: EveryStore, club: Group) -> None:
    other = await store.open_room(RoomRef("lounge", "", "other"), "Other", "UTC")
    usage = Usage("gpt-5-mini", 1_500, 2_500, 100, 50)
    spent = [
        Cost(club.id, 1_000, usage, Outcome.SONGS, 5_375),
        Cost(club.id, 3_000, Usage("qwen3:8b", 10, 20), Outcome.NOTHING, None),
        Cost(other.id, 2_000, usage, Outcome.SONGS, 1),
        Cost(club.id, 3_000, usage, Outcome.SONGS, 0),
    ]
    for cost in spent:
        await store.note_cost(cost)
    assert await store.costs(club.id, 0) == [spent[3], spent[1], spent[0]]
    assert await store.costs(club.id, 1_001) == [spent[3], spent[1]]
    assert await store.costs(other.id, 2_001) == []
