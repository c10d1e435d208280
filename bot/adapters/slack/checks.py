"""What can be seen of the app at Slack before it starts: its tokens, its scopes, Socket Mode, and a card of ours."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack.draw import draw
from bot.adapters.slack.failures import DEAD
from bot.adapters.slack.manifest import INSTALL_PATH, scopes
from bot.chat import Bars, Button, Card, Fields, Lines
from bot.config import Slack
from bot.core.findings import Finding, Level, failed, fine, is_made_up, warning, wrong
from bot.text import plain, t

ABOUT = "Slack"
BOT, APP, SIGNING = "[slack] bot_token", "[slack] app_token", "[slack] signing_secret"
COPY_BOT = "api.slack.com/apps → your app → OAuth & Permissions: copy the Bot User OAuth Token (xoxb-…)."
COPY_APP = (
    "api.slack.com/apps → your app → Basic Information → App-Level Tokens: make one with connections:write and copy "
    "it (xapp-…)."
)
COPY_SIGNING = "api.slack.com/apps → your app → Basic Information → App Credentials: copy the Signing Secret."
REINSTALL = "Paste what `earshot manifest slack` prints under App Manifest, then Install App → Reinstall."

_BOT_SHAPE, _APP_SHAPE = r"(xoxe\.)?xoxb-[\w-]+", r"xapp-[\w-]+"
_ASK_S = 8
_NO_ANSWER = (SlackClientError, aiohttp.ClientError, OSError)
_UNREACHABLE = "Check the network, and slack-status.com."
_NO_TOKEN_OF_OURS = DEAD | {"not_allowed_token_type"}


def setting_findings(slack: Slack, public_url: str) -> Sequence[Finding]:
    """Whether tokens look like what they should be, and whether Slack can reach us where it has to."""
    found: list[Finding] = []
    if slack.bot_token:
        found.append(_looks(BOT, slack.bot_token, _BOT_SHAPE, COPY_BOT))
    if slack.app_token:
        found.append(_looks(APP, slack.app_token, _APP_SHAPE, COPY_APP))
    if slack.signing_secret:
        found.append(_looks(SIGNING, slack.signing_secret, "[0-9a-f]{32}", COPY_SIGNING))
    reachable = urlsplit(public_url).scheme == "https"
    if not slack.app_token and not reachable:
        found.append(
            wrong(
                "[web] public_url",
                f"{public_url} is nothing that Slack can reach, and there is no app_token",
                "Give Earshot an https address, or use Socket Mode with an app_token.",
            )
        )
    if slack.client_id and not reachable:
        found.append(
            wrong(
                "[web] public_url",
                f"{public_url} is nothing that a workspace can install from",
                "Give Earshot an https address, or use the bot_token of one workspace.",
            )
        )
    elif slack.client_id:
        found.append(fine(ABOUT, f"workspaces install it at {public_url.rstrip('/')}{INSTALL_PATH}"))
    return found


def _looks(setting: str, token: str, shape: str, do: str) -> Finding:
    other = {"xoxb": "a bot token", "xapp": "an app-level token", "xoxp": "a user token"}.get(token[:4])
    if is_made_up(token):
        return wrong(setting, "is the text of an example, or has blanks in it", do)
    if not re.fullmatch(shape, token, re.ASCII):
        return wrong(setting, f"is {other}" if other else "does not look like one", do)
    return fine(setting, "looks like one")


async def app_findings(slack: Slack) -> Sequence[Finding]:
    """What Slack says about the tokens, the scopes they were given, and a card of ours.

    A token that is none is not shown to it.
    """
    # The library logs each refusal; here it is a finding.
    quiet = logging.Logger("earshot.doctor", logging.CRITICAL)
    client = AsyncWebClient(
        token=slack.bot_token or None, base_url=slack.api_url, timeout=_ASK_S, logger=quiet, retry_handlers=[]
    )
    found: list[Finding] = []
    if re.fullmatch(_BOT_SHAPE, slack.bot_token, re.ASCII):
        found += await _asked(BOT, COPY_BOT, client.auth_test(), partial(_bot, scopes(history=slack.history)))
    if re.fullmatch(_APP_SHAPE, slack.app_token, re.ASCII):
        opened = client.apps_connections_open(app_token=slack.app_token)
        found += await _asked(APP, COPY_APP, opened, _socket)
    if found and found[0].about == ABOUT and found[0].level is Level.OK:
        found += await _card(client)
    return found


async def _asked(setting: str, do: str, call: Any, read: Any) -> Sequence[Finding]:
    try:
        answer = await call
    except SlackApiError as error:
        code = _code(error)
        if code in _NO_TOKEN_OF_OURS:
            return [wrong(setting, f"Slack does not take it ({code})", do)]
        if code == "missing_scope":
            return [wrong(setting, "lacks a scope that it needs", do)]
        return [failed(ABOUT, f"answers {code}", _UNREACHABLE)]
    except _NO_ANSWER as error:
        return [failed(ABOUT, f"cannot be asked ({type(error).__name__})", _UNREACHABLE)]
    found: Sequence[Finding] = read(answer)
    return found


def _code(error: SlackApiError) -> str:
    """Slack's word for why not."""
    said = error.response.data
    return plain(str(said.get("error"))) if isinstance(said, dict) else f"HTTP {error.response.status_code}"


def _bot(wanted: Mapping[str, str], answer: Any) -> Sequence[Finding]:
    name, team = plain(str(answer.get("user"))), plain(str(answer.get("team")))
    found = [fine(ABOUT, f"the token is good: {name} in {team}")]
    granted = {it.strip() for it in str(answer.headers.get("x-oauth-scopes", "")).split(",") if it.strip()}
    if not granted:
        return found
    missing, extra = sorted(wanted.keys() - granted), sorted(granted - wanted.keys())
    if missing:
        lost = "; ".join(f"{it} ({wanted[it]})" for it in missing)
        found.append(wrong("Slack scopes", f"were not given: {lost}", REINSTALL))
    if extra:
        said = f"more was given than Earshot needs: {', '.join(map(plain, extra))}"
        found.append(warning("Slack scopes", said, REINSTALL))
    return (
        found
        if missing or extra
        else [*found, fine("Slack scopes", f"all {len(wanted)} that it needs, and no more")]
    )


def _socket(answer: Any) -> Sequence[Finding]:
    return [fine("Slack Socket Mode", "Slack gives a connection")]


async def _card(client: AsyncWebClient) -> Sequence[Finding]:
    """Slack's own opinion of what we draw."""
    about = "Slack cards"
    card = Card(
        t("A card to try"),
        (
            Lines((t("A line"),)),
            Fields(((t("A name"), t("a value")),)),
            Bars(((t("one"), 1), (t("two"), 2)), t("Bars")),
        ),
        buttons=(Button(t("A button"), "help.again", {}),),
    )
    try:
        await client.blocks_validate(blocks=draw(card))
    except SlackApiError as error:
        code = _code(error)
        if code in {"unknown_method", "ratelimited"}:  # it is new, and not everywhere yet
            return []
        return [failed(about, f"Slack would not take one: {code}", "Report it: Slack has changed something.")]
    except _NO_ANSWER:
        return []
    return [fine(about, "Slack takes them")]
