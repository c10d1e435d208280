"""The ledger of what was shown, and taking a member out of it: on the fake, SQLite and PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Collection

import pytest

from bot.core.model import Group, GroupId, Member, MemberId, RoomRef
from bot.errors import NotFound
from bot.ports import Post
from tests.fakes import EveryStore

ROOM = RoomRef("discord", "1", "2")
OTHER = RoomRef("slack", "T1", "C1")


def names(*members: Member) -> str:
    """A document that says nothing but whom it names."""
    return json.dumps([it.id for it in members])


def without(document: str, member_id: MemberId) -> str:
    return json.dumps([it for it in json.loads(document) if it != member_id])


async def shown(
    store: EveryStore,
    group: Group,
    *members: Member,
    message: str = "m1",
    room: RoomRef = ROOM,
    at_ms: int = 5,
) -> int:
    """A recap that shows these members, posted; its id."""
    recap = await store.freeze(group.id, None, at_ms, names(*members), f"{message}{at_ms}")
    await store.posted(recap.id, "wrapped", room, "t1", message, [it.id for it in members], at_ms, 0)
    return recap.id


async def struck(
    store: EveryStore, who: Member, group: GroupId | None = None, *, stays: bool = False, now_ms: int = 100
) -> list[Post]:
    return list(await store.strike_out(who.id, group, without, now_ms, 900, stays=stays))


def ids(members: Collection[Member]) -> frozenset[MemberId]:
    return frozenset(it.id for it in members)


async def test_whoever_is_struck_out_is_in_no_document_and_their_posts_are_due(
    store: EveryStore, club: Group, ana: Member, ben: Member
) -> None:
    both = await shown(store, club, ana, ben)
    later = await shown(store, club, ana, ben, message="m2", at_ms=7)
    alone = await shown(store, club, ben, message="m3")
    own = await store.freeze(None, ana.id, 5, names(ana), "own")
    posts = await struck(store, ana)
    assert [(it.recap_id, it.message, it.members) for it in posts] == [
        (later, "m2", ids([ben])), (both, "m1", ids([ben]))
    ]  # fmt: skip
    assert {(it.room, it.thread, it.view, it.until_ms, it.withdrawn) for it in posts} == {
        (ROOM, "t1", "wrapped", 900, 1)
    }
    for recap_id in (both, later, alone):
        kept = await store.frozen(recap_id)
        assert kept is not None
        assert kept.facts == names(ben)
    # What is for their own eyes alone is not taken out.
    assert await store.frozen(own.id) == own
    assert await store.posts_due(99, 9) == []
    assert sorted(it.message for it in await store.posts_due(100, 9)) == ["m1", "m2"]
    assert len(await store.posts_due(100, 1)) == 1
    assert await struck(store, ana) == []


async def test_whoever_stays_still_counts_as_shown(
    store: EveryStore, club: Group, ana: Member, ben: Member
) -> None:
    await shown(store, club, ana, ben)
    [post] = await struck(store, ana, stays=True)
    assert (post.members, post.withdrawn) == (ids([ana, ben]), 0)
    [again] = await struck(store, ben)
    assert (again.members, again.withdrawn) == (ids([ana]), 1)


async def test_a_group_is_taken_back_from_alone(
    store: EveryStore, club: Group, ana: Member, ben: Member
) -> None:
    other = await store.open_room(OTHER, "Other", "UTC")
    here = await shown(store, club, ana, ben)
    there = await shown(store, other, ana, ben, message="m2", room=OTHER)
    [post] = await struck(store, ana, club.id)
    assert post.recap_id == here
    kept = await store.frozen(there)
    assert kept is not None
    assert kept.facts == names(ana, ben)
    assert [it.message for it in await struck(store, ana)] == ["m2"]


async def test_what_is_due_is_changed_put_off_or_given_up(
    store: EveryStore, club: Group, ana: Member
) -> None:
    for message in ("m1", "m2", "m3"):
        await shown(store, club, ana, message=message)
    due = {it.message: it for it in await struck(store, ana)}
    new = await store.freeze(club.id, None, 100, names(), "new")
    await store.changed(due["m1"].id, new.id, [])
    await store.put_off(due["m2"].id, 500)
    await store.given_up(due["m3"].id)
    assert await store.posts_due(499, 9) == []
    assert await store.posts_due(500, 9) == [due["m2"]]
    # What is done is not put off.
    await store.put_off(due["m1"].id, 500)
    assert await store.posts_due(500, 9) == [due["m2"]]


async def test_what_was_changed_shows_what_it_shows_now(
    store: EveryStore, club: Group, ana: Member, ben: Member
) -> None:
    await shown(store, club, ana, ben)
    [post] = await struck(store, ana)
    new = await store.freeze(club.id, None, 100, names(ben), "new")
    await store.changed(post.id, new.id, [ben.id])
    [post] = await struck(store, ben)
    assert (post.recap_id, post.members, post.withdrawn) == (new.id, frozenset(), 2)


async def test_a_message_that_says_something_else_now_is_one_post(
    store: EveryStore, club: Group, ana: Member, ben: Member
) -> None:
    await shown(store, club, ana)
    new = await shown(store, club, ben, at_ms=9)
    assert await struck(store, ana) == []
    [post] = await struck(store, ben)
    assert (post.recap_id, post.posted_ms) == (new, 5)


async def test_a_message_that_nothing_can_change_is_told_and_never_due(
    store: EveryStore, club: Group, ana: Member
) -> None:
    await shown(store, club, ana, message="")
    await shown(store, club, ana, message="", at_ms=6)
    assert [(it.message, it.posted_ms) for it in await struck(store, ana)] == [("", 6), ("", 5)]
    assert await store.posts_due(10_000, 9) == []


async def test_a_post_needs_its_recap(store: EveryStore, club: Group, ana: Member) -> None:
    recap = await store.freeze(club.id, None, 5, names(ana), "aa")
    with pytest.raises(NotFound):
        await store.posted(recap.id + 1, "wrapped", ROOM, "", "m", [ana.id], 5, 9)


async def test_whoever_was_deleted_while_a_post_was_made_is_taken_out_of_it(
    store: EveryStore, club: Group, ana: Member, ben: Member
) -> None:
    recap = await store.freeze(club.id, None, 5, names(ana, ben), "aa", [ana.id, ben.id])
    await store.delete_member(ben.id, recap=without, draft=without)
    await store.posted(recap.id, "wrapped", ROOM, "", "m", [ana.id, ben.id], 50, 900)
    await store.posted(recap.id, "wrapped", ROOM, "", "", [ana.id, ben.id], 50, 900)
    [post] = await store.posts_due(50, 9)
    assert (post.message, post.members, post.withdrawn, post.until_ms) == ("m", ids([ana]), 1, 900)
    with pytest.raises(NotFound):
        await store.freeze(club.id, None, 60, names(ana, ben), "bb", [ana.id, ben.id])
    assert await store.frozen_as("bb") is None


async def test_a_post_outlives_whom_it_shows_and_follows_them_into_one(
    store: EveryStore, club: Group, ana: Member, ben: Member
) -> None:
    recap = await store.freeze(club.id, None, 5, "[]", "aa")
    await store.posted(recap.id, "wrapped", ROOM, "", "m1", [ana.id, ben.id], 5, 0)
    await store.merge_members(ana.id, ben.id)
    [post] = await struck(store, ana, stays=True)
    assert post.members == ids([ana])
    await store.delete_member(ana.id, recap=without, draft=without)
    [left] = await store.posts_due(100, 9)
    assert left.members == frozenset()


async def test_a_document_is_found_by_the_beginning_of_its_hash(store: EveryStore, club: Group) -> None:
    one = await store.freeze(club.id, None, 5, "[1]", "aab1")
    await store.freeze(club.id, None, 5, "[2]", "aac1")
    assert await store.frozen_as("aab") == one
    assert [await store.frozen_as(it) for it in ("aa", "ab", "a%b")] == [None, None, None]


async def test_the_newest_document_of_an_owner(store: EveryStore, club: Group, ana: Member) -> None:
    assert await store.newest(club.id, None) is None
    first = await store.freeze(club.id, None, 5, "[1]", "aa")
    assert await store.newest(club.id, None) == first
    second = await store.freeze(club.id, None, 4, "[2]", "bb")
    await store.freeze(None, ana.id, 9, "[3]", "cc")
    assert await store.newest(club.id, None) == second
    assert await store.newest(None, MemberId(99)) is None


async def test_posts_are_drawn_anew_without_any_change_of_what_was_frozen(
    store: EveryStore, club: Group, ana: Member, ben: Member
) -> None:
    elsewhere = await store.open_room(OTHER, "", "UTC")
    both = await shown(store, club, ana, ben, at_ms=7)
    await shown(store, club, ana, message="early", at_ms=4)
    await shown(store, club, ben, message="ben", at_ms=8)
    await shown(store, elsewhere, ana, message="far", room=OTHER, at_ms=9)
    await shown(store, club, ana, message="", at_ms=10)
    posts = await store.draw_anew(ana.id, club.id, 5, 100, 900)
    assert [(it.message, it.withdrawn, it.until_ms) for it in posts] == [("", 0, 900), ("m1", 0, 900)]
    assert posts[1].members == ids([ana, ben])
    assert [it.message for it in await store.posts_due(100, 9)] == ["m1"]
    kept = await store.frozen(both)
    assert kept is not None
    assert kept.facts == names(ana, ben)
