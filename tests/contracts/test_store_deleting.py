"""A member is deleted, on the fake, SQLite and PostgreSQL: nothing of theirs stays, nothing of others goes."""

from __future__ import annotations

import json

import pytest

from bot.core.choices import Aside, Mark, Whole
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
from bot.ports import Deleted, OneTimeCode, PendingLogin, Polled, SavedPlaylist
from tests.fakes import EveryStore

HERE = RoomRef("lounge", "", "music-club")
ANAS, BOTH = RawTrack("spotify:track:1", "One", "A"), RawTrack("spotify:track:2", "Two", "B")
PICTURE, SHARED = f"{'a' * 64}.png", f"{'b' * 64}.png"


@pytest.fixture
async def ana(store: EveryStore) -> Member:
    return await store.add_member("Ana", "Europe/Berlin", Identity("lounge", "u1"), 1)


@pytest.fixture
async def ben(store: EveryStore) -> Member:
    return await store.add_member("Ben", "America/Lima", Identity("lounge", "u2"), 2)


def unchanged(document: str, _: MemberId) -> str:
    return document


def without(document: str, who: MemberId) -> str:
    """A list of numbers without one of them; "" where it was the only one."""
    rest = [it for it in json.loads(document) if it != who]
    return json.dumps(rest) if rest else ""


async def forget(store: EveryStore, member: Member) -> Deleted:
    return await store.delete_member(member.id, recap=unchanged, draft=unchanged)


async def test_who_is_not_there_cannot_be_deleted(store: EveryStore, ana: Member) -> None:
    await forget(store, ana)
    with pytest.raises(NotFound):
        await forget(store, ana)


async def test_the_person_is_unknown_afterwards(store: EveryStore, ana: Member, ben: Member) -> None:
    await forget(store, ana)
    assert await store.all_members() == [ben]
    assert await store.member_of(Identity("lounge", "u1")) is None
    assert await store.identities_of(ana.id) == []


async def test_links_go_with_their_plays_and_imports_are_told_apart(
    store: EveryStore, ana: Member, ben: Member
) -> None:
    account = await store.link_account(Link(LinkId(0), ana.id, Source.SPOTIFY, "31abc"), b"sealed", 50)
    imported = await store.export_link(ana.id, Source.EXTENDED)
    others = await store.export_link(ben.id, Source.EXTENDED)
    await store.record_poll(
        Polled(account.id, 9, [NewPlay(1, ANAS), NewPlay(2, BOTH)], Span(0, 9), Gap(2, 3, "overflow"), 60, 1)
    )
    await store.record(imported.id, [NewPlay(3, ANAS)])
    await store.record(others.id, [NewPlay(4, BOTH)])
    await store.begin_login(PendingLogin("s", ana.id, b"", "app", "", frozenset(), 1_000))
    assert await forget(store, ana) == Deleted(links=1, imports=1, plays=3, tracks=1)
    assert [await store.link(it.id) for it in (account, imported)] == [None, None]
    assert await store.sealed_grant(account.id) is None
    assert await store.login("s", 1) is None
    assert await store.looks([ana.id]) == []
    (left,) = await store.plays_between([ana.id, ben.id], 0, 99)
    assert [play.at_ms for play in left.plays] == [4]
    assert [track.key for track in (await store.tracks([it.track_id for it in left.plays])).values()] == [
        BOTH.key
    ]
    assert await store.artists() == [("B", 1)]


async def test_what_an_own_app_has_spent_goes_with_it(store: EveryStore, ana: Member) -> None:
    own = "app:" + "0" * 32
    await store.link_account(Link(LinkId(0), ana.id, Source.SPOTIFY, "31abc", "0" * 32, own), b"sealed", 50)
    await store.spend(own, 1)
    await store.spend("host", 1)
    await forget(store, ana)
    assert (await store.spent(own, 0), await store.spent("host", 0)) == (0, 1)


async def test_a_yes_a_choice_a_code_and_an_offer_go(
    store: EveryStore, club: Group, ana: Member, ben: Member
) -> None:
    who = Identity("lounge", "u1")
    await store.join(club.id, ana.id, {"recap"}, [HERE], 1)
    await store.join(club.id, ben.id, {"recap"}, [HERE], 2)
    await store.set_aside(ana.id, Aside(0, Mark.HIDDEN, Whole.ARTIST, ("blur",), "Blur"), 1)
    await store.pause(ana.id, 1)
    await store.keep_code(OneTimeCode("h", "person", who, None, 100), 1)
    assert await store.find_code("x", who, now_ms=1, since_ms=0, most_wrong=9) is None
    await store.offer_page("upload", "t", who, 100)
    await store.keep_whisper(who, "psst", 1)
    deleted = await forget(store, ana)
    assert deleted == Deleted(memberships=1, settings=2, codes=1, uploads=1, whispers=1)
    assert [it.member for it in await store.memberships(club.id)] == [ben]
    assert await store.take_page("upload", "t", 1) is None


