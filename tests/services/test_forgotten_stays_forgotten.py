"""What a member forgets or plays in a pause comes back from no source: not by a look, a mirror or an import."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.chat.cards import Lines
from bot.core.exports import Skip
from bot.core.histories import DAY_MS
from bot.core.model import Member, Span
from bot.integrations.exports import FilesOnDisk
from bot.integrations.scrobbles import LastfmClient
from bot.services.choices import Choosing
from bot.services.importing import Importing
from bot.services.polling import Outcome
from cogs.imports import imported
from tests import feeds
from tests.fakes import FakeClock, FakeStore
from tests.recount import SKIPS, extended, write
from tests.services import test_reading_histories as histories
from tests.twins.lastfm import KEY, SECRET, lastfm_twin

HOUR_MS = feeds.HOUR_MS


def choosing(house: feeds.House | histories.House) -> Choosing:
    return Choosing(house.store, house.store, house.clock)


# --- Spotify's list of recent plays


async def times(house: feeds.House, member: Member) -> list[int]:
    return [play.at_ms for play in (await house.kept(member)).plays]


async def test_a_look_does_not_bring_back_what_was_forgotten() -> None:
    house = feeds.House()
    ana = await house.linked("ana")
    house.feed.play("ana", 40)
    await house.polling.poll(await house.look(ana))
    before = await times(house, ana)
    assert await choosing(house).forget(ana, Span(before[10], before[30])) == 20
    house.clock.advance(HOUR_MS)
    house.feed.play("ana", 8)
    report = await house.polling.poll(await house.look(ana))
    assert (report.outcome, report.new, report.gap) == (Outcome.LOOKED, 8, None)
    assert (await times(house, ana))[:20] == [*before[:10], *before[30:]]


async def test_where_all_is_forgotten_the_next_look_is_no_gap() -> None:
    house = feeds.House()
    ana = await house.linked("ana")
    house.feed.play("ana", 50)
    await house.polling.poll(await house.look(ana))
    house.clock.advance(1)
    assert await choosing(house).forget(ana, Span(0, house.clock.now + 1)) == 50
    house.clock.advance(HOUR_MS)
    house.feed.play("ana", 3)
    report = await house.polling.poll(await house.look(ana))
    assert (report.new, report.gap) == (3, None)
    assert len(await times(house, ana)) == 3


async def test_in_a_pause_nothing_is_asked_and_afterwards_nothing_of_it_is_kept() -> None:
    house = feeds.House()
    ana = await house.linked("ana")
    house.feed.play("ana", 10)
    await house.polling.poll(await house.look(ana))
    house.clock.advance(1)
    assert await choosing(house).pause(ana)
    paused_ms = house.clock.now
    house.clock.advance(3 * HOUR_MS)
    house.feed.play("ana", 12)
    house.clock.advance(1)
    assert (await house.polling.poll(await house.look(ana))).outcome is Outcome.PAUSED
    assert house.feed.asked == ["ana"]
    assert await choosing(house).resume(ana)
    resumed_ms = house.clock.now
    house.clock.advance(HOUR_MS)
    house.feed.play("ana", 5)
    assert (await house.polling.poll(await house.look(ana))).new == 5
    kept = await times(house, ana)
    assert len(kept) == 15
    assert not any(paused_ms <= at_ms < resumed_ms for at_ms in kept)


async def test_what_left_the_list_before_a_long_pause_is_a_gap() -> None:
    """Nobody saw the last plays before it: that is said, and not that all was seen."""
    house = feeds.House()
    ana = await house.linked("ana")
    house.feed.play("ana", 50)
    await house.polling.poll(await house.look(ana))
    seen_ms = house.clock.now
    house.clock.advance(HOUR_MS)
    house.feed.play("ana", 9)
    await choosing(house).pause(ana)
    house.clock.advance(30 * HOUR_MS)
    house.feed.play("ana", 60)
    house.clock.advance(1)
    await choosing(house).resume(ana)
    house.clock.advance(HOUR_MS)
    house.feed.play("ana", 2)
    report = await house.polling.poll(await house.look(ana))
    assert report.new == 2
    assert report.gap is not None
    assert report.gap.start_ms <= seen_ms < seen_ms + HOUR_MS <= report.gap.end_ms


# --- Last.fm's mirror


@pytest.fixture
async def lastfm() -> AsyncIterator[histories.House]:
    async with lastfm_twin() as twin:
        client = LastfmClient(KEY, SECRET, twin.api_url, twin.auth_url, every_s=0, timeout_s=5)
        yield histories.House(twin, client)
        await client.close()


async def test_neither_the_mirror_nor_a_whole_reading_brings_back_what_was_forgotten(
    lastfm: histories.House,
) -> None:
    listener = lastfm.twin.listener("ana")
    histories.listen(listener, days=30, a_day=10)
    ana = await lastfm.linked("ana")
    await lastfm.caught_up(ana)
    before = await lastfm.rows(ana)
    now_ms = lastfm.clock.now
    span = Span(now_ms - 9 * DAY_MS, now_ms - 7 * DAY_MS)
    gone = [row for row in before if span.start_ms <= row[0] * 1000 < span.end_ms]
    assert await choosing(lastfm).forget(ana, span) == len(gone) > 15
    lastfm.clock.now += 25 * HOUR_MS  # the daily mirror of fourteen days is due
    await lastfm.caught_up(ana)
    assert await lastfm.rows(ana) == [row for row in before if row not in gone]
    [link] = await lastfm.store.links(ana.id)
    await lastfm.store.unlink(link.id)
    await lastfm.linked_again(ana)
    await lastfm.caught_up(ana)
    assert await lastfm.rows(ana) == [row for row in before if row not in gone]


# --- an export


async def test_an_import_does_not_bring_back_what_was_forgotten_or_played_in_a_pause(tmp_path: Path) -> None:
    clock, store = FakeClock(), FakeStore()
    ana = await store.add_member("Ana", "UTC", None, 0)
    took = Choosing(store, store, clock)
    folder = write(
        tmp_path,
        {
            "Streaming_History_Audio_2024_0.json": [
                extended(f"2024-03-{n:02}T10:00:00Z", f"S{n}") for n in range(1, 11)
            ]
        },
    )
    importing = Importing(store, store, FilesOnDisk())

    def at_ms(day: int) -> int:
        return 1_709_287_200_000 + (day - 1) * DAY_MS  # 2024-03-01 10:00 in UTC

    assert await took.forget(ana, Span(at_ms(3), at_ms(5))) == 0
    clock.now = at_ms(7)
    await took.pause(ana)
    clock.now = at_ms(9)
    await took.resume(ana)
    for new in (6, 0):
        summary = await importing.run(ana, [str(folder)])
        assert (summary.plays, summary.already_known, summary.skipped[Skip.NOT_KEPT]) == (new, 6 - new, 4)
        assert summary.rows == 10
        assert summary.as_json()["skipped"] == {**dict.fromkeys(SKIPS, 0), "not_kept": 4}
        [lines] = [it for it in imported(summary, ana).blocks if isinstance(it, Lines)]
        assert [str(it) for it in lines.lines] == ["4 of time that you had me forget, or of a pause"]
        [kept] = await store.plays_between([ana.id], 0, 2**50)
        tracks = await store.tracks({play.track_id for play in kept.plays})
        titles = [tracks[play.track_id].title for play in kept.plays]
        assert titles == ["S1", "S2", "S5", "S6", "S9", "S10"]
