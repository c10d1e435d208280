"""A loopback twin of ListenBrainz' API: listeners with their tokens, and what they listened to.

    async with listenbrainz_twin() as twin:
        ana = twin.listener("ana_lb", token="secret")
        ana.listen(1_700_000_000, "Song", "Artist", duration_ms=200_000)     # seconds, when it began
        source = ListenBrainzClient(twin.api_url)
        twin.fault("listens", status=429, headers={"X-RateLimit-Reset-In": "7"})   # for the next call; see `Fault`

Like the real one it shows what is older than `max_ts` (excluded), the newest first, at most 1,000 rows and 25 unless
asked; it tells each time when the first and the last listen of the account were; it answers a token that it does not
know with 200.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.twins.traffic import Traffic

MOST_ROWS = 1000


@dataclass
class Listener:
    """An account. `listens` are rows as they are shown; `counted` is what it says it has, where that is not true."""

    name: str
    token: str
    listens: list[dict[str, Any]] = field(default_factory=list)
    counted: int | None = None

    def listen(self, at_s: int, title: str = "Song", artist: str = "Artist", **info: Any) -> dict[str, Any]:
        row = {
            "listened_at": at_s,
            "inserted_at": at_s + 1,
            "recording_msid": "0" * 8,
            "user_name": self.name,
            "track_metadata": {
                "track_name": title,
                "artist_name": artist,
                "release_name": "Album",
                "additional_info": info,
            },
        }
        self.listens.append(row)
        return row


@dataclass
class Fault:
    """What the next `times` calls meet. `about`: they are answered as if asked about somebody else."""

    what: str
    status: int = 200
    body: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    about: str = ""
    times: int = 1


class ListenBrainzTwin:
    """See the module."""

    def __init__(self) -> None:
        self.api_url = ""
        self.traffic = Traffic("listenbrainz")
        self._listeners: dict[str, Listener] = {}
        self._faults: list[Fault] = []

    def listener(self, name: str, token: str = "") -> Listener:
        """The account of this name, made if absent."""
        return self._listeners.setdefault(name.casefold(), Listener(name, token or f"token-of-{name}"))

    def close_account(self, name: str) -> None:
        del self._listeners[name.casefold()]

    def fault(self, what: str, **more: Any) -> None:
        """`what` is `validate-token`, `listen-count` or `listens`."""
        self._faults.append(Fault(what, **more))

    async def answer(self, request: web.Request) -> web.Response:
        what = request.match_info.get("what", "validate-token")
        fault = next((it for it in self._faults if it.what == what), None)
        about = ""
        if fault is not None:
            about = fault.about
            fault.times -= 1
            if not fault.times:
                self._faults.remove(fault)
        assert "earshot" in request.headers["User-Agent"].lower()
        if fault is not None and not about:
            self.traffic.add("GET", what, status=fault.status, query=request.query)
            return web.Response(
                status=fault.status, text=fault.body or "", headers=fault.headers, content_type="text/html"
            )
        status, body = self._body(what, request, about)
        self.traffic.add("GET", what, status=status, query=request.query)
        return web.json_response(body, status=status)

    def _body(self, what: str, request: web.Request, about: str) -> tuple[int, dict[str, Any]]:
        if what == "validate-token":
            token = request.headers.get("Authorization", "").removeprefix("Token ")
            known = [it.name for it in self._listeners.values() if it.token == token]
            if not known:
                return 200, {"code": 200, "message": "Token invalid.", "valid": False}
            return 200, {"code": 200, "message": "Token valid.", "valid": True, "user_name": known[0]}
        found = self._listeners.get((about or request.match_info["name"]).casefold())
        if found is None:
            return 404, {"code": 404, "error": f"Cannot find user: {request.match_info['name']}"}
        if what == "listen-count":
            count = len(found.listens) if found.counted is None else found.counted
            return 200, {"payload": {"count": count}}
        before_s = int(request.query.get("max_ts", 2**40))
        most = min(int(request.query.get("count", 25)), MOST_ROWS)
        rows = sorted(found.listens, key=lambda it: -it["listened_at"])
        shown = [it for it in rows if it["listened_at"] < before_s][:most]
        payload = {
            "count": len(shown),
            "user_id": found.name,
            "listens": shown,
            "latest_listen_ts": rows[0]["listened_at"] if rows else 0,
            "oldest_listen_ts": rows[-1]["listened_at"] if rows else 0,
        }
        return 200, {"payload": payload}


@asynccontextmanager
async def listenbrainz_twin() -> AsyncIterator[ListenBrainzTwin]:
    """A ListenBrainz that listens on loopback, and stops at the end."""
    twin = ListenBrainzTwin()
    app = web.Application()
    app.router.add_get("/1/validate-token", twin.answer)
    app.router.add_get("/1/user/{name}/{what}", twin.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    twin.api_url = "http://{}:{}".format(*runner.addresses[0][:2])
    try:
        yield twin
    finally:
        await runner.cleanup()
