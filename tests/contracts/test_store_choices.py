"""Asides, pauses and forgotten time (`ChoiceStore`), and that no source brings back what is not to be kept."""

from __future__ import annotations

import pytest

from bot.core.choices import FOR_EVER, Aside, Mark, Whole
from bot.core.model import Gap, Identity, Link, LinkId, MemberId, NewPlay, RawTrack, RoomRef, Source, Span
from bot.errors import NotFound
from bot.ports import Polled
from tests.fakes import EveryStore

SONG = RawTrack("spotify:track:1", "Halo", "Beyoncé", "", 200_000)
BLUR = Aside(0, Mark.HIDDEN, Whole.ARTIST, ("blur",), "Blur")
NIGHT = Aside(0, Mark.SLEEP, Whole.TIME, span=Span(100, 200))


def plays(*times: int) -> list[NewPlay]:
    return [NewPlay(at_ms, SONG) for at_ms in times]


async def linked(store: EveryStore) -> tuple[MemberId, LinkId]:
    member = await store.add_member("Ana", "UTC", Identity("lounge", "ana"), 1)
    link = await store.link_account(Link(LinkId(0), member.id, Source.SPOTIFY, "a1"), b"sealed", 5)
    return member.id, link.id


async def times_of(store: EveryStore, member_id: MemberId) -> list[int]:
    return [play.at_ms for it in await store.plays_between([member_id], 0, 10**6) for play in it.plays]


async def test_asides_are_kept_in_order_once_and_can_be_taken_back(store: EveryStore) -> None:
    ana, _ = await linked(store)
    ben = await store.add_member("Ben", "UTC", None, 1)
    first = await store.set_aside(ana, BLUR, 10)
    second = await store.set_aside(ana, NIGHT, 11)
    assert (await store.set_aside(ana, Aside(0, Mark.HIDDEN, Whole.ARTIST, ("blur",), "BLUR"), 12)) == first
    assert (await store.choices([ana]))[ana].asides == (first, second)
    assert (first.key, first.name, second.span) == (("blur",), "Blur", Span(100, 200))
    assert (await store.choices([ben.id]))[ben.id].asides == ()
    assert not await store.take_back(ben.id, first.id)
    assert await store.take_back(ana, first.id)
    assert not await store.take_back(ana, first.id)
    assert (await store.choices([ana, ben.id]))[ana].asides == (second,)


async def test_forgotten_time_goes_and_does_not_come_back(store: EveryStore) -> None:
    ana, link = await linked(store)
    await store.record(link, plays(50, 100, 199, 200))
    assert await store.forget_time(ana, Span(100, 200)) == 2
    assert await times_of(store, ana) == [50, 200]
    assert await store.record(link, plays(50, 100, 150, 199, 200, 201)) == 1
    polled = Polled(link, 300, plays(120, 250), Span(60, 300), Gap(90, 110, "overflow"), 400)
    assert await store.record_poll(polled) == 1
    assert await times_of(store, ana) == [50, 200, 201, 250]
    assert await store.unread(link) == (Span(100, 200),)


async def test_it_is_forgotten_for_every_link_of_the_member_and_for_nobody_else(store: EveryStore) -> None:
    ana, link = await linked(store)
    export = await store.export_link(ana, Source.EXTENDED)
    ben = await store.add_member("Ben", "UTC", None, 1)
    other = await store.export_link(ben.id, Source.EXTENDED)
    for link_id in (link, export.id, other.id):
        await store.record(link_id, plays(150))
    assert await store.forget_time(ana, Span(100, 200)) == 2
    assert await times_of(store, ben.id) == [150]
    assert await store.unread(other.id) == ()
    assert await store.record(export.id, plays(150)) == 0


async def test_a_pause_lasts_until_it_ends(store: EveryStore) -> None:
    ana, link = await linked(store)
    assert not await store.paused(ana)
    assert await store.pause(ana, 100)
    assert not await store.pause(ana, 120)
    assert await store.paused(ana)
    assert await store.unread(link) == (Span(100, FOR_EVER),)
    assert await store.record(link, plays(99, 100, 5_000)) == 1
    assert await store.resume(ana, 6_000)
    assert not await store.resume(ana, 7_000)
    assert not await store.paused(ana)
    assert await store.record(link, plays(5_000, 5_999, 6_000)) == 1
    assert await times_of(store, ana) == [99, 6_000]
    assert (await store.choices([ana]))[ana].unread == (Span(100, 6_000),)


async def test_whoever_pauses_is_marked_so_in_every_group(store: EveryStore) -> None:
    ana, _ = await linked(store)
    room = RoomRef("lounge", "", "music")
    group = await store.open_room(room, "music", "UTC")
    await store.join(group.id, ana, ["recap"], [room], 5)
    assert [it.paused for it in await store.memberships(group.id)] == [False]
    await store.pause(ana, 100)
    assert [it.paused for it in await store.memberships(group.id)] == [True]
    await store.resume(ana, 200)
    assert [it.paused for it in await store.memberships(group.id)] == [False]


async def test_choices_follow_a_member_who_becomes_another_one(store: EveryStore) -> None:
    ana, link = await linked(store)
    same = await store.add_member("Ana too", "UTC", Identity("slack", "T1/U1"), 1)
    await store.set_aside(ana, BLUR, 10)
    await store.forget_time(same.id, Span(100, 200))
    await store.pause(ana, 300)
    await store.merge_members(same.id, ana)
    told = (await store.choices([same.id]))[same.id]
    assert [it.name for it in told.asides] == ["Blur"]
    assert told.unread == (Span(100, 200), Span(300, FOR_EVER))
    assert await store.unread(link) == told.unread


async def test_nobody_can_choose_who_is_not_there(store: EveryStore) -> None:
    for choosing in (
        store.set_aside(MemberId(99), BLUR, 1),
        store.pause(MemberId(99), 1),
        store.forget_time(MemberId(99), Span(1, 2)),
    ):
        with pytest.raises(NotFound):
            await choosing
    assert not await store.resume(MemberId(99), 1)
