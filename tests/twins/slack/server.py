"""The twin as a server on loopback: its parts plugged together, its faults, and the start and stop."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from aiohttp import web

from tests.twins.slack import contract
from tests.twins.slack.api import Dropped, WebApi
from tests.twins.slack.app import App, Installation
from tests.twins.slack.asked import Asked
from tests.twins.slack.delivery import Sockets, forged
from tests.twins.slack.faults import Fault, Faults
from tests.twins.slack.fileserver import FileServer
from tests.twins.slack.images import share_images
from tests.twins.slack.model import Channel, Json, Refused, View, new_secret
from tests.twins.slack.oauth import OAuth
from tests.twins.slack.responding import ResponseUrls
from tests.twins.slack.telling import Telling
from tests.twins.slack.waiting import PATIENCE_S, Changes
from tests.twins.slack.workspace import Team
from tests.twins.traffic import Request, Traffic

TRIGGER_LIFE_S = 3
LARGEST_UPLOAD = 64 * 1024**2


@dataclass
class Trigger:
    """A `trigger_id`: opens one view, soon. `view` is the one that stands open where the person pressed."""

    asked: Asked
    expires_at: float
    view: View | None = None
    used: bool = False


class SlackTwin:
    """A Slack to talk to; see the package's docstring."""

    def __init__(
        self,
        app: App,
        clock: Callable[[], float],
        *,
        checked: bool,
        ack_within: float,
        file_delay: float,
        bot: str,
    ) -> None:
        self.app = app
        self.clock = clock
        self.bot_name = bot
        self.file_delay = file_delay
        self.traffic = Traffic("slack")
        self.violations: list[str] = []
        self.changes = Changes()
        self.faults = Faults()
        self.oauth = OAuth(self)
        self.sockets = Sockets(app.id, self.changes, ack_within)
        self.telling = Telling(self, self.sockets, ack_within)
        self.response_urls = ResponseUrls(self)
        self.installations: dict[str, Installation] = {}
        self.answers: dict[object, Asked] = {}
        self.url = ""
        self._checked = checked
        self._teams: dict[str, Team] = {}
        self._triggers: dict[str, Trigger] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._under_way = 0
        self._ts = itertools.count(1)

    # -- what an app is configured with --------------------------------------------------------------------------

    @property
    def api_url(self) -> str:
        """What `AsyncWebClient(base_url=…)` takes."""
        return f"{self.url}/api/"

    @property
    def authorize_url(self) -> str:
        """What Bolt's OAuth settings take as `authorization_url`."""
        return f"{self.url}/oauth/v2/authorize"

    @property
    def bot_token(self) -> str:
        """The token of the first workspace."""
        return next(iter(self._teams.values())).bot_token

    @property
    def app_token(self) -> str:
        return self.app.app_token

    @property
    def signing_secret(self) -> str:
        return self.app.signing_secret

    @property
    def client_id(self) -> str:
        return self.app.client_id

    @property
    def client_secret(self) -> str:
        return self.app.client_secret

    @property
    def teams(self) -> list[Team]:
        return list(self._teams.values())

    def team(self, name: str, *, installed: bool = True) -> Team:
        """The workspace of that name, made when first asked for, with the app in it unless `installed` is False."""
        if name not in self._teams:
            self._teams[name] = Team(self, name)
            if installed:
                self._teams[name].install(self.app.scopes)
        return self._teams[name]

    # -- what goes wrong -----------------------------------------------------------------------------------------

    def fail(
        self,
        method: str,
        *,
        error: str = "",
        status: int = 200,
        retry_after: int | None = None,
        lost: bool = False,
        times: int = 1,
    ) -> None:
        """The next `times` calls of a method (or `respond`, `upload`, `*`) go wrong.

        `error="ratelimited", retry_after=1` is a 429; `status=500` an outage; `lost=True` does what was asked, then
        cuts the connection before the answer.
        """
        self.faults.add(Fault(method, error, status, retry_after, lost, times))

    def slow(self, method: str, seconds: float) -> None:
        """From now on a method (or `respond`, `upload`, `*`) is answered this much later."""
        self.faults.slow(method, seconds)

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Ask the app to come back on a new socket."""
        await self.sockets.disconnect(reason)

    def drop_sockets(self) -> None:
        """Cut every socket without a word."""
        self.sockets.drop()

    def refuse_sockets(self) -> None:
        """Let no new socket in, until `accept_sockets`."""
        self.sockets.refusing = True

    def accept_sockets(self) -> None:
        self.sockets.refusing = False

    async def connected(self, sockets: int = 1, within: float = PATIENCE_S) -> None:
        """Wait until the app has this many sockets (0: none)."""

        def enough() -> bool | None:
            there = len(self.sockets.open)
            return (there == 0 if sockets == 0 else there >= sockets) or None

        await self.changes.until(enough, within, f"{sockets} sockets")

    def revoke(self, team: Team, error: str = "account_inactive") -> None:
        """Somebody removes the app from a workspace. Its token counts no more, and the app is told."""
        if team.installation is not None:
            tokens: Json = {"oauth": [], "bot": [team.bot.id]}
            team.happens("tokens_revoked", {"tokens": tokens})
            team.happens("app_uninstalled", {})
            team.installation.refusal = error

    def expire_response_urls(self) -> None:
        """Every response_url given out so far is too old now."""
        self.response_urls.expire()

    def repeat_events(self, *, repeat: bool = True) -> None:
        """From now on every event is delivered twice, as Slack does when an acknowledgement got lost."""
        self.telling.repeats = repeat

    # -- the two ways to the app ---------------------------------------------------------------------------------

    async def deliver_over_http(self, url: str) -> None:
        """From now on send signed requests to the app's address. Raises ValueError if it fails the challenge."""
        await self.telling.over_http(url)

    async def forges(self, url: str, *, secret: str = "", age_s: float = 0) -> int:
        """Send a slash command with a wrong signature, or a right one of `age_s` seconds ago; the app's status."""
        payload = {"command": "/top", "text": "", "team_id": "T1", "user_id": "U1", "channel_id": "C1"}
        return await forged(
            url, secret or (self.app.signing_secret if age_s else new_secret()), payload, age_s=age_s
        )

    # -- what people and the app do to each other ----------------------------------------------------------------

    def new_ts(self) -> str:
        """A time stamp that no other message has."""
        return f"{int(self.clock())}.{next(self._ts):06d}"

    def new_trigger(self, asked: Asked, view: View | None = None) -> str:
        """A `trigger_id` for what a person just did."""
        number = f"{next(self._ts)}.{next(self._ts)}.{new_secret()}"
        self._triggers[number] = Trigger(asked, self.clock() + TRIGGER_LIFE_S, view)
        return number

    def trigger(self, number: str) -> Trigger:
        """The trigger of that number, while it may be used. Raises Refused."""
        found = self._triggers.get(number)
        if found is None:
            raise Refused("invalid_trigger_id")
        if self.clock() >= found.expires_at:
            raise Refused("expired_trigger_id")
        if found.used:
            raise Refused("exchanged_trigger_id")
        return found

    def use_trigger(self, number: str) -> Trigger:
        """The same, and it is used up."""
        found = self.trigger(number)
        found.used = True
        return found

    def answer_to(self, asked: Asked, channel: Channel, said: Json) -> None:
        """Show what the app said in answer: to this person alone, unless it says `in_channel`."""
        public = said.get("response_type") == "in_channel"
        about = {"only_for": "" if public else asked.human.id, "blocks": said.get("blocks")}
        about["thread_ts"] = said.get("thread_ts", "")
        message = channel.team.post(channel, channel.team.bot, said.get("text") or "", asked=asked, **about)
        if public:
            share_images(message)

    def show_view(self, asked: Asked, body: Json, below: View | None = None) -> View:
        """Open a modal in front of a person, over the one that stands there."""
        view = View(asked.human.team, asked.human, previous=below)
        view.team.views[view.id] = view
        self.answers[view] = asked
        view.show(body)
        return view

    # -- what it was sent ----------------------------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        """Whether a request of the app, or an acknowledgement, is under way."""
        return self._under_way + self.telling.under_way > 0

    def wrote(self, method: str, route: str, **about: Any) -> None:
        """Write a request down."""
        self.traffic.add(method, route, **about)

    def violated(self, rule: str) -> None:
        """Something was sent that the real Slack would not have taken, or not understood."""
        if self._checked:
            self.violations.append(rule)

    def check(self, method: str, route: str, *, query: Mapping[str, str], body: Any) -> None:
        """Hold a request against the published descriptions. Raises Refused where Slack refuses it."""
        if not self._checked:
            return
        faults = contract.faults(Request("slack", method, route, query, body, (), 200))
        self.violations += [str(fault) for fault in faults]
        for fault in faults:
            if fault.code:
                said = [f"{it.says} [json-pointer:{it.pointer}]" for it in faults if it.code == fault.code]
                raise Refused(fault.code, response_metadata={"messages": [f"[ERROR] {it}" for it in said]})

    # -- the server ----------------------------------------------------------------------------------------------

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Let something happen in the background, until the twin stops."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def later(self, seconds: float, do: Callable[[], None]) -> None:
        """Do something a little later."""

        async def wait() -> None:
            await asyncio.sleep(seconds)
            do()

        self.spawn(wait())

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[SlackTwin]:
        """Listen on a free port of loopback until the end of the block."""
        web_app = web.Application(client_max_size=LARGEST_UPLOAD, middlewares=[self._counted])
        web_app.add_routes(self._routes())
        runner = web.AppRunner(web_app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        self.team("Work")
        try:
            yield self
        finally:
            await self.sockets.close()
            for task in list(self._tasks):
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await runner.cleanup()

    def _routes(self) -> Iterable[web.RouteDef]:
        api, files = WebApi(self), FileServer(self)
        return (
            web.route("*", "/api/{method}", api.handle),
            web.get("/link", self.sockets.serve),
            web.get("/oauth/v2/authorize", self.oauth.page),
            web.post("/upload/v1/{file}", files.upload),
            web.get("/files-pri/{ids}/{name}", files.download),
            web.post(r"/{kind:commands|actions}/{team}/{number}/{secret}", self.response_urls.handle),
        )

    @web.middleware
    async def _counted(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        if request.path == "/link":
            return await handler(request)
        self._under_way += 1
        try:
            return await handler(request)
        except Dropped:
            assert request.transport is not None, "the connection is still there"
            request.transport.abort()
            return web.Response()
        finally:
            self._under_way -= 1
            self.changes.tell()


@asynccontextmanager
async def slack_twin(
    *,
    clock: Callable[[], float] = time.time,
    manifest: Mapping[str, Any] | None = None,
    scopes: Iterable[str] | None = None,
    rotation: bool = False,
    checked: bool = True,
    ack_within: float = 3.0,
    file_delay: float = 0.05,
    bot: str = "Earshot",
) -> AsyncIterator[SlackTwin]:
    """A Slack that listens on loopback, with one workspace, "Work", where the app is installed.

    `clock` (seconds) dates messages and ends trigger_ids, response_urls, codes and rotating tokens. With `manifest`
    the app is what Slack would make of it: its scopes, commands, events. `scopes` and `rotation` change the app.
    `checked=False` holds nothing against the descriptions; traffic is still written down. `ack_within` is Slack's
    three seconds; `file_delay` how long it takes to look at an uploaded file.
    """
    app = App() if manifest is None else App.from_manifest(manifest)
    app = replace(
        app,
        scopes=app.scopes if scopes is None else tuple(scopes),
        rotation=app.rotation or rotation,
    )
    twin = SlackTwin(app, clock, checked=checked, ack_within=ack_within, file_delay=file_delay, bot=bot)
    async with twin.serving():
        yield twin
