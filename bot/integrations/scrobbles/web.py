"""One call at a time to a service that speaks JSON: at a polite pace, within a time, with errors that are ours."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from bot.core import foreign
from bot.errors import Unavailable
from bot.text import t

USER_AGENT = "Earshot (self-hosted listening bot)"

_LONGEST_PAUSE_S = 3600.0


class Unreadable(Exception):
    """An answer is not what the service's description promises."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back. `body` is the JSON, None where there was none."""

    status: int
    headers: Mapping[str, str]
    body: Any


class JsonService:
    """A service by its name; at most one call begins every `every_s` seconds."""

    def __init__(self, name: str, url: str, *, every_s: float, timeout_s: float) -> None:
        self.name = name
        self._url = url
        self._every_s = every_s
        self._turn = asyncio.Lock()
        self._free_at = 0.0
        # A proxy named in the environment leads to the internet, never to a server on this machine.
        away = urlsplit(url).hostname not in {"127.0.0.1", "::1"}
        self._http = aiohttp.ClientSession(
            headers={"User-Agent": USER_AGENT}, timeout=aiohttp.ClientTimeout(total=timeout_s), trust_env=away
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()

    async def get(
        self, path: str, parameters: Mapping[str, str], headers: Mapping[str, str] | None = None
    ) -> Reply:
        """A GET, which follows no redirect. Raises `Unavailable` where nothing came back."""
        return await self._ask("GET", path, headers, params=parameters)

    async def post(self, path: str, body: Any, headers: Mapping[str, str]) -> Reply:
        """A POST of JSON that changes nothing, as `get`."""
        return await self._ask("POST", path, headers, json=body)

    async def _ask(self, method: str, path: str, headers: Mapping[str, str] | None, **more: Any) -> Reply:
        await self._wait_for_turn()
        try:
            async with self._http.request(
                method, self._url + path, headers=headers, allow_redirects=False, **more
            ) as answer:
                return Reply(answer.status, answer.headers, _json(await answer.read()))
        except TimeoutError:
            raise Unavailable(
                t("{service} did not answer in time. Please try again in a few minutes.", service=self.name)
            ) from None
        except aiohttp.ClientError:
            # No chain: it carries the address, and with it a key.
            raise Unavailable(
                t(
                    "{service} cannot be reached at the moment. Please try again in a few minutes.",
                    service=self.name,
                )
            ) from None

    @contextmanager
    def reading(self) -> Iterator[None]:
        """What is `Unreadable` within becomes `Unavailable`."""
        try:
            yield
        except Unreadable:
            raise Unavailable(
                t(
                    "{service} answered something I cannot read. Please try again in a few minutes.",
                    service=self.name,
                )
            ) from None

    def same_account(self, named: object, account: str) -> None:
        """Raises `Unavailable` for an answer about somebody else, which is known to happen."""
        if foreign.name(named).casefold() != account.casefold():
            raise Unavailable(
                t(
                    "{service} answered about somebody else. Please try again in a few minutes.",
                    service=self.name,
                )
            )

    async def _wait_for_turn(self) -> None:
        loop = asyncio.get_running_loop()
        async with self._turn:
            await asyncio.sleep(max(0.0, self._free_at - loop.time()))
            self._free_at = loop.time() + self._every_s


def table(value: Any) -> Mapping[str, Any]:
    """A JSON object."""
    if not isinstance(value, dict):
        raise Unreadable
    return value


def some(value: Any) -> str:
    """A name with something in it."""
    found = foreign.name(value)
    if not found:
        raise Unreadable
    return found


def number(value: Any) -> int:
    """A whole number that is not negative, in digits or not."""
    try:
        found = int(value) if isinstance(value, str | int) else -1
    except ValueError:
        found = -1
    if found < 0:
        raise Unreadable
    return found


def trouble(service: str, status: int) -> Unavailable:
    """For an answer with an error of the service's own."""
    return Unavailable(
        t(
            "{service} has trouble of its own (HTTP {status}). Please try again in a few minutes.",
            service=service,
            status=status,
        )
    )


def pause_s(reply: Reply, otherwise: float) -> float:
    """How long a service that was asked too often asks to wait, at most an hour."""
    said = reply.headers.get("Retry-After") or reply.headers.get("X-RateLimit-Reset-In") or ""
    if not (said.isascii() and said.isdigit()):
        return otherwise
    return min(max(float(said), 1.0), _LONGEST_PAUSE_S)


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
