"""ListenBrainz over its twin: whose account it is, what was played, the whole way to counted rows, and refusals."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.core.model import NewPlay, RawTrack, Source, Span
from bot.errors import LinkExpired, RateLimited, Refused, ServiceError, Unavailable
from bot.integrations.scrobbles import ListenBrainzClient
from bot.ports import HistoryPage, Profile
from bot.services.approving import Approving
from bot.services.histories import Histories
from bot.services.polling import Outcome, Polling
from tests.fakes import FakeChance, FakeClock, FakeStore
from tests.twins.listenbrainz import ListenBrainzTwin, listenbrainz_twin

START_S = 1_700_000_000
DAY_S = 86_400
DAY = Span(START_S * 1000, (START_S + DAY_S) * 1000)


@pytest.fixture
async def twin() -> AsyncIterator[ListenBrainzTwin]:
    async with listenbrainz_twin() as running:
        yield running


@pytest.fixture
async def source(twin: ListenBrainzTwin) -> AsyncIterator[ListenBrainzClient]:
    client = ListenBrainzClient(twin.api_url, every_s=0, timeout_s=2)
    yield client
    await client.close()


async def test_a_token_names_its_account(twin: ListenBrainzTwin, source: ListenBrainzClient) -> None:
    twin.listener("Ana_LB", token="secret")
    assert await source.owner("secret") == "Ana_LB"
    for wrong in ("wrong", "sec\nret", "geheim\u00fc"):
        with pytest.raises(Refused, match="does not know that token"):
            await source.owner(wrong)
    twin.fault("validate-token", status=401, body='{"code": 401, "error": "Invalid"}')
    with pytest.raises(Refused, match="does not know that token"):
        await source.owner("secret")


async def test_a_profile_begins_with_the_first_listen(
    twin: ListenBrainzTwin, source: ListenBrainzClient
) -> None:
    ana = twin.listener("ana")
    assert (await source.profile("ana")).plays == 0
    assert (await source.profile("ana")).since_ms > DAY.end_ms * 100
    ana.listen(START_S)
    ana.listen(START_S + 500)
    assert await source.profile("ANA") == Profile(2, START_S * 1000)


async def test_rows_become_plays(twin: ListenBrainzTwin, source: ListenBrainzClient) -> None:
    ana = twin.listener("ana")
    ana.listen(START_S - 1, "Before")
    ana.listen(START_S, "Aria", "Ana", duration_ms=200_000, isrc="DE0000000001")
    ana.listen(START_S + 60, "Bolero\0", "Ben", duration_ms="long")
    ana.listen(START_S + DAY_S, "After")
    assert await source.page("ana", DAY, 1) == HistoryPage(
        [
            NewPlay((START_S + 60) * 1000, RawTrack("", "Bolero\ufffd", "Ben", "Album")),
            NewPlay(START_S * 1000, RawTrack("", "Aria", "Ana", "Album", 200_000, "DE0000000001")),
        ],
        more=False,
    )


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"status": 500, "body": "<html>"}, Unavailable), ({"status": 503}, Unavailable),
        ({"body": "<html>"}, Unavailable),
        ({"body": "[]"}, Unavailable), ({"body": '{"payload": {"user_id": "ana"}}'}, Unavailable),
        ({"body": '{"payload": {"user_id": "ana", "oldest_listen_ts": 0, "listens": [{}]}}'}, Unavailable),
        ({"body": '{"payload": {"user_id": "ana", "oldest_listen_ts": 1700000009, "listens": []}}'}, Unavailable),
        ({"body": '{"code": 200, "error": "no"}'}, Refused), ({"status": 400, "body": "{}"}, Refused),
        ({"about": "ben"}, Unavailable), ({"status": 404, "body": "<html>"}, Unavailable),
    ],
)  # fmt: skip
async def test_what_may_come_instead(
    twin: ListenBrainzTwin, source: ListenBrainzClient, fault: dict[str, object], expected: type[ServiceError]
) -> None:
    for name in ("ana", "ben"):
        twin.listener(name).listen(START_S)
    twin.fault("listens", **fault)
    with pytest.raises(ServiceError) as caught:
        await source.page("ana", DAY, 1)
    assert type(caught.value) is expected
    assert len((await source.page("ana", DAY, 1)).plays) == 1


@pytest.mark.parametrize(("told", "wait_s"), [("7", 7), ("0", 1), ("soon", 30), ("999999", 3600)])
async def test_a_pause_is_as_long_as_it_is_told(
    twin: ListenBrainzTwin, source: ListenBrainzClient, told: str, wait_s: float
) -> None:
    twin.listener("ana")
    twin.fault("listens", status=429, headers={"X-RateLimit-Reset-In": told})
    with pytest.raises(RateLimited) as caught:
        await source.page("ana", DAY, 1)
    assert caught.value.retry_after_s == wait_s


async def test_an_account_that_is_gone_is_gone(twin: ListenBrainzTwin, source: ListenBrainzClient) -> None:
    twin.listener("ana")
    twin.close_account("ana")
    with pytest.raises(LinkExpired, match="does not know that account"):
        await source.profile("ana")


async def test_from_a_token_to_the_whole_history(twin: ListenBrainzTwin, source: ListenBrainzClient) -> None:
    clock, store = FakeClock((START_S + 400 * DAY_S) * 1000), FakeStore()
    ana = twin.listener("ana", token="secret")
    for n in range(400 * 60):
        ana.listen(START_S + n * DAY_S // 60, f"Song {n % 70}")
    member = await store.add_member("Ana", "UTC", None, 1)
    approving = Approving(store, {Source.LISTENBRAINZ: source}, None, clock)
    link = await approving.complete(member, Source.LISTENBRAINZ, "secret")
    assert await store.sealed_grant(link.id) is None
    histories = Histories(store, store, store, store, source, clock, FakeChance())
    nothing: object = None
    polling = Polling(store, store, nothing, nothing, clock, FakeChance(), {Source.LISTENBRAINZ: histories})  # type: ignore[arg-type]
    while due := await store.claim_due("listenbrainz", clock.now, clock.now + 1, 1):
        assert (await polling.poll(due[0])).outcome is Outcome.LOOKED
    [kept] = await store.plays_between([member.id], 0, 10**15)
    assert [play.at_ms // 1000 for play in kept.plays] == sorted(it["listened_at"] for it in ana.listens)
    assert kept.covered == [Span(START_S * 1000, clock.now)]
    assert len(twin.traffic.of("listens", "GET")) < 40
    ana.listens.remove(ana.listens[-5])
    ana.listen(START_S + 395 * DAY_S + 11, "Came late")
    clock.advance(24 * 3_600_000)
    [due] = await store.claim_due("listenbrainz", clock.now, clock.now + 1, 1)
    await polling.poll(due)
    [kept] = await store.plays_between([member.id], 0, 10**15)
    assert [play.at_ms // 1000 for play in kept.plays] == sorted(it["listened_at"] for it in ana.listens)
