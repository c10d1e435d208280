"""The way into the Web API: token, limits, seat, scopes, in this order."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.sandbox.accounts import Accounts, Grant
from bot.sandbox.limits import Limits
from bot.sandbox.refusals import Refusal

Handler = Callable[[web.Request, Grant], Awaitable[web.StreamResponse]]
Served = Callable[[web.Request], Awaitable[web.StreamResponse]]


def need_scopes(grant: Grant, *scopes: str) -> None:
    """Raises the API's 403 unless all the scopes were consented to."""
    if not set(scopes) <= set(grant.scopes):
        raise Refusal(403, "Insufficient client scope")


class Gate:
    """Turns a handler that wants a caller into one that aiohttp serves."""

    def __init__(self, accounts: Accounts, limits: Limits) -> None:
        self._accounts = accounts
        self._limits = limits

    def open_to(self, handler: Handler, *scopes: str) -> Served:
        """`scopes` must all be granted; a handler may ask for more once it knows what is wanted."""

        async def served(request: web.Request) -> web.StreamResponse:
            grant = self.admit(request)
            need_scopes(grant, *scopes)
            return await handler(request, grant)

        return served

    def admit(self, request: web.Request) -> Grant:
        """Who calls. Raises 401 without a good token, 429 past a limit, 403 without a seat."""
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        grant = self._accounts.caller(token.strip() if kind.casefold() == "bearer" else None)
        self._limits.count(self._accounts.apps[grant.client_id])
        self._accounts.check_seat(grant)
        return grant
