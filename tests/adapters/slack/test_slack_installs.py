"""Several workspaces: installed from our page, tokens sealed and renewed, forgotten when we are taken out."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest
from aiohttp import web

from bot.adapters.slack import manifest
from bot.adapters.slack.installs import STATE_MS, STATES_MOST, Grant, Installs, States
from bot.chat import Card
from bot.core.model import RoomRef
from bot.errors import RoomLost
from bot.integrations.vault import Keyring
from bot.text import t
from tests.adapters.slack.conftest import PUBLIC_URL, SHORT, Build, House, eventually, features
from tests.fakes import FakeChance, FakeClock, FakeStore
from tests.twins.slack import Human, SlackTwin, Team, slack_twin

# slack-sdk still hands its client id over in the way that aiohttp 4 will not have.
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")


@dataclass
class Page:
    """The install page of a running adapter."""

    house: House
    url: str

    async def installs(self, human: Human, *, agree: bool = True) -> tuple[int, str]:
        return await human.installs(f"{self.url}/slack/install", agree=agree)


@pytest.fixture
def rotation() -> bool:
    return False


@pytest.fixture
async def twin(rotation: bool) -> AsyncIterator[SlackTwin]:
    app = manifest(features(), PUBLIC_URL, True, SHORT)
    app["oauth_config"]["redirect_urls"] = []
    async with slack_twin(manifest=app, rotation=rotation) as slack:
        yield slack
        assert slack.violations == []


@pytest.fixture
async def page(build: Build, twin: SlackTwin) -> AsyncIterator[Page]:
    """An adapter that knows no workspace yet, and its page on loopback."""
    async with AsyncExitStack() as stack:
        app = web.Application()
        runner = web.AppRunner(app)
        site_app: dict[str, House] = {}

        async def forward(request: web.Request) -> web.StreamResponse:
            routes = {
                it.path: it.handler for it in site_app["house"].slack.routes() if isinstance(it, web.RouteDef)
            }
            answer: web.StreamResponse = await routes[request.path](request)  # type: ignore[operator, misc]
            return answer

        app.router.add_get("/slack/{page}", forward)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        house = await build(
            bot_token="", client_id=twin.client_id, client_secret=twin.client_secret, public_url=url
        )
        site_app["house"] = house
        yield Page(house, url)


def elsewhere(twin: SlackTwin) -> tuple[Team, Human]:
    """A workspace that has not let us in yet."""
    team = twin.team("Choir", installed=False)
    return team, team.human("Zoe")


async def test_a_workspace_installs_from_our_page(page: Page) -> None:
    team, zoe = elsewhere(page.house.twin)
    status, text = await page.installs(zoe)
    assert (status, "Thank you" in text) == (200, True)
    room = team.channel("music")
    answer = await (await zoe.types(room, "/whoami")).answer("Zoe slack/")
    assert f"Zoe slack/{team.id}/{room.id} music admin" in answer.text
    post = await page.house.slack.post(RoomRef("slack", team.id, room.id), Card(t("Your week")))
    assert post.message in [it.ts for it in zoe.sees(room)]


async def test_the_token_is_sealed(page: Page) -> None:
    team, zoe = elsewhere(page.house.twin)
    await page.installs(zoe)
    sealed = await page.house.store.installation("slack", team.id)
    assert sealed is not None
    assert team.bot_token.encode() not in sealed


async def test_two_workspaces_do_not_meet(page: Page) -> None:
    house = page.house
    team, zoe = elsewhere(house.twin)
    await page.installs(zoe)
    await page.installs(house.ana)
    here = await (await house.ana.types(house.room, "/whoami")).answer("Ana slack/")
    there = await (await zoe.types(team.channel("music"), "/whoami")).answer("Zoe slack/")
    assert (house.team.id in here.text, team.id in there.text) == (True, True)
    with pytest.raises(RoomLost):
        await house.slack.post(RoomRef("slack", team.id, house.room.id), Card(t("Your week")))


async def test_who_declines_installs_nothing(page: Page) -> None:
    team, zoe = elsewhere(page.house.twin)
    await page.installs(zoe, agree=False)
    assert await page.house.store.installations("slack") == []
    asked = await zoe.types(team.channel("music"), "/whoami")
    assert "not a valid command" in (await asked.answer()).text


async def test_a_workspace_that_takes_us_out_is_forgotten(
    page: Page, caplog: pytest.LogCaptureFixture
) -> None:
    team, zoe = elsewhere(page.house.twin)
    await page.installs(zoe)
    await page.installs(page.house.ana)
    page.house.twin.revoke(team)
    await eventually(lambda: any("has taken Earshot out" in it.message for it in caplog.records))
    assert await page.house.store.installations("slack") == [page.house.team.id]
    assert page.house.slack.connected
    await (await page.house.ana.types(page.house.room, "/whoami")).answer("Ana slack/")
    await page.installs(zoe)
    await (await zoe.types(team.channel("music"), "/whoami")).answer("Zoe slack/")


async def test_a_token_found_dead_is_forgotten_too(page: Page) -> None:
    team, zoe = elsewhere(page.house.twin)
    await page.installs(zoe)
    assert team.installation is not None
    team.installation.refusal = "account_inactive"
    with pytest.raises(RoomLost):
        await page.house.slack.post(RoomRef("slack", team.id, team.channel("music").id), Card(t("x")))
    assert await page.house.store.installations("slack") == []


async def test_the_static_workspace_and_installed_ones_live_together(build: Build, twin: SlackTwin) -> None:
    house = await build(client_id=twin.client_id, client_secret=twin.client_secret)
    assert {it.path for it in house.slack.routes() if isinstance(it, web.RouteDef)} == {
        "/slack/install", "/slack/oauth_redirect",
    }  # fmt: skip
    await (await house.ana.types(house.room, "/whoami")).answer("Ana slack/")


async def test_a_state_is_good_once_and_for_ten_minutes() -> None:
    store, clock = FakeStore(), FakeClock()
    states = States(store, FakeChance(), clock)
    first = await states.async_issue()
    assert not await states.async_consume("token-99")
    assert await States(store, FakeChance(), clock).async_consume(first)
    assert not await states.async_consume(first)
    late = await states.async_issue()
    clock.advance(STATE_MS)
    assert not await states.async_consume(late)
    assert not await states.async_consume("\ud800")


async def test_states_that_nobody_uses_do_not_pile_up() -> None:
    store, clock = FakeStore(), FakeClock()
    states = States(store, FakeChance(), clock)
    issued = []
    for _ in range(STATES_MOST + 20):
        issued.append(await states.async_issue())
        clock.advance(1)
    kept = await store.memo("slack:states") or ""
    assert kept.count(":") == STATES_MOST
    assert not any(it in kept for it in issued)
    assert await states.async_consume(issued[-1])


async def test_a_key_that_does_not_fit_is_said(caplog: pytest.LogCaptureFixture) -> None:
    store = FakeStore()
    await Installs(store, Keyring({1: b"a" * 32}, 1)).keep("T1", Grant("xoxb-1", "B1", "U1"))
    assert await Installs(store, Keyring({1: b"b" * 32}, 1)).grant("T1") is None
    assert "The key does not open" in caplog.text
    assert [it.levelno for it in caplog.records] == [logging.ERROR]


class TestRotation:
    """Tokens that end after twelve hours."""

    @pytest.fixture
    def rotation(self) -> bool:
        return True

    async def test_a_token_is_renewed_before_it_ends_and_kept_sealed(self, page: Page) -> None:
        house = page.house
        team, zoe = elsewhere(house.twin)
        await page.installs(zoe)
        first = team.bot_token
        house.clock.now = int(time.time() * 1000) + 11 * 3_600_000
        rooms = [team.channel(f"music-{n}") for n in range(4)]
        asked = [await zoe.types(room, "/whoami") for room in rooms]
        for it in asked:
            await it.answer("Zoe slack/")
        assert team.bot_token != first
        assert (
            len([it for it in house.called("oauth.v2.access") if it.get("grant_type") == "refresh_token"])
            == 1
        )
        grant = await Installs(house.store, Keyring({1: b"k" * 32}, 1)).grant(team.id)
        assert grant is not None
        assert (grant.token, grant.installer) == (team.bot_token, zoe.id)

    async def test_a_renewal_that_fails_is_said_and_the_token_used_while_it_lasts(
        self, page: Page, caplog: pytest.LogCaptureFixture
    ) -> None:
        house = page.house
        team, zoe = elsewhere(house.twin)
        await page.installs(zoe)
        house.clock.now = int(time.time() * 1000) + 11 * 3_600_000
        house.twin.fail("oauth.v2.access", error="invalid_refresh_token", times=99)
        await (await zoe.types(team.channel("music"), "/whoami")).answer("Zoe slack/")
        assert "could not be renewed (invalid_refresh_token)" in caplog.text
