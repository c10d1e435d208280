"""Installing the app: Slack's consent page, the code that comes back, and the tokens for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit

from aiohttp import web

from tests.twins.slack.app import Installation
from tests.twins.slack.calls import Call, serves
from tests.twins.slack.model import Json, Person, Refused, new_secret

if TYPE_CHECKING:
    from tests.twins.slack.server import SlackTwin

CODE_LIFE_S = 600


@dataclass(frozen=True)
class Code:
    """What a person agreed to; good once."""

    person: Person
    scopes: tuple[str, ...]
    redirect_uri: str
    expires_at: float


class OAuth:
    """Codes and refresh tokens that are still good."""

    def __init__(self, twin: SlackTwin) -> None:
        self._twin = twin
        self.codes: dict[str, Code] = {}
        self.refreshing: dict[str, Installation] = {}

    async def page(self, request: web.Request) -> web.Response:
        """The consent page, in words."""
        fault = self._fault(dict(request.query))
        text = fault or f"Allow {self._twin.bot_name} to use {request.query['scope']}?"
        return web.Response(text=text, status=400 if fault else 200)

    def consent(self, person: Person, authorize_url: str, *, agreed: bool) -> str:
        """Where the browser goes once the person has pressed a button. Raises ValueError where there is no button."""
        asked = dict(parse_qsl(urlsplit(authorize_url).query))
        if fault := self._fault(asked):
            raise ValueError(fault)
        redirect_uri = asked.get("redirect_uri") or self._twin.app.redirect_urls[0]
        answer = {"state": asked.get("state", "")}
        if agreed:
            code = new_secret()
            scopes = tuple(asked["scope"].split(","))
            until = self._twin.clock() + CODE_LIFE_S
            self.codes[code] = Code(person, scopes, asked.get("redirect_uri", ""), until)
            answer["code"] = code
        else:
            answer["error"] = "access_denied"
        return f"{redirect_uri}?{urlencode(answer)}"

    def _fault(self, asked: dict[str, str]) -> str:
        app = self._twin.app
        if asked.get("client_id") != app.client_id:
            return "invalid_client_id"
        if not asked.get("scope"):
            return "invalid_scope"
        if (redirect_uri := asked.get("redirect_uri")) is None:
            return "" if app.redirect_urls else "bad_redirect_uri"
        known = not app.redirect_urls or redirect_uri.startswith(app.redirect_urls)
        return "" if known else "bad_redirect_uri"


@serves("oauth.v2.access", token="none")
def access(call: Call) -> Json:
    app, oauth = call.twin.app, call.twin.oauth
    client_id, secret = (
        call.client if call.client[0] else (call.text("client_id"), call.text("client_secret"))
    )
    if client_id != app.client_id:
        raise Refused("invalid_client_id")
    if secret != app.client_secret:
        raise Refused("bad_client_secret")
    if call.text("grant_type") == "refresh_token":
        return _refreshed(call)
    code = oauth.codes.pop(call.text("code"), None)
    if code is None or code.expires_at < call.twin.clock():
        raise Refused("invalid_code")
    if code.redirect_uri != call.text("redirect_uri"):
        raise Refused("bad_redirect_uri")
    return _granted(call.twin, code.person.team.install(code.scopes, code.person))


def _refreshed(call: Call) -> Json:
    old = call.twin.oauth.refreshing.pop(call.text("refresh_token"), None)
    if old is None or old.refusal:
        raise Refused("invalid_refresh_token")
    return _granted(call.twin, old.team.install(old.scopes, old.installer))


def _granted(twin: SlackTwin, installation: Installation) -> Json:
    team, installer = installation.team, installation.installer
    told: Json = {
        "access_token": installation.token,
        "token_type": "bot",
        "scope": ",".join(installation.scopes),
        "bot_user_id": team.bot.id,
        "app_id": team.app_id,
        "team": {"id": team.id, "name": team.name},
        "enterprise": None,
        "authed_user": {"id": installer.id if installer is not None else ""},
        "is_enterprise_install": False,
    }
    if installation.refresh_token:
        twin.oauth.refreshing[installation.refresh_token] = installation
        told |= {"refresh_token": installation.refresh_token, "expires_in": 43_200}
    return told
