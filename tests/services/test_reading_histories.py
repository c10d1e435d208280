"""Last.fm from a yes to counted plays, over its twin: steps, kills, mirrors, doubts, and everything that goes wrong."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest

from bot.core.histories import DAY_MS, HOUR_MS, MIRRORED_MS
from bot.core.model import LinkPlays, LinkState, Member, MemberId, Source, Span
from bot.errors import LinkExpired, NotAllowed, Refused
from bot.integrations.scrobbles import LastfmClient
from bot.jobs import Looking
from bot.ports import DueLink
from bot.services.access import Access
from bot.services.approving import Approving
from bot.services.histories import STEP_PAGES, Histories
from bot.services.polling import Outcome, Polling, PollReport
from bot.text import Text
from tests.fakes import FakeChance, FakeClock, FakeStore
from tests.twins.lastfm import KEY, SECRET, LastfmTwin, Listener, lastfm_twin

NOW_S = 1_760_000_000
DAY_S = 86_400


class House:
    """Linking and reading over an in-memory store and the twin."""

    def __init__(self, twin: LastfmTwin, client: LastfmClient) -> None:
        self.twin = twin
        self.client = client
        self.clock = FakeClock(NOW_S * 1000)
        self.store = FakeStore()
        self.told: list[tuple[MemberId, str]] = []
        self.was_told = asyncio.Event()
        self.approving = Approving(self.store, {Source.LASTFM: client}, client, self.clock)
        self.start()

    def start(self) -> None:
        """Begin as a process does: knowing only what is stored."""

        async def tell(member_id: MemberId, why: Text) -> None:
            self.told.append((member_id, str(why)))
            self.was_told.set()

        source = Histories(
            self.store, self.store, self.store, self.store, self.client, self.clock, FakeChance()
        )
        nothing: object = None  # nothing here goes to Spotify
        access = Access(self.store, self.store, nothing, nothing, self.clock)  # type: ignore[arg-type]
        self.polling = Polling(
            self.store, self.store, nothing, access, self.clock, FakeChance(), {Source.LASTFM: source}, tell  # type: ignore[arg-type]
        )  # fmt: skip

    async def linked(self, name: str) -> Member:
        member = await self.store.add_member(name, "UTC", None, self.clock.now)
        await self.linked_again(member)
        return member

    async def due(self, member: Member) -> DueLink:
        [due] = await self.store.looks([member.id])
        return due

    async def poll(self, member: Member) -> PollReport:
        return await self.polling.poll(await self.due(member))

    async def caught_up(self, member: Member) -> int:
        """Look for as long as it is due at once; how many steps that took."""
        for step in range(1, 100):
            report = await self.poll(member)
            assert report.outcome is Outcome.LOOKED, report.problem
            if (await self.due(member)).next_ms > self.clock.now:
                return step
        raise AssertionError("no end")

    async def linked_again(self, member: Member) -> None:
        approval = await self.approving.begin()
        await self.twin.say_yes(approval.page, member.name)
        await self.approving.complete(member, Source.LASTFM, approval.token)

    async def kept(self, member: Member) -> LinkPlays:
        [kept] = await self.store.plays_between([member.id], 0, 10**15)
        return kept

    async def rows(self, member: Member) -> list[tuple[int, str]]:
        """(seconds, title) as stored."""
        kept = await self.kept(member)
        tracks = await self.store.tracks({play.track_id for play in kept.plays})
        return sorted((play.at_ms // 1000, tracks[play.track_id].title) for play in kept.plays)


def scrobbled(listener: Listener) -> list[tuple[int, str]]:
    return sorted((it.at_s, it.title) for it in listener.scrobbles)


def listen(listener: Listener, days: int, a_day: int, *, until_s: int = NOW_S) -> None:
    for n in range(days * a_day):
        listener.scrobble(until_s - 60 - n * DAY_S // a_day, f"Song {n % 50}")


@pytest.fixture
async def twin() -> AsyncIterator[LastfmTwin]:
    async with lastfm_twin() as running:
        yield running


@pytest.fixture
async def house(twin: LastfmTwin) -> AsyncIterator[House]:
    client = LastfmClient(KEY, SECRET, twin.api_url, twin.auth_url, every_s=0, timeout_s=5)
    yield House(twin, client)
    await client.close()


# --- linking


async def test_a_yes_becomes_a_link_without_any_key(house: House) -> None:
    ana = await house.linked("Ana_FM")
    [link] = await house.store.links(ana.id)
    assert (link.source, link.account, link.state) == (Source.LASTFM, "Ana_FM", LinkState.ACTIVE)
    assert await house.store.sealed_grant(link.id) is None
    assert (await house.due(ana)).next_ms == house.clock.now


async def test_no_yes_is_no_link_and_a_token_is_good_once(house: House) -> None:
    ana = await house.store.add_member("Ana", "UTC", None, 1)
    approval = await house.approving.begin()
    with pytest.raises(Refused, match="no yes from you yet"):
        await house.approving.complete(ana, Source.LASTFM, approval.token)
    assert await house.store.links(ana.id) == []
    await house.twin.say_yes(approval.page, "ana")
    await house.approving.complete(ana, Source.LASTFM, approval.token)
    with pytest.raises(LinkExpired):
        await house.approving.complete(ana, Source.LASTFM, approval.token)


async def test_one_account_is_one_members_and_one_member_has_one(house: House) -> None:
    ana = await house.linked("ana")
    ben = await house.store.add_member("Ben", "UTC", None, 2)
    for member, name in ((ben, "ana"), (ana, "second")):
        approval = await house.approving.begin()
        await house.twin.say_yes(approval.page, name)
        with pytest.raises(NotAllowed):
            await house.approving.complete(member, Source.LASTFM, approval.token)
    assert await house.store.links(ben.id) == []
    assert [it.account for it in await house.store.links(ana.id)] == ["ana"]


# --- the whole history


async def test_the_newest_days_come_first_and_then_all_there_is(house: House) -> None:
    listener = house.twin.listener("ana", NOW_S - 200 * DAY_S)
    listen(listener, 150, 50)
    ana = await house.linked("ana")
    assert (await house.poll(ana)).new == 14 * 50
    assert (await house.kept(ana)).covered == [Span(house.clock.now - MIRRORED_MS, house.clock.now)]
    steps = await house.caught_up(ana)
    assert await house.rows(ana) == scrobbled(listener)
    assert (await house.kept(ana)).covered == [Span((NOW_S - 200 * DAY_S) * 1000, house.clock.now)]
    assert steps == -(-136 * 50 // (STEP_PAGES * 200 - STEP_PAGES))
    assert 0.9 * DAY_MS <= (await house.due(ana)).next_ms - house.clock.now <= DAY_MS


async def test_a_kill_at_any_step_loses_and_doubles_nothing(house: House) -> None:
    listener = house.twin.listener("ana", NOW_S - 300 * DAY_S)
    listen(listener, 250, 40)
    ana = await house.linked("ana")
    asked = 0

    def killed(method: str) -> None:
        nonlocal asked
        asked += 1
        if asked % 13 == 0:
            look.cancel()

    house.twin.before = killed
    for _ in range(60):
        look = asyncio.create_task(house.polling.poll(await house.due(ana)))
        await asyncio.wait([look])
        if look.cancelled():
            house.start()
        if (await house.due(ana)).next_ms > house.clock.now:
            break
    assert await house.rows(ana) == scrobbled(listener)
    assert len((await house.kept(ana)).covered) == 1


async def test_what_comes_while_pages_are_turned_shifts_nothing(house: House) -> None:
    listener = house.twin.listener("ana", NOW_S - 20 * DAY_S)
    listen(listener, 13, 100)
    there = scrobbled(listener)
    ana = await house.linked("ana")
    late = iter(range(10_000))
    house.twin.before = lambda method: [
        listener.scrobble(NOW_S - 30 - next(late) % 25, "Late") for _ in range(7)
    ]
    await house.poll(ana)
    assert set(there) <= set(await house.rows(ana))


async def test_more_rows_in_one_second_than_a_page_holds(house: House) -> None:
    listener = house.twin.listener("ana", NOW_S - 60 * DAY_S)
    for n in range(700):
        listener.scrobble(NOW_S - 30 * DAY_S, f"Song {n}")
    listen(listener, 40, 5)
    ana = await house.linked("ana")
    await house.caught_up(ana)
    assert await house.rows(ana) == scrobbled(listener)


async def test_a_long_outage_is_read_afterwards(house: House) -> None:
    listener = house.twin.listener("ana", NOW_S - 30 * DAY_S)
    listen(listener, 20, 30)
    ana = await house.linked("ana")
    await house.caught_up(ana)
    house.clock.advance(40 * DAY_MS)
    listen(listener, 39, 30, until_s=house.clock.now // 1000)
    await house.caught_up(ana)
    assert await house.rows(ana) == scrobbled(listener)
    assert len((await house.kept(ana)).covered) == 1


async def test_an_account_without_a_scrobble_is_done_at_once(house: House) -> None:
    house.twin.listener("ana", NOW_S - 5)
    ana = await house.linked("ana")
    assert await house.caught_up(ana) == 1
    assert (await house.kept(ana)).covered == [Span((NOW_S - 5) * 1000, NOW_S * 1000)]


# --- day by day


async def test_each_day_mirrors_what_came_late_was_edited_and_deleted(house: House) -> None:
    listener = house.twin.listener("ana", NOW_S - 30 * DAY_S)
    listen(listener, 25, 20)
    ana = await house.linked("ana")
    await house.caught_up(ana)
    newest = sorted(listener.scrobbles, key=lambda it: -it.at_s)
    listener.delete(newest[3])
    listener.edit(newest[5], "Corrected")
    listener.scrobble(NOW_S - 10 * DAY_S + 7, "Came late")
    house.clock.now = (await house.due(ana)).next_ms
    await house.poll(ana)
    assert await house.rows(ana) == scrobbled(listener)


async def test_most_of_it_missing_is_believed_when_it_is_read_twice_an_hour_apart(house: House) -> None:
    listener = house.twin.listener("ana", NOW_S - 30 * DAY_S)
    listen(listener, 25, 20)
    ana = await house.linked("ana")
    await house.caught_up(ana)
    before = await house.rows(ana)
    house.clock.now = (await house.due(ana)).next_ms
    listener.scrobbles = [it for it in listener.scrobbles if it.at_s < NOW_S - 9 * DAY_S]
    began_ms = house.clock.now
    while (report := await house.poll(ana)).outcome is Outcome.FAILED:
        assert await house.rows(ana) == before
        assert (await house.kept(ana)).covered[-1].end_ms < began_ms
        house.clock.now = (await house.due(ana)).next_ms
    assert report.outcome is Outcome.LOOKED
    assert HOUR_MS <= house.clock.now - began_ms <= 3 * HOUR_MS
    assert await house.rows(ana) == scrobbled(listener)


async def test_an_hour_of_empty_answers_deletes_nothing(house: House) -> None:
    listener = house.twin.listener("ana", NOW_S - 30 * DAY_S)
    listen(listener, 25, 20)
    ana = await house.linked("ana")
    await house.caught_up(ana)
    house.clock.now = (await house.due(ana)).next_ms
    kept, listener.scrobbles = listener.scrobbles, []
    assert (await house.poll(ana)).outcome is Outcome.FAILED
    listener.scrobbles = kept
    house.clock.now = (await house.due(ana)).next_ms
    assert (await house.poll(ana)).outcome is Outcome.LOOKED
    assert await house.rows(ana) == scrobbled(listener)


async def test_before_a_recap_only_what_is_new_is_asked_for(house: House) -> None:
    listener = house.twin.listener("ana", NOW_S - 30 * DAY_S)
    listen(listener, 25, 60)
    ana = await house.linked("ana")
    await house.caught_up(ana)
    before = await house.due(ana)
    house.clock.advance(5 * HOUR_MS)
    listener.scrobble(house.clock.now // 1000 - 300, "Just now")
    calls = len(house.twin.traffic.requests)
    [report] = await house.polling.freshen([ana.id])
    assert (report.outcome, report.new) == (Outcome.LOOKED, 1)
    assert len(house.twin.traffic.requests) - calls == 1
    assert await house.rows(ana) == scrobbled(listener)
    assert (await house.kept(ana)).covered[-1].end_ms == house.clock.now
    assert await house.due(ana) == before
    [report] = await house.polling.freshen([ana.id])
    assert report.outcome is Outcome.FRESH


async def test_a_count_that_differs_is_noted(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    listener = house.twin.listener("ana", NOW_S - 5 * DAY_S)
    listen(listener, 3, 10)
    ana = await house.linked("ana")
    await house.caught_up(ana)
    assert "the source counts" not in caplog.text
    listener.playcount = 31
    house.clock.now = (await house.due(ana)).next_ms
    await house.poll(ana)
    assert "the source counts 31 plays, 30 are stored" in caplog.text


# --- what goes wrong


@pytest.mark.parametrize(
    "fault",
    [
        {"error": 8}, {"error": 11, "status": 200}, {"error": 26}, {"error": 99}, {"body": "<html>"}, {"body": "{}"},
        {"about": "ben"}, {"lost": True}, {"status": 503, "body": "<html>"},
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", ["user.getInfo", "user.getRecentTracks"])
async def test_trouble_changes_nothing_and_the_others_go_on(
    house: House, method: str, fault: dict[str, object]
) -> None:
    for name in ("ana", "ben"):
        listen(house.twin.listener(name, NOW_S - 30 * DAY_S), 20, 30)
    ana, ben = await house.linked("ana"), await house.linked("ben")
    await house.caught_up(ana)
    before = await house.kept(ana)
    house.clock.now = (await house.due(ana)).next_ms
    house.twin.fault(method, times=2, **fault)
    report = await house.poll(ana)
    assert (report.outcome, bool(report.problem)) == (Outcome.FAILED, True)
    assert await house.kept(ana) == before
    assert (await house.due(ana)).next_ms > house.clock.now
    house.twin.forget_faults()
    assert (await house.poll(ben)).new > 0
    house.clock.now = (await house.due(ana)).next_ms
    assert (await house.poll(ana)).outcome is Outcome.LOOKED
    assert house.told == []


async def test_a_pause_holds_everybody_and_outlives_a_restart(house: House) -> None:
    listen(house.twin.listener("ana"), 2, 5)
    house.twin.listener("ben")
    ana, ben = await house.linked("ana"), await house.linked("ben")
    house.twin.fault("user.getInfo", error=29)
    assert (await house.poll(ana)).outcome is Outcome.FAILED
    house.start()
    calls = len(house.twin.traffic.requests)
    assert (await house.poll(ben)).outcome is Outcome.FAILED
    assert len(house.twin.traffic.requests) == calls
    assert (await house.due(ben)).fails == 0
    house.clock.advance(61_000)
    assert (await house.poll(ben)).outcome is Outcome.LOOKED


@pytest.mark.parametrize(("hides", "state"), [(True, LinkState.HIDDEN), (False, LinkState.EXPIRED)])
async def test_whoever_hides_or_is_gone_is_told_once_and_asked_no_more(
    house: House, hides: bool, state: LinkState
) -> None:
    listener = house.twin.listener("ana", NOW_S - 30 * DAY_S)
    listen(listener, 20, 10)
    ana = await house.linked("ana")
    await house.caught_up(ana)
    before = await house.rows(ana)
    house.clock.advance(DAY_MS)
    if hides:
        listener.hides = True
    else:
        house.twin.close_account("ana")
    looking = Looking(house.polling)
    [lane] = await looking.due()
    await looking.run(lane)
    [(who, said)] = house.told
    assert who == ana.id
    assert "/link what:lastfm" in said
    [link] = await house.store.links(ana.id)
    assert link.state is state
    assert await house.polling.due_developers() == []
    assert await house.polling.freshen([ana.id]) == []
    assert await house.rows(ana) == before
    listener.hides = False
    house.twin.open_account(listener)
    await house.linked_again(ana)
    assert (await house.poll(ana)).outcome is Outcome.LOOKED


async def test_without_a_client_links_wait_and_say_why(house: House) -> None:
    ana = await house.linked("ana")
    nothing: object = None
    polling = Polling(house.store, house.store, nothing, nothing, house.clock, FakeChance())  # type: ignore[arg-type]
    report = await polling.poll(await house.due(ana))
    assert "has not set up lastfm" in str(report.problem)


async def test_a_link_removed_during_a_look_is_no_bug(house: House) -> None:
    listen(house.twin.listener("ana"), 2, 5)
    ana = await house.linked("ana")
    due = await house.due(ana)
    await house.store.unlink(due.link.id)
    assert (await house.polling.poll(due)).outcome is Outcome.FAILED
    assert await house.store.links(ana.id) == []
