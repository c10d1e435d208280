"""A loopback twin of Last.fm's API: listeners who scrobble, edit, delete and hide, and a page where they say yes.

    async with lastfm_twin() as twin:
        ana = twin.listener("ana_fm")
        ana.scrobble(1_700_000_000, "Song", "Artist")        # seconds, when it began
        lastfm = LastfmClient(KEY, SECRET, twin.api_url, twin.auth_url)
        token = await lastfm.ask()
        await twin.say_yes(lastfm.page_of(token), "ana_fm")   # what a person does in the browser
        twin.fault("user.getRecentTracks", error=29)          # for the next call; see `Fault`
        twin.slow("user.getInfo", 5.0)
        twin.before = lambda method: ana.scrobble(...)        # something happens before each call is answered

Like the real one it answers pages of the newest first, so that pages shift when something new comes; puts what is on
now on top of every page; gives the single row of a list without the list; sends errors with any status. Whether the
bounds of a time count in is not known of the real one: `bounds_count` says.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import md5
from typing import Any
from urllib.parse import parse_qs, urlsplit

from aiohttp import web

from tests.twins.traffic import Traffic

KEY = "0123456789abcdef0123456789abcdef"
SECRET = "fedcba9876543210fedcba9876543210"
METHODS = {"auth.getToken", "auth.getSession", "user.getInfo", "user.getRecentTracks"}
MOST_ROWS = 200
STATUS = {6: 404, 8: 500, 10: 403, 13: 403, 17: 403, 26: 403, 29: 429}


@dataclass(frozen=True)
class Scrobble:
    """One row; `at_s` is when it began."""

    at_s: int
    title: str
    artist: str
    album: str = ""


@dataclass
class Listener:
    """An account. `playcount` is what the profile says, where it is not the number of scrobbles."""

    name: str
    registered_s: int
    scrobbles: list[Scrobble] = field(default_factory=list)
    on_now: str = ""
    hides: bool = False
    playcount: int | None = None

    def scrobble(
        self, at_s: int, title: str = "Song", artist: str = "Artist", album: str = "Album"
    ) -> Scrobble:
        made = Scrobble(at_s, title, artist, album)
        self.scrobbles.append(made)
        return made

    def delete(self, scrobble: Scrobble) -> None:
        self.scrobbles.remove(scrobble)

    def edit(self, scrobble: Scrobble, title: str) -> None:
        self.delete(scrobble)
        self.scrobble(scrobble.at_s, title, scrobble.artist, scrobble.album)


@dataclass
class Fault:
    """What the next `times` calls of a method meet. `about`: they are answered as if asked about somebody else."""

    method: str
    error: int = 0
    status: int | None = None
    body: str | None = None
    about: str = ""
    lost: bool = False
    times: int = 1


class Problem(Exception):
    """An error as Last.fm tells it."""

    def __init__(self, number: int, message: str) -> None:
        super().__init__(message)
        self.number = number


class LastfmTwin:
    """See the module."""

    def __init__(self, *, bounds_count: bool) -> None:
        self.url = ""
        self.bounds_count = bounds_count
        self.traffic = Traffic("lastfm")
        self.before: Callable[[str], object] = lambda method: None
        self._listeners: dict[str, Listener] = {}
        self._tokens: dict[str, str] = {}
        self._faults: list[Fault] = []
        self._delays: dict[str, float] = {}

    @property
    def api_url(self) -> str:
        return f"{self.url}/2.0/"

    @property
    def auth_url(self) -> str:
        return f"{self.url}/api/auth/"

    def listener(self, name: str, registered_s: int = 1_000_000_000) -> Listener:
        """The account of this name, made if absent."""
        return self._listeners.setdefault(name.casefold(), Listener(name, registered_s))

    def open_account(self, listener: Listener) -> None:
        self._listeners[listener.name.casefold()] = listener

    def rename(self, name: str, other: str) -> None:
        listener = self._listeners.pop(name.casefold())
        listener.name = other
        self.open_account(listener)

    def close_account(self, name: str) -> None:
        del self._listeners[name.casefold()]

    async def say_yes(self, page: str, name: str) -> None:
        """What somebody does who opens the page and allows access."""
        asked = parse_qs(urlsplit(page).query)
        assert page.startswith(self.auth_url)
        assert asked["api_key"] == [KEY]
        assert self._tokens[asked["token"][0]] == ""
        self._tokens[asked["token"][0]] = self.listener(name).name

    def expire(self, page: str) -> None:
        """An hour goes by for this page's token."""
        del self._tokens[parse_qs(urlsplit(page).query)["token"][0]]

    def fault(self, method: str, **what: Any) -> None:
        self._faults.append(Fault(method, **what))

    def forget_faults(self) -> None:
        self._faults.clear()

    def slow(self, method: str, seconds: float) -> None:
        self._delays[method] = seconds

    def calls(self, method: str) -> int:
        """How many calls of a method were answered."""
        return len(self.traffic.of(method))

    async def answer(self, request: web.Request) -> web.Response:
        said = dict(request.query)
        method = said.get("method", "")
        fault = next((it for it in self._faults if it.method == method), None)
        if fault is not None:
            fault.times -= 1
            if not fault.times:
                self._faults.remove(fault)
        await asyncio.sleep(self._delays.get(method, 0))
        self.before(method)
        if fault is not None and fault.lost:
            assert request.transport is not None
            request.transport.abort()
        status, body = 200, {}
        try:
            if fault is not None and fault.error:
                raise Problem(fault.error, "User not found" if fault.error == 6 else "Something")
            body = self._body(method, said, request, fault.about if fault is not None else "")
        except Problem as problem:
            body = {"error": problem.number, "message": str(problem), "links": []}
            status = STATUS.get(problem.number, 400)
        if fault is not None and fault.status is not None:
            status = fault.status
        self.traffic.add("GET", method, status=status, query=said)
        if fault is not None and fault.body is not None:
            return web.Response(status=status, text=fault.body, content_type="text/html")
        return web.json_response(body, status=status)

    def _body(self, method: str, said: dict[str, str], request: web.Request, about: str) -> dict[str, Any]:
        if method not in METHODS:
            raise Problem(3, "Invalid Method")
        if said.get("api_key") != KEY:
            raise Problem(10, "Invalid API key")
        if "earshot" not in request.headers.get("User-Agent", "").lower():
            raise Problem(11, "no identifying User-Agent")
        if said.get("format") != "json":
            raise Problem(5, "XML is not played here")
        if method.startswith("auth."):
            _check_signature(said)
        if method == "auth.getToken":
            token = f"{len(self._tokens):032x}"
            self._tokens[token] = ""
            return {"token": token}
        if method == "auth.getSession":
            return {
                "session": {"name": self._session(said.get("token", "")), "key": "k" * 32, "subscriber": 0}
            }
        found = self._listeners.get((about or said["user"]).casefold())
        if found is None:
            raise Problem(6, "User not found")
        if method == "user.getInfo":
            count = len(found.scrobbles) if found.playcount is None else found.playcount
            registered = {"unixtime": str(found.registered_s), "#text": found.registered_s}
            return {"user": {"name": found.name, "playcount": str(count), "registered": registered}}
        if found.hides:
            raise Problem(17, "Login: User required to be logged in")
        return {"recenttracks": self._page(found, said)}

    def _session(self, token: str) -> str:
        if token not in self._tokens:
            raise Problem(4, "Unauthorized Token - This token has not been issued or has expired")
        if not self._tokens[token]:
            raise Problem(14, "Unauthorized Token - This token has not been authorized")
        return self._tokens.pop(token)

    def _page(self, found: Listener, said: dict[str, str]) -> dict[str, Any]:
        first_s, last_s = int(said.get("from", 0)), int(said.get("to", 2**40))
        if not self.bounds_count:
            first_s, last_s = first_s + 1, last_s - 1
        rows = sorted((it for it in found.scrobbles if first_s <= it.at_s <= last_s), key=lambda it: -it.at_s)
        limit, page = min(int(said.get("limit", 50)), MOST_ROWS), int(said.get("page", 1))
        shown = [_row(it) for it in rows[(page - 1) * limit : page * limit]]
        if found.on_now:
            shown.insert(0, {**_row(Scrobble(0, found.on_now, "Artist")), "@attr": {"nowplaying": "true"}})
            del shown[0]["date"]
        pages = math.ceil(len(rows) / limit)
        about = {"user": found.name, "page": str(page), "perPage": str(limit), "totalPages": str(pages),
                 "total": str(len(rows))}  # fmt: skip
        return {"track": shown[0] if len(shown) == 1 else shown, "@attr": about}


def _check_signature(said: dict[str, str]) -> None:
    signed = {name: value for name, value in said.items() if name not in {"format", "callback", "api_sig"}}
    words = "".join(f"{name}{value}" for name, value in sorted(signed.items())) + SECRET
    if said.get("api_sig") != md5(words.encode(), usedforsecurity=False).hexdigest():
        raise Problem(13, "Invalid method signature supplied")


def _row(it: Scrobble) -> dict[str, Any]:
    return {
        "artist": {"mbid": "", "#text": it.artist},
        "streamable": "0",
        "mbid": "",
        "album": {"mbid": "", "#text": it.album},
        "name": it.title,
        "url": "https://www.last.fm/music/_",
        "date": {"uts": str(it.at_s), "#text": "as people write it"},
    }


@asynccontextmanager
async def lastfm_twin(*, bounds_count: bool = False) -> AsyncIterator[LastfmTwin]:
    """A Last.fm that listens on loopback, and stops at the end."""
    twin = LastfmTwin(bounds_count=bounds_count)
    app = web.Application()
    app.router.add_get("/2.0/", twin.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    twin.url = "http://{}:{}".format(*runner.addresses[0][:2])
    try:
        yield twin
    finally:
        await runner.cleanup()
