"""Plays that are kept no longer (`PlayStore.expire`), and that nobody vouches for their time any more."""

from __future__ import annotations

from bot.core.calendar import DAY_MS
from bot.core.model import Gap, Link, LinkId, Member, NewPlay, RawTrack, Source, Span
from bot.ports import Polled
from bot.services.retention import Retention
from tests.fakes import EveryStore, FakeClock

OLD, NEW = RawTrack("spotify:track:1", "One", "A"), RawTrack("spotify:track:2", "Two", "B")


async def polled(store: EveryStore, member: Member) -> LinkId:
    link = await store.link_account(Link(LinkId(0), member.id, Source.SPOTIFY, "a"), b"sealed", 1)
    plays = [NewPlay(at_ms, OLD) for at_ms in (10, 20, 30)] + [NewPlay(at_ms, NEW) for at_ms in (40, 50)]
    for span, gap in ((Span(0, 25), Gap(0, 5, "outage")), (Span(28, 60), Gap(39, 41, "stale"))):
        await store.record_poll(Polled(link.id, 60, plays, span, gap, 100))
    return link.id


async def test_what_is_older_goes_oldest_day_by_oldest_day_and_nothing_else(
    store: EveryStore, ana: Member
) -> None:
    await polled(store, ana)
    imported = await store.export_link(ana.id, Source.EXTENDED)
    await store.record(imported.id, [NewPlay(10, OLD)])
    await store.cover(imported.id, [Span(0, 60)])
    assert await store.expire(Source.SPOTIFY, 40, 2) == 2
    assert await store.expire(Source.SPOTIFY, 40, 2) == 1
    assert await store.expire(Source.SPOTIFY, 40, 2) == 0
    by_source = {it.link.source: it for it in await store.plays_between([ana.id], 0, 99)}
    found = by_source[Source.SPOTIFY]
    assert [it.at_ms for it in found.plays] == [40, 50]
    assert (found.covered, found.gaps) == ([Span(40, 60)], [Gap(39, 41, "stale")])
    kept = by_source[Source.EXTENDED]
    assert ([it.at_ms for it in kept.plays], kept.covered) == ([10], [Span(0, 60)])


async def test_nobody_vouches_for_time_of_which_only_a_part_is_deleted_yet(
    store: EveryStore, ana: Member
) -> None:
    await polled(store, ana)
    assert await store.expire(Source.SPOTIFY, 40, 1) == 1
    (found,) = await store.plays_between([ana.id], 0, 99)
    assert (len(found.plays), found.covered) == (4, [Span(40, 60)])


async def test_the_chore_deletes_what_is_past_its_days_and_the_songs_that_nobody_has_any_more(
    store: EveryStore, ana: Member
) -> None:
    await polled(store, ana)
    clock = FakeClock(400 * DAY_MS)
    kept = Retention(store, store, clock, {Source.SPOTIFY: 400})
    await kept.run()
    assert [len(it.plays) for it in await store.plays_between([ana.id], 0, 99)] == [5]
    clock.advance(31)
    await kept.run()
    (found,) = await store.plays_between([ana.id], 0, 99)
    assert ([it.at_ms for it in found.plays], found.covered) == ([40, 50], [Span(31, 60)])
    assert await store.artists() == [("B", 1)]


async def test_without_days_nothing_goes(store: EveryStore, ana: Member) -> None:
    await polled(store, ana)
    await Retention(store, store, FakeClock(10**15), {}).run()
    assert [len(it.plays) for it in await store.plays_between([ana.id], 0, 99)] == [5]


async def test_after_an_unlinking_a_sweep_leaves_no_song_of_it(store: EveryStore, ana: Member) -> None:
    link_id = await polled(store, ana)
    await store.unlink(link_id)
    await Retention(store, store, FakeClock(), {}).sweep()
    assert await store.artists() == []
