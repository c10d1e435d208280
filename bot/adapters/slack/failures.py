"""What Slack says when it does not do something, and what that means for people.

`No` is a refusal: it was not done. `Silence` is a broken connection: nobody knows whether it was done, so a message
is not simply sent again.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable
from contextlib import suppress
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.webhook.webhook_response import WebhookResponse

from bot.adapters.slack.words import JSON
from bot.errors import EarshotError, NotFound, RateLimited, RoomLost, Unavailable, Unsure
from bot.text import Text, t

# The token opens nothing any more.
DEAD = frozenset({"account_inactive", "token_revoked", "token_expired", "invalid_auth", "not_authed"})
# Where we cannot post with our token; the request that somebody just made may still be answered there.
LOST = "channel_not_found"
NOT_HERE = frozenset({"not_in_channel", LOST})
# A message that cannot be changed.
GONE = frozenset(
    {"message_not_found", "cant_update_message", "edit_window_closed", "is_inactive", "update_failed"}
)
# Somebody who cannot be written to alone.
UNREACHABLE = frozenset(
    {"user_not_found", "user_disabled", "user_not_visible", "cannot_dm_bot", "is_bot", "access_denied"}
)

_CLOSED = {
    "channel_not_found": t(
        "I cannot find that channel (any more). If it is private, somebody in it has to type /invite @Earshot there."
    ),
    "not_in_channel": t("I am not in that channel. Somebody in it has to type /invite @Earshot there."),
    "is_archived": t("That channel is archived. Somebody has to unarchive it, or choose another one."),
    "restricted_action": t("Only some may post in that channel. An admin of the workspace can let me, too."),
    "team_access_not_granted": t("This workspace has not let me in. An admin of it has to install me."),
}
_TAKEN_OUT = t("This workspace has taken me out. An admin of it has to install me again.")
_SLACK_IS_DOWN = t("Slack did not answer. Please try again in a moment.")


class No(Exception):
    """Slack refused. `code` is its word for why, `scope` the missing permission, `after_s` when to ask again."""

    def __init__(self, code: str, scope: str = "", after_s: float = 0.0) -> None:
        super().__init__(code)
        self.code = code
        self.scope = scope
        self.after_s = after_s


class Silence(Exception):
    """The connection broke before the answer."""


async def heard(call: Awaitable[Any]) -> JSON:
    """What a call of the Web API answers. Raises `No` and `Silence`."""
    try:
        answer: JSON = (await call).data
    except SlackApiError as error:
        raise _no(error) from error
    except SlackRequestError as error:
        raise No("upload_failed") from error
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise Silence(type(error).__name__) from error
    return answer


async def heard_url(call: Awaitable[WebhookResponse]) -> None:
    """That a `response_url` took what it was sent. Raises `No` and `Silence`."""
    try:
        response = await call
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise Silence(type(error).__name__) from error
    told: Any = {}
    with suppress(ValueError):
        told = json.loads(response.body)
    refused = isinstance(told, dict) and told.get("ok") is False
    if response.status_code != 200 or refused:
        raise No(str(told.get("error")) if refused else f"http_{response.status_code}")


def ours(failure: No | Silence) -> EarshotError:
    """The failure as one of ours, with a sentence for whoever can act on it."""
    if isinstance(failure, Silence):
        return Unsure(_SLACK_IS_DOWN)
    if failure.code in GONE:
        return NotFound(t("That message is gone, or too old to be changed."))
    if failure.code in UNREACHABLE:
        return NotFound(t("Slack does not let me write to them."))
    if failure.code == "ratelimited":
        return RateLimited(t("Slack has me wait a little. Please try again in a minute."), failure.after_s)
    if (why := _closed(failure)) is not None:
        return RoomLost(why)
    if failure.code.startswith("http_") or failure.code in (
        "internal_error",
        "fatal_error",
        "service_unavailable",
    ):
        return Unavailable(_SLACK_IS_DOWN)
    return Unavailable(t("Slack did not take what I wanted to say ({code}).", code=failure.code))


def _closed(no: No) -> Text | None:
    if no.code in DEAD:
        return _TAKEN_OUT
    if no.code == "missing_scope":
        return t(
            "I lack a permission here ({scope}). Whoever runs me has to install me anew with the manifest of today.",
            scope=no.scope or "?",
        )
    return _CLOSED["restricted_action"] if no.code.startswith("restricted_action") else _CLOSED.get(no.code)


def _no(error: SlackApiError) -> No:
    response = error.response
    data = getattr(response, "data", None)
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0))
    if not isinstance(data, dict) or status >= 500:
        return No(f"http_{status}")
    headers = {str(name).lower(): value for name, value in getattr(response, "headers", {}).items()}
    after = str(headers.get("retry-after", ""))
    return No(
        str(data.get("error", "")), str(data.get("needed", "")), float(after) if after.isdecimal() else 0.0
    )
