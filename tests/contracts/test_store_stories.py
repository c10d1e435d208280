"""Stories, who is asked for one, and previews (`StoryStore`, `PreviewStore`)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.consent import Previewed
from bot.core.model import (
    Group,
    GroupId,
    Identity,
    Member,
    MemberId,
    NewPlay,
    RawTrack,
    RoomRef,
    Source,
    Span,
)
from bot.core.schedule import Schedule
from bot.core.stories import Cause, Occasion, State
from bot.errors import NotFound
from bot.ports import Planned, Weekly
from tests.fakes import EveryStore

ROOM, OTHER = RoomRef("lounge", "", "music"), RoomRef("lounge", "", "work")
HALO = Occasion(Cause.LOOP, ("spotify:track:1", "beyonce", "halo"), "Halo", "Beyoncé", 12, 100, 200)
CREEP = replace(
    HALO, cause=Cause.COMEBACK, key=("spotify:track:2", "radiohead", "creep"), title="Creep", days=214
)
EVER = 2**52


async def joined(store: EveryStore, name: str = "ana", room: RoomRef = ROOM, *features: str) -> Member:
    member = await store.add_member(name.title(), "UTC", Identity("lounge", name), 1)
    group = await store.open_room(room, "", "UTC")
    await store.join(group.id, member.id, features or ["recap", "stories"], [room], 5)
    return member


async def group_of(store: EveryStore, room: RoomRef = ROOM) -> Group:
    return await store.open_room(room, "", "UTC")


async def plays(store: EveryStore, member_id: MemberId, source: Source, *times: int) -> None:
    link = await store.export_link(member_id, source)
    track = RawTrack("spotify:track:1", "Halo", "Beyoncé", "", 200_000)
    await store.record(link.id, [NewPlay(at_ms, track) for at_ms in times])


async def test_who_said_yes_is_asked_the_longest_unseen_first(store: EveryStore) -> None:
    ana, ben = await joined(store), await joined(store, "ben")
    await joined(store, "cem", ROOM, "recap", "nights")
    assert await store.to_ask(50, 50, 9) == [ana, ben]
    await store.looked_at(ana.id, 40)
    assert await store.to_ask(50, 50, 9) == [ben, ana]
    assert await store.to_ask(50, 50, 1) == [ben]
    assert await store.to_ask(50, 40, 9) == [ben]
    await store.want_to_be_asked(ben.id, wanted=False)
    assert not await store.wants_to_be_asked(ben.id)
    await store.pause(ana.id, 60)
    assert await store.to_ask(50, 50, 9) == []
    await store.resume(ana.id, 70)
    await store.want_to_be_asked(ben.id, wanted=True)
    assert await store.to_ask(50, 50, 9) == [ben, ana]
    await store.leave((await group_of(store)).id, ben.id)
    assert await store.to_ask(50, 50, 9) == [ana]
    await store.looked_at(MemberId(99), 40)


async def test_a_member_is_asked_once_in_a_while_and_never_twice_about_a_song(store: EveryStore) -> None:
    ana, ben = await joined(store), await joined(store, "ben")
    asked = await store.ask_about(ana.id, HALO, 1_000, 500)
    assert asked is not None
    assert (asked.member_id, asked.occasion, asked.state, asked.asked_ms) == (
        ana.id,
        HALO,
        State.ASKED,
        1_000,
    )
    assert await store.ask_about(ana.id, CREEP, 1_100, 999) is None
    assert await store.ask_about(ana.id, HALO, 2_000, 1_000) is None
    assert await store.to_ask(1_000, EVER, 9) == [ben]
    assert await store.ask_about(ben.id, HALO, 1_000, 500) is not None
    again = await store.ask_about(ana.id, CREEP, 2_000, 1_000)
    assert again is not None
    assert await store.stories(ana.id) == [again, asked]
    await store.want_to_be_asked(ana.id, wanted=False)
    assert await store.ask_about(ana.id, replace(HALO, key=("x",)), 9_000, 8_000) is None
    assert await store.ask_about(MemberId(99), HALO, 1, 0) is None


async def test_words_belong_to_groups_until_they_are_withdrawn(store: EveryStore) -> None:
    ana, ben = await joined(store), await joined(store, "ben")
    here, there = await group_of(store), await group_of(store, OTHER)
    asked = await store.ask_about(ana.id, HALO, 1_000, 0)
    assert asked is not None
    assert await store.told_in(here.id, [ana.id], Span(0, EVER)) == []
    words = "It was raining.\n\u05e9\u05dc\u05d5\u05dd \U0001f327\ufe0f @everyone"
    told = await store.tell_story(ana.id, asked.id, words, [here.id], 2_000)
    assert (told.words, told.groups, told.state) == (words, frozenset({here.id}), State.TOLD)
    assert (told.told_ms, told.edited_ms) == (2_000, 0)
    assert await store.told_in(here.id, [ana.id, ben.id], Span(200, 201)) == [told]
    for where, who, during in (
        (there.id, ana.id, Span(0, EVER)), (here.id, ben.id, Span(0, EVER)), (here.id, ana.id, Span(0, 200)),
    ):  # fmt: skip
        assert await store.told_in(where, [who], during) == []
    edited = await store.tell_story(ana.id, asked.id, "Rain.", [here.id, there.id], 3_000)
    assert (edited.words, edited.told_ms, edited.edited_ms) == ("Rain.", 2_000, 3_000)
    assert await store.told_in(there.id, [ana.id], Span(0, EVER)) == [edited]
    own = await store.new_story(ben.id, CREEP, "Mine.", [here.id, GroupId(99)], 2_500)
    assert (own.state, own.groups, own.told_ms) == (State.TOLD, frozenset({here.id}), 2_500)
    assert await store.told_in(here.id, [ana.id, ben.id], Span(0, EVER)) == [edited, own]
    assert await store.answer_story(ana.id, asked.id, State.WITHDRAWN) == edited
    assert await store.told_in(here.id, [ana.id, ben.id], Span(0, EVER)) == [own]
    left = await store.story(ana.id, asked.id)
    assert left is not None
    assert (left.state, left.words, left.groups) == (State.WITHDRAWN, "", frozenset())


async def test_a_story_is_its_members_alone(store: EveryStore) -> None:
    ana, ben = await joined(store), await joined(store, "ben")
    asked = await store.ask_about(ana.id, HALO, 1_000, 0)
    assert asked is not None
    assert await store.story(ben.id, asked.id) is None
    with pytest.raises(NotFound):
        await store.tell_story(ben.id, asked.id, "Not mine.", [], 1)
    with pytest.raises(NotFound):
        await store.answer_story(ben.id, asked.id, State.KEPT)
    with pytest.raises(NotFound):
        await store.new_story(MemberId(99), HALO, "Nobody's.", [], 1)
    with pytest.raises(NotFound):
        await store.want_to_be_asked(MemberId(99), wanted=False)
    assert await store.story(ana.id, asked.id) == asked


async def test_a_story_goes_with_the_plays_that_it_speaks_of(store: EveryStore) -> None:
    ana, ben = await joined(store), await joined(store, "ben")
    for member in (ana, ben):
        await plays(store, member.id, Source.EXTENDED, 90, 150, 250)
        await store.new_story(member.id, HALO, "Rain.", [], 1_000)
    await store.forget_time(ana.id, Span(240, 300))
    assert len(await store.stories(ana.id)) == 1
    await store.forget_time(ana.id, Span(100, 201))
    assert await store.stories(ana.id) == []
    # Another source knows the time, too.
    await plays(store, ben.id, Source.ACCOUNT, 151)
    by_source = {it.source: it.id for it in await store.links(ben.id)}
    await store.unlink(by_source[Source.EXTENDED])
    assert len(await store.stories(ben.id)) == 1
    await store.unlink(by_source[Source.ACCOUNT])
    assert await store.stories(ben.id) == []


async def test_two_who_become_one_keep_their_words_and_are_asked_no_more_than_one(store: EveryStore) -> None:
    ana, other = await joined(store), await joined(store, "ana too")
    here = await group_of(store)
    for member in (ana, other):
        await plays(store, member.id, Source.EXTENDED, 150)
    told = await store.new_story(other.id, HALO, "Rain.", [here.id], 1_000)
    await store.ask_about(other.id, CREEP, 5_000, 0)
    await store.want_to_be_asked(other.id, wanted=False)
    await store.looked_at(ana.id, 7_000)
    await store.answer_preview(here.id, ana.id, Previewed(fine=True))
    await store.answer_preview(here.id, other.id, Previewed(left_out="2026-W47"))
    await store.merge_members(ana.id, other.id)
    assert [(it.member_id, it.words) for it in await store.stories(ana.id)] == [
        (ana.id, ""),
        (ana.id, "Rain."),
    ]
    assert await store.told_in(here.id, [ana.id], Span(0, EVER)) == [replace(told, member_id=ana.id)]
    assert not await store.wants_to_be_asked(ana.id)
    await store.want_to_be_asked(ana.id, wanted=True)
    assert await store.to_ask(5_000, EVER, 9) == []
    assert await store.to_ask(EVER, 7_000, 9) == []
    assert await store.to_ask(EVER, EVER, 9) == [ana]
    assert await store.previews(here.id) == {ana.id: Previewed(fine=False, left_out="2026-W47")}


async def test_a_preview_is_shown_once_until_it_is_asked_for_again(store: EveryStore) -> None:
    ana, here = await joined(store), await group_of(store)
    assert await store.previews(here.id) == {}
    assert await store.ask_preview(here.id, ana.id, 100, 50)
    assert not await store.ask_preview(here.id, ana.id, 200, EVER)
    await store.answer_preview(here.id, ana.id, Previewed(left_out="2026-W48"))
    assert await store.previews(here.id) == {ana.id: Previewed(left_out="2026-W48")}
    assert not await store.ask_preview(here.id, ana.id, 300, 100)
    assert await store.ask_preview(here.id, ana.id, 300, 101)
    assert not await store.ask_preview(here.id, ana.id, 400, 300)
    assert await store.previews(here.id) == {ana.id: Previewed(left_out="2026-W48")}
    await store.answer_preview(here.id, ana.id, Previewed(fine=True))
    assert not await store.ask_preview(here.id, ana.id, 500, EVER)
    assert await store.previews(here.id) == {ana.id: Previewed(fine=True)}
    assert not await store.ask_preview(here.id, MemberId(99), 1, 1)
    assert not await store.ask_preview(GroupId(99), ana.id, 1, 1)
    with pytest.raises(NotFound):
        await store.answer_preview(GroupId(99), ana.id, Previewed())


async def test_who_is_shown_their_part_before_the_next_post(store: EveryStore) -> None:
    ana, ben = await joined(store), await joined(store, "ben")
    await joined(store, "cem", ROOM, "compare")
    here = await group_of(store)
    wanted = await store.begin_weekly(Weekly(here.id, Schedule("UTC"), active=True, next_ms=1_000))
    both = [(here.id, ana.id), (here.id, ben.id)]
    assert await store.to_preview(500, 999, 9) == []
    assert await store.to_preview(500, 1_000, 9) == both
    assert await store.to_preview(500, 1_000, 1) == both[:1]
    assert await store.to_preview(1_000, 2_000, 9) == []
    await store.ask_preview(here.id, ana.id, 510, 0)
    await store.pause(ben.id, 520)
    assert await store.to_preview(530, 1_030, 9) == []
    await store.resume(ben.id, 540)
    await store.answer_preview(here.id, ben.id, Previewed(fine=True))
    assert await store.to_preview(550, 1_050, 9) == []
    # Whoever was left out of a post is shown their part before the one after.
    await store.answer_preview(here.id, ana.id, Previewed(left_out="2026-W47"))
    assert await store.to_preview(550, 1_050, 9) == []
    later = replace(wanted, next_ms=5_000)
    assert await store.plan([Planned(wanted, later)], 1_100) == [True]
    assert await store.to_preview(4_400, 4_900, 9) == []
    assert await store.to_preview(4_600, 5_100, 9) == both[:1]
    stopped = replace(later, active=False)
    assert await store.plan([Planned(replace(later, version=1), stopped)], 1_200) == [True]
    assert await store.to_preview(4_600, 5_100, 9) == []
