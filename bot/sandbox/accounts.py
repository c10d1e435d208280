"""Who may call: codes, access tokens, refresh tokens and seats (the inside of accounts.spotify.com).

Times are UTC milliseconds. Tokens are random; everything but pending codes survives a restart.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bot.sandbox.behaviour import DAY_S, App, Behaviour
from bot.sandbox.refusals import BareRefusal, Refusal, TokenRefusal

NO_SEAT = "User not registered in the Developer Dashboard"
VERIFIER_LENGTHS = range(43, 129)


@dataclass(frozen=True, slots=True)
class Grant:
    """One consent: who let which app do what, and when."""

    id: str
    client_id: str
    listener_id: str
    scopes: tuple[str, ...]
    authorized_ms: int
    pkce: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """An authorization request that was agreed to: what the code stands for."""

    client_id: str
    redirect_uri: str
    listener_id: str
    scopes: tuple[str, ...]
    challenge: str | None
    expires_ms: int


class Accounts:
    """Codes become grants, grants have tokens, tokens open the API."""

    def __init__(
        self,
        apps: Sequence[App],
        behaviour: Behaviour,
        now_ms: Callable[[], int],
        changed: Callable[[], None],
        saved: Mapping[str, Any],
    ) -> None:
        """`changed` is called after every change that must be kept; `saved` is an earlier `snapshot`."""
        self.apps = {app.client_id: app for app in apps}
        self._behaviour = behaviour
        self._now_ms = now_ms
        self._changed = changed
        self._codes: dict[str, Asked] = {}
        self._grants = {
            row["id"]: Grant(**{**row, "scopes": tuple(row["scopes"])}) for row in saved.get("grants", [])
        }
        self._access: dict[str, tuple[str, int]] = {
            token: (grant_id, expires) for token, (grant_id, expires) in saved.get("access", {}).items()
        }
        self._refresh: dict[str, str] = dict(saved.get("refresh", {}))
        self._dead: set[str] = set(saved.get("dead", []))
        self._seats: dict[str, list[str]] = {
            key: list(value) for key, value in saved.get("seats", {}).items()
        }

    def snapshot(self) -> dict[str, Any]:
        """What `saved` takes."""
        # A token a day past its end is forgotten; until then the API says "expired" rather than "invalid".
        oldest = self._now_ms() - DAY_S * 1000
        self._access = {token: kept for token, kept in self._access.items() if kept[1] > oldest}
        return {
            "grants": [asdict(grant) for grant in self._grants.values()],
            "access": self._access,
            "refresh": self._refresh,
            "dead": sorted(self._dead),
            "seats": self._seats,
        }

    def agree(
        self, app: App, redirect_uri: str, listener_id: str, scopes: Sequence[str], challenge: str | None
    ) -> str:
        """Somebody pressed Agree: the code for the redirect. The first to come take the app's seats."""
        seats = self._seats.setdefault(app.client_id, [])
        if listener_id not in seats and len(seats) < self._behaviour.seats:
            seats.append(listener_id)
            self._changed()
        code = secrets.token_urlsafe(64)
        expires = self._now_ms() + self._behaviour.code_life_s * 1000
        self._codes[code] = Asked(app.client_id, redirect_uri, listener_id, tuple(scopes), challenge, expires)
        return code

    def exchange(
        self, app: App, with_secret: bool, code: str, redirect_uri: str, verifier: str
    ) -> dict[str, Any]:
        """A code for tokens. The app proved itself by its secret, or proves itself by the PKCE verifier."""
        asked = self._codes.pop(code, None)
        if asked is None or asked.client_id != app.client_id:
            raise TokenRefusal("invalid_grant", "Invalid authorization code")
        if asked.expires_ms <= self._now_ms():
            raise TokenRefusal("invalid_grant", "Authorization code expired")
        if asked.redirect_uri != redirect_uri:
            raise TokenRefusal("invalid_grant", "Invalid redirect URI")
        if asked.challenge is None and not with_secret:
            raise TokenRefusal("invalid_client", "Invalid client")
        if asked.challenge is not None and not _answers(asked.challenge, verifier):
            raise TokenRefusal("invalid_grant", "code_verifier was incorrect")
        grant = Grant(
            id=secrets.token_hex(8),
            client_id=app.client_id,
            listener_id=asked.listener_id,
            scopes=asked.scopes,
            authorized_ms=self._now_ms(),
            pkce=asked.challenge is not None,
        )
        self._grants[grant.id] = grant
        return self._tokens(grant, refresh_token=self._new_refresh(grant))

    def refresh(self, app: App, with_secret: bool, token: str) -> dict[str, Any]:
        """A refresh token for an access token. With rotation a PKCE token works once and is replaced."""
        grant = self._grants.get(self._refresh.get(token, ""))
        if grant is None or grant.client_id != app.client_id:
            raise TokenRefusal("invalid_grant", "Invalid refresh token")
        ends = grant.authorized_ms + self._behaviour.refresh_life_s * 1000
        if token in self._dead or ends <= self._now_ms():
            raise TokenRefusal("invalid_grant", "Refresh token revoked")
        if not grant.pkce and not with_secret:
            raise TokenRefusal("invalid_client", "Invalid client")
        if not (self._behaviour.rotation and grant.pkce):
            return self._tokens(grant, refresh_token=None)
        self._dead.add(token)
        return self._tokens(grant, refresh_token=self._new_refresh(grant))

    def caller(self, access_token: str | None) -> Grant:
        """Whose token this is. Raises the API's 401 for none, a wrong one or an old one."""
        if not access_token:
            raise Refusal(401, "No token provided")
        grant_id, expires = self._access.get(access_token, ("", 0))
        grant = self._grants.get(grant_id)
        if grant is None or grant.client_id not in self.apps:
            raise Refusal(401, "Invalid access token")
        if expires <= self._now_ms():
            raise Refusal(401, "The access token expired")
        return grant

    def check_seat(self, grant: Grant) -> None:
        """Raises the plain-text 403 for whoever signed in after the app's seats were taken."""
        if grant.listener_id not in self._seats.get(grant.client_id, []):
            raise BareRefusal(403, NO_SEAT)

    def seats(self) -> dict[str, list[str]]:
        """Who sits where, by client id."""
        return {client_id: list(taken) for client_id, taken in self._seats.items()}

    def revoke(self, listener_id: str) -> int:
        """As if the listener had removed every app: all tokens end now. Gives how many consents ended."""
        ended = {grant.id for grant in self._grants.values() if grant.listener_id == listener_id}
        self._dead |= {token for token, grant_id in self._refresh.items() if grant_id in ended}
        self._access = {token: kept for token, kept in self._access.items() if kept[0] not in ended}
        self._changed()
        return len(ended)

    def expire_access(self, listener_id: str) -> int:
        """As if an hour had passed for the listener's access tokens. Gives how many."""
        now = self._now_ms()
        mine = {grant.id for grant in self._grants.values() if grant.listener_id == listener_id}
        stale = [token for token, (grant_id, _) in self._access.items() if grant_id in mine]
        for token in stale:
            self._access[token] = (self._access[token][0], now)
        self._changed()
        return len(stale)

    def _new_refresh(self, grant: Grant) -> str:
        token = secrets.token_urlsafe(96)
        self._refresh[token] = grant.id
        return token

    def _tokens(self, grant: Grant, refresh_token: str | None) -> dict[str, Any]:
        access = secrets.token_urlsafe(96)
        self._access[access] = (grant.id, self._now_ms() + self._behaviour.access_life_s * 1000)
        self._changed()
        answer: dict[str, Any] = {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": self._behaviour.access_life_s,
            "scope": " ".join(grant.scopes),
        }
        if refresh_token is not None:
            answer["refresh_token"] = refresh_token
        return answer


def _answers(challenge: str, verifier: str) -> bool:
    """RFC 7636 section 4.6, method S256."""
    if len(verifier) not in VERIFIER_LENGTHS or not verifier.isascii():
        return False
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return hmac.compare_digest(base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii"), challenge)
