"""Budget, frozen recaps, drafts, playlists, messages and notes, on the fake, SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.core.model import Group, GroupId, Identity, Member, MemberId, RawTrack
from bot.errors import NotFound, Stale
from bot.ports import Document, FrozenRecap, SavedPlaylist
from tests.fakes import EveryStore

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


# --- budget


async def test_spent_calls_are_counted_per_developer_since_an_instant(store: EveryStore) -> None:
    await store.spend("dev", 1_000)
    await store.spend("dev", 1_000, 2)
    await store.spend("dev", 2_000, 5)
    await store.spend("other", 2_000, 7)
    assert [await store.spent("dev", since) for since in (0, 1_000, 1_001, 2_001)] == [8, 8, 5, 0]
    assert await store.spent("nobody", 0) == 0


async def test_a_whole_day_is_remembered(store: EveryStore) -> None:
    for hour in range(24):
        await store.spend("dev", hour * HOUR_MS)
    assert await store.spent("dev", 0) == 24
    await store.spend("dev", DAY_MS)
    assert await store.spent("dev", 1) == 24


async def test_a_block_is_the_last_one_said(store: EveryStore) -> None:
    assert await store.blocked_until("dev") == 0
    await store.block("dev", 9_000)
    await store.block("dev", 5_000)
    assert await store.blocked_until("dev") == 5_000
    assert await store.blocked_until("other") == 0


# --- recaps


async def test_a_frozen_recap_is_kept_to_the_letter(store: EveryStore, club: Group, ana: Member) -> None:
    facts = '{"title":"Zoë – 山田 \U0001f3b5","n":1}'
    frozen = await store.freeze(club.id, ana.id, 5, facts, "aa")
    assert frozen == FrozenRecap(frozen.id, club.id, ana.id, 5, facts, "aa")
    assert await store.frozen(frozen.id) == frozen
    assert await store.frozen(frozen.id + 1) is None


async def test_the_same_facts_of_the_same_owner_keep_their_first_id(
    store: EveryStore, club: Group, ana: Member, ben: Member
) -> None:
    owners: list[tuple[GroupId | None, MemberId | None]] = [
        (club.id, None),
        (None, ana.id),
        (None, ben.id),
        (club.id, ana.id),
        (None, None),
    ]
    first = [await store.freeze(*owner, 5, "{}", "aa") for owner in owners]
    assert len({it.id for it in first}) == len(owners)
    assert [await store.freeze(*owner, 9, "{}", "aa") for owner in owners] == first
    other = await store.freeze(club.id, None, 9, "{ }", "bb")
    assert other.id not in {it.id for it in first}


async def test_a_recap_needs_its_owner(store: EveryStore) -> None:
    with pytest.raises(NotFound):
        await store.freeze(GroupId(99), None, 5, "{}", "aa")


# --- drafts


async def test_a_draft_grows_by_versions(store: EveryStore, club: Group, ana: Member) -> None:
    draft = await store.new_draft(club.id, ana.id, "one", 1)
    assert draft == Document(draft.id, club.id, ana.id, 1, "one")
    changed = await store.change_draft(draft.id, 1, "two")
    assert changed == Document(draft.id, club.id, ana.id, 2, "two")
    assert await store.draft(draft.id) == changed


async def test_who_comes_second_is_told_and_changes_nothing(
    store: EveryStore, club: Group, ana: Member
) -> None:
    draft = await store.new_draft(club.id, ana.id, "one", 1)
    await store.change_draft(draft.id, 1, "two")
    with pytest.raises(Stale):
        await store.change_draft(draft.id, 1, "mine")
    with pytest.raises(Stale):
        await store.change_draft(draft.id, 3, "mine")
    assert await store.draft(draft.id) == Document(draft.id, club.id, ana.id, 2, "two")


async def test_an_unknown_draft_is_not_found(store: EveryStore, club: Group) -> None:
    assert await store.draft(99) is None
    with pytest.raises(NotFound):
        await store.change_draft(99, 1, "")
    with pytest.raises(NotFound):
        await store.new_draft(club.id, MemberId(99), "", 1)


# --- playlists


def _playlist(draft: Document, saved_ms: int, name: str = "Friday") -> SavedPlaylist:
    return SavedPlaylist(
        id=0,
        group_id=draft.group_id,
        member_id=draft.member_id,
        draft_id=draft.id,
        name=name,
        words="something “warm” for Friday",
        url="https://example.org/p/1",
        playlist_id="p1",
        songs=30,
        saved_ms=saved_ms,
    )


async def test_a_draft_is_saved_once(store: EveryStore, club: Group, ana: Member) -> None:
    draft = await store.new_draft(club.id, ana.id, "", 1)
    first = await store.saved(_playlist(draft, 10))
    assert first == replace(_playlist(draft, 10), id=first.id)
    assert await store.saved(_playlist(draft, 99, "Other")) == first
    assert await store.playlists(club.id, 5) == [first]


async def test_playlists_of_a_group_come_newest_first(store: EveryStore, club: Group, ana: Member) -> None:
    saved = [
        await store.saved(_playlist(await store.new_draft(club.id, ana.id, "", 1), saved_ms))
        for saved_ms in (20, 30, 10, 30)
    ]
    assert await store.playlists(club.id, 9) == [saved[3], saved[1], saved[0], saved[2]]
    assert await store.playlists(club.id, 2) == [saved[3], saved[1]]
    assert await store.playlists(GroupId(99), 9) == []


async def test_a_playlist_needs_its_draft(store: EveryStore, club: Group, ana: Member) -> None:
    draft = await store.new_draft(club.id, ana.id, "", 1)
    with pytest.raises(NotFound):
        await store.saved(replace(_playlist(draft, 1), draft_id=99))


async def test_what_was_found_and_what_was_not_is_remembered(store: EveryStore) -> None:
    found = RawTrack("spotify:track:a", "Aria", "Ana", "First", 200_000, "DE0000000001")
    await store.remember_resolved("aria\x1fana", found, 1)
    await store.remember_resolved("nothing", None, 1)
    asked = {"aria\x1fana", "nothing", "never asked"}
    assert await store.resolved(asked) == {"aria\x1fana": found, "nothing": None}
    assert await store.resolved([]) == {}


async def test_a_later_search_is_believed(store: EveryStore) -> None:
    found = RawTrack("spotify:track:a", "Aria", "Ana")
    await store.remember_resolved("a", None, 1)
    await store.remember_resolved("b", found, 1)
    await store.remember_resolved("a", found, 2)
    await store.remember_resolved("b", None, 2)
    assert await store.resolved(["a", "b"]) == {"a": found, "b": None}


async def test_a_strange_key_is_answered_as_it_was_asked(store: EveryStore) -> None:
    await store.remember_resolved("a\x00\ud800", None, 1)
    assert await store.resolved(["a\x00\ud800"]) == {"a\x00\ud800": None}


# --- messages


async def test_a_message_is_kept_and_rewritten(store: EveryStore) -> None:
    message = await store.append("club", "ana", "", '{"a":1}', 5)
    assert (message.room, message.author, message.private_to, message.made_ms) == ("club", "ana", "", 5)
    assert await store.message(message.id) == message
    rewritten = await store.rewrite(message.id, "{}")
    assert rewritten == replace(message, body="{}")
    assert await store.message(message.id) == rewritten
    assert await store.message(message.id + 1) is None
    assert await store.rewrite(message.id + 1, "{}") is None
    assert await store.holds("{}")
    assert not await store.holds("%")


async def test_the_number_of_a_deleted_message_is_not_given_again(store: EveryStore) -> None:
    ana = await store.add_member("Ana", "UTC", Identity("lounge", "u1"), 1)
    await store.append("club", "", "", "before", 1)
    last = await store.append("club", "u1", "", "hers", 2)
    await store.delete_member(ana.id, recap=lambda it, _: it, draft=lambda it, _: it)
    await store.shred()
    after = await store.append("club", "", "", "after", 3)
    assert await store.messages("club", "", last.id, 9) == [after]


async def test_whispers_are_seen_by_one_alone(store: EveryStore) -> None:
    said = await store.append("club", "", "", "to all", 1)
    hers = await store.append("club", "", "ana", "to ana", 2)
    his = await store.append("club", "ana", "ben", "to ben", 3)
    await store.append("elsewhere", "", "", "there", 4)
    assert await store.messages("club", "ana", 0, 9) == [said, hers]
    assert await store.messages("club", "ben", 0, 9) == [said, his]
    assert await store.messages("club", "", 0, 9) == [said]


async def test_the_newest_after_an_id_are_read_oldest_first(store: EveryStore) -> None:
    said = [await store.append("club", "ana", "", str(n), n) for n in range(6)]
    assert await store.messages("club", "ben", 0, 3) == said[3:]
    assert await store.messages("club", "ben", said[1].id, 9) == said[2:]
    assert await store.messages("club", "ben", said[1].id, 2) == said[4:]
    assert await store.messages("club", "ben", said[5].id, 9) == []
    assert await store.messages("club", "ben", 0, 0) == []


async def test_whispers_wait_for_the_member_and_are_taken_once(store: EveryStore) -> None:
    discord, slack = Identity("discord", "1"), Identity("slack", "U1")
    await store.add_member("Ana", "UTC", discord, 1)
    await store.keep_whisper(discord, "first", 1)
    await store.keep_whisper(discord, "second", 2)
    await store.keep_whisper(slack, "for nobody", 3)
    assert await store.take_whispers(slack) == []
    assert await store.take_whispers(discord) == ["first", "second"]
    assert await store.take_whispers(discord) == []


async def test_memos_are_replaced_and_forgotten_once(store: EveryStore) -> None:
    assert await store.memo("discord:tree") is None
    await store.remember("discord:tree", "one")
    await store.remember("discord:tree", "two")
    assert await store.memo("discord:tree") == "two"
    assert sorted(await asyncio.gather(store.forget("discord:tree"), store.forget("discord:tree"))) == [
        False,
        True,
    ]
    assert await store.memo("discord:tree") is None


async def test_installations_are_kept_by_place(store: EveryStore) -> None:
    await store.keep_installation("slack", "T2", b"old")
    await store.keep_installation("slack", "T2", b"new")
    await store.keep_installation("slack", "T1", b"other")
    assert (await store.installation("slack", "T2"), await store.installation("discord", "T2")) == (
        b"new",
        None,
    )
    assert await store.installations("slack") == ["T1", "T2"]
    await store.forget_installation("slack", "T2")
    assert await store.installations("slack") == ["T1"]
