"""Looking at links: what is stored, what failed, what is late."""

from __future__ import annotations

import asyncio

import pytest

from bot.core.model import Gap, Link, LinkId, LinkState, Source
from bot.core.polling import LATE_MS
from bot.errors import LinkExpired, QuotaExceeded, Unavailable
from bot.services.polling import Outcome
from tests.feeds import HOUR_MS, House

MINUTE_MS = 60_000


@pytest.fixture
def house() -> House:
    return House()


async def test_looks_store_plays_coverage_and_the_next_look(house: House):
    ana = await house.linked("ana")
    house.feed.play("ana", 60)
    report = await house.polling.poll(await house.look(ana))
    assert (report.outcome, report.new, report.gap) == (Outcome.LOOKED, 50, None)
    due = await house.look(ana)
    assert due.last_ms == house.clock.now
    assert 54 * MINUTE_MS <= due.next_ms - house.clock.now <= 60 * MINUTE_MS
    first_end = house.clock.now
    house.clock.advance(HOUR_MS)
    house.feed.play("ana", 10)
    report = await house.polling.poll(await house.look(ana))
    assert report.new == 10
    kept = await house.kept(ana)
    assert len(kept.plays) == 60
    assert len(kept.covered) == 1
    assert kept.covered[0].end_ms == house.clock.now > first_end
    assert house.feed.asked == ["ana", "ana"]
    assert await house.store.spent("host", 0) == 2


async def test_failures_back_off_and_the_gap_is_named_once_it_is_known(house: House):
    ana = await house.linked("ana")
    house.feed.play("ana", 50)
    await house.polling.poll(await house.look(ana))
    seen_ms = house.clock.now
    house.feed.fails["ana"] = Unavailable("down")
    waits = []
    for _ in range(8):
        due = await house.look(ana)
        house.clock.now = max(house.clock.now, due.next_ms)
        assert (await house.polling.poll(due)).outcome is Outcome.FAILED
        due = await house.look(ana)
        assert due.last_ms == seen_ms
        waits.append(round((due.next_ms - house.clock.now) / MINUTE_MS))
    assert waits == [2, 4, 8, 16, 32, 60, 60, 60]
    assert (await house.kept(ana)).covered[-1].end_ms == seen_ms
    house.clock.advance(3 * HOUR_MS)
    house.feed.play("ana", 51, every_ms=60_000)
    del house.feed.fails["ana"]
    report = await house.polling.poll(await house.look(ana))
    oldest_ms = house.feed.plays["ana"][-50].at_ms
    assert report.gap == Gap(seen_ms - LATE_MS, oldest_ms + 1, "outage")
    assert (await house.look(ana)).fails == 0
    assert list((await house.kept(ana)).gaps) == [report.gap]


async def test_a_short_outage_that_still_overlaps_leaves_no_gap(house: House):
    ana = await house.linked("ana")
    house.feed.play("ana", 50)
    await house.polling.poll(await house.look(ana))
    house.feed.fails["ana"] = Unavailable("down")
    house.clock.advance(HOUR_MS)
    await house.polling.poll(await house.look(ana))
    house.feed.fails.clear()
    house.feed.play("ana", 5)
    report = await house.polling.poll(await house.look(ana))
    assert report.gap is None
    assert len((await house.kept(ana)).covered) == 1


async def test_a_used_up_quota_waits_for_its_end_and_is_no_failure_of_the_link(house: House):
    ana = await house.linked("ana")
    house.feed.fails["ana"] = QuotaExceeded("done", 50_000)
    await house.polling.poll(await house.look(ana))
    due = await house.look(ana)
    assert due.fails == 0
    assert 50_000 <= (due.next_ms - house.clock.now) / 1000 <= 56_000


async def test_a_dead_link_is_not_due_again_until_it_is_renewed(house: House):
    ana = await house.linked("ana")
    house.feed.play("ana", 50)
    await house.polling.poll(await house.look(ana))
    due = await house.look(ana)
    house.clock.advance(HOUR_MS)
    await house.store.set_state(due.link.id, LinkState.EXPIRED)
    house.feed.fails["ana"] = LinkExpired("dead")
    assert await house.polling.due_developers() == []
    house.clock.advance(HOUR_MS)
    house.feed.fails.clear()
    house.feed.play("ana", 60, every_ms=60_000)
    await house.store.link_account(
        Link(LinkId(0), ana.id, Source.SPOTIFY, "ana", "client", "host", frozenset(), house.clock.now),
        (await house.store.sealed_grant(due.link.id)) or b"",
        house.clock.now,
    )
    (due,) = (await house.polling.claim("host", 10)).links
    report = await house.polling.poll(due)
    assert report.gap is not None
    assert report.gap.cause == "expired"


async def test_freshen_looks_at_what_is_old_and_tells_what_failed(house: House):
    ana, ben, cleo, dora = [await house.linked(name) for name in ("ana", "ben", "cleo", "dora")]
    house.feed.play("ana", 3)
    house.feed.fails["ben"] = Unavailable("down")
    await house.polling.poll(await house.look(cleo))
    members = [ana.id, ben.id, cleo.id]
    house.clock.advance(MINUTE_MS)
    reports = {it.member_id: it for it in await house.polling.freshen(members)}
    assert [reports[it].outcome for it in members] == [Outcome.LOOKED, Outcome.FAILED, Outcome.FRESH]
    assert str(reports[ben.id].problem) == "down"
    assert dora.id not in reports
    assert sorted(house.feed.asked) == ["ana", "ben", "cleo"]
    house.clock.advance(MINUTE_MS // 2)
    again = await house.polling.freshen(members)
    assert {it.outcome for it in again} == {Outcome.FRESH}
    assert len(house.feed.asked) == 3


async def test_freshen_does_not_wait_for_ever(house: House):
    ana = await house.linked("ana")
    house.feed.play("ana", 3)
    house.feed.slow.clear()
    (report,) = await house.polling.freshen([ana.id], within_s=0.02)
    assert report.outcome is Outcome.LATE
    house.feed.slow.set()
    await house.polling.settle()
    assert len((await house.kept(ana)).plays) == 3


async def test_two_at_once_make_one_call(house: House):
    ana = await house.linked("ana")
    due = await house.look(ana)
    reports = await asyncio.gather(*(house.polling.poll(due) for _ in range(5)))
    assert sorted(it.outcome for it in reports) == [Outcome.FRESH] * 4 + [Outcome.LOOKED]
    assert house.feed.asked == ["ana"]


async def test_a_link_removed_during_a_look_is_no_bug(house: House):
    ana = await house.linked("ana")
    house.feed.play("ana", 3)
    house.feed.slow.clear()
    look = asyncio.create_task(house.polling.poll(await house.look(ana)))
    await asyncio.sleep(0.01)
    (link,) = await house.store.links(ana.id)
    await house.store.unlink(link.id)
    house.feed.slow.set()
    assert (await look).outcome is Outcome.FAILED
    assert await house.store.links(ana.id) == []


async def test_five_links_cost_some_hundred_and_twenty_five_calls_a_day(house: House):
    names = ["ana", "ben", "cleo", "dora", "emil"]
    for name in names:
        await house.linked(name)
    end_ms = house.clock.now + 24 * HOUR_MS
    while True:
        looks = await house.store.claim_due("host", end_ms, end_ms + 1, 1)
        if not looks:
            break
        house.clock.now = max(house.clock.now, looks[0].next_ms)
        house.feed.play(looks[0].link.account, 5)
        assert (await house.polling.poll(looks[0])).outcome is Outcome.LOOKED
    assert 120 <= len(house.feed.asked) <= 135
