"""Wishes for posts and the ledger of deliveries: nothing twice, nothing lost, whoever dies in between."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date

import pytest

from bot.core import calendar
from bot.core.model import Group, Identity, Member, PeriodKind, RoomRef
from bot.core.schedule import Schedule, Slot, slot
from bot.ports import Delivery, NewDelivery, Planned, Settled, Stage, Weekly, Why
from tests.fakes import EveryStore

ROOM = RoomRef("lounge", "", "music-club")
BERLIN = Schedule("Europe/Berlin", kinds=frozenset({PeriodKind.WEEK, PeriodKind.MONTH}))
WEEK = slot(BERLIN, calendar.week_of(date(2026, 11, 16), "Europe/Berlin"))


@pytest.fixture
async def wishes(store: EveryStore, club: Group) -> Weekly:
    return await store.begin_weekly(Weekly(club.id, BERLIN, active=True, next_ms=WEEK.at_ms))


async def _delivered(store: EveryStore, wishes: Weekly, *rooms: RoomRef, at: Slot = WEEK) -> None:
    planned = Planned(wishes, replace(wishes, next_ms=0), [NewDelivery(it, at) for it in rooms])
    assert await store.plan([planned], 1) == [True]


async def _claimed(store: EveryStore, now_ms: int = WEEK.at_ms, until_ms: int = WEEK.at_ms + 10) -> Delivery:
    [it] = await store.claim_deliveries("lounge", now_ms, until_ms, 9)
    return it


async def test_wishes_are_kept_and_the_first_ones_stay(
    store: EveryStore, wishes: Weekly, club: Group, ana: Member
):
    assert await store.begin_weekly(Weekly(club.id, replace(BERLIN, weekday=3))) == wishes
    changed = replace(
        wishes, schedule=replace(BERLIN, zone="America/Lima", weekday=5, hour=7, minute=30, settle_h=20,
                                 kinds=frozenset({PeriodKind.YEAR})),
        active=False, layout="ticket", left_out=frozenset({"loops", "awards"}), language="de", skipped="2026-W48",
        after={PeriodKind.WEEK: date(2026, 11, 16)}, next_ms=7,
    )  # fmt: skip
    assert await store.plan([Planned(wishes, changed, admin=ana.id)], 5) == [True]
    assert await store.weekly(club.id) == replace(changed, version=1)
    assert (await store.group(club.id) or club).zone == "America/Lima"
    assert await store.weekly_admins(club.id) == [ana.id]


async def test_whoever_saw_an_older_version_changes_nothing(store: EveryStore, wishes: Weekly, club: Group):
    one = Planned(wishes, replace(wishes, next_ms=0), [NewDelivery(ROOM, WEEK)])
    other = Planned(wishes, replace(wishes, skipped="x"), [NewDelivery(ROOM._replace(channel="y"), WEEK)])
    made = await asyncio.gather(store.plan([one], 1), store.plan([other], 1))
    assert sorted(made) == [[False], [True]]
    assert len(await store.deliveries(club.id, WEEK.key)) == 1
    assert await store.plan([Planned(Weekly(club.id, BERLIN, version=9), wishes)], 1) == [False]


async def test_groups_are_due_in_order(store: EveryStore):
    for n, next_ms in enumerate((30, 10, 0, 20, 41)):
        group = await store.open_room(ROOM._replace(channel=f"r{n}"), f"r{n}", "UTC")
        await store.begin_weekly(Weekly(group.id, Schedule("UTC"), active=True, next_ms=next_ms))
    assert [it.next_ms for it in await store.weekly_due(40, 9)] == [10, 20, 30]
    assert [it.next_ms for it in await store.weekly_due(40, 2)] == [10, 20]


async def test_a_room_gets_a_period_once(store: EveryStore, wishes: Weekly, club: Group):
    await _delivered(store, wishes, ROOM)
    taken = await _claimed(store)
    assert await store.settle(taken, Settled(Stage.SENT, message="m1", posted_ms=9))
    now = await store.weekly(club.id)
    assert now is not None
    again = Planned(now, now, [NewDelivery(ROOM, WEEK), NewDelivery(ROOM, WEEK)], again=True)
    assert await store.plan([again], 2) == [True]
    [kept] = await store.deliveries(club.id, WEEK.key)
    assert (kept.stage, kept.message, kept.posted_ms, kept.next_ms) == (Stage.SENT, "m1", 9, 0)
    assert kept.period == WEEK.period


async def test_what_was_skipped_is_due_again_only_where_that_is_wanted(
    store: EveryStore, wishes: Weekly, club: Group
):
    planned = Planned(wishes, wishes, [NewDelivery(ROOM, WEEK, Why.LATE)])
    assert await store.plan([planned], 1) == [True]
    [skipped] = await store.deliveries(club.id, WEEK.key)
    assert (skipped.stage, skipped.why, skipped.next_ms) == (Stage.SKIPPED, Why.LATE, 0)
    now = replace(wishes, version=1)
    later = replace(WEEK, at_ms=WEEK.at_ms + 5)
    assert await store.plan([Planned(now, now, [NewDelivery(ROOM, later)])], 1) == [True]
    assert await store.deliveries(club.id, WEEK.key) == [skipped]
    now = replace(wishes, version=2)
    assert await store.plan([Planned(now, now, [NewDelivery(ROOM, later)], again=True)], 1) == [True]
    [due] = await store.deliveries(club.id, WEEK.key)
    assert (due.stage, due.why, due.due_ms, due.next_ms) == (Stage.DUE, Why.NONE, later.at_ms, later.at_ms)


async def test_nobody_else_gets_what_was_claimed_until_the_lease_ends(store: EveryStore, wishes: Weekly):
    other = RoomRef("slack", "T", "C")
    await _delivered(store, wishes, ROOM, ROOM._replace(channel="second"), other)
    at_ms = WEEK.at_ms
    assert await store.due_platforms(at_ms - 1) == []
    assert await store.due_platforms(at_ms) == ["lounge", "slack"]
    claims = await asyncio.gather(*(store.claim_deliveries("lounge", at_ms, at_ms + 10, 1) for _ in range(4)))
    taken = [it for claim in claims for it in claim]
    assert len({it.id for it in taken}) == len(taken) == 2
    assert {(it.stage, it.attempt, it.started_ms, it.unsure) for it in taken} == {
        (Stage.SENDING, 1, at_ms, False)
    }
    assert await store.due_platforms(at_ms + 9) == ["slack"]
    again = await store.claim_deliveries("lounge", at_ms + 10, at_ms + 20, 9)
    assert {(it.attempt, it.started_ms, it.unsure) for it in again} == {(2, at_ms, True)}


async def test_whoever_was_overtaken_settles_nothing(store: EveryStore, wishes: Weekly, club: Group):
    await _delivered(store, wishes, ROOM)
    first = await _claimed(store)
    second = await _claimed(store, WEEK.at_ms + 10, WEEK.at_ms + 20)
    assert not await store.say(first, 5)
    assert not await store.settle(first, Settled(Stage.SENT, message="twice"))
    assert await store.say(second, 6)
    assert await store.settle(second, Settled(Stage.SENT, message="once", posted_ms=3))
    assert not await store.settle(second, Settled(Stage.DUE, next_ms=4))
    [kept] = await store.deliveries(club.id, WEEK.key)
    assert (kept.stage, kept.recap_id, kept.message) == (Stage.SENT, 6, "once")


async def test_a_refusal_leaves_no_doubt_and_silence_does(store: EveryStore, wishes: Weekly):
    await _delivered(store, wishes, ROOM)
    at_ms = WEEK.at_ms
    assert await store.settle(await _claimed(store), Settled(Stage.DUE, next_ms=at_ms + 60))
    refused = await _claimed(store, at_ms + 60, at_ms + 70)
    assert (refused.unsure, refused.started_ms) == (False, at_ms + 60)
    assert await store.settle(refused, Settled(Stage.SENDING, next_ms=at_ms + 80))
    silent = await _claimed(store, at_ms + 80, at_ms + 90)
    assert (silent.unsure, silent.started_ms, silent.attempt) == (True, at_ms + 60, 3)


async def test_a_room_knows_its_last_posts_of_each_kind(store: EveryStore, wishes: Weekly, club: Group):
    days = [date(2026, 10, 5), date(2026, 11, 2), date(2026, 10, 19)]
    slots = [slot(BERLIN, calendar.week_of(it, "Europe/Berlin")) for it in days]
    slots.append(slot(BERLIN, calendar.month_of(days[0], "Europe/Berlin")))
    planned = Planned(wishes, wishes, [NewDelivery(ROOM, it) for it in slots])
    assert await store.plan([planned], 1) == [True]
    weeks = await store.deliveries_in(ROOM, club.id, PeriodKind.WEEK, 2)
    assert [it.first for it in weeks] == [date(2026, 11, 2), date(2026, 10, 19)]
    assert [it.key for it in await store.deliveries_in(ROOM, club.id, PeriodKind.MONTH, 2)] == ["2026-10"]
    assert await store.deliveries_in(ROOM._replace(channel="x"), club.id, PeriodKind.WEEK, 2) == []


async def test_who_asked_goes_with_the_member_and_with_whom_they_become(
    store: EveryStore, wishes: Weekly, club: Group, ana: Member, ben: Member
):
    eve = await store.add_member("Eve", "UTC", Identity("lounge", "eve"), 3)
    now = wishes
    for n, who in enumerate((eve, ana, ben)):
        assert await store.plan([Planned(now, now, admin=who.id)], n + 1) == [True]
        now = replace(now, version=n + 1)
    assert await store.weekly_admins(club.id) == [ben.id, ana.id, eve.id]
    await store.merge_members(ana.id, ben.id)
    assert set(await store.weekly_admins(club.id)) == {ana.id, eve.id}
    await store.delete_member(eve.id, recap=lambda facts, _: facts, draft=lambda body, _: body)
    assert await store.weekly_admins(club.id) == [ana.id]
    assert await store.weekly(club.id) == now
    # Somebody who was deleted in this moment is not remembered.
    assert await store.plan([Planned(now, now, admin=eve.id)], 9) == [True]
    assert await store.weekly_admins(club.id) == [ana.id]
