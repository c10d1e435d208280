"""Installing the app in workspaces, signed requests over HTTP, tokens that rotate."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.errors import SlackApiError
from slack_sdk.oauth.installation_store import FileInstallationStore
from slack_sdk.oauth.state_store import FileOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient

from tests.twins.slack import SlackTwin, slack_twin
from tests.twins.slack.bolt import web_client
from tests.twins.slack.model import Json

# slack-sdk 3.48 signs in to oauth.v2.access with a class that aiohttp 3.14 calls old.
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")

SCOPES = ["app_mentions:read", "chat:write", "commands", "files:read"]


@asynccontextmanager
async def hosted(slack: SlackTwin, folder: Path) -> AsyncIterator[tuple[AsyncApp, str]]:
    """A Bolt app that other workspaces can install, behind a web server; its address."""
    settings = AsyncOAuthSettings(
        client_id=slack.client_id,
        client_secret=slack.client_secret,
        scopes=SCOPES,
        installation_store=FileInstallationStore(
            base_dir=str(folder / "installations"), client_id=slack.client_id
        ),
        state_store=FileOAuthStateStore(expiration_seconds=600, base_dir=str(folder / "states")),
        authorization_url=slack.authorize_url,
        token_rotation_expiration_minutes=60,
    )
    client = AsyncWebClient(base_url=slack.api_url)
    app = AsyncApp(client=client, signing_secret=slack.signing_secret, oauth_settings=settings)
    runner = web.AppRunner(app.web_app(path="/slack/events", port=0), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address = f"http://127.0.0.1:{runner.addresses[0][1]}/slack"
    slack.app.redirect_urls = (f"{address}/oauth_redirect",)
    try:
        yield app, address
    finally:
        await runner.cleanup()


@pytest.fixture
async def slack() -> AsyncIterator[SlackTwin]:
    async with slack_twin(ack_within=1.0) as twin:
        yield twin
    assert twin.violations == []


async def test_two_workspaces_over_http(slack: SlackTwin, tmp_path: Path) -> None:
    teams = [slack.team(name, installed=False) for name in ("Club", "Choir")]
    async with hosted(slack, tmp_path) as (app, address):
        handed: list[Json] = []

        @app.command("/top")
        async def top(ack: Any, respond: Any, client: Any, command: Json) -> None:
            await ack()
            team = (await client.auth_test())["team"]
            button = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
            await respond(
                text=f"In {team}: {command['text']}",
                blocks=[
                    {"type": "section", "text": {"type": "mrkdwn", "text": f"In {team}: {command['text']}"}},
                    {"type": "actions", "elements": [button]},
                ],
            )

        @app.action("go")
        async def go(ack: Any, client: Any, body: Json) -> None:
            await ack()
            await client.views_open(trigger_id=body["trigger_id"], view=FORM)

        @app.view("form")
        async def form_sent(ack: Any, view: Json) -> None:
            handed.append(view["state"]["values"])
            await ack(response_action="errors", errors={"w": "Not this."})

        @app.event("app_mention")
        async def mentioned(say: Any) -> None:
            await say(text="Yes?")

        await slack.deliver_over_http(f"{address}/events")
        for team in teams:
            ana, room = team.human("Ana"), team.channel("music")
            status, page = await ana.installs(f"{address}/install")
            assert status == 200, page
            answer = await (await ana.types(room, "/top a&b")).answer()
            assert answer.text == f"In {team.name}: a&b"
            form = await (await ana.clicks(answer, "Go")).form()
            assert (await ana.fills(form, {"Words": "ünï"})).errors == {"Words": "Not this."}
            assert handed.pop()["w"]["t"]["value"] == "ünï"
            assert (await (await ana.says(room, "@Earshot hey")).answer()).text == "Yes?"
        assert len({team.bot_token for team in teams}) == 2


FORM: Json = {
    "type": "modal",
    "callback_id": "form",
    "title": {"type": "plain_text", "text": "Words"},
    "submit": {"type": "plain_text", "text": "Send"},
    "blocks": [
        {
            "type": "input",
            "block_id": "w",
            "label": {"type": "plain_text", "text": "Words"},
            "element": {"type": "plain_text_input", "action_id": "t"},
        }
    ],
}


async def test_only_slack_is_believed(slack: SlackTwin, tmp_path: Path) -> None:
    async with hosted(slack, tmp_path) as (_, address):
        assert await slack.forges(f"{address}/events") == 401
        assert await slack.forges(f"{address}/events", age_s=600) == 401
        assert await slack.forges(f"{address}/events", secret=slack.signing_secret) != 401


async def test_an_address_that_does_not_answer_the_challenge(slack: SlackTwin) -> None:
    with pytest.raises(ValueError, match="url_verification"):
        await slack.deliver_over_http(slack.api_url + "auth.test")


async def test_somebody_says_no(slack: SlackTwin, tmp_path: Path) -> None:
    team = slack.team("Club", installed=False)
    async with hosted(slack, tmp_path) as (_, address):
        _, page = await team.human("Ana").installs(f"{address}/install", agree=False)
    assert "access_denied" in page, page
    assert team.installation is None


async def test_a_code_is_good_once_and_for_its_address(slack: SlackTwin) -> None:
    ana = slack.team("Club", installed=False).human("Ana")
    url = f"{slack.authorize_url}?client_id={slack.client_id}&scope=commands&state=s&redirect_uri=http://127.0.0.1/back"
    client = AsyncWebClient(base_url=slack.api_url)

    async def exchanged(code: str, **other: str) -> str:
        about = {"client_id": slack.client_id, "client_secret": slack.client_secret}
        about |= {"redirect_uri": "http://127.0.0.1/back"} | other
        try:
            await client.oauth_v2_access(code=code, **about)
        except SlackApiError as refused:
            return str(refused.response["error"])
        return "ok"

    back = ana.agrees(url)
    assert back.startswith("http://127.0.0.1/back?state=s&code=")
    code = back.partition("code=")[2]
    assert await exchanged(code, client_secret="wrong") == "bad_client_secret"
    assert await exchanged(code, client_id="wrong") == "invalid_client_id"
    assert await exchanged(code) == "ok"
    assert await exchanged(code) == "invalid_code"
    other = ana.agrees(url).partition("code=")[2]
    assert await exchanged(other, redirect_uri="http://127.0.0.1/elsewhere") == "bad_redirect_uri"
    assert "error=access_denied" in ana.declines(url)
    with pytest.raises(ValueError, match="invalid_client_id"):
        ana.agrees(url.replace(slack.client_id, "x"))
    assert all("client_secret" not in it.body for it in slack.traffic), "secrets are not written down"


async def test_tokens_that_rotate() -> None:
    now = [1_800_000_000.0]
    async with slack_twin(clock=lambda: now[0], rotation=True) as slack:
        team = slack.team("Club", installed=False)
        ana = team.human("Ana")
        slack.app.redirect_urls = ("http://127.0.0.1/back",)
        url = f"{slack.authorize_url}?client_id={slack.client_id}&scope=commands"
        code = ana.agrees(url).partition("code=")[2]
        about = {"client_id": slack.client_id, "client_secret": slack.client_secret}
        client = AsyncWebClient(base_url=slack.api_url)
        first = await client.oauth_v2_access(code=code, **about)
        assert (first["expires_in"], first["access_token"][:10]) == (43_200, "xoxe.xoxb-")
        assert (await web_client(slack, first["access_token"]).auth_test())["team"] == "Club"
        again = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
        now[0] += 43_200
        with pytest.raises(SlackApiError, match="token_expired"):
            await web_client(slack, first["access_token"]).auth_test()
        second = await client.oauth_v2_access(**again, **about)
        assert (await web_client(slack, second["access_token"]).auth_test())["team"] == "Club"
        with pytest.raises(SlackApiError, match="invalid_refresh_token"):
            await client.oauth_v2_access(**again, **about)
        assert slack.violations == []
