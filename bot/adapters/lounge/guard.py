"""Who may talk to the lounge: this machine, this site, with the token made at start.

Being on loopback keeps other machines out, not other pages: any site open in the same browser can send requests
to 127.0.0.1. So the Host has to be ours (else a name that is made to point here would be same-origin), the Origin
and `Sec-Fetch-Site` have to be ours where a browser sends them, a token is required, and a POST that carries it
as a cookie also has to carry a header that a foreign page cannot set.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Iterable

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

PAGE_HEADER = "X-Earshot-Lounge"
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
UNKNOWN_CALLER = (
    "This lounge needs the token it made when it started. Open the address that Earshot printed (it ends in "
    "?token=…), or send the token as “Authorization: Bearer …”."
)


class Guard:
    """The checks, as a middleware. `serve_on(port)` has to be said before the first request."""

    def __init__(self, token: str, more_hosts: Iterable[str]) -> None:
        if len(token) < 16:
            raise ValueError("the lounge's token needs at least 16 characters")
        self._token = token
        self._hosts = {host.lower() for host in more_hosts}
        self._closed = False
        self.cookie = ""

    def serve_on(self, port: int) -> None:
        """The port that was bound: it is part of our name, and of the cookie's."""
        self._hosts |= {f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]")}
        # Cookies are shared between the ports of a host, so each lounge has its own.
        self.cookie = f"earshot_lounge_{port}"

    def close(self) -> None:
        """Take nothing new."""
        self._closed = True

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let it through, or say why not."""
        if self._closed:
            raise web.HTTPServiceUnavailable(text="The lounge is closing.")
        if request.headers.get("Host", "").lower() not in self._hosts:
            raise web.HTTPForbidden(text="This lounge does not answer to that host name.")
        if not self._from_here(request):
            raise web.HTTPForbidden(text="This lounge does not take requests from other sites.")
        if self._fits(_bearer(request)):
            return await handler(request)
        if self._fits(request.query.get("token", "")) and request.method == "GET":
            return await handler(request)
        if not self._fits(request.cookies.get(self.cookie, "")):
            raise web.HTTPUnauthorized(text=UNKNOWN_CALLER)
        if request.method not in ("GET", "HEAD") and PAGE_HEADER not in request.headers:
            raise web.HTTPForbidden(text=f"With the cookie, a {request.method} also needs {PAGE_HEADER}: 1.")
        return await handler(request)

    def enter(self, request: web.Request) -> web.StreamResponse:
        """Trade the token in the address for a cookie, so that it does not stay in the history."""
        response = web.Response(status=303, headers={"Location": "/"})
        response.set_cookie(self.cookie, self._token, httponly=True, samesite="Strict", path="/")
        return response

    def _from_here(self, request: web.Request) -> bool:
        scheme, _, host = request.headers.get("Origin", "").lower().partition("://")
        if "Origin" in request.headers and (scheme not in ("http", "https") or host not in self._hosts):
            return False
        site = request.headers.get("Sec-Fetch-Site", "none")
        # Following a link to the page itself is fine; loading anything of ours into another page is not.
        opens_page = request.path == "/" and request.headers.get("Sec-Fetch-Mode") == "navigate"
        return site in ("none", "same-origin") or opens_page

    def _fits(self, given: str) -> bool:
        return hmac.compare_digest(given.encode("utf-8", "replace"), self._token.encode())


def _bearer(request: web.Request) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Signal handler: what every response carries. A response that set its own value keeps it."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
