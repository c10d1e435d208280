"""The workspaces that let us in, and calls of Slack's Web API in each.

The one bot token of the configuration opens its own workspace; the others are opened by what their install page
left. Bolt would rotate tokens, too, but only for requests that come in, and two at once would spend one refresh token
twice; so it is done here, where posts that nobody asked for get their tokens as well.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack.client import TIMEOUT_S, Care, make_client
from bot.adapters.slack.failures import DEAD, No, heard
from bot.adapters.slack.installs import Grant, Installs
from bot.adapters.slack.words import JSON
from bot.ports import Clock

log = logging.getLogger(__name__)

RENEW_BEFORE_MS = 2 * 60 * 60 * 1000
_FORGOTTEN = frozenset({"account_inactive", "token_revoked"})


class Workspaces:
    """Opens workspaces. `static` is the grant of the configured bot token, known once it was tried out."""

    def __init__(
        self, api_url: str, installs: Installs, clock: Clock, client_id: str, client_secret: str
    ) -> None:
        self.static: tuple[str, Grant] | None = None
        self.http: aiohttp.ClientSession | None = None
        self._api_url = api_url
        self._installs = installs
        self._clock = clock
        self._client_id = client_id
        self._client_secret = client_secret
        self._renewing: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._dead: set[str] = set()

    @property
    def locked_out(self) -> bool:
        """Whether the configured token opens nothing any more."""
        return self.static is not None and self.static[1].token in self._dead

    def open(self) -> None:
        """Get ready for calls; inside the loop."""
        self.http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_S))

    async def close(self) -> None:
        """No more calls."""
        if self.http is not None:
            await self.http.close()

    def client(self, token: str | None = None, care: Care = Care.REPEAT) -> AsyncWebClient:
        """A client of the SDK."""
        return make_client(self._api_url, self.http, token, care)

    async def do(
        self, team: str, call: Callable[[AsyncWebClient], Awaitable[Any]], care: Care = Care.REPEAT
    ) -> JSON:
        """Make a call in a workspace. Raises `No` and `Silence`."""
        grant = await self.grant(team)
        if grant is None:
            raise No("account_inactive")
        try:
            return await heard(call(self.client(grant.token, care)))
        except No as no:
            if no.code in DEAD:
                await self.lost(team, grant, no.code)
            raise

    async def grant(self, team: str) -> Grant | None:
        """What opens a workspace, renewed if it is about to end. None if it has not let us in."""
        if self.static is not None and self.static[0] == team:
            return self.static[1]
        grant = await self._installs.grant(team)
        if grant is None or not self._ends_soon(grant):
            return grant
        async with self._renewing[team]:
            grant = await self._installs.grant(team)
            return grant if grant is None or not self._ends_soon(grant) else await self._renewed(team, grant)

    async def lost(self, team: str, grant: Grant, code: str) -> None:
        """A workspace's token counts no more. Said once, to whoever runs us."""
        if grant.token in self._dead:
            return
        self._dead.add(grant.token)
        if self.static is not None and self.static[0] == team:
            log.error(
                "Slack takes the bot token of workspace %s no more (%s). Install the app again and put the new token "
                "(slack.bot_token, under OAuth & Permissions) into the configuration.", team, code,
            )  # fmt: skip
            return
        log.error("Workspace %s has taken Earshot out (%s). It can be installed there again.", team, code)
        if code in _FORGOTTEN:
            await self._installs.forget(team)

    async def taken_out_of(self, team: str) -> None:
        """The workspace tells us that it has taken us out."""
        grant = await self.grant(team)
        if grant is not None:
            await self.lost(team, grant, "account_inactive")

    def _ends_soon(self, grant: Grant) -> bool:
        return bool(grant.refresh) and grant.expires_ms - RENEW_BEFORE_MS <= self._clock.now_ms()

    async def _renewed(self, team: str, old: Grant) -> Grant:
        now = self._clock.now_ms()
        try:
            told = await heard(
                self.client(care=Care.ONCE).oauth_v2_access(
                    client_id=self._client_id,
                    client_secret=self._client_secret,
                    grant_type="refresh_token",
                    refresh_token=old.refresh,
                )
            )
        except No as no:
            log.error("The token of workspace %s could not be renewed (%s).", team, no.code)
            return old
        new = Grant(
            told["access_token"], old.bot, old.bot_user, old.installer, told["refresh_token"],
            now + int(told["expires_in"]) * 1000,
        )  # fmt: skip
        await self._installs.keep(team, new)
        return new


class Authorize(AsyncAuthorize):
    """For Bolt: who we are in the workspace that a request comes from."""

    def __init__(self, workspaces: Workspaces) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._workspaces = workspaces

    async def __call__(
        self,
        *,
        context: AsyncBoltContext,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None,
        actor_enterprise_id: str | None = None,
        actor_team_id: str | None = None,
        actor_user_id: str | None = None,
    ) -> AuthorizeResult | None:
        """None for a workspace that has not let us in."""
        grant = await self._workspaces.grant(team_id or enterprise_id or "")
        if grant is None:
            return None
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            bot_user_id=grant.bot_user,
            bot_id=grant.bot,
            bot_token=grant.token,
        )
