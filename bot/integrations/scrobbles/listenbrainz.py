"""ListenBrainz: what its members listened to, and whose account it is.

Reading needs nothing, for listens are public. Whose account it is, is proven by the account's own token, of which
nothing is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from bot.core.foreign import name
from bot.core.model import NewPlay, RawTrack, Span
from bot.errors import LinkExpired, RateLimited, Refused
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

API_URL = "https://api.listenbrainz.org"
ROWS = 1000

_PAUSE_S = 30.0
# ListenBrainz takes no listen that is older.
_OLDEST_MS = 1_033_430_400_000  # 2002-10-01
# An account without a listen begins with whatever comes first.
_NEVER_MS = 2**53


class ListenBrainzClient:
    """A `ports.HistorySource` and `ports.AccountOwner`."""

    def __init__(self, api_url: str = API_URL, *, every_s: float = 0.5, timeout_s: float = 20.0) -> None:
        self._web = JsonService("ListenBrainz", api_url.rstrip("/"), every_s=every_s, timeout_s=timeout_s)

    async def close(self) -> None:
        """Close the connections."""
        await self._web.close()

    async def owner(self, token: str) -> str:
        """See `ports.AccountOwner`. `token` is the one in the account's settings."""
        refused = Refused(
            t("ListenBrainz does not know that token. Copy it from listenbrainz.org/settings, and try again.")
        )
        if not (token.isascii() and token.isprintable()):
            raise refused
        with self._web.reading():
            reply = await self._web.get("/1/validate-token", {}, {"Authorization": f"Token {token}"})
            if reply.status == 401:
                raise refused
            answer = table(read(reply))
            if answer.get("valid") is not True:
                raise refused
            return some(answer.get("user_name"))

    async def profile(self, account: str) -> Profile:
        """See `ports.HistorySource`. Two calls."""
        with self._web.reading():
            counted = await self._payload(account, "listen-count", {})
            listed = await self._listens(account, {"count": "1"})
            count, oldest_ms = number(counted.get("count")), number(listed.get("oldest_listen_ts")) * 1000
            if count and not oldest_ms:
                raise Unreadable
            return Profile(count, oldest_ms or _NEVER_MS)

    async def page(self, account: str, span: Span, page: int) -> HistoryPage:
        """See `ports.HistorySource`. There are no pages of one time, only what is older."""
        if page > 1:
            raise Refused(t("ListenBrainz has more listens in one second than it shows."))
        before_s = -(-span.end_ms // 1000)
        with self._web.reading():
            listed = await self._listens(account, {"count": str(ROWS), "max_ts": str(before_s)})
            rows = listed.get("listens")
            if not isinstance(rows, list):
                raise Unreadable
            plays = [_play(row) for row in rows]
            oldest_ms = number(listed.get("oldest_listen_ts")) * 1000
            # It stops looking after a long silence; an empty list is the end only where nothing is older.
            unseen = not plays and span.start_ms <= oldest_ms < span.end_ms and oldest_ms > 0
            if unseen or any(not _OLDEST_MS <= play.at_ms < before_s * 1000 for play in plays):
                raise Unreadable
        lowest_ms = min((play.at_ms for play in plays), default=0)
        more = len(rows) >= ROWS and lowest_ms >= span.start_ms
        return HistoryPage([play for play in plays if span.start_ms <= play.at_ms < span.end_ms], more)

    async def _listens(self, account: str, parameters: Mapping[str, str]) -> Mapping[str, Any]:
        payload = await self._payload(account, "listens", parameters)
        self._web.same_account(payload.get("user_id"), account)
        return payload

    async def _payload(self, account: str, what: str, parameters: Mapping[str, str]) -> Mapping[str, Any]:
        reply = await self._web.get(f"/1/user/{quote(account, safe='')}/{what}", parameters)
        if reply.status == 404 and "user" in name(table(reply.body).get("error")).lower():
            raise LinkExpired(
                t(
                    "ListenBrainz does not know that account (any more). Has it another name now? Say /unlink, then "
                    "/link what:listenbrainz: all of it is read again."
                )
            )
        return table(table(read(reply)).get("payload"))


def read(reply: Reply) -> Any:
    """The JSON of an answer that is one. Raises `ServiceError`s."""
    if reply.status == 429:
        raise RateLimited(
            t("ListenBrainz asked me to slow down. Please try again in a minute."), pause_s(reply, _PAUSE_S)
        )
    if reply.status >= 500:
        raise trouble("ListenBrainz", reply.status)
    body = reply.body
    if body is None:
        raise Unreadable
    if reply.status != 200 or (isinstance(body, dict) and "error" in body):
        raise Refused(t("ListenBrainz did not take the request (HTTP {status}).", status=reply.status))
    return body


def _play(row: Any) -> NewPlay:
    fields = table(row)
    about = table(fields.get("track_metadata"))
    more = about.get("additional_info")
    info = more if isinstance(more, dict) else {}
    track = RawTrack(
        "",
        some(about.get("track_name")),
        some(about.get("artist_name")),
        name(about.get("release_name")),
        _duration_ms(info),
        name(info.get("isrc")),
    )
    return NewPlay(number(fields.get("listened_at")) * 1000, track)


def _duration_ms(info: Mapping[str, Any]) -> int:
    """How long the track is, where the player said so and it can be."""
    told = info.get("duration_ms")
    return told if isinstance(told, int) and 0 < told < 86_400_000 else 0
