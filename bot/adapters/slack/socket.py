"""Socket Mode: the SDK's client, which mends a lost connection by itself and gives up where its token is no good."""

from __future__ import annotations

import asyncio
import logging

from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app, send_async_response
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack.client import library_log
from bot.adapters.slack.failures import DEAD

log = logging.getLogger(__name__)

# How long Slack waits for an acknowledgement.
ACKNOWLEDGE_S = 3.0


class Socket(SocketModeClient):
    """Hands what comes in to Bolt. `url` is the first address, from trying out the token. Made inside the loop."""

    def __init__(
        self, app: AsyncApp, app_token: str, web_client: AsyncWebClient, url: str, heartbeat_s: float
    ) -> None:
        super().__init__(app_token, logger=library_log, web_client=web_client, ping_interval=heartbeat_s)
        self.wss_uri = url
        self._app = app
        self._handing: set[asyncio.Task[object]] = set()
        self.socket_mode_request_listeners.append(self._hand_over)

    @property
    def connected(self) -> bool:
        """Whether Slack can reach us right now."""
        session = self.current_session
        return not (self.closed or self.stale or session is None or session.closed)

    async def issue_new_wss_url(self) -> str:
        """Ask for a new address. Where the token is no good (any more), nobody asks again."""
        try:
            return await super().issue_new_wss_url()
        except SlackApiError as error:
            if error.response.get("error") in DEAD and not self.closed:
                log.error(
                    "Slack takes the app token no more (%s), so nobody there can reach Earshot. Make a new one "
                    "(Basic Information, App-Level Tokens, connections:write) and put it into slack.app_token.",
                    error.response.get("error"),
                )
                self.closed = True
            raise

    async def close(self) -> None:
        """Acknowledge what came in already, close, and see the client's own tasks end."""
        self.auto_reconnect_enabled = self.default_auto_reconnect_enabled = False
        if self._handing:
            await asyncio.wait(self._handing, timeout=ACKNOWLEDGE_S)
        await super().close()  # type: ignore[no-untyped-call]
        tasks = (self.message_processor, self.current_session_monitor, self.message_receiver)
        await asyncio.gather(*(it for it in tasks if it is not None), return_exceptions=True)

    async def _hand_over(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._handing.add(task)
        try:
            await send_async_response(client, request, await run_async_bolt_app(self._app, request), 0.0)
        finally:
            self._handing.discard(task)
