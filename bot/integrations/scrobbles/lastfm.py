"""Last.fm: what its members scrobbled, and whose account it is.

Reading needs an API key alone, for profiles are public. Whose account it is, is proven by a token that its owner says
yes to on a page of Last.fm; the key that this gives us is forgotten at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import md5
from typing import Any
from urllib.parse import urlencode

from bot.core.foreign import name
from bot.core.model import NewPlay, RawTrack, Span
from bot.errors import LinkExpired, ListeningHidden, RateLimited, Refused, ServiceError, Unavailable
from bot.integrations.scrobbles.web import (
    JsonService,
    Reply,
    Unreadable,
    number,
    pause_s,
    some,
    table,
    trouble,
)
from bot.ports import HistoryPage, Profile
from bot.text import t

API_URL = "https://ws.audioscrobbler.com/2.0/"
AUTH_URL = "https://www.last.fm/api/auth/"
ROWS = 200

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
    """A `ports.HistorySource` and `ports.AccountPage`."""

    def __init__(
        self,
        api_key: str,
        secret: str,
        api_url: str = API_URL,
        auth_url: str = AUTH_URL,
        *,
        every_s: float = 0.25,
        timeout_s: float = 20.0,
    ) -> None:
        self._api_key = api_key
        self._secret = secret
        self._auth_url = auth_url
        self._web = JsonService("Last.fm", api_url, every_s=every_s, timeout_s=timeout_s)

    async def close(self) -> None:
        """Close the connections."""
        await self._web.close()

    # --- whose account it is

    async def ask(self) -> str:
        """See `ports.AccountPage`."""
        with self._web.reading():
            return some((await self._call("auth.getToken", {}, signed=True)).get("token"))

    def page_of(self, token: str) -> str:
        """See `ports.AccountPage`."""
        return f"{self._auth_url}?{urlencode({'api_key': self._api_key, 'token': token})}"

    async def owner(self, token: str) -> str:
        """See `ports.AccountOwner`. The session key in the answer is read by nobody."""
        with self._web.reading():
            answer = await self._call("auth.getSession", {"token": token}, signed=True)
            return some(table(answer.get("session")).get("name"))

    # --- what was played

    async def profile(self, account: str) -> Profile:
        """See `ports.HistorySource`."""
        with self._web.reading():
            user = table((await self._call("user.getInfo", {"user": account})).get("user"))
            self._web.same_account(user.get("name"), account)
            registered = table(user.get("registered"))
            return Profile(number(user.get("playcount")), number(registered.get("unixtime")) * 1000)

    async def page(self, account: str, span: Span, page: int) -> HistoryPage:
        """See `ports.HistorySource`. What is on now is left out."""
        # Nobody says whether Last.fm counts the bounds in; so they are a second further out, and cut off here.
        first_s, last_s = -(-span.start_ms // 1000) - 1, -(-span.end_ms // 1000)
        asked = {"from": str(max(0, first_s)), "to": str(last_s), "limit": str(ROWS), "page": str(page)}
        with self._web.reading():
            answer = await self._call("user.getRecentTracks", {"user": account, **asked})
            listed = table(answer.get("recenttracks"))
            about = table(listed.get("@attr"))
            self._web.same_account(about.get("user"), account)
            rows = listed.get("track", [])
            # A list of one comes as its one row.
            plays = [play for row in (rows if isinstance(rows, list) else [rows]) if (play := _play(row))]
            more = number(about.get("totalPages")) > page
            if (more and not plays) or any(not first_s <= play.at_ms // 1000 <= last_s for play in plays):
                raise Unreadable
        return HistoryPage([play for play in plays if span.start_ms <= play.at_ms < span.end_ms], more)

    async def _call(
        self, method: str, parameters: Mapping[str, str], *, signed: bool = False
    ) -> Mapping[str, Any]:
        said = {"method": method, "api_key": self._api_key, **parameters}
        if signed:
            said["api_sig"] = _signature(said, self._secret)
        return self._read(await self._web.get("", {**said, "format": "json"}))

    def _read(self, reply: Reply) -> Mapping[str, Any]:
        """The JSON of an answer. An error can come with any status, 200 too."""
        if isinstance(reply.body, dict) and "error" in reply.body:
            raise _refusal(str(reply.body["error"]), name(reply.body.get("message")), reply)
        if reply.status == 429:
            raise _too_many(reply)
        if reply.status >= 500:
            raise trouble("Last.fm", reply.status)
        return table(reply.body)


def _signature(said: Mapping[str, str], secret: str) -> str:
    """How Last.fm wants calls signed: https://www.last.fm/api/authspec#8"""
    words = "".join(f"{key}{value}" for key, value in sorted(said.items())) + secret
    return md5(words.encode(), usedforsecurity=False).hexdigest()


def _refusal(error: str, message: str, reply: Reply) -> ServiceError:
    if error == _TOO_MANY:
        return _too_many(reply)
    if error in _TRANSIENT:
        return Unavailable(t("Last.fm has trouble of its own. Please try again in a few minutes."))
    if error == _HIDDEN:
        return ListeningHidden(
            t(
                "Last.fm hides what you play, so I cannot read it. Switch off “Hide recent listening information” in "
                "its privacy settings, then use /link what:lastfm again."
            )
        )
    if error == _NOT_FOUND and "not found" in message.lower():
        return LinkExpired(
            t(
                "Last.fm does not know that account (any more). Has it another name now? Say /unlink, then /link "
                "what:lastfm: all of it is read again."
            )
        )
    if error == _NOT_YET:
        return Refused(
            t("Last.fm has no yes from you yet. Open its page, allow access, then press the button again.")
        )
    if error in _TOKEN_ENDED:
        return LinkExpired(
            t(
                "That page of Last.fm was used already, or it is older than an hour. /link what:lastfm gives a new "
                "one."
            )
        )
    if error in _OUR_KEY:
        return Refused(
            t("Last.fm does not accept my API key or its secret. Whoever runs me has to look at them.")
        )
    return Refused(t("Last.fm did not take the request (error {number}).", number=error))


def _too_many(reply: Reply) -> RateLimited:
    return RateLimited(
        t("Last.fm asked me to slow down. Please try again in a minute."), pause_s(reply, _PAUSE_S)
    )


def _play(row: Any) -> NewPlay | None:
    """None for what is on now."""
    fields = table(row)
    if table(fields.get("@attr", {})).get("nowplaying") == "true":
        return None
    artist = table(fields.get("artist"))
    track = RawTrack(
        "",
        some(fields.get("name")),
        some(artist.get("#text") or artist.get("name")),
        name(table(fields.get("album", {})).get("#text")),
    )
    return NewPlay(number(table(fields.get("date")).get("uts")) * 1000, track)
