"""The Discord twin: the parts plugged together behind one port, and the faults a test can call down."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from tests.twins.discord import contract, refusals
from tests.twins.discord.api_account import AccountApi
from tests.twins.discord.api_guilds import GuildsApi
from tests.twins.discord.api_interactions import InteractionsApi
from tests.twins.discord.api_messages import MessagesApi
from tests.twins.discord.clock import Clock, MovingClock
from tests.twins.discord.faults import Fault, Faults
from tests.twins.discord.gateway import WRONG_TOKEN
from tests.twins.discord.humans import Account, Human
from tests.twins.discord.incoming import Incoming, read
from tests.twins.discord.interactions import FILE_BYTES
from tests.twins.discord.limits import Limits
from tests.twins.discord.places import Channel, Guild
from tests.twins.discord.problems import Problem
from tests.twins.discord.refusals import Refusal
from tests.twins.discord.routes import Route
from tests.twins.discord.waiting import PATIENCE_S
from tests.twins.discord.world import World
from tests.twins.traffic import Traffic

TOKEN = "twin.discord.token"
REQUEST_BYTES = 25 * 1024 * 1024
API = "/api/v10"
SHUTDOWN_S = 1.0
PRIVILEGED_FLAGS = {1 << 1: 1 << 15, 1 << 8: 1 << 13, 1 << 15: 1 << 19}  # members, presences, message content


class DiscordTwin:
    """A Discord on loopback with one application in it.

    `traffic` is every request of the bot, `violations` every fault that made the twin refuse one as malformed.
    `routes` is what it serves, `clock` gives its seconds since 1970; the default one can be moved.
    """

    def __init__(
        self, *, clock: Clock | None, checked: bool, strict_limits: bool, shards: int, name: str, token: str
    ) -> None:
        self.clock: Any = clock or MovingClock()
        self.world = World(name, token, self.clock)
        self.traffic = Traffic("discord")
        self.violations: list[str] = []
        self.limits = Limits(strict=strict_limits)
        self._checked = checked
        self._faults = Faults()
        self._interactions = InteractionsApi(self.world)
        apis = (AccountApi(self.world, shards=shards), GuildsApi(self.world), MessagesApi(self.world))
        self.routes = [route for api in (*apis, self._interactions) for route in api.routes()]
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listens on a free port."""
        app = web.Application(client_max_size=4 * REQUEST_BYTES)
        for route in self.routes:
            app.router.add_route(route.method, API + route.path, self._handler(route))
        app.router.add_get("/gateway", self.world.gateway.serve)
        app.router.add_get("/gateway/", self.world.gateway.serve)
        app.router.add_get("/attachments/{attachment_id}/{name}", self._file)
        app.router.add_route("*", API + "/{rest:.*}", self._nowhere)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_S)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.world.base_url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Closes every socket and stops listening."""
        self.world.gateway.drop(resume=False)
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def api_url(self) -> str:
        """What stands for https://discord.com/api/v10 (`discord.http.Route.BASE`)."""
        return self.world.base_url + API

    @property
    def gateway_url(self) -> str:
        """What stands for wss://gateway.discord.gg (`DiscordWebSocket.DEFAULT_GATEWAY`)."""
        return self.world.gateway_url

    @property
    def token(self) -> str:
        """The bot's token."""
        return self.world.token

    @property
    def application_id(self) -> int:
        return self.world.application_id

    @property
    def bot(self) -> Account:
        """The bot's account."""
        return self.world.bot

    @property
    def commands(self) -> list[dict[str, Any]]:
        """The commands that are synced for everywhere."""
        return self.world.tree.all()

    @property
    def syncs(self) -> int:
        """How often commands were synced."""
        return self.world.tree.syncs

    @property
    def identifies(self) -> int:
        """How many sessions the bot has started."""
        return self.world.gateway.identified

    @property
    def resumes(self) -> int:
        """How often the bot has resumed one."""
        return self.world.gateway.resumed

    def guild(self, name: str, *, bot: bool = True, locale: str = "en-US") -> Guild:
        """A new guild, without the bot if `bot` is False."""
        return self.world.guild(name, bot=bot, locale=locale)

    def stranger(self, name: str, *, locale: str = "en-US") -> Human:
        """A new person who has added the app to their account and shares no guild with the bot."""
        return self.world.stranger(name, locale)

    def private_chat(self, *people: Human) -> Channel:
        """A new chat between people, without the bot."""
        return self.world.private_chat(*people)

    async def online(self, within: float = PATIENCE_S) -> None:
        """Waits until the bot's socket is there. Raises NoAnswer."""
        await self.world.gateway.online(within)

    def fail(
        self,
        method: str,
        route: str,
        *,
        status: int = 500,
        times: int = 1,
        code: int = 0,
        message: str = "the twin was told to fail",
    ) -> None:
        """The next requests to a route (a template as in `traffic`; "" is any) are refused."""
        self._faults.fail(method, route, status=status, times=times, code=code, message=message)

    def rate_limit(
        self,
        method: str = "",
        route: str = "",
        *,
        times: int = 1,
        retry_after: float = 0.1,
        everywhere: bool = False,
        via: bool = True,
    ) -> None:
        """The next requests are answered with 429; without `via` as Cloudflare does when it bans."""
        self._faults.storm(
            method, route, times=times, retry_after=retry_after, everywhere=everywhere, via=via
        )

    def slow(self, seconds: float, method: str = "", route: str = "", *, times: int = 1) -> None:
        """The next requests wait before they are served."""
        self._faults.pending.append(Fault(method, route, times, wait_s=seconds))

    def hang_up(self, method: str, route: str, *, times: int = 1, served: bool = True) -> None:
        """The connection of the next requests ends without an answer, whether they were `served` or not."""
        self._faults.pending.append(Fault(method, route, times, hangs_up="after" if served else "before"))

    def drop_sockets(self, *, resume: bool = True) -> None:
        """The gateway's lines go dead; without `resume` its sessions are forgotten too."""
        self.world.gateway.drop(resume=resume)

    def ask_to_reconnect(self) -> None:
        """The gateway asks the bot to reconnect and resume."""
        self.world.gateway.ask_to_reconnect()

    def refuse_sockets(self) -> None:
        """From now on no new socket is taken."""
        self.world.gateway.open = False

    def accept_sockets(self) -> None:
        """Ends `refuse_sockets`."""
        self.world.gateway.open = True

    def revoke_token(self, new: str = "another token") -> None:
        """The owner resets the bot's token: its sockets close, its requests are answered with 401."""
        self.world.token = new
        self.world.gateway.close(WRONG_TOKEN)

    def expire_interactions(self) -> None:
        """The tokens of all interactions so far die."""
        self.world.interactions.expire()

    def allow_privileged_intents(self, intents: int) -> None:
        """The owner switches privileged intents on, which the application's flags show."""
        self.world.gateway.allowed_privileged = intents
        shown = [flag for intent, flag in PRIVILEGED_FLAGS.items() if intents & intent]
        self.world.application_flags = sum(shown)

    def _handler(self, route: Route) -> Any:
        async def handle(request: web.Request) -> web.StreamResponse:
            fault = self._faults.strike(route.method, route.path)
            if fault is not None and fault.wait_s:
                await asyncio.sleep(fault.wait_s)
            if fault is not None and fault.hangs_up == "before":
                return _hang_up(request)
            try:
                status, answer, headers = await self._serve(route, request, fault)
            except Exception as error:
                self.violations.append(f"{route.method} {route.path}: the twin broke on this: {error!r}")
                raise
            if fault is not None and fault.hangs_up == "after":
                return _hang_up(request)
            return _response(status, answer, headers)

        return handle

    async def _serve(
        self, route: Route, request: web.Request, fault: Fault | None
    ) -> tuple[int, Any, Mapping[str, str]]:
        headers: Mapping[str, str] = {}
        call: Incoming | None = None
        try:
            call = await read(request, route.path)
            if not route.public and call.authorization != f"Bot {self.world.token}":
                raise refusals.unauthorized()
            if fault is not None and fault.refusal is not None:
                raise fault.refusal
            headers = self.limits.count(route.method, route.path, call.path)
            self._check(call)
            answer = await route.answer(call)
            status = 204 if answer is None else 200
        except Refusal as refusal:
            status, answer, headers = refusal.status, refusal.body, {**headers, **refusal.headers}
            self._note(route, request, refusal)
        self.traffic.add(
            route.method,
            route.path,
            status=status,
            query=dict(request.query),
            body=None if call is None else call.body,
            files=() if call is None else call.files,
        )
        return status, answer, headers

    def _check(self, call: Incoming) -> None:
        sizes = [len(it.data) for it in call.uploads.values()]
        if sum(sizes) > REQUEST_BYTES or any(size > FILE_BYTES for size in sizes):
            raise refusals.too_large()
        for name, value in call.path.items():
            if name.endswith("_id") and not value.isdigit():
                raise refusals.invalid_form(Problem((name,), f"{value} is no id"))
        if self._checked:
            edited = self._interactions.edited(call)
            found = contract.problems(
                call.method,
                call.route,
                call.query,
                call.body,
                {number: it.name for number, it in call.uploads.items()},
                None if edited is None else edited.kept(),
            )
            if found:
                raise refusals.invalid_form(*found)

    def _note(self, route: Route, request: web.Request, refusal: Refusal) -> None:
        self.violations += [f"{route.method} {route.path}: {problem}" for problem in refusal.problems]
        info = request.match_info
        token = info.get("interaction_token") or info.get("webhook_token") or ""
        found = self.world.interactions.find(token)
        if found is not None:
            found.asked.refuse(f"{route.method} {route.path}: {json.dumps(refusal.body)}")

    async def _file(self, request: web.Request) -> web.StreamResponse:
        found = self.world.files.get(int(request.match_info["attachment_id"]))
        if found is None:
            return web.Response(status=404, text="no such file")
        return web.Response(body=found.data, content_type=found.content_type)

    async def _nowhere(self, request: web.Request) -> web.StreamResponse:
        self.violations.append(f"{request.method} {request.path}: the twin has no such route")
        refusal = refusals.not_found()
        return _response(refusal.status, refusal.body, {})


def _hang_up(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500, text="nobody reads this")


def _response(status: int, answer: Any, headers: Mapping[str, str]) -> web.Response:
    if answer is None:
        return web.Response(status=status, headers=headers)
    body = json.dumps(answer).encode()
    return web.Response(status=status, body=body, headers=headers, content_type="application/json")


@asynccontextmanager
async def discord_twin(
    *,
    clock: Clock | None = None,
    checked: bool = True,
    strict_limits: bool = False,
    shards: int = 1,
    name: str = "Earshot",
    token: str = TOKEN,
) -> AsyncIterator[DiscordTwin]:
    """A running twin.

    `checked=False` skips the comparison with the published description, `strict_limits` counts requests as the real
    service does (five messages in five seconds in a channel).
    """
    twin = DiscordTwin(
        clock=clock, checked=checked, strict_limits=strict_limits, shards=shards, name=name, token=token
    )
    await twin.start()
    try:
        yield twin
    finally:
        await twin.stop()
