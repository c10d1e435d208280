"""Linking an account: `ports.Accounts` at Spotify, authorization code with PKCE.

https://developer.spotify.com/documentation/web-api/tutorials/code-pkce-flow . No secret is needed; where the operator
sets one, it goes into the Basic header for that client ID only.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Collection, Mapping
from typing import Any

from spotipy.cache_handler import MemoryCacheHandler
from spotipy.oauth2 import SpotifyPKCE

from bot.errors import LinkExpired
from bot.integrations.spotify.failures import nonsense
from bot.integrations.spotify.gateway import SpotifyGateway, plain_session
from bot.integrations.spotify.parsing import number, table, text
from bot.ports import Account, Grant
from bot.text import t

ACCOUNTS_URL = "https://accounts.spotify.com"

# A refresh sends no redirect URI, but spotipy wants one and would look for it in the environment.
_NO_REDIRECT = "http://127.0.0.1/"


class SpotifyAccounts:
    """`client_secrets` are by client ID and optional. Only `account` is a call to the Web API."""

    def __init__(
        self,
        gateway: SpotifyGateway,
        accounts_url: str = ACCOUNTS_URL,
        client_secrets: Mapping[str, str] | None = None,
    ) -> None:
        self._gateway = gateway
        self._accounts_url = accounts_url.rstrip("/")
        self._secrets = dict(client_secrets or {})

    def authorize_url(
        self, *, client_id: str, redirect_uri: str, scopes: Collection[str], state: str, verifier: str
    ) -> str:
        """Where to send the member."""
        manager = self._manager(client_id, redirect_uri, scopes)
        _remember(manager, verifier)
        return str(manager.get_authorize_url(state=state))

    async def exchange(
        self, *, client_id: str, redirect_uri: str, code: str, verifier: str, now_ms: int
    ) -> Grant:
        """Trade a code for a grant. Raises `LinkExpired` if the code is used or too old."""
        if not code:  # spotipy would ask for one on the terminal
            raise LinkExpired(t("Spotify sent you back without a code. Use /link to begin again."))

        def ask() -> Any:
            manager = self._manager(client_id, redirect_uri, ())
            _remember(manager, verifier)
            manager.get_access_token(code, check_cache=False)
            return manager.cache_handler.get_cached_token()

        return _grant(await self._gateway.run(ask), now_ms, Grant("", "", 0, frozenset()))

    async def refresh(self, *, client_id: str, grant: Grant, now_ms: int) -> Grant:
        """A fresh access token. Whether or not Spotify rotates the refresh token, the one to keep is returned."""

        def ask() -> Any:
            manager = self._manager(client_id, _NO_REDIRECT, ())
            return manager.refresh_access_token(grant.refresh_token)

        return _grant(await self._gateway.run(ask), now_ms, grant)

    async def account(self, access_token: str) -> Account:
        """Whose token it is: `account_id`, for older answers `id`. Raises `NotAllowlisted`."""
        fields = table(await self._gateway.read(access_token, lambda it: it.current_user()))
        account_id = text(fields.get("account_id")) or text(fields.get("id"))
        if not account_id:
            raise nonsense()
        return Account(account_id, text(fields.get("display_name")) or account_id)

    def _manager(self, client_id: str, redirect_uri: str, scopes: Collection[str]) -> SpotifyPKCE:
        session = plain_session(self._accounts_url)
        if client_id in self._secrets:
            session.auth = (client_id, self._secrets[client_id])
        manager = SpotifyPKCE(
            client_id=client_id,
            redirect_uri=redirect_uri,
            scope=sorted(scopes),
            requests_timeout=self._gateway.timeout_s,
            requests_session=session,
            open_browser=False,
            cache_handler=MemoryCacheHandler(),
        )
        manager.OAUTH_AUTHORIZE_URL = f"{self._accounts_url}/authorize"
        manager.OAUTH_TOKEN_URL = f"{self._accounts_url}/api/token"
        return manager


def _remember(manager: SpotifyPKCE, verifier: str) -> None:
    """PKCE's verifier and its S256 challenge (RFC 7636, section 4.2)."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    manager.code_verifier = verifier
    manager.code_challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def _grant(body: Any, now_ms: int, before: Grant) -> Grant:
    """What the token endpoint said; a refresh token or scopes it does not name stay as they were."""
    fields = table(body)
    access, refresh = text(fields.get("access_token")), text(fields.get("refresh_token"))
    lives_s = number(fields.get("expires_in"))
    if not access or not lives_s or not (refresh or before.refresh_token):
        raise nonsense()
    granted = fields.get("scope")
    return Grant(
        access_token=access,
        refresh_token=refresh or before.refresh_token,
        expires_ms=now_ms + lives_s * 1000,
        scopes=frozenset(granted.split()) if isinstance(granted, str) else before.scopes,
    )
