"""The small web server: the pages around Spotify's consent, uploads, and whether the bot is alive and ready.

Codes and tokens come in URLs here, so there is no access log, no referrer leaves a page, nothing is cached. A login
that comes back in a browser which has not seen the page with the member's name is asked once more, for somebody else
may have passed on Spotify's own address.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.errors import EarshotError, UserError
from bot.services.linking import LOGIN_MS, SEATS, Linking
from bot.text import t
from bot.web import pages
from bot.web.answers import html
from bot.web.takeouts import TakeoutPages
from bot.web.uploads import Uploads

log = logging.getLogger(__name__)

Checks = Callable[[], Awaitable[Mapping[str, bool]]]
Metrics = Callable[[], Awaitable[bytes]]

_STYLE = (Path(__file__).parent / "style.css").read_text(encoding="utf-8")
_COOKIE = "earshot_login"
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


def make_web(
    linking: Linking,
    ready: Checks,
    *,
    https: bool,
    metrics: Metrics | None = None,
    uploads: Uploads | None = None,
    takeouts: TakeoutPages | None = None,
) -> web.Application:
    """The application. `ready` names what has to work and whether it does; `https` is how browsers reach it.

    `metrics` gives what `/metrics` shows, in Prometheus' text format; `uploads` takes files, `takeouts` gives them.
    Without one there is no such page.
    """
    app = web.Application(middlewares=[_kindly], client_max_size=16 * 1024)
    callback = _Callback(linking, https)
    app.add_routes(
        [
            web.get("/link", callback.invite),
            web.get("/callback", callback.back, allow_head=False),
            web.post("/callback", callback.confirmed),
            web.post("/undo", callback.undo),
            web.get("/style.css", _style),
            web.get("/healthz", _alive),
            web.get("/readyz", _Ready(ready).answer),
        ]
    )
    if metrics is not None:
        app.router.add_get("/metrics", _Metrics(metrics).answer)
    if uploads is not None:
        uploads.add_to(app)
    if takeouts is not None:
        takeouts.add_to(app)
    return app


class WebServer:
    """Serves an application on one address. `port` 0 takes any free one."""

    def __init__(self, app: web.Application, host: str, port: int) -> None:
        self._runner = web.AppRunner(app, access_log=None)
        self._host = host
        self._port = port

    async def start(self) -> int:
        """Listen; returns the port. Raises `OSError` where the address is taken."""
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]
        return self._port

    async def stop(self) -> None:
        """Finish what is in flight, then close."""
        await self._runner.cleanup()


class _Callback:
    """The pages around Spotify's consent."""

    def __init__(self, linking: Linking, https: bool) -> None:
        self._linking = linking
        self._https = https

    async def invite(self, request: web.Request) -> web.Response:
        state = request.query.get("state", "")
        page = pages.invitation_page(await self._linking.invitation(state), again=False)
        response = html(page)
        response.set_cookie(
            _COOKIE,
            _mark(state),
            max_age=LOGIN_MS // 1000,
            path="/callback",
            httponly=True,
            samesite="Lax",
            secure=self._https,
        )
        return response

    async def back(self, request: web.Request) -> web.Response:
        state = request.query.get("state", "")
        if "error" in request.query:
            await self._linking.cancelled(state)
            said_no = request.query["error"] == "access_denied"
            return html(
                pages.said_page(
                    t("Nothing was linked"),
                    t("You said no at Spotify, so nothing was read or kept.")
                    if said_no
                    else t("Spotify ended the login by itself, so nothing was read or kept."),
                    t("If you want to try again, use /link in chat."),
                )
            )
        if not hmac.compare_digest(request.cookies.get(_COOKIE, "").encode(), _mark(state).encode()):
            return html(pages.invitation_page(await self._linking.invitation(state), again=True))
        return await self._complete(request)

    async def confirmed(self, request: web.Request) -> web.Response:
        """The page with the member's name was seen in this browser after all; state and code are in its address."""
        return await self._complete(request)

    async def undo(self, request: web.Request) -> web.Response:
        form = await request.post()
        return html(pages.undone_page(await self._linking.undo(str(form.get("token", "")))))

    async def _complete(self, request: web.Request) -> web.Response:
        linked = await self._linking.complete(request.query.get("state", ""), request.query.get("code", ""))
        response = html(pages.linked_page(linked, SEATS))
        response.del_cookie(_COOKIE, path="/callback")
        return response


class _Ready:
    def __init__(self, checks: Checks) -> None:
        self._checks = checks

    async def answer(self, request: web.Request) -> web.Response:
        checks = await self._checks()
        ready = all(checks.values())
        return web.json_response({"ready": ready, "checks": dict(checks)}, status=200 if ready else 503)


class _Metrics:
    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    async def answer(self, request: web.Request) -> web.Response:
        return web.Response(
            body=await self._metrics(), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}
        )


async def _alive(request: web.Request) -> web.Response:
    return web.Response(text="alive")


async def _style(request: web.Request) -> web.Response:
    return web.Response(text=_STYLE, content_type="text/css")


@web.middleware
async def _kindly(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every failure becomes a page with a sentence; every answer gets the headers."""
    try:
        response = await handler(request)
    except web.HTTPException as error:
        response = html(
            pages.said_page(t("There is no such page"), t("Use /link in chat to link Spotify.")), error.status
        )
    except EarshotError as error:
        log.info("%s: %s", _route(request), type(error).__name__)
        response = html(
            pages.said_page(t("Nothing was linked"), error.text), 400 if isinstance(error, UserError) else 502
        )
    except Exception:
        bug = secrets.token_hex(4)
        log.exception("%s failed [%s]", _route(request), bug)
        response = html(
            pages.said_page(
                t("That went wrong on my side"),
                t("Nothing you did. It is written down for whoever runs me, as {id}.", id=bug),
            ),
            500,
        )
    response.headers.update(_HEADERS)
    return response


def _route(request: web.Request) -> str:
    """The address without what is secret in it."""
    resource = request.match_info.route.resource
    return "?" if resource is None else resource.canonical


def _mark(state: str) -> str:
    """What a browser keeps of a login it has seen the page of."""
    return hashlib.sha256(state.encode()).hexdigest()
