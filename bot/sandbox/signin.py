"""Signing in: the consent page at /authorize and the tokens at /api/token.

Instead of a password the page asks which sample listener you are. Everything else is OAuth 2.0 with
Spotify's words: Authorization Code with a secret, with PKCE (S256), or with both.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Mapping, Sequence
from html import escape
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from bot.sandbox.accounts import Accounts
from bot.sandbox.behaviour import App
from bot.sandbox.listeners import Listener
from bot.sandbox.pages import page
from bot.sandbox.refusals import TokenRefusal

SCOPES = {
    "app-remote-control": "Talk to the Spotify app on your device",
    "playlist-modify-private": "Create and change your private playlists",
    "playlist-modify-public": "Create and change your public playlists",
    "playlist-read-collaborative": "See your collaborative playlists",
    "playlist-read-private": "See your private playlists",
    "streaming": "Play music on your other devices",
    "ugc-image-upload": "Upload playlist covers for you",
    "user-follow-modify": "Change whom you follow",
    "user-follow-read": "See whom you follow",
    "user-library-modify": "Change what you have saved",
    "user-library-read": "See what you have saved",
    "user-modify-playback-state": "Control what plays on your devices",
    "user-read-currently-playing": "See what you are playing now",
    "user-read-email": "See your e-mail address",
    "user-read-playback-position": "See how far you got in podcasts and audiobooks",
    "user-read-playback-state": "See what you are playing and on which devices",
    "user-read-private": "See your subscription and country",
    "user-read-recently-played": "See what you played recently",
    "user-top-read": "See your top artists and songs",
}
ASKED = (
    "client_id",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
)
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}\Z")


class _Unsound(Exception):
    """The request cannot be trusted with a redirect; the page says why."""


class SignIn:
    """Handlers for both endpoints."""

    def __init__(self, accounts: Accounts, listeners: Mapping[str, Listener]) -> None:
        self._accounts = accounts
        self._listeners = listeners

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/authorize", self.ask),
            web.post("/authorize", self.decide),
            web.post("/api/token", self.token),
        ]

    async def ask(self, request: web.Request) -> web.Response:
        """GET: the consent page, a redirect with an error, or a page that says what is wrong."""
        asked = {name: request.query.get(name, "") for name in ASKED}
        try:
            app = self._trusted(asked)
        except _Unsound as unsound:
            return page("Cannot sign in", f"<h1>Cannot sign in</h1><p>{escape(str(unsound))}</p>", status=400)
        error = _error(app, asked)
        return self._back(asked, error=error) if error else self._form(app, asked)

    async def decide(self, request: web.Request) -> web.Response:
        """POST from the page: back to the app with a code, or with error=access_denied."""
        form = await request.post()
        asked = {name: str(form.get(name, "")) for name in ASKED}
        origin = request.headers.get("Origin")
        try:
            if origin is not None and urlsplit(origin).netloc != request.host:
                raise _Unsound("The form was sent from another site. Start again from the app.")
            app = self._trusted(asked)
        except _Unsound as unsound:
            return page("Cannot sign in", f"<h1>Cannot sign in</h1><p>{escape(str(unsound))}</p>", status=400)
        error = _error(app, asked)
        if error or form.get("decision") != "agree":
            return self._back(asked, error=error or "access_denied")
        listener = self._listeners.get(str(form.get("listener", "")))
        if listener is None:
            return self._form(app, asked, problem="Choose who you are, then agree.")
        code = self._accounts.agree(
            app, asked["redirect_uri"], listener.id, asked["scope"].split(), asked["code_challenge"] or None
        )
        return self._back(asked, code=code)

    async def token(self, request: web.Request) -> web.Response:
        """A code or a refresh token for an access token. Raises TokenRefusal with Spotify's words."""
        form = {name: str(value) for name, value in (await request.post()).items()}
        app, with_secret = self._app_of(request, form)
        match form.get("grant_type"):
            case "authorization_code":
                answer = self._accounts.exchange(
                    app,
                    with_secret,
                    form.get("code", ""),
                    form.get("redirect_uri", ""),
                    form.get("code_verifier", ""),
                )
            case "refresh_token":
                if not form.get("refresh_token"):
                    raise TokenRefusal("invalid_request", "refresh_token must be supplied")
                answer = self._accounts.refresh(app, with_secret, form["refresh_token"])
            case None:
                raise TokenRefusal("unsupported_grant_type", "grant_type parameter is missing")
            case _:
                raise TokenRefusal(
                    "unsupported_grant_type", "grant_type must be authorization_code or refresh_token"
                )
        return web.json_response(answer, headers={"Cache-Control": "no-store"})

    def _trusted(self, asked: Mapping[str, str]) -> App:
        app = self._accounts.apps.get(asked["client_id"])
        if app is None:
            raise _Unsound("INVALID_CLIENT: Invalid client. Check the client id.")
        if not app.accepts(asked["redirect_uri"]):
            raise _Unsound(
                "INVALID_CLIENT: Invalid redirect URI. It must be, letter by letter, one that the app registered."
            )
        return app

    def _app_of(self, request: web.Request, form: Mapping[str, str]) -> tuple[App, bool]:
        """The app that asks, and whether it proved it knows its secret."""
        client_id, secret = form.get("client_id", ""), form.get("client_secret")
        kind, _, credentials = request.headers.get("Authorization", "").partition(" ")
        if kind.casefold() == "basic":
            try:
                client_id, _, secret = (
                    base64.b64decode(credentials, validate=True).decode("utf-8").partition(":")
                )
            except (binascii.Error, UnicodeDecodeError) as error:
                raise TokenRefusal("invalid_client", "Invalid client") from error
        app = self._accounts.apps.get(client_id)
        if app is None:
            raise TokenRefusal("invalid_client", "Invalid client")
        if secret is None:
            return app, False
        if app.client_secret is None or not hmac.compare_digest(app.client_secret.encode(), secret.encode()):
            raise TokenRefusal("invalid_client", "Invalid client secret")
        return app, True

    def _back(self, asked: Mapping[str, str], **answer: str) -> web.Response:
        if asked["state"]:
            answer["state"] = asked["state"]
        joint = "&" if urlsplit(asked["redirect_uri"]).query else "?"
        return web.Response(
            status=302, headers={"Location": f"{asked['redirect_uri']}{joint}{urlencode(answer)}"}
        )

    def _form(self, app: App, asked: Mapping[str, str], problem: str | None = None) -> web.Response:
        hidden = "".join(
            f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in asked.items()
        )
        people = "".join(
            f'<label><input type="radio" name="listener" value="{escape(who.id)}" required> '
            f"<bdi>{escape(who.display_name)}</bdi> ({escape(who.id)}, {escape(who.zone)})</label>"
            for who in self._listeners.values()
        )
        wanted = "".join(f"<li>{escape(SCOPES[scope])}</li>" for scope in asked["scope"].split())
        may = f"<ul>{wanted}</ul>" if wanted else "<p>Nothing but your name.</p>"
        alert = f'<p role="alert"><strong>{escape(problem)}</strong></p>' if problem else ""
        return page(
            "Agree?",
            f"<h1>{escape(app.name)} asks to use your practice Spotify account</h1>{alert}"
            f"<h2>It would be able to</h2>{may}"
            f'<form method="post" action="/authorize">{hidden}<fieldset><legend>Sign in as</legend>{people}'
            f'</fieldset><button name="decision" value="agree">Agree</button>'
            f'<button name="decision" value="cancel" formnovalidate>Cancel</button></form>',
            status=400 if problem else 200,
        )


def _error(app: App, asked: Mapping[str, str]) -> str | None:
    """What the redirect must say is wrong with the request, if anything is."""
    if asked["response_type"] != "code":
        return "unsupported_response_type"
    unknown: Sequence[str] = [scope for scope in asked["scope"].split() if scope not in SCOPES]
    if unknown:
        return "invalid_scope"
    challenge, method = asked["code_challenge"], asked["code_challenge_method"]
    if challenge and (method != "S256" or not _CHALLENGE.match(challenge)):
        return "invalid_request"
    if not challenge and app.client_secret is None:
        return "invalid_request"  # without a secret, only PKCE can prove who fetches the token
    return None
