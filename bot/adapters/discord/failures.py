"""What became of something that was sent to Discord, and Discord's errors as ours.

discord.py itself waits when Discord says 429 and tries again at 500; what gets here is what is left after that.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from enum import Enum
from typing import TypeVar

import aiohttp
import discord

from bot.errors import EarshotError, NotFound, RateLimited, RoomLost, Unavailable, Unsure
from bot.text import t

log = logging.getLogger(__name__)

T = TypeVar("T")

WITHIN_S = 60.0
FAILURES = (discord.HTTPException, discord.RateLimited, aiohttp.ClientError, OSError, TimeoutError)

UNKNOWN_CHANNEL = 10003
UNKNOWN_MEMBER = 10007
UNKNOWN_MESSAGE = 10008
UNKNOWN_USER = 10013
TOO_LARGE = 40005
HTTP_TOO_LARGE = 413
ACKNOWLEDGED = 40060
MISSING_ACCESS = 50001
MISSING_PERMISSIONS = 50013
MALFORMED = 50035
CANNOT_REPLY = 160002


NOT_THERE = t("I am not in that server (any more). Invite me there, and I can post.")
_LATER = t("Discord does not answer just now. Please try again in a while.")


class Outcome(Enum):
    """What became of it. Nobody knows after a lost connection or a server's error."""

    TAKEN = "taken"
    REFUSED = "refused"
    TOO_LARGE = "its files are too large"
    MALFORMED = "it was malformed, which is a bug"
    DELETED = "somebody deleted the message"
    UNSURE = "nobody knows"


async def tried(send: Callable[[], Awaitable[T]], *, tries: int = 1, within_s: float = WITHIN_S) -> T:
    """What sending gives, tried again while nobody knows what became of it: more than once only what may be repeated.

    Raises one of `FAILURES`.
    """
    for n in range(1, tries):
        try:
            async with asyncio.timeout(within_s):
                return await send()
        except FAILURES as error:
            if outcome_of(error) is not Outcome.UNSURE:
                raise
        await asyncio.sleep(n)
    async with asyncio.timeout(within_s):
        return await send()


async def attempt(
    send: Callable[[], Awaitable[object]], *, tries: int = 1, within_s: float = WITHIN_S
) -> Outcome:
    """Send as `tried` does; what became of it goes into the log where it was not taken."""
    try:
        await tried(send, tries=tries, within_s=within_s)
    except FAILURES as error:
        outcome = outcome_of(error)
        if outcome is not Outcome.TAKEN:
            level = logging.ERROR if outcome is Outcome.MALFORMED else logging.WARNING
            log.log(level, "Discord: %s, so %s", told(error), outcome.value)
        return outcome
    return Outcome.TAKEN


def outcome_of(error: Exception) -> Outcome:
    """What became of what failed like this."""
    code = getattr(error, "code", 0)
    if code == ACKNOWLEDGED:
        # An earlier try arrived, though its reply did not.
        return Outcome.TAKEN
    if code == UNKNOWN_MESSAGE:
        return Outcome.DELETED
    if code == MALFORMED:
        return Outcome.MALFORMED
    status = getattr(error, "status", 0)
    if code == TOO_LARGE or status == HTTP_TOO_LARGE:
        return Outcome.TOO_LARGE
    refused = isinstance(error, discord.RateLimited) or 400 <= status < 500
    return Outcome.REFUSED if refused else Outcome.UNSURE


def told(error: Exception) -> str:
    """An error for the log: its kind and numbers, nothing that somebody said."""
    if isinstance(error, discord.HTTPException):
        return f"{error.status} {error.code}"
    return type(error).__name__


def ours(error: Exception, *, missing: str) -> EarshotError:
    """The error of a post as one of ours. `missing` names what we are not permitted there, as Discord calls it."""
    code = getattr(error, "code", 0)
    if code == UNKNOWN_CHANNEL:
        return RoomLost(t("That channel is gone. Choose another one for me."))
    if code in (MISSING_ACCESS, MISSING_PERMISSIONS):
        return RoomLost(
            t("I cannot post in that channel. In its permissions, allow me: {missing}.", missing=missing)
        )
    if code == UNKNOWN_MESSAGE:
        return NotFound(t("That message is not there any more."))
    if isinstance(error, discord.RateLimited):
        return RateLimited(_LATER, error.retry_after)
    return Unsure(_LATER) if outcome_of(error) is Outcome.UNSURE else Unavailable(_LATER)
