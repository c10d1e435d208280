"""Where Slack let us in: tokens of workspaces, sealed in our database, and the OAuth states of the install page."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from dataclasses import asdict, dataclass

from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore

from bot.adapters.slack.asked import PLATFORM
from bot.errors import Unavailable
from bot.ports import Chance, Clock, InstallationStore, MemoStore, Vault

log = logging.getLogger(__name__)

STATE_MS = 10 * 60 * 1000
STATES_MOST = 100
_STATES = "slack:states"


@dataclass(frozen=True, slots=True)
class Grant:
    """What opens one workspace. With token rotation there is a `refresh` token, and `expires_ms`."""

    token: str
    bot: str
    bot_user: str
    installer: str = ""
    refresh: str = ""
    expires_ms: int = 0


class Installs(AsyncInstallationStore):
    """Grants by workspace. Bolt's install page saves into it."""

    def __init__(self, store: InstallationStore, vault: Vault) -> None:
        self._store = store
        self._vault = vault

    @property
    def logger(self) -> logging.Logger:
        """For Bolt."""
        return log

    async def async_save(self, installation: Installation) -> None:
        """Keep what somebody just agreed to on Slack's page."""
        expires_s = installation.bot_token_expires_at
        grant = Grant(
            token=installation.bot_token or "",
            bot=installation.bot_id or "",
            bot_user=installation.bot_user_id or "",
            installer=installation.user_id or "",
            refresh=installation.bot_refresh_token or "",
            expires_ms=0 if expires_s is None else expires_s * 1000,
        )
        await self.keep(installation.team_id or installation.enterprise_id or "", grant)

    async def keep(self, team: str, grant: Grant) -> None:
        """Keep a grant, in place of an older one."""
        await self._store.keep_installation(
            PLATFORM, team, self._vault.seal(json.dumps(asdict(grant)), _context(team))
        )

    async def grant(self, team: str) -> Grant | None:
        """The grant of a workspace; None where there is none, or none that the key opens."""
        sealed = await self._store.installation(PLATFORM, team)
        if sealed is None:
            return None
        try:
            return Grant(**json.loads(self._vault.unseal(sealed, _context(team))))
        except Unavailable:
            log.error(
                "The key does not open what is kept of workspace %s. Put the key back, or install it anew.",
                team,
            )
            return None

    async def forget(self, team: str) -> None:
        """The workspace has taken us out."""
        await self._store.forget_installation(PLATFORM, team)


class States(AsyncOAuthStateStore):
    """OAuth states: good for ten minutes and once. Only their hashes are kept, and never many."""

    def __init__(self, memos: MemoStore, chance: Chance, clock: Clock) -> None:
        self._memos = memos
        self._chance = chance
        self._clock = clock
        self._lock = asyncio.Lock()

    @property
    def logger(self) -> logging.Logger:
        """For Bolt."""
        return log

    async def async_issue(self, *args: object, **kwargs: object) -> str:
        """A new state."""
        state = self._chance.token()
        async with self._lock:
            waiting = await self._waiting()
            waiting[_hashed(state)] = self._clock.now_ms() + STATE_MS
            newest = sorted(waiting.items(), key=lambda it: it[1])[-STATES_MOST:]
            await self._memos.remember(_STATES, json.dumps(dict(newest)))
        return state

    async def async_consume(self, state: str) -> bool:
        """Whether it was issued, is not too old, and was not used; it counts no more then."""
        async with self._lock:
            waiting = await self._waiting()
            known = waiting.pop(_hashed(state), None) is not None
            if known:
                await self._memos.remember(_STATES, json.dumps(waiting))
        return known

    async def _waiting(self) -> dict[str, int]:
        kept: dict[str, int] = json.loads(await self._memos.memo(_STATES) or "{}")
        now = self._clock.now_ms()
        return {hashed: until for hashed, until in kept.items() if until > now}


def _context(team: str) -> str:
    return f"{PLATFORM}/{team}"


def _hashed(state: str) -> str:
    return hashlib.sha256(state.encode("utf-8", "replace")).hexdigest()
