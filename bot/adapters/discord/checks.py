"""What can be seen of the bot at Discord before it starts: its token, how it is set up, how often it may connect."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import aiohttp

from bot.adapters.discord.invite import application_id
from bot.core.findings import Finding, failed, fine, is_made_up, warning, wrong
from bot.errors import Refused, Unavailable
from bot.text import plain, t

SETTING = "[discord] token"
ABOUT = "Discord"
COPY_IT = "Portal → your app → Bot → Reset Token, and copy all of what it shows."

_SHAPE = re.compile(r"[\w-]{18,}\.[\w-]{5,}\.[\w-]{20,}", re.ASCII)
_AGENT = "DiscordBot (self-hosted Earshot, 1)"
_ASK_S = 8.0
_FEW_STARTS = 50
_ADMINISTRATOR = 1 << 3

# Portal → Bot → Privileged Gateway Intents, by the bits in an application's flags (verified app, small app).
_INTENTS = {
    "Presence": 1 << 12 | 1 << 13,
    "Server Members": 1 << 14 | 1 << 15,
    "Message Content": 1 << 18 | 1 << 19,
}


def token_findings(token: str) -> Sequence[Finding]:
    """Whether a token looks like one."""
    if _SHAPE.fullmatch(token) and application_id(token):
        return [fine(SETTING, f"looks like one, of the application {application_id(token)}")]
    if is_made_up(token):
        return [wrong(SETTING, "is the text of an example, or has blanks in it", COPY_IT)]
    if re.fullmatch("[0-9a-f]{64}", token):
        return [wrong(SETTING, "looks like the public key", COPY_IT)]
    if re.fullmatch(r"[\w-]{32}", token):
        return [wrong(SETTING, "looks like the client secret", COPY_IT)]
    return [wrong(SETTING, "does not look like one: it has three parts with dots between them", COPY_IT)]


async def application_findings(token: str, api_url: str) -> Sequence[Finding]:
    """What Discord says about the token's bot and application. A token that is none is not shown to it."""
    if not _SHAPE.fullmatch(token):
        return []
    headers = {"Authorization": f"Bot {token}", "User-Agent": _AGENT}
    timeout = aiohttp.ClientTimeout(total=_ASK_S)
    try:
        async with aiohttp.ClientSession(headers=headers, timeout=timeout) as http:
            bot = await _read(http, f"{api_url}/users/@me")
            application = await _read(http, f"{api_url}/applications/@me")
            gateway = await _read(http, f"{api_url}/gateway/bot")
    except Refused as error:
        return [wrong(SETTING, str(error.text), COPY_IT)]
    except (aiohttp.ClientError, TimeoutError, Unavailable) as error:
        said = str(error) or "no answer in time"
        return [failed(ABOUT, f"cannot be asked: {plain(said)}", "Check the network, and discordstatus.com.")]
    return [
        fine(ABOUT, f"the token is good: {plain(str(bot.get('username')))}"),
        *setup_findings(application),
        *start_findings(gateway),
    ]


async def _read(http: aiohttp.ClientSession, url: str) -> dict[str, Any]:
    """Raises `Refused` for a token that is not taken, `Unavailable` for anything that is no answer."""
    async with http.get(url) as answer:
        if answer.status == 401:
            raise Refused(t("Discord does not take it (any more)."))
        if answer.status == 429:
            raise Unavailable(t("Discord asks to wait {s} s.", s=answer.headers.get("Retry-After", "some")))
        if answer.status != 200:
            raise Unavailable(t("Discord answers HTTP {status}.", status=answer.status))
        body = await answer.json(content_type=None)
        if not isinstance(body, dict):
            raise Unavailable(t("Discord answers something that makes no sense."))
        return body


def setup_findings(application: dict[str, Any]) -> Sequence[Finding]:
    """What the portal's switches are set to; `application` as Discord describes it."""
    about, found = "Discord application", []
    if application.get("interactions_endpoint_url"):
        found.append(
            wrong(
                about,
                "has an Interactions Endpoint URL, so commands go there and never reach Earshot",
                "Portal → General Information: empty the field.",
            )
        )
    if application.get("bot_require_code_grant"):
        found.append(
            wrong(
                about, "requires an OAuth2 code grant, so nobody can add it", "Portal → Bot: switch that off."
            )
        )
    asked = [name for name, bits in _INTENTS.items() if int(application.get("flags") or 0) & bits]
    if asked:
        found.append(
            warning(
                about,
                f"has privileged intents that Earshot does not need: {', '.join(asked)}",
                "Portal → Bot → Privileged Gateway Intents: switch them off.",
            )
        )
    if not application.get("bot_public", True):
        found.append(
            warning(
                about,
                "is private: only its owner can add it to a server",
                "Portal → Installation, if others should.",
            )
        )
    found += _installing(application.get("integration_types_config"))
    return found or [fine(about, "is set up as it should be")]


def _installing(ways: Any) -> Sequence[Finding]:
    """Portal → Installation: how people can add the application by its profile. `ways` as Discord keeps them."""
    about, tab = "Discord application", "Portal → Installation: "
    if not isinstance(ways, dict):
        return []
    names = {"0": "Guild Install", "1": "User Install"}
    found = [
        warning(about, f"cannot be added by {name}", f"{tab}tick {name}.")
        for key, name in names.items()
        if key not in ways
    ]
    asked = (ways.get("0") or {}).get("oauth2_install_params")
    if asked and "bot" not in asked.get("scopes", ()):
        found.append(
            warning(about, "comes without its bot when added by its profile", f"{tab}add the scope bot.")
        )
    if asked and int(asked.get("permissions") or 0) & _ADMINISTRATOR:
        found.append(
            warning(
                about,
                "asks to be an administrator when added by its profile",
                f"{tab}choose only the permissions that `earshot invite` names.",
            )
        )
    return found


def start_findings(gateway: dict[str, Any]) -> Sequence[Finding]:
    """How often the bot may still connect today; `gateway` as Discord describes it."""
    about = "Discord connections"
    limit = gateway.get("session_start_limit") or {}
    left, hours = int(limit.get("remaining", 0)), int(limit.get("reset_after", 0)) // 3_600_000 + 1
    if left == 0:
        return [failed(about, "none are left of today's", f"Wait: there are new ones within {hours} h.")]
    if left < _FEW_STARTS:
        return [
            warning(
                about,
                f"only {left} are left of today's",
                "Does something start Earshot again and again? Look at its log.",
            )
        ]
    return [fine(about, f"{left} are left of today's {limit.get('total')}")]
