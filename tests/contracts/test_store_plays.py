"""Plays, tracks, coverage and gaps, on the fake, SQLite and PostgreSQL."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.model import (
    Gap,
    Link,
    LinkId,
    Member,
    MemberId,
    NewPlay,
    Play,
    RawTrack,
    SongId,
    Source,
    Span,
    Track,
    TrackId,
)
from bot.errors import NotFound
from bot.ports import Polled
from tests.fakes import EveryStore

A = RawTrack("spotify:track:a", "Aria", "Ana", "First", 200_000, "DE0000000001")
B = RawTrack("spotify:track:b", "Bolero", "Ben", "Second", 100_000)
NAMED = RawTrack("", "Aria", "Ana", "First")

# A store keeps what one example wrote; each example makes a link of its own.
PROPERTY = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


async def _own_link(store: EveryStore) -> Link:
    return await store.export_link((await store.add_member("Somebody", "UTC", None, 1)).id, Source.EXTENDED)


async def _track_ids(store: EveryStore, link: Link) -> list[TrackId]:
    [found] = await store.plays_between([link.member_id], 0, 10**15)
    return [play.track_id for play in found.plays]


# --- plays


async def test_plays_come_back_in_order_of_time(store: EveryStore, link: Link) -> None:
    assert await store.record(link.id, [NewPlay(30, A, 9), NewPlay(10, B, 8), NewPlay(20, A, 7)]) == 3
    [found] = await store.plays_between([link.member_id], 0, 100)
    assert found.link == link
    a, b = found.plays[1].track_id, found.plays[0].track_id
    assert found.plays == [Play(10, b, 8), Play(20, a, 7), Play(30, a, 9)]
    assert all(type(play) is Play for play in found.plays)


async def test_a_play_that_is_there_is_left_alone(store: EveryStore, link: Link) -> None:
    plays = [NewPlay(10, A, 5), NewPlay(20, B, 5)]
    assert await store.record(link.id, plays) == 2
    assert await store.record(link.id, plays) == 0
    assert await store.record(link.id, [*plays, NewPlay(15, A, 5)]) == 1
    assert len(await _track_ids(store, link)) == 3


async def test_equal_rows_are_told_apart_by_nth_alone(store: EveryStore, link: Link) -> None:
    assert await store.record(link.id, [NewPlay(10, A, 5), NewPlay(10, A, 5), NewPlay(10, A, 5, 1)]) == 2
    [found] = await store.plays_between([link.member_id], 0, 100)
    assert [(play.at_ms, play.ms_played) for play in found.plays] == [(10, 5), (10, 5)]


async def test_another_length_or_track_at_the_same_instant_is_another_play(
    store: EveryStore, link: Link
) -> None:
    assert await store.record(link.id, [NewPlay(10, A, 5), NewPlay(10, A, 6), NewPlay(10, B, 5)]) == 3


async def test_nothing_to_record_is_nothing_new(store: EveryStore, link: Link) -> None:
    assert await store.record(link.id, []) == 0
    [found] = await store.plays_between([link.member_id], 0, 100)
    assert (found.plays, found.covered, found.gaps) == ([], [], [])


async def test_an_interval_includes_its_start_and_excludes_its_end(store: EveryStore, link: Link) -> None:
    await store.record(link.id, [NewPlay(at_ms, A) for at_ms in (9, 10, 19, 20)])
    [found] = await store.plays_between([link.member_id], 10, 20)
    assert [play.at_ms for play in found.plays] == [10, 19]


async def test_each_link_of_these_members_answers_for_itself(
    store: EveryStore, ana: Member, ben: Member
) -> None:
    first = await store.export_link(ana.id, Source.EXTENDED)
    bens = await store.export_link(ben.id, Source.EXTENDED)
    second = await store.export_link(ana.id, Source.ACCOUNT)
    await store.record(first.id, [NewPlay(1, A)])
    await store.record(bens.id, [NewPlay(1, A), NewPlay(2, A)])
    both = await store.plays_between([ana.id, ben.id], 0, 10)
    assert [(it.link, len(it.plays)) for it in both] == [(first, 1), (bens, 2), (second, 0)]
    assert [it.link for it in await store.plays_between([ana.id], 0, 10)] == [first, second]
    assert await store.plays_between([], 0, 10) == []
    assert await store.plays_between([MemberId(99)], 0, 10) == []


async def test_recent_keys_are_newest_first(store: EveryStore, link: Link) -> None:
    await store.record(link.id, [NewPlay(10, A), NewPlay(30, NAMED), NewPlay(20, B)])
    assert await store.recent_keys(link.id, 2) == [(30, NAMED.key), (20, B.key)]
    assert len(await store.recent_keys(link.id, 50)) == 3


async def test_instants_far_beyond_32_bits_and_before_1970(store: EveryStore, link: Link) -> None:
    assert await store.record(link.id, [NewPlay(4_102_444_800_000, A, 3_000_000_000), NewPlay(-5, A)]) == 2
    [found] = await store.plays_between([link.member_id], -5, 2**62)
    assert [(play.at_ms, play.ms_played) for play in found.plays] == [
        (-5, 0),
        (4_102_444_800_000, 3_000_000_000),
    ]


@PROPERTY
@given(
    batches=st.lists(
        st.lists(st.tuples(st.integers(0, 30), st.sampled_from([A, B, NAMED]), st.integers(0, 2))), max_size=4
    )
)
async def test_however_plays_arrive_each_is_kept_once(
    store: EveryStore, batches: list[list[tuple[int, RawTrack, int]]]
) -> None:
    link = await _own_link(store)
    expected: set[NewPlay] = set()
    for batch in batches:
        plays = [NewPlay(at_ms, track, ms_played) for at_ms, track, ms_played in batch]
        assert await store.record(link.id, plays) == len(set(plays) - expected)
        expected |= set(plays)
    [found] = await store.plays_between([link.member_id], 0, 100)
    tracks = await store.tracks({play.track_id for play in found.plays})
    stored = [(play.at_ms, tracks[play.track_id].key, play.ms_played) for play in found.plays]
    assert sorted(stored) == sorted((play.at_ms, play.track.key, play.ms_played) for play in expected)
    assert found.plays == sorted(found.plays)


# --- tracks


async def test_a_track_keeps_what_was_received(store: EveryStore, link: Link) -> None:
    await store.record(link.id, [NewPlay(1, A), NewPlay(2, NAMED)])
    a, named = await _track_ids(store, link)
    song = SongId(min(a, named))
    assert await store.tracks([a, named, TrackId(999_999)]) == {
        a: Track(a, "spotify:track:a", "Aria", "Ana", "First", 200_000, "DE0000000001", song),
        named: Track(named, NAMED.key, "Aria", "Ana", "First", song=song),
    }
    assert await store.tracks([]) == {}


async def test_a_later_row_fills_what_was_unknown_and_changes_nothing_else(
    store: EveryStore, link: Link
) -> None:
    bare = RawTrack(A.uri, "", "Ana")
    await store.record(link.id, [NewPlay(1, bare)])
    await store.record(link.id, [NewPlay(2, A._replace(artist="Somebody else", isrc=""))])
    await store.record(link.id, [NewPlay(3, A._replace(title="Other", album="Other", duration_ms=1))])
    await store.record(link.id, [NewPlay(4, bare)])
    [track_id] = set(await _track_ids(store, link))
    assert await store.tracks([track_id]) == {
        track_id: Track(track_id, A.uri, "Aria", "Ana", "First", 200_000, "DE0000000001")
    }


async def test_the_same_holds_inside_one_batch(store: EveryStore, link: Link) -> None:
    first, second = RawTrack(A.uri, "Zebra", ""), RawTrack(A.uri, "Aria", "Ana")
    await store.record(link.id, [NewPlay(1, first), NewPlay(2, second)])
    [track_id] = set(await _track_ids(store, link))
    [track] = (await store.tracks([track_id])).values()
    assert (track.title, track.artist) == ("Zebra", "Ana")


async def test_artists_are_counted_by_track(store: EveryStore, link: Link) -> None:
    assert await store.artists() == []
    unknown = RawTrack("spotify:track:c", "", "")
    await store.record(
        link.id, [NewPlay(1, A), NewPlay(2, A), NewPlay(3, NAMED), NewPlay(4, B), NewPlay(5, unknown)]
    )
    assert await store.artists() == [("Ana", 2), ("Ben", 1)]


@PROPERTY
@given(words=st.lists(st.text(st.characters() | st.sampled_from("\x00\ud800\udfff")), min_size=4, max_size=4))
async def test_no_name_is_too_strange(store: EveryStore, words: list[str]) -> None:
    link = await _own_link(store)
    title, artist, album, uri = words
    plays = [NewPlay(1, RawTrack(uri, title, artist, album)), NewPlay(2, RawTrack("", title, artist, album))]
    assert await store.record(link.id, plays) == 2
    assert await store.record(link.id, plays) == 0
    first, second = await _track_ids(store, link)
    tracks = await store.tracks([first, second])

    def kept(text: str) -> str:
        return "".join("\ufffd" if it == "\x00" or "\ud800" <= it <= "\udfff" else it for it in text)

    named = tracks[second]
    assert (named.title, named.artist, named.album) == (kept(title), kept(artist), kept(album))
    assert tracks[first].key == kept(plays[0].track.key)
    assert await store.recent_keys(link.id, 1) == [(2, kept(plays[1].track.key))]


# --- coverage


async def test_touching_spans_become_one(store: EveryStore, link: Link) -> None:
    await store.cover(link.id, [Span(20, 30), Span(0, 10)])
    await store.cover(link.id, [Span(10, 15), Span(40, 50), Span(5, 5)])
    [found] = await store.plays_between([link.member_id], 0, 1)
    assert found.covered == [Span(0, 15), Span(20, 30), Span(40, 50)]
    await store.cover(link.id, [Span(14, 41)])
    [found] = await store.plays_between([link.member_id], 0, 1)
    assert found.covered == [Span(0, 50)]


@PROPERTY
@given(calls=st.lists(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=4), max_size=5))
async def test_coverage_is_the_union_of_what_was_vouched_for(
    store: EveryStore, calls: list[list[tuple[int, int]]]
) -> None:
    link = await _own_link(store)
    instants: set[int] = set()
    for spans in calls:
        await store.cover(link.id, [Span(*span) for span in spans])
        for start_ms, end_ms in spans:
            instants |= set(range(start_ms, end_ms))
    [found] = await store.plays_between([link.member_id], 0, 1)
    stored = [set(range(*span)) for span in found.covered]
    assert set().union(*stored) == instants
    assert all(
        left.end_ms < right.start_ms for left, right in zip(found.covered, found.covered[1:], strict=False)
    )


async def test_gaps_are_told_where_they_touch_the_time_asked_for(store: EveryStore, link: Link) -> None:
    gaps = [Gap(0, 10, "overflow"), Gap(10, 20, "outage"), Gap(5, 40, "expired"), Gap(30, 40, "stale")]
    for gap in [*gaps, gaps[0]]:
        await store.record_poll(Polled(link.id, 1, [], None, gap, 2))
    [found] = await store.plays_between([link.member_id], 10, 30)
    assert found.gaps == [Gap(5, 40, "expired"), Gap(10, 20, "outage")]
    [found] = await store.plays_between([link.member_id], 0, 100)
    assert found.gaps == sorted(gaps)


async def test_a_look_is_stored_whole(store: EveryStore, link: Link) -> None:
    polled = Polled(link.id, 50, [NewPlay(20, A), NewPlay(10, B)], Span(10, 50), Gap(0, 10, "overflow"), 90)
    assert await store.record_poll(polled) == 2
    assert await store.record_poll(polled) == 0
    [found] = await store.plays_between([link.member_id], 0, 100)
    assert [play.at_ms for play in found.plays] == [10, 20]
    assert (found.covered, found.gaps) == ([Span(10, 50)], [Gap(0, 10, "overflow")])


async def test_a_look_takes_back_exactly_what_the_source_took_back(store: EveryStore, link: Link) -> None:
    await store.record(link.id, [NewPlay(10, A), NewPlay(10, NAMED), NewPlay(20, A), NewPlay(30, A)])
    other = await store.export_link(link.member_id, Source.ACCOUNT)
    await store.record(other.id, [NewPlay(10, A)])
    edited = [(10, A.key), (20, A.key), (40, B.key)]
    assert await store.record_poll(Polled(link.id, 50, [NewPlay(20, B)], None, None, 90, gone=edited)) == 1
    assert await store.keys_between(link.id, 0, 100) == [(10, NAMED.key), (20, B.key), (30, A.key)]
    assert await store.count_plays(link.id) == 3
    assert await store.keys_between(other.id, 0, 100) == [(10, A.key)]
    assert await store.keys_between(link.id, 20, 30) == [(20, B.key)]
    assert await store.count_plays(LinkId(99)) == 0


async def test_what_is_taken_back_and_told_in_one_look_is_there(store: EveryStore, link: Link) -> None:
    await store.record(link.id, [NewPlay(10, A)])
    assert (
        await store.record_poll(Polled(link.id, 5, [NewPlay(10, A)], None, None, 9, gone=[(10, A.key)])) == 1
    )
    assert await store.keys_between(link.id, 0, 100) == [(10, A.key)]


async def test_a_look_that_cannot_be_stored_leaves_nothing(store: EveryStore, link: Link) -> None:
    gone = await store.export_link(link.member_id, Source.ACCOUNT)
    await store.unlink(gone.id)
    with pytest.raises(NotFound):
        await store.record_poll(Polled(gone.id, 5, [NewPlay(1, A)], Span(0, 5), None, 9))
    assert await store.artists() == []
    assert [it.link for it in await store.plays_between([link.member_id], 0, 10)] == [link]


async def test_what_was_heard_before_is_told_over_all_links_of_a_member(store: EveryStore) -> None:
    ana, ben = [(await store.add_member(name, "UTC", None, 1)).id for name in ("Ana", "Ben")]
    links = [
        (await store.export_link(who, source)).id
        for who, source in ((ana, Source.EXTENDED), (ana, Source.ACCOUNT), (ben, Source.EXTENDED))
    ]
    one, two = RawTrack("spotify:track:1", "One", "A"), RawTrack("spotify:track:2", "Two", "A")
    await store.record(links[0], [NewPlay(10, one), NewPlay(30, one), NewPlay(99, two), NewPlay(100, two)])
    await store.record(links[1], [NewPlay(5, one), NewPlay(20, one, 40_000), NewPlay(200, two)])
    await store.record(links[2], [NewPlay(7, two)])
    told = await store.heard_before([ana, ben], 100)
    titles = {number: it.title for number, it in (await store.tracks([*told[ana], *told[ben]])).items()}
    assert {titles[number]: heard for number, heard in told[ana].items()} == {
        "One": (5, 30),
        "Two": (99, 99),
    }
    assert {titles[number]: heard for number, heard in told[ben].items()} == {"Two": (7, 7)}
    assert await store.heard_before([ana], 5) == {ana: {}}
    assert await store.heard_before([], 100) == {}
