"""Whether Last.fm takes the key and its secret, and whether ListenBrainz answers, without any member."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.findings import Finding, failed, fine, is_made_up, warning, wrong
from bot.errors import Refused, ServiceError
from bot.integrations.scrobbles.lastfm import LastfmClient
from bot.integrations.scrobbles.listenbrainz import ListenBrainzClient

KEY_PAGE = "Copy both from last.fm/api/accounts."
TOKEN_PAGE = "Copy it from listenbrainz.org/settings."  # noqa: S105 - says where a token is
NETWORK = "Check the network; is the service down?"

_TIMEOUT_S = 8.0


def lastfm_shape(api_key: str, secret: str) -> Sequence[Finding]:
    """Whether key and secret look like such."""
    about = "[lastfm] api_key"
    if is_made_up(api_key) or is_made_up(secret):
        return [wrong(about, "is the text of an example, or its secret is", KEY_PAGE)]
    if any(len(it) != 32 or set(it) - set("0123456789abcdef") for it in (api_key, secret)):
        return [
            warning(about, "or its secret does not look like one (32 digits and letters a to f)", KEY_PAGE)
        ]
    return [fine(about, "looks like one")]


async def lastfm_findings(api_key: str, secret: str, api_url: str) -> Sequence[Finding]:
    """Asks for a token to say yes to, which takes the key and its secret; nobody says yes to it."""
    client = LastfmClient(api_key, secret, api_url, timeout_s=_TIMEOUT_S)
    try:
        await client.ask()
    except Refused as error:
        return [wrong("Last.fm", str(error.text), KEY_PAGE)]
    except ServiceError as error:
        return [failed("Last.fm", str(error.text), NETWORK)]
    finally:
        await client.close()
    return [fine("Last.fm", "takes the key and its secret")]


async def listenbrainz_findings(token: str, api_url: str) -> Sequence[Finding]:
    """Asks whose the token is. Without one, members may link it all the same: whether it answers."""
    client = ListenBrainzClient(api_url, timeout_s=_TIMEOUT_S)
    try:
        await client.owner(token or "earshot-doctor")
    except Refused as error:
        if token:
            return [wrong("ListenBrainz", str(error.text), TOKEN_PAGE)]
        return [fine("ListenBrainz", "answers")]
    except ServiceError as error:
        said = str(error.text)
        return [failed("ListenBrainz", said, NETWORK) if token else warning("ListenBrainz", said, NETWORK)]
    finally:
        await client.close()
    return [fine("ListenBrainz", "knows the token")]
