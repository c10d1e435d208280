"""Who got which award, and who does not want which: on the fake, on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import date

import pytest

from bot.core import calendar
from bot.core.model import Identity, MemberId, RoomRef
from bot.errors import NotFound
from tests.fakes import EveryStore

LAST, THIS, NEXT = (calendar.week_of(date(2026, 11, day), "UTC") for day in (9, 16, 23))
MONTH = calendar.month_of(date(2026, 11, 1), "UTC")


async def two(store: EveryStore) -> tuple[MemberId, MemberId]:
    ana = await store.add_member("Ana", "UTC", Identity("lounge", "ana"), 1)
    ben = await store.add_member("Ben", "UTC", Identity("lounge", "ben"), 1)
    return ana.id, ben.id


async def test_the_last_awards_are_those_of_the_post_before(store: EveryStore) -> None:
    ana, ben = await two(store)
    club = (await store.open_room(RoomRef("lounge", "", "club"), "club", "UTC")).id
    other = (await store.open_room(RoomRef("lounge", "", "other"), "other", "UTC")).id
    assert await store.last_awards(club, THIS) == {}
    await store.awarded(club, LAST, [(ana, "night"), (ben, "early")])
    await store.awarded(club, LAST, [(ana, "night"), (ana, "loop")])  # in another room
    await store.awarded(club, THIS, [(ana, "wide"), (MemberId(99), "wide")])
    await store.awarded(club, THIS, [])
    assert await store.last_awards(club, THIS) == {ana: {"night", "loop"}, ben: {"early"}}
    assert await store.last_awards(club, NEXT) == {ana: {"wide"}}
    assert await store.last_awards(club, LAST) == {}
    assert await store.last_awards(other, THIS) == {}
    assert await store.last_awards(club, MONTH) == {}


async def test_what_is_declined_stays_declined_until_it_is_allowed(store: EveryStore) -> None:
    ana, ben = await two(store)
    for kind in ("night", "loop", "night"):
        await store.decline_award(ana, kind)
    choices = await store.choices([ana, ben])
    assert (choices[ana].declined, choices[ben].declined) == ({"night", "loop"}, frozenset())
    await store.allow_award(ana, "night")
    await store.allow_award(ana, "never")
    assert (await store.choices([ana]))[ana].declined == {"loop"}
    with pytest.raises(NotFound):
        await store.decline_award(MemberId(99), "night")


async def test_two_who_become_one_got_both_and_want_neithers(store: EveryStore) -> None:
    ana, ben = await two(store)
    club = (await store.open_room(RoomRef("lounge", "", "club"), "club", "UTC")).id
    await store.awarded(club, LAST, [(ana, "night"), (ben, "night"), (ben, "early")])
    await store.decline_award(ana, "loop")
    await store.decline_award(ben, "loop")
    await store.decline_award(ben, "wide")
    await store.merge_members(ana, ben)
    assert await store.last_awards(club, THIS) == {ana: {"night", "early"}}
    assert (await store.choices([ana]))[ana].declined == {"loop", "wide"}
