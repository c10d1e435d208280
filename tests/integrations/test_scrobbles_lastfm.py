"""The client over the twin: whose account it is, pages, and everything that Last.fm may answer instead."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

import pytest

from bot.core.model import NewPlay, RawTrack, Span
from bot.errors import LinkExpired, ListeningHidden, RateLimited, Refused, ServiceError, Unavailable
from bot.integrations.scrobbles import LastfmClient
from bot.ports import HistoryPage, Profile
from tests.twins.lastfm import KEY, SECRET, LastfmTwin, lastfm_twin

START_S = 1_700_000_000
DAY = Span(START_S * 1000, (START_S + 86_400) * 1000)


@pytest.fixture(params=[True, False], ids=["bounds count", "bounds do not count"])
async def twin(request: pytest.FixtureRequest) -> AsyncIterator[LastfmTwin]:
    async with lastfm_twin(bounds_count=request.param) as running:
        yield running


@pytest.fixture
async def lastfm(twin: LastfmTwin) -> AsyncIterator[LastfmClient]:
    client = LastfmClient(KEY, SECRET, twin.api_url, twin.auth_url, every_s=0, timeout_s=2)
    yield client
    await client.close()


# --- whose account it is


async def test_whoever_says_yes_is_named_once(twin: LastfmTwin, lastfm: LastfmClient) -> None:
    token = await lastfm.ask()
    with pytest.raises(Refused, match="no yes from you yet"):
        await lastfm.owner(token)
    await twin.say_yes(lastfm.page_of(token), "Ana_FM")
    assert await lastfm.owner(token) == "Ana_FM"
    with pytest.raises(LinkExpired, match="used already"):
        await lastfm.owner(token)


async def test_a_page_does_not_stay_good(twin: LastfmTwin, lastfm: LastfmClient) -> None:
    token = await lastfm.ask()
    twin.expire(lastfm.page_of(token))
    with pytest.raises(LinkExpired, match="older than an hour"):
        await lastfm.owner(token)


@pytest.mark.parametrize(("key", "secret"), [("wrong", SECRET), (KEY, "wrong")])
async def test_whoever_runs_it_is_told_of_a_wrong_key(twin: LastfmTwin, key: str, secret: str) -> None:
    client = LastfmClient(key, secret, twin.api_url, twin.auth_url, every_s=0)
    with pytest.raises(Refused, match="Whoever runs me"):
        await client.ask()
    await client.close()


# --- what was played


async def test_a_profile_counts_and_dates(twin: LastfmTwin, lastfm: LastfmClient) -> None:
    twin.listener("ana", registered_s=START_S).scrobble(START_S)
    assert await lastfm.profile("ANA") == Profile(1, START_S * 1000)


async def test_rows_become_plays_dated_by_their_beginning(twin: LastfmTwin, lastfm: LastfmClient) -> None:
    ana = twin.listener("ana")
    ana.on_now = "On now"
    ana.scrobble(START_S, "Aria", "Ana", "First")
    ana.scrobble(START_S + 60, "Bolero", "Ben", "")
    assert await lastfm.page("ana", DAY, 1) == HistoryPage(
        [
            NewPlay((START_S + 60) * 1000, RawTrack("", "Bolero", "Ben")),
            NewPlay(START_S * 1000, RawTrack("", "Aria", "Ana", "First")),
        ],
        more=False,
    )


async def test_one_row_and_none(twin: LastfmTwin, lastfm: LastfmClient) -> None:
    ana = twin.listener("ana")
    assert await lastfm.page("ana", DAY, 1) == HistoryPage([], more=False)
    ana.scrobble(START_S)
    assert len((await lastfm.page("ana", DAY, 1)).plays) == 1
    ana.delete(ana.scrobbles[0])
    ana.on_now = "On now"
    assert await lastfm.page("ana", DAY, 1) == HistoryPage([], more=False)


async def test_a_time_has_its_first_instant_and_not_its_last(twin: LastfmTwin, lastfm: LastfmClient) -> None:
    for at_s in (START_S - 1, START_S, START_S + 86_399, START_S + 86_400):
        twin.listener("ana").scrobble(at_s)
    plays = (await lastfm.page("ana", DAY, 1)).plays
    assert [play.at_ms for play in plays] == [DAY.end_ms - 1000, DAY.start_ms]


async def test_a_time_may_end_within_a_second(twin: LastfmTwin, lastfm: LastfmClient) -> None:
    twin.listener("ana").scrobble(START_S + 60)
    for end_ms, there in ((60_001, 1), (60_000, 0)):
        span = Span(DAY.start_ms + 1, DAY.start_ms + end_ms)
        assert len((await lastfm.page("ana", span, 1)).plays) == there


async def test_pages_go_on_until_there_are_none(twin: LastfmTwin, lastfm: LastfmClient) -> None:
    for minute in range(450):
        twin.listener("ana").scrobble(START_S + minute * 60)
    pages = [await lastfm.page("ana", DAY, number) for number in (1, 2, 3)]
    assert [(len(it.plays), it.more) for it in pages] == [(200, True), (200, True), (50, False)]


async def test_names_come_as_a_database_can_keep_them(twin: LastfmTwin, lastfm: LastfmClient) -> None:
    twin.listener("ana").scrobble(START_S, "a\0b\ud800", "Ünï 💿")
    [play] = (await lastfm.page("ana", DAY, 1)).plays
    assert (play.track.title, play.track.artist) == ("a\ufffdb\ufffd", "Ünï 💿")


# --- what may come instead


@pytest.mark.parametrize("status", [200, None])
@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (6, LinkExpired), (8, Unavailable), (11, Unavailable), (16, Unavailable), (17, ListeningHidden),
        (26, Refused), (29, RateLimited), (99, Refused),
    ],
)  # fmt: skip
async def test_errors_are_ours_whatever_their_status(
    twin: LastfmTwin, lastfm: LastfmClient, error: int, expected: type[ServiceError], status: int | None
) -> None:
    twin.listener("ana")
    twin.fault("user.getRecentTracks", error=error, status=status)
    with pytest.raises(ServiceError) as caught:
        await lastfm.page("ana", DAY, 1)
    assert type(caught.value) is expected
    assert await lastfm.page("ana", DAY, 1) == HistoryPage([], more=False)


async def test_hidden_listening_and_closed_accounts_say_what_to_do(
    twin: LastfmTwin, lastfm: LastfmClient
) -> None:
    twin.listener("ana").hides = True
    with pytest.raises(ListeningHidden, match="Hide recent listening"):
        await lastfm.page("ana", DAY, 1)
    twin.close_account("ana")
    with pytest.raises(LinkExpired, match="does not know that account"):
        await lastfm.profile("ana")


PAGE = '{"recenttracks": {"@attr": {"user": "ana", "totalPages": "%s"}, "track": [%s]}}'
ROW = '{"name": "A", "artist": {"#text": "B"}, "album": {"#text": ""}, "date": {"uts": "%s"}}'


@pytest.mark.parametrize(
    "body",
    [
        "<html>We will be right back</html>", "", "null", "[]", '"words"', "[" * 50_000, "{}", '{"error": []}',
        '{"recenttracks": {}}', '{"recenttracks": {"track": [], "@attr": {"totalPages": "1"}}}',
        PAGE % ("many", ""), PAGE % ("-1", ""), PAGE % ("9", ""), PAGE % ("1", "7"), PAGE % ("1", "{}"),
        PAGE % ("1", ROW % ""), PAGE % ("1", ROW % ("9" * 5000)), PAGE % ("1", ROW % 3),
        PAGE % ("1", ROW % (START_S - 9)),
        PAGE % ("1", '{"name": "A", "artist": {"#text": ""}, "date": {"uts": "1700000000"}}'),
    ],
)  # fmt: skip
async def test_nonsense_is_no_answer(twin: LastfmTwin, lastfm: LastfmClient, body: str) -> None:
    twin.fault("user.getRecentTracks", body=body)
    with pytest.raises(ServiceError) as caught:
        await lastfm.page("ana", DAY, 1)
    assert type(caught.value) in {Unavailable, Refused}
    assert "error" not in body or type(caught.value) is Refused


@pytest.mark.parametrize(("status", "expected"), [(500, Unavailable), (503, Unavailable), (429, RateLimited)])
async def test_error_pages_are_read_by_their_status(
    twin: LastfmTwin, lastfm: LastfmClient, status: int, expected: type[ServiceError]
) -> None:
    twin.fault("user.getInfo", status=status, body="<html>")
    with pytest.raises(expected):
        await lastfm.profile("ana")


@pytest.mark.parametrize("method", ["user.getInfo", "user.getRecentTracks"])
async def test_an_answer_about_somebody_else_is_refused(
    twin: LastfmTwin, lastfm: LastfmClient, method: str
) -> None:
    twin.listener("ana")
    twin.listener("ben").scrobble(START_S)
    twin.fault(method, about="ben")
    with pytest.raises(Unavailable, match="somebody else"):
        await (lastfm.profile("ana") if method == "user.getInfo" else lastfm.page("ana", DAY, 1))


async def test_a_lost_a_late_and_no_answer(twin: LastfmTwin) -> None:
    client = LastfmClient(KEY, SECRET, twin.api_url, twin.auth_url, every_s=0, timeout_s=0.2)
    twin.fault("user.getRecentTracks", lost=True, times=9)  # aiohttp asks once more by itself
    with pytest.raises(Unavailable, match="cannot be reached"):
        await client.page("ana", DAY, 1)
    twin.slow("user.getInfo", 5)
    with pytest.raises(Unavailable, match="in time"):
        await client.profile("ana")
    await client.close()
    nobody = LastfmClient(KEY, SECRET, "http://127.0.0.1:9/2.0/", twin.auth_url, every_s=0)
    with pytest.raises(Unavailable, match="cannot be reached") as caught:
        await nobody.profile("ana")
    assert KEY not in f"{caught.value} {caught.value.__cause__}"
    await nobody.close()


async def test_calls_keep_their_distance(twin: LastfmTwin) -> None:
    twin.listener("ana")
    client = LastfmClient(KEY, SECRET, twin.api_url, twin.auth_url, every_s=0.05)
    began = time.monotonic()
    for _ in range(5):
        await client.profile("ana")
    assert time.monotonic() - began >= 0.2
    await client.close()
