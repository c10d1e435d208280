"""Which tracks are one song, and what groups say of it: on the fake, SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence

import pytest

from bot.core.identity import Verdict, derive
from bot.core.model import Group, GroupId, LinkId, Member, NewPlay, RawTrack, Source, TrackId
from bot.errors import NotFound
from bot.integrations.store import Store, open_store
from tests.fakes import EveryStore

LISTED = RawTrack("spotify:track:1", "Hello", "Adele", "25", 295_000)
REMASTER = RawTrack("spotify:track:2", "Hello - 2021 Remaster", "Adele", "25", 296_000)
LIVE = RawTrack("spotify:track:3", "Hello (Live)", "Adele", "Live", 310_000)
NAMED = RawTrack("", "hello", "ADELE")
TRACKS = (LISTED, REMASTER, LIVE, NAMED)


@pytest.fixture
async def link(store: EveryStore, ana: Member) -> LinkId:
    return (await store.export_link(ana.id, Source.EXTENDED)).id


async def play(store: EveryStore, link: LinkId, tracks: Sequence[RawTrack]) -> dict[str, TrackId]:
    """Each track once; the numbers of all tracks of the link by raw key."""
    first_ms = await store.count_plays(link) + 1
    await store.record(link, [NewPlay(first_ms + n, track, 60_000) for n, track in enumerate(tracks)])
    (found,) = [
        it
        for member in await store.all_members()
        for it in await store.plays_between([member.id], 0, 1_000)
        if it.link.id == link
    ]
    return {it.key: it.id for it in (await store.tracks({one.track_id for one in found.plays})).values()}


async def songs(
    store: EveryStore, ids: dict[str, TrackId], group: GroupId | None = None
) -> set[frozenset[str]]:
    """The raw keys of each song."""
    found: dict[int, set[str]] = {}
    tracks = await store.tracks(ids.values())
    for track in (tracks if group is None else await store.in_group(tracks, group)).values():
        found.setdefault(track.song, set()).add(track.key)
    return set(map(frozenset, found.values()))


HELLO = frozenset({LISTED.key, REMASTER.key, NAMED.key})


async def test_tracks_come_with_their_songs(store: EveryStore, link: LinkId) -> None:
    ids = await play(store, link, TRACKS)
    assert await songs(store, ids) == {HELLO, frozenset({LIVE.key})}


@pytest.mark.parametrize("first", [TRACKS, TRACKS[::-1], (NAMED, LIVE, LISTED, REMASTER)])
async def test_the_order_in_which_tracks_come_makes_no_difference(
    store: EveryStore, link: LinkId, first: Sequence[RawTrack]
) -> None:
    for track in first:
        ids = await play(store, link, [track])
        await songs(store, ids)
    assert await songs(store, ids) == {HELLO, frozenset({LIVE.key})}


async def test_a_track_that_comes_later_joins_two_songs(store: EveryStore, link: LinkId) -> None:
    one = RawTrack("spotify:track:7", "Bandiera", "Anna", "", 200_000, "ITB000000001")
    other = RawTrack("spotify:track:8", "Flagge", "Anna", "", 205_000)
    ids = await play(store, link, [one, other])
    assert len(await songs(store, ids)) == 2
    ids = await play(
        store, link, [RawTrack("spotify:track:9", "flagge", "ANNA", "", 202_000, "IT-B00-00-00001")]
    )
    assert await songs(store, ids) == {frozenset(ids)}


async def test_a_length_that_becomes_known_may_part_a_song(store: EveryStore, link: LinkId) -> None:
    export = RawTrack("spotify:track:5", "Hello", "Adele")
    ids = await play(store, link, [LISTED, export])
    assert await songs(store, ids) == {frozenset(ids)}
    ids = await play(store, link, [export._replace(duration_ms=200_000)])
    assert await songs(store, ids) == {frozenset({LISTED.key}), frozenset({export.key})}


async def test_all_can_be_filed_again_a_part_at_a_time(store: EveryStore, link: LinkId) -> None:
    ids = await play(store, link, TRACKS)
    before = await songs(store, ids)
    assert await store.file_songs(9) == 0
    assert await store.reopen_songs() == 4
    assert await songs(store, ids) == before
    assert [await store.file_songs(3), await store.file_songs(3), await store.file_songs(3)] == [3, 1, 0]
    assert await songs(store, ids) == before


async def test_what_nobody_has_counted_yet_is_filed_all_the_same(store: EveryStore, link: LinkId) -> None:
    await store.record(link, [NewPlay(1, LISTED, 60_000), NewPlay(2, LIVE, 60_000)])
    assert [await store.file_songs(1), await store.file_songs(5), await store.file_songs(5)] == [1, 1, 0]


async def test_a_group_says_what_is_the_same_and_takes_it_back(
    store: EveryStore, link: LinkId, ana: Member, club: Group
) -> None:
    ids = await play(store, link, TRACKS)
    rules = await songs(store, ids)
    await store.add_alias(club.id, ana.id, Verdict.SAME, ids[LIVE.key], ids[NAMED.key], 77)
    await store.add_alias(club.id, ana.id, Verdict.SAME, ids[LIVE.key], ids[NAMED.key], 78)
    assert await songs(store, ids, club.id) == {frozenset(ids)}
    assert await songs(store, ids) == rules
    assert await songs(store, ids, GroupId(club.id + 1)) == rules
    (made,) = await store.aliases(club.id)
    assert (made.by, made.made_ms, made.alias.verdict) == ("Ana", 77, Verdict.SAME)
    assert (made.alias.track.key, made.alias.other.key) == (LIVE.key, NAMED.key)
    assert not await store.remove_alias(GroupId(club.id + 1), made.alias.id)
    assert await store.remove_alias(club.id, made.alias.id)
    assert not await store.remove_alias(club.id, made.alias.id)
    assert await songs(store, ids, club.id) == rules


async def test_a_group_parts_what_the_rules_joined(
    store: EveryStore, link: LinkId, ana: Member, club: Group
) -> None:
    ids = await play(store, link, TRACKS)
    await store.add_alias(club.id, ana.id, Verdict.APART, ids[LISTED.key], ids[NAMED.key], 1)
    assert await songs(store, ids, club.id) == {
        frozenset({LISTED.key}),
        HELLO - {LISTED.key},
        frozenset({LIVE.key}),
    }


async def test_nothing_is_said_of_tracks_that_are_not_there(
    store: EveryStore, link: LinkId, ana: Member, club: Group
) -> None:
    ids = await play(store, link, TRACKS)
    with pytest.raises(NotFound):
        await store.add_alias(club.id, ana.id, Verdict.SAME, ids[LIVE.key], TrackId(999_999), 1)
    assert await store.aliases(club.id) == []


async def test_an_alias_is_its_makers_also_after_they_became_another_member(
    store: EveryStore, link: LinkId, ana: Member, ben: Member, club: Group
) -> None:
    ids = await play(store, link, TRACKS)
    await store.add_alias(club.id, ben.id, Verdict.SAME, ids[LIVE.key], ids[NAMED.key], 1)
    await store.merge_members(ana.id, ben.id)
    assert [it.by for it in await store.aliases(club.id)] == ["Ana"]


async def test_an_alias_goes_with_its_maker_and_a_song_with_its_last_play(
    store: EveryStore, link: LinkId, ana: Member, ben: Member, club: Group
) -> None:
    theirs = (await store.export_link(ben.id, Source.EXTENDED)).id
    bridge = LISTED._replace(isrc="GBBKS1500214")
    other = RawTrack("spotify:track:6", "Allô", "Adele", "", 295_000, "GBBKS1500214")
    ids = await play(store, link, [other, REMASTER, LIVE])
    await play(store, theirs, [bridge])
    ids |= {bridge.key: next(iter(set((await play(store, theirs, [])).values())))}
    assert await songs(store, ids) == {frozenset(ids) - {LIVE.key}, frozenset({LIVE.key})}
    await store.add_alias(club.id, ben.id, Verdict.SAME, ids[LIVE.key], ids[REMASTER.key], 1)
    deleted = await store.delete_member(ben.id, recap=lambda facts, _: facts, draft=lambda body, _: body)
    assert (deleted.tracks, deleted.settings) == (1, 1)
    assert await store.aliases(club.id) == []
    del ids[bridge.key]
    assert await songs(store, ids) == {frozenset({key}) for key in ids}


def made_up(chance: random.Random, tracks: int) -> list[RawTrack]:
    """Tracks that have much in common: few names, few codes, few lengths; some with an ID and some without."""
    return [
        RawTrack(
            chance.choice(["", f"spotify:track:{n}", f"spotify:track:{n}"]),
            chance.choice(["X", "x (feat. B)", "X (Live)", "X - Remastered", "Y", ""]),
            chance.choice(["A", "a", "B", "A feat. B"]),
            chance.choice(["", "One", "Two"]),
            chance.choice([0, 0, 100_000, 102_000, 110_000, 200_000]),
            chance.choice(["", "", f"I{chance.randrange(tracks)}"]),
        )
        for n in range(tracks)
    ]


@pytest.mark.parametrize("seed", range(4))
async def test_filed_bit_by_bit_is_what_all_at_once_would_be(
    store: EveryStore, link: LinkId, ana: Member, seed: int
) -> None:
    chance = random.Random(seed)
    heard = made_up(chance, 60)
    heard += [
        it._replace(duration_ms=chance.choice([100_000, 200_000])) for it in heard if not it.duration_ms
    ][:9]
    for at_ms, track in enumerate(heard, 1):
        await store.record(link, [NewPlay(at_ms, track, 60_000)])
        if chance.random() < 0.3:
            await store.file_songs(chance.randrange(1, 5))
        if chance.random() < 0.05:
            await store.reopen_songs()
    (found,) = await store.plays_between([ana.id], 0, 1_000)
    while await store.file_songs(3):
        pass
    tracks = await store.tracks({it.track_id for it in found.plays})
    assert len(tracks) > 40
    assert {number: track.song for number, track in tracks.items()} == derive(tracks.values())


async def test_two_that_file_at_once_and_one_that_records_agree(database_url: str) -> None:
    stores = [await open_store(database_url) for _ in range(3)]
    ana = await stores[0].add_member("Ana", "UTC", None, 1)
    link = await stores[0].export_link(ana.id, Source.EXTENDED)
    heard = [NewPlay(n, track, 60_000) for n, track in enumerate(made_up(random.Random(9), 90), 1)]

    async def record() -> None:
        for play in heard:
            await stores[0].record(link.id, [play])

    async def file(store: Store) -> None:
        for n in range(30):
            await store.file_songs(1 + n % 4)

    await asyncio.gather(record(), *map(file, stores[1:]))
    while await stores[1].file_songs(50):
        pass
    (found,) = await stores[2].plays_between([ana.id], 0, 1_000)
    tracks = await stores[2].tracks({it.track_id for it in found.plays})
    assert {number: track.song for number, track in tracks.items()} == derive(tracks.values())
    for store in stores:
        await store.close()
