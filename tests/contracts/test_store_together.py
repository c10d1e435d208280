"""Several at once: two processes' worth of stores on one SQLite file and on one PostgreSQL database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.core.model import Identity, Link, LinkId, Member, NewPlay, RawTrack, RoomRef, Source, Span
from bot.errors import NotAllowed, NotFound, Stale
from bot.integrations.store import Store, open_store
from bot.ports import OneTimeCode, PendingLogin, Polled

TRACKS = [RawTrack(f"spotify:track:{n}", f"Song {n}", "Artist") for n in range(60)]


@pytest.fixture
async def stores(database_url: str) -> AsyncIterator[list[Store]]:
    """Two stores on the same database."""
    opened = [await open_store(database_url), await open_store(database_url)]
    yield opened
    for store in opened:
        await store.close()


@pytest.fixture
async def ana(stores: list[Store]) -> Member:
    return await stores[0].add_member("Ana", "UTC", None, 1)


@pytest.fixture
async def link(stores: list[Store], ana: Member) -> Link:
    return await stores[0].export_link(ana.id, Source.EXTENDED)


async def test_a_login_is_taken_by_exactly_one(stores: list[Store], ana: Member) -> None:
    await stores[0].begin_login(PendingLogin("s", ana.id, b"", "app", "", frozenset(), 1_000))
    taken = await asyncio.gather(*(store.take_login("s", 1) for store in stores * 5))
    assert len([it for it in taken if it is not None]) == 1


async def test_a_code_is_used_and_an_offer_taken_by_exactly_one(stores: list[Store]) -> None:
    ana = Identity("lounge", "ana")
    await stores[0].add_member("Ana", "UTC", ana, 1)
    await stores[0].keep_code(OneTimeCode("h", "person", ana, None, 1_000), 1)
    await stores[0].offer_page("upload", "t", ana, 1_000)
    assert sum(await asyncio.gather(*(store.use_code("h") for store in stores * 5))) == 1
    taken = await asyncio.gather(*(store.take_page("upload", "t", 1) for store in stores * 5))
    assert [it for it in taken if it is not None] == [ana]


async def test_guesses_made_at_once_are_all_counted(stores: list[Store]) -> None:
    ana = Identity("lounge", "ana")
    await stores[0].add_member("Ana", "UTC", ana, 1)
    guesses = await asyncio.gather(
        *(store.find_code("wrong", ana, now_ms=1, since_ms=0, most_wrong=3) for store in stores * 5),
        return_exceptions=True,
    )
    assert guesses.count(None) == 3
    assert len([it for it in guesses if isinstance(it, NotAllowed)]) == 7


async def test_a_room_that_moves_takes_nobody_along_who_joins_in_that_moment(
    stores: list[Store], ana: Member
) -> None:
    for n in range(6):
        here, there = RoomRef("lounge", "", f"here-{n}"), RoomRef("lounge", "", f"there-{n}")
        group = await stores[0].open_room(here, "here", "UTC")
        own = await stores[0].open_room(there, "there", "UTC")
        await asyncio.gather(
            stores[0].move_room(there, group.id),
            stores[1].join(own.id, ana.id, {"recap"}, [there], 1),
            return_exceptions=True,
        )
        moved = await stores[0].group_of(there) == group
        assert await stores[0].memberships(group.id) == []
        assert len(await stores[0].memberships(own.id)) <= 1
        assert [it.rooms for it in await stores[0].memberships(own.id)] in ([], [set() if moved else {there}])


async def test_what_is_imported_while_two_become_one_is_theirs_or_refused(
    stores: list[Store], ana: Member
) -> None:
    for _ in range(6):
        other = await stores[0].add_member("Ana too", "UTC", None, 1)
        await stores[0].export_link(ana.id, Source.EXTENDED)
        link = await stores[0].export_link(other.id, Source.EXTENDED)
        before = await stores[0].plays_between([ana.id], 0, 10**6)
        plays = [NewPlay(n + len(before[0].plays), TRACKS[n]) for n in range(60)]
        _, recorded = await asyncio.gather(
            stores[0].merge_members(ana.id, other.id),
            stores[1].record(link.id, plays),
            return_exceptions=True,
        )
        assert recorded == 60 or isinstance(recorded, NotFound)
        (found,) = await stores[1].plays_between([ana.id], 0, 10**6)
        assert len(found.plays) - len(before[0].plays) == (60 if recorded == 60 else 0)
        assert await stores[1].links(other.id) == []


async def test_a_draft_is_changed_by_exactly_one(stores: list[Store], ana: Member) -> None:
    group = await stores[0].open_room(RoomRef("lounge", "", "club"), "Club", "UTC")
    draft = await stores[0].new_draft(group.id, ana.id, "", 1)
    changed = await asyncio.gather(
        *(store.change_draft(draft.id, 1, str(n)) for n, store in enumerate(stores * 5)),
        return_exceptions=True,
    )
    [won] = [it for it in changed if not isinstance(it, BaseException)]
    assert len([it for it in changed if isinstance(it, Stale)]) == 9
    assert await stores[1].draft(draft.id) == won


async def test_an_account_is_linked_by_exactly_one_member(stores: list[Store]) -> None:
    members = [await stores[0].add_member(str(n), "UTC", None, 1) for n in range(8)]
    links = [Link(LinkId(0), member.id, Source.SPOTIFY, "31abc") for member in members]
    told = await asyncio.gather(
        *(store.link_account(link, b"", 1) for store, link in zip(stores * 4, links, strict=True)),
        return_exceptions=True,
    )
    assert len([it for it in told if isinstance(it, Link)]) == 1
    assert len([it for it in told if isinstance(it, NotAllowed)]) == 7


async def test_an_identity_and_a_room_are_made_once(stores: list[Store]) -> None:
    members = await asyncio.gather(
        *(store.add_member("Ana", "UTC", Identity("lounge", "ana"), 1) for store in stores * 5)
    )
    groups = await asyncio.gather(
        *(store.open_room(RoomRef("lounge", "", "club"), "Club", "UTC") for store in stores * 5)
    )
    assert len(set(members)) == len(set(groups)) == 1
    assert await stores[0].all_members() == [members[0]]


async def test_recaps_exports_and_playlists_are_kept_once(stores: list[Store], ana: Member) -> None:
    frozen = await asyncio.gather(*(store.freeze(None, ana.id, 1, "{}", "aa") for store in stores * 5))
    links = await asyncio.gather(*(store.export_link(ana.id, Source.ACCOUNT) for store in stores * 5))
    assert len({it.id for it in frozen}) == len({it.id for it in links}) == 1


async def test_the_same_songs_in_every_order_neither_collide_nor_wait_for_each_other(
    stores: list[Store],
) -> None:
    links = [
        await stores[0].export_link((await stores[0].add_member(str(n), "UTC", None, 1)).id, Source.EXTENDED)
        for n in range(6)
    ]

    async def listen(store: Store, link: Link, turn: int) -> int:
        tracks = TRACKS[turn:] + TRACKS[:turn]
        plays = [NewPlay(n, track) for n, track in enumerate(tracks if turn % 2 else tracks[::-1])]
        return await store.record(link.id, plays)

    new = await asyncio.gather(
        *(
            listen(store, link, turn * 7)
            for turn, (store, link) in enumerate(zip(stores * 3, links, strict=True))
        )
    )
    assert new == [60] * 6
    assert await stores[1].artists() == [("Artist", 60)]


async def test_the_same_plays_are_counted_as_new_once(stores: list[Store], link: Link) -> None:
    plays = [NewPlay(n, track) for n, track in enumerate(TRACKS)]
    assert sum(await asyncio.gather(*(store.record(link.id, plays) for store in stores * 3))) == 60


async def test_coverage_told_at_once_is_merged_whole(stores: list[Store], link: Link) -> None:
    await asyncio.gather(
        *(store.cover(link.id, [Span(n * 10, n * 10 + 10)]) for n, store in enumerate(stores * 8))
    )
    [found] = await stores[0].plays_between([link.member_id], 0, 1)
    assert found.covered == [Span(0, 160)]


async def test_a_look_that_meets_an_unlink_leaves_nothing_behind(stores: list[Store], ana: Member) -> None:
    for n in range(8):
        link = await stores[0].link_account(Link(LinkId(0), ana.id, Source.SPOTIFY, str(n)), b"", 1)
        polled = Polled(
            link.id, 9, [NewPlay(n, track) for n, track in enumerate(TRACKS)], Span(0, 9), None, 10
        )
        looked, _ = await asyncio.gather(
            stores[0].record_poll(polled), stores[1].unlink(link.id), return_exceptions=True
        )
        assert looked == 60 or isinstance(looked, NotFound)
        assert await stores[0].links(ana.id) == []
        assert await stores[0].recent_keys(link.id, 1) == []


async def test_messages_become_visible_in_the_order_of_their_ids(stores: list[Store]) -> None:
    store = stores[0]
    seen: list[int] = []

    async def read_on() -> None:
        while len(seen) < 40:
            seen.extend(it.id for it in await store.messages("club", "", seen[-1] if seen else 0, 99))

    async with asyncio.timeout(10):
        await asyncio.gather(read_on(), *(store.append("club", "ana", "", str(n), n) for n in range(40)))
    assert seen == sorted(set(seen))


@pytest.mark.parametrize("after_s", [0, 0.01, 0.03, 0.06, 0.1])
async def test_a_cancelled_write_is_done_whole_or_not_at_all_and_the_store_goes_on(
    stores: list[Store], link: Link, after_s: float
) -> None:
    store = stores[0]
    plays = [NewPlay(n, TRACKS[n % 60]) for n in range(20_000)]
    writing = asyncio.create_task(store.record(link.id, plays))
    await asyncio.sleep(after_s)
    if writing.cancel():
        with pytest.raises(asyncio.CancelledError):
            await writing
    [found] = await stores[1].plays_between([link.member_id], 0, 10**6)
    assert len(found.plays) in {0, len(plays)}
    assert await store.record(link.id, plays[:10]) == (0 if found.plays else 10)
