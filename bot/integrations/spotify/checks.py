"""Whether Spotify knows the app, as far as that can be told without a member."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.core.findings import Finding, failed, fine, is_made_up, warning, wrong
from bot.errors import LinkExpired, Refused, ServiceError
from bot.integrations.spotify.accounts import SpotifyAccounts
from bot.integrations.spotify.gateway import SpotifyGateway
from bot.ports import Grant

ABOUT = "Spotify app"
DASHBOARD = "Copy it from developer.spotify.com/dashboard → your app → Settings."

_TIMEOUT_S = (4.0, 5.0)
_NO_GRANT = Grant("", "earshot-doctor", 0, frozenset())


def shape_findings(client_id: str) -> Sequence[Finding]:
    """Whether a client ID looks like one."""
    if is_made_up(client_id):
        return [wrong("[spotify] client_id", "is the text of an example", DASHBOARD)]
    if not re.fullmatch("[0-9a-f]{32}", client_id):
        return [
            warning("[spotify] client_id", "does not look like one (32 digits and letters a to f)", DASHBOARD)
        ]
    return [fine("[spotify] client_id", "looks like one")]


async def app_findings(client_id: str, client_secret: str, accounts_url: str) -> Sequence[Finding]:
    """Shows Spotify a grant that it never gave: an app that it knows is told so, another one is refused itself."""
    gateway = SpotifyGateway(workers=1, timeout_s=_TIMEOUT_S)
    secrets = {client_id: client_secret} if client_secret else {}
    try:
        await SpotifyAccounts(gateway, accounts_url, secrets).refresh(
            client_id=client_id, grant=_NO_GRANT, now_ms=0
        )
    except LinkExpired:
        return [fine(ABOUT, "Spotify knows it")]
    except Refused as error:
        return [wrong(ABOUT, str(error.text), DASHBOARD)]
    except ServiceError as error:
        return [failed(ABOUT, str(error.text), "Check the network, and status.spotify.dev.")]
    finally:
        await gateway.close()
    return [failed(ABOUT, "Spotify took a grant that it never gave", f"Is {accounts_url} Spotify?")]
