"""A real Bolt app that is connected to the twin: what an app is with nothing of ours in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from tests.twins.slack.server import SlackTwin


def web_client(slack: SlackTwin, token: str = "") -> AsyncWebClient:
    """slack-sdk's client on the twin; it tries again where it is told to wait."""
    client = AsyncWebClient(token=token or slack.bot_token, base_url=slack.api_url)
    client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=3))
    return client


@asynccontextmanager
async def bolt(slack: SlackTwin, *, ping_interval: float = 0.2) -> AsyncIterator[AsyncApp]:
    """A Bolt app in Socket Mode, connected; give it its listeners inside the block."""
    app = AsyncApp(client=web_client(slack))
    handler = AsyncSocketModeHandler(app, slack.app_token, ping_interval=ping_interval)
    await handler.connect_async()
    try:
        await slack.connected()
        yield app
    finally:
        await handler.close_async()
