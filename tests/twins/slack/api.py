"""The Web API's gate: reads a call, meets it with a fault, checks token, form and scope, then lets it through."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from aiohttp import web

# Each of these plays a family of methods, and says so with `serves` when it is imported.
from tests.twins.slack import api_chat, api_conversations, api_files, api_people, api_views, oauth  # noqa: F401
from tests.twins.slack.app import Installation
from tests.twins.slack.calls import SERVED, Call, Served, serves
from tests.twins.slack.faults import Fault
from tests.twins.slack.model import Json, Refused

if TYPE_CHECKING:
    from tests.twins.slack.server import SlackTwin

SECRETS = ("token", "client_secret", "refresh_token", "code")


class Dropped(Exception):
    """The connection ends without an answer."""


class WebApi:
    """`GET` and `POST` of `/api/{method}`, arguments in query, form or JSON."""

    def __init__(self, twin: SlackTwin) -> None:
        self._twin = twin

    async def handle(self, request: web.Request) -> web.Response:
        """One call."""
        method = request.match_info["method"]
        query, body = dict(request.query), await _body(request)
        fault = await self._twin.faults.met(method)
        if fault is not None and not fault.lost:
            status, answer, headers = refused_by(fault)
        else:
            args: Json = {name: value for name, value in (body | query).items() if value is not None}
            status, (answer, headers) = 200, self._answer(request, method, args)
        self._twin.wrote(
            request.method, f"/api/{method}", status=status, query=_kept(query), body=_kept(body)
        )
        if fault is not None and fault.lost:
            raise Dropped
        if status >= 500:
            return web.Response(status=status, text="")
        return web.json_response(answer, status=status, headers=headers)

    def _answer(self, request: web.Request, method: str, args: Json) -> tuple[Json, dict[str, str]]:
        served, headers = SERVED.get(method), {}
        try:
            if served is None:
                self._twin.violated(f"{method}: the twin does not play this method")
                raise Refused("unknown_method")
            installed = self._caller(served, request, args)
            if installed is not None:
                headers["x-oauth-scopes"] = ",".join(installed.scopes)
            self._twin.check(request.method, f"/api/{method}", query={}, body=_kept(args))
            call = Call(self._twin, method, args, installed, _client(request))
            call.needs(*served.scopes)
            return {"ok": True, **served.handler(call)}, headers
        except Refused as no:
            return {"ok": False, "error": no.code, **no.more}, headers

    def _caller(self, served: Served, request: web.Request, args: Json) -> Installation | None:
        """Whose token it is; None for a method that takes none, or the app's own."""
        if served.token == "none":
            return None
        bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
        token = bearer or args.get("token", "")
        if not token:
            raise Refused("not_authed")
        if served.token == "app":
            if token != self._twin.app.app_token:
                raise Refused(
                    "not_allowed_token_type" if token in self._twin.installations else "invalid_auth"
                )
            return None
        installed = self._twin.installations.get(token)
        if installed is None:
            raise Refused("not_allowed_token_type" if token == self._twin.app.app_token else "invalid_auth")
        if installed.refusal:
            raise Refused(installed.refusal)
        if installed.expires_at is not None and self._twin.clock() >= installed.expires_at:
            raise Refused("token_expired")
        return installed


@serves("apps.connections.open", token="app")
def connections_open(call: Call) -> Json:
    twin = call.twin
    ticket = twin.sockets.ticket()
    return {"url": f"{twin.url.replace('http', 'ws', 1)}/link?ticket={ticket}&app_id={twin.app.id}"}


def refused_by(fault: Fault) -> tuple[int, Json, dict[str, str]]:
    """Status, body and headers of an answer that a fault demands."""
    status = 429 if fault.error == "ratelimited" else fault.status
    headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    return status, {"ok": False, "error": fault.error or "internal_error"}, headers


async def _body(request: web.Request) -> Json:
    if request.content_type == "application/json":
        told: Json = json.loads(await request.text() or "{}")
        return told
    return {name: str(value) for name, value in (await request.post()).items()}


def _kept(args: dict[str, Any]) -> Json:
    return {name: value for name, value in args.items() if name not in SECRETS}


def _client(request: web.Request) -> tuple[str, str]:
    scheme, _, pair = request.headers.get("Authorization", "").partition(" ")
    if scheme != "Basic":
        return "", ""
    name, _, secret = base64.b64decode(pair).decode().partition(":")
    return name, secret
