"""The page from which a workspace installs the app, and the one that Slack sends people back to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import urljoin

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack.client import library_log
from bot.adapters.slack.installs import Installs, States
from bot.adapters.slack.manifest import INSTALL_PATH, REDIRECT_PATH, scopes


def install_flow(
    client_id: str,
    client_secret: str,
    public_url: str,
    api_url: str,
    installs: Installs,
    states: States,
    client: AsyncWebClient,
    *,
    history: bool,
) -> AsyncOAuthFlow | None:
    """Bolt's OAuth flow over our stores; None for an app of one workspace."""
    if not (client_id and client_secret):
        return None
    settings = AsyncOAuthSettings(
        client_id=client_id,
        client_secret=client_secret,
        scopes=list(scopes(history=history)),
        user_scopes=[],
        redirect_uri=public_url.rstrip("/") + REDIRECT_PATH,
        authorization_url=urljoin(api_url, "../oauth/v2/authorize"),
        installation_store=installs,
        state_store=states,
        logger=library_log,
    )
    return AsyncOAuthFlow(client=client, logger=library_log, settings=settings)


def pages(flow: AsyncOAuthFlow) -> list[web.RouteDef]:
    """Both pages."""
    return [
        web.get(INSTALL_PATH, _page(flow.handle_installation)),
        web.get(REDIRECT_PATH, _page(flow.handle_callback)),
    ]


def _page(
    handler: Callable[[AsyncBoltRequest], Awaitable[BoltResponse]],
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def page(request: web.Request) -> web.StreamResponse:
        return await to_aiohttp_response(await handler(await to_bolt_request(request)))

    return page
