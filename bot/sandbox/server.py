"""The practice Spotify as a server: the parts plugged together, started and stopped."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.sandbox import exports
from bot.sandbox.accounts import Accounts
from bot.sandbox.api_catalogue import CatalogueApi
from bot.sandbox.api_library import LibraryApi
from bot.sandbox.api_player import PlayerApi
from bot.sandbox.api_playlists import PlaylistsApi
from bot.sandbox.behaviour import LOOPBACK_LITERALS, App, Behaviour
from bot.sandbox.catalogue import Catalogue
from bot.sandbox.control import Control
from bot.sandbox.faults import Faults, answer_with
from bot.sandbox.gate import Gate, Served
from bot.sandbox.limits import Limits
from bot.sandbox.listeners import Listener
from bot.sandbox.listening import Listening
from bot.sandbox.objects import Objects
from bot.sandbox.pages import Pages
from bot.sandbox.playlists import Playlists
from bot.sandbox.refusals import Refusal, TokenRefusal
from bot.sandbox.removed import removed_routes
from bot.sandbox.signin import SignIn
from bot.sandbox.state import load_state, save_state

FAULTY = ("/v1/", "/api/token")
SHUTDOWN_S = 1.0

logger = logging.getLogger(__name__)


class PracticeSpotify:
    """A Spotify to practise with. Make one, `await start()`, use `accounts_url` and `api_url`, `await stop()`."""

    def __init__(
        self,
        catalogue: Catalogue,
        listeners: Sequence[Listener],
        *,
        seed: int,
        clock: Callable[[], datetime],
        apps: Sequence[App],
        state_file: Path | None = None,
        behaviour: Behaviour | None = None,
    ) -> None:
        """`clock` gives the time, aware, in UTC. Without a `state_file` nothing outlives the object.

        Raises StateError when the state file is not one of ours.
        """
        self._clock = clock
        self._state_file = state_file
        saved = load_state(state_file) if state_file is not None else {}
        behaviour = behaviour if behaviour is not None else Behaviour()
        self.catalogue = catalogue
        self.listening = Listening(seed, catalogue, listeners)
        self._faults = Faults()
        self._limits = Limits(behaviour, self._now_ms, saved.get("limits", {}))
        self._playlists = Playlists(self._now_ms, self._save, saved.get("playlists", {}))
        self._accounts = Accounts(apps, behaviour, self._now_ms, self._save, saved.get("accounts", {}))
        self._runner: web.AppRunner | None = None
        self._base_url: str | None = None

    @property
    def base_url(self) -> str:
        """`http://127.0.0.1:PORT`, without a slash at the end. Raises RuntimeError before the start."""
        if self._base_url is None:
            raise RuntimeError("The practice Spotify has no address before it is started.")
        return self._base_url

    @property
    def accounts_url(self) -> str:
        """What stands for https://accounts.spotify.com: + `/authorize`, + `/api/token`."""
        return self.base_url

    @property
    def api_url(self) -> str:
        """What stands for https://api.spotify.com/v1/, with the slash that spotipy's `prefix` wants."""
        return f"{self.base_url}/v1/"

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listens; port 0 takes a free one. Raises OSError when the port is taken."""
        listening_on = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        try:
            listening_on.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening_on.bind((host, port))
            bound = listening_on.getsockname()[1]
            shown = "127.0.0.1" if host in {"0.0.0.0", ""} else f"[{host}]" if ":" in host else host  # noqa: S104
            self._base_url = f"http://{shown}:{bound}"
            self._runner = web.AppRunner(
                self._app(local_only=host in LOOPBACK_LITERALS), access_log=None, shutdown_timeout=SHUTDOWN_S
            )
            await self._runner.setup()
            await web.SockSite(self._runner, listening_on).start()
        except BaseException:
            listening_on.close()
            raise
        logger.info("practice Spotify at %s", self._base_url)

    async def stop(self) -> None:
        """Stops listening and saves. Does nothing when it is not running."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
            self._save()

    def export(
        self, listener_id: str, start: datetime, end: datetime, kind: exports.Kind = "extended"
    ) -> dict[str, list[dict[str, Any]]]:
        """See exports.export."""
        return exports.export(self.listening, listener_id, start, end, kind)

    def write_export(
        self, target: Path, listener_id: str, start: datetime, end: datetime, kind: exports.Kind = "extended"
    ) -> Path:
        """See exports.write_export."""
        return exports.write_export(target, self.listening, listener_id, start, end, kind)

    def _now_ms(self) -> int:
        return int(self._clock().timestamp() * 1000)

    def _save(self) -> None:
        if self._state_file is not None:
            save_state(
                self._state_file,
                {
                    "limits": self._limits.snapshot(),
                    "playlists": self._playlists.snapshot(),
                    "accounts": self._accounts.snapshot(),
                },
            )

    def _app(self, *, local_only: bool) -> web.Application:
        objects = Objects(self.catalogue, self.base_url)
        listeners = self.listening.listeners
        gate = Gate(self._accounts, self._limits)
        app = web.Application(middlewares=[self._answer_errors, self._break_on_request])
        if local_only:
            app.middlewares.insert(0, _only_by_a_local_name)
        player = PlayerApi(self.listening, self.catalogue, objects, self._faults, self._now_ms)
        web_api = [
            *CatalogueApi(self.catalogue, objects).routes(gate),
            *player.routes(gate),
            *PlaylistsApi(self._playlists, self.catalogue, listeners, objects).routes(gate),
            *LibraryApi(self._playlists, self.catalogue, objects).routes(gate),
            *removed_routes(),
        ]
        app.add_routes(web_api)
        # A slash at the end makes no difference; spotipy asks for /me/ and /tracks/?ids=.
        app.add_routes(web.route(route.method, f"{route.path}/", route.handler) for route in web_api)
        app.add_routes(SignIn(self._accounts, listeners).routes())
        app.add_routes(Pages(self._playlists, self.catalogue, listeners).routes())
        control = Control(self._faults, self._accounts, self._limits, listeners, self._now_ms)
        app.add_routes(control.routes())
        return app

    @web.middleware
    async def _answer_errors(self, request: web.Request, handler: Served) -> web.StreamResponse:
        try:
            return await handler(request)
        except (Refusal, TokenRefusal) as refusal:
            return refusal.response()
        except UnicodeDecodeError:
            return Refusal(400, "The body is not UTF-8.").response()
        except (web.HTTPNotFound, web.HTTPMethodNotAllowed):
            if request.path.startswith("/v1/"):
                return Refusal(404, "Service not found").response()
            raise

    @web.middleware
    async def _break_on_request(self, request: web.Request, handler: Served) -> web.StreamResponse:
        fault = self._faults.for_request(request.path) if request.path.startswith(FAULTY) else None
        return await handler(request) if fault is None else await answer_with(fault, request)


@web.middleware
async def _only_by_a_local_name(request: web.Request, handler: Served) -> web.StreamResponse:
    """A web page elsewhere could make its own name point here; such a request says so in its Host header."""
    if request.url.host not in {*LOOPBACK_LITERALS, "localhost"}:
        return web.Response(status=421, text="The practice Spotify answers to 127.0.0.1 only.")
    return await handler(request)
