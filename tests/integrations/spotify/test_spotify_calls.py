"""What was played, search and playlists over HTTP, and what every kind of trouble becomes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web

from bot.core.model import NewPlay, RawTrack
from bot.errors import (
    NotAllowlisted,
    QuotaExceeded,
    RateLimited,
    Refused,
    ServiceError,
    TokenRejected,
    Unavailable,
)
from bot.integrations.spotify import (
    SpotifyAccounts,
    SpotifyCatalogue,
    SpotifyGateway,
    SpotifyListening,
    SpotifyPlaylists,
)
from bot.integrations.spotify.failures import QUOTA_PAUSE_S, RATE_PAUSE_S
from tests.fakes import FakeClock
from tests.practice import CLIENT_ID, REDIRECT_URI, Practice, gateway_to, practice_spotify

SCOPES = frozenset(
    {
        "user-read-recently-played",
        "playlist-read-private",
        "playlist-modify-public",
        "playlist-modify-private",
    }
)


@dataclass
class Setup:
    clock: FakeClock
    practice: Practice
    gateway: SpotifyGateway
    token: str

    @property
    def listening(self) -> SpotifyListening:
        return SpotifyListening(self.gateway)


@pytest.fixture
async def setup() -> AsyncIterator[Setup]:
    clock = FakeClock()
    async with (
        practice_spotify(clock, access_life_s=86_400) as practice,
        gateway_to(practice.server.api_url, read_s=0.5) as gateway,
    ):
        accounts = SpotifyAccounts(gateway, practice.server.accounts_url)
        verifier = "v" * 43
        url = accounts.authorize_url(
            client_id=CLIENT_ID, redirect_uri=REDIRECT_URI, scopes=SCOPES, state="s", verifier=verifier
        )
        grant = await accounts.exchange(
            client_id=CLIENT_ID,
            redirect_uri=REDIRECT_URI,
            code=(await practice.agree(url))["code"],
            verifier=verifier,
            now_ms=clock.now,
        )
        yield Setup(clock, practice, gateway, grant.access_token)


async def test_recent_is_what_the_listener_played(setup: Setup):
    plays = await setup.listening.recent(setup.token)
    assert len(plays) == 50
    assert [it.at_ms for it in plays] == sorted((it.at_ms for it in plays), reverse=True)
    assert all(it.ms_played == 0 and it.nth == 0 for it in plays)
    assert all(it.track.uri.startswith("spotify:track:") for it in plays)
    assert all(it.track.title and it.track.artist and it.track.album and it.track.duration_ms for it in plays)
    assert any(it.track.isrc for it in plays)
    now = datetime.fromtimestamp(setup.clock.now / 1000, UTC)
    truth = setup.practice.server.export("ana", now - timedelta(days=7), now)
    ended = {row["ts"] for rows in truth.values() for row in rows}
    told = {datetime.fromtimestamp(it.at_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") for it in plays[:20]}
    assert (
        len(told & ended) >= 18
    )  # skips and private sessions aside, the feed and the export are one listener


async def test_search_gives_at_most_ten(setup: Setup):
    catalogue = SpotifyCatalogue(setup.gateway)
    known = (await setup.listening.recent(setup.token))[0].track
    found = await catalogue.search(setup.token, f'track:"{known.title}" artist:"{known.artist}"')
    assert 1 <= len(found) <= 10
    assert found[0].track.title == known.title
    assert found[0].artists[0] == known.artist
    assert 1900 < found[0].year < 2027
    assert len(await catalogue.search(setup.token, "love")) <= 10


async def test_a_playlist_is_unlisted_collaborative_and_in_order(setup: Setup):
    host = SpotifyPlaylists(setup.gateway)
    made = await host.make_playlist(setup.token, "For Friday", "Made by Earshot")
    assert made.collaborative
    assert made.id in made.url
    uris = [it.track.uri for it in await setup.listening.recent(setup.token)] * 5
    await host.add_items(setup.token, made.id, uris[:150])
    await host.add_items(setup.token, made.id, uris[150:], position=0)
    told = await setup.gateway.read(setup.token, lambda it: it.playlist_items(made.id, limit=50))
    assert told["total"] == 250
    first = [(entry.get("item") or entry.get("track"))["uri"] for entry in told["items"]]
    assert first == uris[150:200]


@pytest.mark.parametrize(
    ("fault", "error", "pause_s"),
    [
        ({"kind": "429", "seconds": 7}, RateLimited, 7),
        ({"kind": "429-bare"}, RateLimited, RATE_PAUSE_S),
        ({"kind": "quota", "seconds": 50_000}, QuotaExceeded, 50_000),
        ({"kind": "503", "times": 2}, Unavailable, 0),
        ({"kind": "error-string", "times": 2}, Unavailable, 0),
        ({"kind": "drop", "times": 2}, Unavailable, 0),
        ({"kind": "timeout", "times": 2, "seconds": 1}, Unavailable, 0),
        ({"kind": "html"}, Unavailable, 0),
        ({"kind": "cut"}, Unavailable, 0),
        ({"kind": "empty"}, Unavailable, 0),
        ({"kind": "premium"}, Refused, 0),
    ],
    ids=lambda it: it["kind"] if isinstance(it, dict) else "",
)
async def test_trouble_becomes_one_of_our_errors(
    setup: Setup, fault: dict[str, Any], error: type[ServiceError], pause_s: float
):
    await setup.practice.fault(**fault)
    with pytest.raises(error) as caught:
        await setup.listening.recent(setup.token)
    assert type(caught.value) is error
    assert getattr(caught.value, "retry_after_s", 0) == pause_s
    assert setup.token not in f"{caught.value!r} {caught.value.__cause__!r} {caught.value.text}"
    assert len(await setup.listening.recent(setup.token)) == 50  # nothing is left over for the next call


@pytest.mark.parametrize("kind", ["502", "drop", "error-string"])
async def test_a_read_is_tried_once_more_a_write_never(setup: Setup, kind: str):
    await setup.practice.fault(kind)
    assert len(await setup.listening.recent(setup.token)) == 50
    await setup.practice.fault(kind, path="/v1/me/playlists")
    with pytest.raises(Unavailable):
        await SpotifyPlaylists(setup.gateway).make_playlist(setup.token, "Once", "")


async def test_a_playlist_that_cannot_be_read_back_is_still_made(setup: Setup):
    await setup.practice.fault("503", path="/v1/playlists/", times=5)
    made = await SpotifyPlaylists(setup.gateway).make_playlist(setup.token, "Made", "")
    assert made.id


async def test_a_wrong_token_is_rejected(setup: Setup):
    with pytest.raises(TokenRejected):
        await setup.listening.recent("nonsense")


async def test_a_server_that_is_not_there(setup: Setup):
    async with gateway_to("http://127.0.0.1:9/v1/") as gateway:
        with pytest.raises(Unavailable, match="cannot be reached"):
            await SpotifyListening(gateway).recent("token")


# --- answers that the practice Spotify does not give ------------------------------------------------------


@dataclass
class Told:
    """Answers whatever it is told to, and remembers the requests."""

    url: str = ""
    status: int = 200
    body: str = "{}"
    headers: dict[str, str] | None = None

    def __post_init__(self) -> None:
        self.requests: list[web.Request] = []

    async def answer(self, request: web.Request) -> web.Response:
        self.requests.append(request)
        return web.Response(
            status=self.status, text=self.body, content_type="application/json", headers=self.headers
        )


@pytest.fixture
async def told() -> AsyncIterator[Told]:
    it = Told()
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", it.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    it.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1/"
    try:
        yield it
    finally:
        await runner.cleanup()


def row(**changed: Any) -> dict[str, Any]:
    track = {
        "uri": "spotify:track:1",
        "name": "Song",
        "artists": [{"name": "One"}, {"name": "Two"}],
        "album": {"name": "Album"},
        "duration_ms": 200_000,
        "external_ids": {"isrc": "QM1234567890"},
    }
    return {"played_at": "2026-11-22T02:10:04.589Z", "track": track} | changed


async def test_a_row_as_described(told: Told):
    told.body = json.dumps({"items": [row()]})
    async with gateway_to(told.url) as gateway:
        (play,) = await SpotifyListening(gateway).recent("secret-token")
    assert play == NewPlay(
        1_795_313_404_589,
        RawTrack("spotify:track:1", "Song", "One", "Album", 200_000, "QM1234567890"),
    )
    (request,) = told.requests
    assert request.headers["Authorization"] == "Bearer secret-token"
    assert dict(request.query) == {"limit": "50"}


@pytest.mark.parametrize(
    ("items", "plays"),
    [
        ([row(track=None), row()], 1),
        ([row(track={"uri": "spotify:local:a:b:c:1", "name": None, "artists": [], "album": None})], 1),
        ([row(played_at="2026-11-22T02:10:04")], 1),
        ([], 0),
    ],
)
async def test_odd_rows_that_can_be_read(told: Told, items: list[Any], plays: int):
    told.body = json.dumps({"items": items, "cursors": None})
    async with gateway_to(told.url) as gateway:
        assert len(await SpotifyListening(gateway).recent("t")) == plays


@pytest.mark.parametrize(
    "body",
    [
        [],
        "text",
        {},
        {"items": None},
        {"items": {}},
        {"items": [1]},
        {"items": [{}]},
        {"items": [row(track=[])]},
        {"items": [row(played_at=None)]},
        {"items": [row(played_at="yesterday")]},
        {"items": [row(), row(track={"artists": [3]})]},
    ],
    ids=lambda it: json.dumps(it)[:40],
)
async def test_a_body_that_is_not_as_described_fails_the_look(told: Told, body: Any):
    told.body = json.dumps(body)
    async with gateway_to(told.url) as gateway:
        with pytest.raises(Unavailable):
            await SpotifyListening(gateway).recent("t")


@pytest.mark.parametrize(
    ("status", "body", "headers", "error", "pause_s"),
    [
        (429, "", {"Retry-After": "soon"}, RateLimited, RATE_PAUSE_S),
        (429, '{"error": {"reason": "QUOTA_EXCEEDED"}}', {}, QuotaExceeded, QUOTA_PAUSE_S),
        (429, "", {"Retry-After": "99999999999"}, RateLimited, 3 * 86_400),
        (429, '{"error": "slow"}', {"Retry-After": "0"}, RateLimited, 1),
        (403, "User not registered in the Developer Dashboard", {}, NotAllowlisted, 0),
        (403, '{"error": {"message": "the user may not be registered."}}', {}, NotAllowlisted, 0),
        (403, '{"error": {"message": "Insufficient client scope"}}', {}, Refused, 0),
        (403, "Forbidden", {}, Refused, 0),
        (404, '{"error": {"status": 404}}', {}, Refused, 0),
        (400, "[]", {}, Refused, 0),
        (401, '{"error": []}', {}, TokenRejected, 0),
    ],
)
async def test_refusals(
    told: Told, status: int, body: str, headers: dict[str, str], error: type[ServiceError], pause_s: float
):
    told.status, told.body, told.headers = status, body, headers
    async with gateway_to(told.url) as gateway:
        with pytest.raises(error) as caught:
            await SpotifyListening(gateway).recent("t")
    assert type(caught.value) is error
    assert getattr(caught.value, "retry_after_s", 0) == pause_s
    assert len(told.requests) == 1


async def test_a_playlist_that_was_made_without_collaboration_is_changed(told: Told):
    told.body = json.dumps({"id": "p1", "collaborative": False})
    async with gateway_to(told.url) as gateway:
        made = await SpotifyPlaylists(gateway).make_playlist("t", "Name", "Words")
        await SpotifyPlaylists(gateway).add_items("t", "p1", ["spotify:track:1"])
    assert made.url == "https://open.spotify.com/playlist/p1"
    assert [it.method for it in told.requests] == ["POST", "GET", "PUT", "GET", "POST"]
    assert told.requests[-1].path == "/v1/playlists/p1/items"


async def test_cookies_of_one_member_are_not_sent_for_another(told: Told):
    told.body = json.dumps({"items": []})
    told.headers = {"Set-Cookie": "sp_t=member-one; Path=/"}
    async with gateway_to(told.url) as gateway:
        for _ in range(6):
            await SpotifyListening(gateway).recent("t")
    assert all("Cookie" not in it.headers for it in told.requests)


async def test_many_calls_at_once_each_with_their_own_token(told: Told):
    told.body = json.dumps({"items": []})
    async with gateway_to(told.url) as gateway:
        listening = SpotifyListening(gateway)
        await asyncio.gather(*(listening.recent(f"token-{n}") for n in range(60)))
    sent = sorted(it.headers["Authorization"] for it in told.requests)
    assert sent == sorted(f"Bearer token-{n}" for n in range(60))
