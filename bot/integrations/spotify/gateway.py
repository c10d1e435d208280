"""The one way to spotipy: a small thread pool, time limits, no hidden retries, errors that are ours.

spotipy is synchronous and by default sleeps through `Retry-After` (hours) and re-sends POSTs; with a session of
our own it does neither. Each worker thread keeps one client, so a client makes one call at a time and connections
are used again; cookies are never kept, for one client serves several members.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.cookiejar import DefaultCookiePolicy
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests
import spotipy

from bot.integrations.spotify.failures import service_error, worth_a_second_try

T = TypeVar("T")

API_URL = "https://api.spotify.com/v1/"
TIMEOUT_S = (5.0, 15.0)


class SpotifyGateway:
    """Runs spotipy calls. `api_url` is the prefix of the Web API; `timeout_s` is (connect, read)."""

    def __init__(
        self,
        api_url: str = API_URL,
        *,
        workers: int = 4,
        timeout_s: tuple[float, float] = TIMEOUT_S,
        pause_s: float = 0.5,
    ) -> None:
        self._api_url = api_url.rstrip("/") + "/"
        self._timeout_s = timeout_s
        self._pause_s = pause_s
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="spotify")
        self._local = threading.local()
        self._sessions: list[requests.Session] = []
        silence_spotipy()

    @property
    def timeout_s(self) -> tuple[float, float]:
        """(connect, read), seconds."""
        return self._timeout_s

    async def read(self, token: str, call: Callable[[spotipy.Spotify], T]) -> T:
        """A GET; asked once more after a time-out, a broken connection or a 5xx. Raises `ServiceError`s."""
        return await self.run(lambda: call(self._client(token)), tries=2)

    async def write(self, token: str, call: Callable[[spotipy.Spotify], T]) -> T:
        """A POST, PUT or DELETE; never sent twice. Raises `ServiceError`s."""
        return await self.run(lambda: call(self._client(token)))

    async def run(self, work: Callable[[], T], *, tries: int = 1) -> T:
        """Run blocking work on a worker thread. Raises `ServiceError`s only."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._attempt, work, tries)

    async def close(self) -> None:
        """Wait for calls on their way, then close the connections."""
        await asyncio.get_running_loop().run_in_executor(None, self._pool.shutdown)
        for session in self._sessions:
            session.close()

    def _attempt(self, work: Callable[[], T], tries: int) -> T:
        for left in range(tries - 1, -1, -1):
            try:
                return work()
            except Exception as error:  # noqa: BLE001 - spotipy also raises AttributeError and TypeError on odd bodies
                if left and worth_a_second_try(error):
                    time.sleep(self._pause_s)
                    continue
                # No chain: a requests exception carries the request, and so the token.
                raise service_error(error) from None
        raise AssertionError("unreachable: the last try returns or raises")

    def _client(self, token: str) -> spotipy.Spotify:
        client = getattr(self._local, "client", None)
        if client is None:
            session = plain_session(self._api_url)
            client = spotipy.Spotify(auth=token, requests_session=session, requests_timeout=self._timeout_s)
            client.prefix = self._api_url
            self._local.client = client
            self._sessions.append(session)
        client.set_auth(token)
        return client


def plain_session(url: str) -> requests.Session:
    """A session without retries, cookies and redirects, which takes nothing but JSON as an answer to `url`."""
    session = requests.Session()
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.hooks["response"].append(_only_json)
    # A proxy named in the environment leads to the internet, never to a practice server on this machine.
    session.trust_env = urlsplit(url).hostname not in {"127.0.0.1", "::1"}
    return session


def silence_spotipy() -> None:
    """Keep spotipy's own log lines away: they print tokens, and with each error the words of a search."""
    logger = logging.getLogger("spotipy")
    logger.propagate = False
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())


def _only_json(answer: requests.Response, **_: Any) -> None:
    """spotipy turns a body that is no JSON into None, as if all were well; an error page is not well.

    Only a 204, and the answer to a change, may be empty.
    """
    if answer.is_redirect:
        raise requests.exceptions.ContentDecodingError("a redirect", response=answer)
    wanted = answer.status_code == 200 and answer.request.method == "GET"
    if answer.ok and (answer.content or wanted):
        try:
            answer.json()
        except ValueError:
            raise requests.exceptions.ContentDecodingError("not JSON", response=answer) from None
