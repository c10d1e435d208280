"""Last.fm: what its members scrobbled, and whose account it is.

Reading needs an API key alone, for profiles are public. Whose account it is, is proven by a token that its owner says
yes to on a page of Last.fm; the key that this gives us is forgotten at once.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from hashlib import md5
from typing import Any, NoReturn
from urllib.parse import urlencode, urlsplit

import aiohttp

from bot.core.model import NewPlay, RawTrack, Span
from bot.errors import LinkExpired, ListeningHidden, RateLimited, Refused, ServiceError, Unavailable
from bot.ports import HistoryPage, Profile
from bot.text import t

API_URL = "https://ws.audioscrobbler.com/2.0/"
AUTH_URL = "https://www.last.fm/api/auth/"
ROWS = 200
USER_AGENT = "Earshot (self-hosted listening bot)"

_EVERY_S = 0.25
_TIMEOUT_S = 20.0
_PAUSE_S = 60.0
# What the numbers of Last.fm's errors mean: https://www.last.fm/api/errorcodes
_TOKEN_ENDED = {"4", "15"}
_NOT_FOUND = "6"
_TRANSIENT = {"8", "11", "16"}
_NOT_YET = "14"
_HIDDEN = "17"
_OUR_KEY = {"10", "13", "26"}
_TOO_MANY = "29"


class LastfmClient:
    """A `ports.HistorySource` and `ports.AccountProof`. At most one call begins every `every_s` seconds."""

    def __init__(
        self,
        api_key: str,
        secret: str,
        api_url: str = API_URL,
        auth_url: str = AUTH_URL,
        *,
        every_s: float = _EVERY_S,
        timeout_s: float = _TIMEOUT_S,
    ) -> None:
        self._api_key = api_key
        self._secret = secret
        self._api_url = api_url
        self._auth_url = auth_url
        self._every_s = every_s
        self._turn = asyncio.Lock()
        self._free_at = 0.0
        # A proxy named in the environment leads to the internet, never to a server on this machine.
        away = urlsplit(api_url).hostname not in {"127.0.0.1", "::1"}
        self._http = aiohttp.ClientSession(
            headers={"User-Agent": USER_AGENT}, timeout=aiohttp.ClientTimeout(total=timeout_s), trust_env=away
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()

    # --- whose account it is

    async def ask(self) -> str:
        """See `ports.AccountProof`."""
        return _text((await self._call("auth.getToken", {}, signed=True)).get("token")) or _nonsense()

    def page_of(self, token: str) -> str:
        """See `ports.AccountProof`."""
        return f"{self._auth_url}?{urlencode({'api_key': self._api_key, 'token': token})}"

    async def who_said_yes(self, token: str) -> str:
        """See `ports.AccountProof`. The session key in the answer is read by nobody."""
        answer = await self._call("auth.getSession", {"token": token}, signed=True)
        return _text(_table(answer.get("session")).get("name")) or _nonsense()

    # --- what was played

    async def profile(self, account: str) -> Profile:
        """See `ports.HistorySource`."""
        user = _table((await self._call("user.getInfo", {"user": account})).get("user"))
        _same_account(user.get("name"), account)
        registered = _table(user.get("registered"))
        return Profile(_number(user.get("playcount")), _number(registered.get("unixtime")) * 1000)

    async def page(self, account: str, span: Span, page: int) -> HistoryPage:
        """See `ports.HistorySource`. What is on now is left out."""
        # Nobody says whether Last.fm counts the bounds in; so they are a second further out, and cut off here.
        first_s, last_s = -(-span.start_ms // 1000) - 1, -(-span.end_ms // 1000)
        asked = {"from": str(max(0, first_s)), "to": str(last_s), "limit": str(ROWS), "page": str(page)}
        answer = await self._call("user.getRecentTracks", {"user": account, **asked})
        listed = _table(answer.get("recenttracks"))
        about = _table(listed.get("@attr"))
        _same_account(about.get("user"), account)
        rows = listed.get("track", [])
        # A list of one comes as its one row.
        plays = [
            play for row in (rows if isinstance(rows, list) else [rows]) if (play := _play(row)) is not None
        ]
        more = _number(about.get("totalPages")) > page
        if (more and not plays) or any(not first_s <= play.at_ms // 1000 <= last_s for play in plays):
            _nonsense()
        return HistoryPage([play for play in plays if span.start_ms <= play.at_ms < span.end_ms], more)

    async def _call(
        self, method: str, parameters: Mapping[str, str], *, signed: bool = False
    ) -> Mapping[str, Any]:
        """One call. Raises `ServiceError`s only."""
        said = {"method": method, "api_key": self._api_key, **parameters}
        if signed:
            said["api_sig"] = _signature(said, self._secret)
        await self._wait_for_turn()
        try:
            async with self._http.get(self._api_url, params={**said, "format": "json"}) as answer:
                status = answer.status
                body = await answer.read()
        except TimeoutError:
            raise Unavailable(
                t("Last.fm did not answer in time. Please try again in a few minutes.")
            ) from None
        except aiohttp.ClientError:
            # No chain: it carries the address, and so the key.
            raise Unavailable(
                t("Last.fm cannot be reached at the moment. Please try again in a few minutes.")
            ) from None
        return _read(status, body)

    async def _wait_for_turn(self) -> None:
        loop = asyncio.get_running_loop()
        async with self._turn:
            await asyncio.sleep(max(0.0, self._free_at - loop.time()))
            self._free_at = loop.time() + self._every_s


def _signature(said: Mapping[str, str], secret: str) -> str:
    """How Last.fm wants calls signed: https://www.last.fm/api/authspec#8"""
    words = "".join(f"{name}{value}" for name, value in sorted(said.items())) + secret
    return md5(words.encode(), usedforsecurity=False).hexdigest()


