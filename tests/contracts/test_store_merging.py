"""Two members become one, on the fake, SQLite and PostgreSQL: nothing is lost, nothing doubled, nothing shown more."""

from __future__ import annotations

import pytest

from bot.core.model import (
    Gap,
    Group,
    Identity,
    Link,
    LinkId,
    Member,
    MemberId,
    NewPlay,
    RawTrack,
    RoomRef,
    Source,
    Span,
)
from bot.errors import NotFound
from bot.ports import OneTimeCode, PendingLogin, Polled, SavedPlaylist
from tests.fakes import EveryStore

HERE, THERE = RoomRef("lounge", "", "music-club"), RoomRef("slack", "T1", "C1")
ONE, TWO = RawTrack("spotify:track:1", "One", "A"), RawTrack("spotify:track:2", "Two", "B")


@pytest.fixture
async def ben(store: EveryStore) -> Member:
    """Ana as Slack knows her."""
    return await store.add_member("Ana B.", "America/Lima", Identity("slack", "U1"), 2)


async def test_every_identity_leads_to_the_one_who_stays(store: EveryStore, ana: Member, ben: Member) -> None:
    await store.merge_members(ana.id, ben.id)
    assert await store.member_of(Identity("slack", "U1")) == ana
    assert await store.member(ben.id) is None
    assert await store.all_members() == [ana]


async def test_imports_of_one_kind_become_one_without_doubling(
    store: EveryStore, ana: Member, ben: Member
) -> None:
    mine = await store.export_link(ana.id, Source.EXTENDED)
    theirs = await store.export_link(ben.id, Source.EXTENDED)
    await store.record(mine.id, [NewPlay(1, ONE, 5), NewPlay(2, TWO, 5), NewPlay(2, TWO, 5, 1)])
    await store.record(theirs.id, [NewPlay(2, TWO, 5), NewPlay(2, TWO, 7), NewPlay(3, ONE, 5)])
    await store.cover(mine.id, [Span(0, 10)])
    await store.cover(theirs.id, [Span(5, 20), Span(30, 40)])
    await store.merge_members(ana.id, ben.id)
    (found,) = await store.plays_between([ana.id], 0, 100)
    assert found.link == mine
    assert [(it.at_ms, it.ms_played) for it in found.plays] == [(1, 5), (2, 5), (2, 5), (2, 7), (3, 5)]
    assert found.covered == [Span(0, 20), Span(30, 40)]
    assert await store.link(theirs.id) is None
    assert await store.recent_keys(theirs.id, 9) == []


async def test_other_links_change_hands_as_they_are(store: EveryStore, ana: Member, ben: Member) -> None:
    account = await store.link_account(
        Link(LinkId(0), ben.id, Source.SPOTIFY, "31abc", "app", "host"), b"sealed", 50
    )
    exported = await store.export_link(ben.id, Source.ACCOUNT)
    await store.record_poll(
        Polled(account.id, 9, [NewPlay(1, ONE)], Span(0, 9), Gap(2, 3, "overflow"), 60, 1)
    )
    await store.merge_members(ana.id, ben.id)
    links = await store.links(ana.id)
    assert {(it.id, it.member_id, it.source, it.account) for it in links} == {
        (account.id, ana.id, Source.SPOTIFY, "31abc"),
        (exported.id, ana.id, Source.ACCOUNT, ""),
    }
    assert await store.sealed_grant(account.id) == b"sealed"
    (look,) = await store.looks([ana.id])
    assert (look.link.id, look.next_ms, look.last_ms, look.fails) == (account.id, 60, 9, 1)
    found = {it.link.id: it for it in await store.plays_between([ana.id], 0, 100)}[account.id]
    assert (len(found.plays), found.covered, found.gaps) == (1, [Span(0, 9)], [Gap(2, 3, "overflow")])


async def test_in_a_group_of_both_the_stricter_word_counts(
    store: EveryStore, club: Group, ana: Member, ben: Member
) -> None:
    await store.open_room(THERE, "work", "UTC")
    await store.move_room(THERE, club.id)
    await store.join(club.id, ana.id, {"recap", "compare"}, [HERE], 20)
    await store.join(club.id, ben.id, {"recap", "playlists"}, [THERE], 10)
    await store.merge_members(ana.id, ben.id)
    (said,) = await store.memberships(club.id)
    assert (said.member, said.features, said.rooms, said.joined_ms) == (ana, {"recap"}, {HERE, THERE}, 10)


async def test_groups_of_one_alone_go_on_as_they_were(
    store: EveryStore, club: Group, ana: Member, ben: Member
) -> None:
    other = await store.open_room(THERE, "work", "UTC")
    await store.join(club.id, ana.id, {"recap"}, [HERE], 1)
    await store.join(other.id, ben.id, {"playlists"}, [THERE], 2)
    await store.merge_members(ana.id, ben.id)
    assert await store.groups_of(ana.id) == [club, other]
    assert [(it.features, it.rooms) for it in await store.memberships(club.id)] == [({"recap"}, {HERE})]
    assert [(it.features, it.rooms) for it in await store.memberships(other.id)] == [({"playlists"}, {THERE})]


async def test_recaps_lists_and_whispers_change_hands(
    store: EveryStore, club: Group, ana: Member, ben: Member
) -> None:
    same = [await store.freeze(None, who.id, 1, "{}", "aa") for who in (ana, ben)]
    own = await store.freeze(None, ben.id, 1, "[]", "bb")
    of_group = await store.freeze(club.id, None, 1, "{}", "cc")
    draft = await store.new_draft(club.id, ben.id, "words", 1)
    saved = await store.saved(SavedPlaylist(0, club.id, ben.id, draft.id, "n", "w", "u", "p", 1, 1))
    await store.keep_whisper(Identity("slack", "U1"), "psst", 1)
    await store.begin_login(PendingLogin("s", ben.id, b"", "app", "", frozenset(), 1_000))
    await store.merge_members(ana.id, ben.id)
    assert await store.frozen(same[0].id) == same[0]
    assert await store.frozen(same[1].id) is None
    moved = await store.frozen(own.id)
    assert moved is not None
    assert (moved.member_id, moved.facts) == (ana.id, "[]")
    assert await store.freeze(None, ana.id, 9, "[]", "bb") == moved
    assert await store.frozen(of_group.id) == of_group
    kept = await store.draft(draft.id)
    assert kept is not None
    assert kept.member_id == ana.id
    (listed,) = await store.playlists(club.id, 9)
    assert (listed.id, listed.member_id) == (saved.id, ana.id)
    assert await store.take_whispers(Identity("slack", "U1")) == ["psst"]
    assert await store.login("s", 1) is None


async def test_codes_and_offers_stay_with_the_identity_that_has_them(
    store: EveryStore, ana: Member, ben: Member
) -> None:
    slack = Identity("slack", "U1")
    code = OneTimeCode("h", "person", slack, None, 100)
    await store.keep_code(code, 1)
    await store.offer_page("upload", "t", slack, 100)
    await store.merge_members(ana.id, ben.id)
    assert await store.find_code("h", slack, now_ms=1, since_ms=0, most_wrong=1) == code
    assert await store.take_page("upload", "t", 1) == slack


async def test_who_is_not_there_is_merged_with_nobody(store: EveryStore, ana: Member) -> None:
    for keep, gone in ((ana.id, MemberId(99)), (MemberId(99), ana.id)):
        with pytest.raises(NotFound):
            await store.merge_members(keep, gone)
    assert await store.all_members() == [ana]