async def test_own_recaps_and_lists_go_and_others_are_only_taken_out_of(
    store: EveryStore, club: Group, ana: Member, ben: Member
) -> None:
    own = await store.freeze(None, ana.id, 1, "{}", "aa")
    bens = await store.freeze(None, ben.id, 1, "{}", "aa")
    of_both = await store.freeze(club.id, None, 1, json.dumps([ana.id, ben.id]), "bb")
    of_ana = await store.freeze(club.id, None, 1, json.dumps([ana.id]), "cc")
    draft = await store.new_draft(club.id, ana.id, "words", 1)
    await store.saved(SavedPlaylist(0, club.id, ben.id, draft.id, "n", "w", "u", "p", 1, 1))
    other = await store.new_draft(club.id, ben.id, json.dumps([ben.id, ana.id]), 1)
    await store.saved(SavedPlaylist(0, club.id, ana.id, other.id, "n", "w", "u", "p", 1, 1))
    empty = await store.new_draft(club.id, ben.id, json.dumps([ana.id]), 1)
    await store.saved(SavedPlaylist(0, club.id, ben.id, empty.id, "n", "w", "u", "p", 1, 1))
    deleted = await store.delete_member(ana.id, recap=without, draft=without)
    assert deleted == Deleted(recaps=1, drafts=1, playlists=2, redacted=4)
    assert await store.frozen(own.id) is None
    assert await store.frozen(bens.id) == bens
    kept = await store.frozen(of_both.id)
    assert kept is not None
    assert (kept.facts, kept.sha256) == (json.dumps([ben.id]), "bb")
    assert await store.frozen(of_ana.id) is None
    document = await store.draft(other.id)
    assert document is not None
    assert document.body == json.dumps([ben.id])
    assert [await store.draft(it.id) for it in (draft, empty)] == [None, None]
    assert await store.playlists(club.id, 9) == []


async def test_of_our_own_rooms_goes_what_they_wrote_were_told_and_are_named_in(
    store: EveryStore, ana: Member
) -> None:
    async def say(author: str, private_to: str, **body: object) -> int:
        return (await store.append("club", author, private_to, json.dumps(body), 1)).id

    gone = [
        await say("u1", "", line="hello"),
        await say("", "u1", picture=f"/pictures/{PICTURE}"),
        await say("", "", parts=[{"value": "Ana"}], picture=f"/pictures/{SHARED}"),
        await say("", "", **{"for": {"user": "u1", "name": "Ana"}}),
    ]
    kept = [
        await say("u2", "", line="Ana said so"),
        await say("", "", parts=[{"value": "Anastasia"}], picture=f"/pictures/{SHARED}"),
        await say("", "u2", parts=[{"value": "ana"}]),
    ]
    await store.keep_whisper(Identity("lounge", "u2"), json.dumps({"who": "Ana"}), 1)
    deleted = await forget(store, ana)
    assert deleted == Deleted(messages=4, pictures=(PICTURE,))
    assert [await store.message(it) for it in gone] == [None] * 4
    assert [it.id for it in await store.messages("club", "u2", 0, 99)] == kept


async def test_lines_of_others_that_ask_for_them_by_name_go(store: EveryStore, ben: Member) -> None:
    zoe = await store.add_member('Zoë "Z" Lee', "UTC", Identity("lounge", "u3"), 1)

    async def say(**body: object) -> int:
        return (await store.append("club", "u2", "", json.dumps(body), 1)).id

    gone = [
        await say(line='/top who:@Zoë "Z" Lee'),
        await say(line='/top WHO:"@ZOË "Z" LEE" artist'),
        await say(line='/top artist @zoë "z" lee'),
        await say(line='/top WHO:zoë "Z" lee'),
        await say(presses=[{"action": "/top", "args": {"who": '@Zoë "Z" Lee'}}]),
    ]
    kept = [
        await say(line='/top who:@Zoë "Z" Leeson'),
        await say(line='I met Zoë "Z" Lee'),
        await say(line="/top who:@Ben"),
    ]
    assert await forget(store, zoe) == Deleted(messages=5)
    assert [await store.message(it) for it in gone] == [None] * 5
    assert [it.id for it in await store.messages("club", "u2", 0, 99)] == kept


async def test_words_that_wait_for_somebody_else_and_name_them_are_not_said_any_more(
    store: EveryStore, ana: Member, ben: Member
) -> None:
    for said in ("Ana", "Anabel"):
        await store.keep_whisper(Identity("lounge", "u2"), json.dumps({"who": said}), 1)
    assert await forget(store, ana) == Deleted()
    assert await store.take_whispers(Identity("lounge", "u2")) == [json.dumps({"who": "Anabel"})]


async def test_shredding_says_nothing_and_can_be_done_at_any_time(store: EveryStore, ana: Member) -> None:
    await store.shred()
    await forget(store, ana)
    await store.shred()
    assert await store.all_members() == []