def _read(status: int, body: bytes) -> Mapping[str, Any]:
    """The JSON of an answer. An error can come with any status, 200 too."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    if isinstance(answer, dict) and "error" in answer:
        raise _refusal(str(answer["error"]), _text(answer.get("message")))
    if status == 429:
        raise _too_many()
    if status >= 500:
        raise Unavailable(
            t(
                "Last.fm has trouble of its own (HTTP {status}). Please try again in a few minutes.",
                status=status,
            )
        )
    return _table(answer)


def _refusal(number: str, message: str) -> ServiceError:
    if number == _TOO_MANY:
        return _too_many()
    if number in _TRANSIENT:
        return Unavailable(t("Last.fm has trouble of its own. Please try again in a few minutes."))
    if number == _HIDDEN:
        return ListeningHidden(
            t(
                "Last.fm hides what you play, so I cannot read it. Switch off “Hide recent listening information” in "
                "its privacy settings, then use /link what:lastfm again."
            )
        )
    if number == _NOT_FOUND and "not found" in message.lower():
        return LinkExpired(
            t("Last.fm does not know that account (any more). /link what:lastfm links another one.")
        )
    if number == _NOT_YET:
        return Refused(
            t("Last.fm has no yes from you yet. Open its page, allow access, then press the button again.")
        )
    if number in _TOKEN_ENDED:
        return LinkExpired(
            t(
                "That page of Last.fm was used already, or it is older than an hour. /link what:lastfm gives a new one."
            )
        )
    if number in _OUR_KEY:
        return Refused(
            t("Last.fm does not accept my API key or its secret. Whoever runs me has to look at them.")
        )
    return Refused(t("Last.fm did not take the request (error {number}).", number=number))


def _too_many() -> RateLimited:
    return RateLimited(t("Last.fm asked me to slow down. Please try again in a minute."), _PAUSE_S)


def _nonsense() -> NoReturn:
    raise Unavailable(t("Last.fm answered something I cannot read. Please try again in a few minutes."))


def _same_account(named: object, account: str) -> None:
    """Last.fm is known to answer with somebody else's listening now and then."""
    if _text(named).casefold() != account.casefold():
        raise Unavailable(t("Last.fm answered about somebody else. Please try again in a few minutes."))


def _play(row: Any) -> NewPlay | None:
    """None for what is on now."""
    fields = _table(row)
    if _text(_table(fields.get("@attr", {})).get("nowplaying")) == "true":
        return None
    artist = _table(fields.get("artist"))
    title, by = _text(fields.get("name")), _text(artist.get("#text")) or _text(artist.get("name"))
    if not title or not by:
        _nonsense()
    at_ms = _number(_table(fields.get("date")).get("uts")) * 1000
    return NewPlay(at_ms, RawTrack("", title, by, _text(_table(fields.get("album", {})).get("#text"))))


def _table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else _nonsense()


def _text(value: Any) -> str:
    """A string as a database can keep it, so that it is the same when it is read again; "" where there is none."""
    return value.encode("utf-8", "replace").decode().replace("\0", "?") if isinstance(value, str) else ""


def _number(value: Any) -> int:
    """A whole number that is not negative, in digits or not."""
    try:
        number = int(value) if isinstance(value, str | int) else -1
    except ValueError:
        number = -1
    return number if number >= 0 else _nonsense()
