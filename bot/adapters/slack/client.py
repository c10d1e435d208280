"""The SDK's client as we use it: what it repeats, what it waits for, and what it logs."""

from __future__ import annotations

import logging
from enum import Enum

import aiohttp
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState
from slack_sdk.web.async_client import AsyncWebClient

# What the libraries log below WARNING is what people say.
library_log = logging.getLogger("bot.adapters.slack.library")
library_log.setLevel(logging.WARNING)

TIMEOUT_S = 30
WAIT_MOST_S = 30.0
_TRIES = 2


class Care(Enum):
    """How a call is repeated when it did not go through."""

    REPEAT = "done twice it does no harm: it is repeated after outages, too"
    ONCE = "it must not be done twice: only what never left, or was told to wait, is sent again"
    HURRY = "nobody waits for it: only what never left is sent again, at once"


class _Patience(AsyncRateLimitErrorRetryHandler):
    """Waits as long as Slack says, unless that is longer than anybody waits for an answer."""

    async def _can_retry_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        if response is None or response.status_code != 429:
            return False
        after = {name.lower(): value for name, value in response.headers.items()}.get("retry-after", ["1"])
        return float(after[0]) <= WAIT_MOST_S


def retries(care: Care) -> list[AsyncRetryHandler]:
    """For a client of the SDK."""
    never_left = AsyncConnectionErrorRetryHandler(error_types=[aiohttp.ClientConnectorError])
    if care is Care.HURRY:
        return [never_left]
    if care is Care.ONCE:
        return [_Patience(_TRIES), never_left]
    return [
        _Patience(_TRIES),
        AsyncConnectionErrorRetryHandler(_TRIES),
        AsyncServerErrorRetryHandler(_TRIES),
    ]


def make_client(
    api_url: str, http: aiohttp.ClientSession | None, token: str | None = None, care: Care = Care.REPEAT
) -> AsyncWebClient:
    """A client for one call, or for a library that makes its own."""
    return AsyncWebClient(
        token, api_url, timeout=TIMEOUT_S, session=http, logger=library_log, retry_handlers=retries(care)
    )
