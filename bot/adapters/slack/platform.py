"""Slack as a chat platform: its parts plugged together, start and stop, and what is said unasked."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp

from bot.adapters.slack.asked import PLATFORM, team_and_user
from bot.adapters.slack.client import library_log
from bot.adapters.slack.conversation import Conversation
from bot.adapters.slack.desk import Counter, Desk
from bot.adapters.slack.failures import No, Silence, heard, ours
from bot.adapters.slack.home import Home
from bot.adapters.slack.installs import Grant, Installs, States
from bot.adapters.slack.listeners import Listeners
from bot.adapters.slack.manifest import EVENTS_PATH
from bot.adapters.slack.modals import Modals
from bot.adapters.slack.pages import install_flow, pages
from bot.adapters.slack.people import People
from bot.adapters.slack.phrases import Phrases
from bot.adapters.slack.socket import Socket
from bot.adapters.slack.speech import Speech
from bot.adapters.slack.tokens import APP_TOKEN, BOT_TOKEN, NOT_REACHED, at_start, mixed_up
from bot.adapters.slack.unfinished import Unfinished
from bot.adapters.slack.uploads import Incoming
from bot.adapters.slack.workspaces import Authorize, Workspaces
from bot.chat.answering import GRACE_S
from bot.chat.cards import Card
from bot.chat.features import Features
from bot.chat.ledger import Ledger
from bot.chat.platform import PostRef
from bot.chat.whispers import Whispers
from bot.core.model import Identity, RoomRef
from bot.errors import ConfigError, NotFound, Refused, Unavailable
from bot.ports import Chance, Clock, InstallationStore, MemoStore, Meter, Vault
from bot.text import t

log = logging.getLogger(__name__)

API_URL = "https://slack.com/api/"
FINISH_S = 10.0
HEARTBEAT_S = 10.0
CONNECT_S = 60.0


class Slack:
    """A `bot.chat.platform.ChatPlatform`: one Slack app, in one workspace or in several.

    With an `app_token` it speaks Socket Mode, without one HTTP, checked with the `signing_secret`; `routes` are to be
    served under `public_url` then. `bot_token` opens one workspace; with `client_id` and `client_secret` others
    install the app from a page of ours. `home` is the private action whose card is shown in the home tab, `talk` the
    command that words in our own conversation with somebody are for; with `history` who installs us is asked to let us
    look for our own posts. `incoming` is a folder for files on their way.
    """

    def __init__(
        self,
        *,
        bot_token: str,
        app_token: str,
        signing_secret: str,
        client_id: str,
        client_secret: str,
        public_url: str,
        features: Features,
        home: str,
        meter: Meter,
        whispers: Whispers,
        ledger: Ledger,
        chance: Chance,
        clock: Clock,
        memos: MemoStore,
        installations: InstallationStore,
        vault: Vault,
        incoming: Path,
        talk: str = "play",
        history: bool = False,
        api_url: str = API_URL,
        finish_s: float = FINISH_S,
        grace_s: float = GRACE_S,
        heartbeat_s: float = HEARTBEAT_S,
    ) -> None:
        self._bot_token = bot_token
        self._app_token = app_token
        self._signing_secret = signing_secret
        self._finish_s = finish_s
        self._heartbeat_s = heartbeat_s
        self._whispers = whispers
        self._installs = Installs(installations, vault)
        self._workspaces = Workspaces(api_url, self._installs, clock, client_id, client_secret)
        self._people = people = People(self._workspaces, clock)
        phrases = Phrases(features)
        self._speech = Speech(self._workspaces, people, whispers, phrases)
        self._unfinished = Unfinished(memos)
        self._incoming = Incoming(incoming, self._workspaces, api_url)
        counter = Counter(
            features, phrases, self._workspaces, people, self._speech, Modals(features, phrases), self._unfinished,
            self._incoming, meter, whispers, ledger, chance, grace_s,
        )  # fmt: skip
        page = Home(counter, home)
        self._desk = Desk(counter, page.show)
        self._app = AsyncApp(
            name="earshot",
            logger=library_log,
            client=self._workspaces.client(),
            authorize=Authorize(self._workspaces),  # type: ignore[arg-type]
            signing_secret=signing_secret,
            request_verification_enabled=not app_token,
        )
        conversation = Conversation(self._desk, features, self._workspaces, talk)
        Listeners(self._app, features, self._desk, page, conversation, self._workspaces)
        states = States(memos, chance, clock)
        self._flow = install_flow(
            client_id, client_secret, public_url, api_url, self._installs, states, self._workspaces.client(),
            history=history,
        )  # fmt: skip
        self._socket: Socket | None = None
        self._serving = False

    @property
    def name(self) -> str:
        """As in `RoomRef.platform`."""
        return PLATFORM

    @property
    def connected(self) -> bool:
        """Whether Slack can reach us, and takes our token."""
        return (
            self._serving
            and not self._workspaces.locked_out
            and (self._socket is None or self._socket.connected)
        )

    async def start(self) -> None:
        """Try the tokens out, then connect. Returns once Slack can reach us.

        Raises `ConfigError` for what is no good in the configuration, `Unavailable` where Slack does not answer.
        """
        problems = mixed_up(self._bot_token, self._app_token)
        if not self._app_token and not self._signing_secret:
            problems.append(
                "slack.app_token: is missing. Without it, slack.signing_secret is needed for HTTP."
            )
        if not self._bot_token and self._flow is None:
            problems.append(
                "slack.bot_token: is missing. Without it, slack.client_id and client_secret are needed."
            )
        if problems:
            raise ConfigError(problems)
        self._workspaces.open()
        try:
            await asyncio.to_thread(self._incoming.empty)
            if self._bot_token:
                self._workspaces.static = await self._entered()
            await self._unfinished.recall()
            if self._app_token:
                self._socket = await self._plugged_in()
        except BaseException:
            await self._close()
            raise
        self._serving = True
        self._desk.take(self._unfinished.mend(self._speech))

    async def stop(self) -> None:
        """Take nothing new, let the answers finish (bounded), close."""
        self._serving = False
        if self._socket is not None:
            await self._socket.close()
            self._socket = None
        await self._desk.finish(self._finish_s)
        await self._close()

    def routes(self) -> list[web.RouteDef]:
        """What has to be served under the public address: Slack's requests (without Socket Mode), the install page."""
        routes = [] if self._app_token else [web.post(EVENTS_PATH, self.handle)]
        return routes if self._flow is None else [*routes, *pages(self._flow)]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """A request of Slack's. Bolt looks at its signature."""
        if not self._serving:
            return web.Response(status=503)
        return await to_aiohttp_response(await self._app.async_dispatch(await to_bolt_request(request)))

    async def post(self, room: RoomRef, card: Card, key: str = "") -> PostRef:
        """Say something in a room."""
        try:
            return PostRef(room, await self._speech.post(room.place, _channel(room), card, key=key))
        except (No, Silence) as failure:
            raise ours(failure) from failure

    async def find(self, room: RoomRef, key: str, since_ms: int) -> PostRef | None:
        """See `bot.chat.platform.Outbox`. It takes a permission that only whoever runs us can have asked for."""
        try:
            message = await self._speech.find(room.place, _channel(room), key, since_ms)
        except (No, Silence) as failure:
            if isinstance(failure, No) and failure.code == "missing_scope":
                raise Refused(t("I may not read that channel, where my own posts are.")) from failure
            raise ours(failure) from failure
        return None if message is None else PostRef(room, message)

    async def edit(self, post: PostRef, card: Card) -> None:
        """Replace what was posted."""
        room = post.room
        try:
            await self._speech.update(room.place, _channel(room), post.message, card)
        except (No, Silence) as failure:
            raise ours(failure) from failure

    async def whisper(self, identity: Identity, card: Card) -> None:
        """Say something to one person alone; where Slack does not let us, it waits for their next private answer."""
        team, user = team_and_user(identity)
        try:
            await self._speech.directly(team, user, card)
        except No as no:
            log.info("a whisper waits: %s", no.code)
            await self._whispers.keep(identity, card)
        except Silence as silence:
            # It may have arrived; it is not said twice.
            log.warning("a whisper may not have arrived: %s", silence)

    async def present(self, identity: Identity, place: str) -> bool | None:
        """See `bot.chat.platform.ChatPlatform`."""
        team, user = team_and_user(identity)
        if team != place:
            return None
        try:
            return await self._people.present(team, user)
        except (No, Silence) as failure:
            raise ours(failure) from failure

    def forget(self, identity: Identity) -> None:
        """See `bot.chat.platform.ChatPlatform`."""
        self._people.forget(*team_and_user(identity))

    async def _entered(self) -> tuple[str, Grant]:
        """The workspace of the bot token, and who we are there."""
        try:
            told = await heard(self._workspaces.client(self._bot_token).auth_test())
        except (No, Silence) as failure:
            raise at_start(failure, BOT_TOKEN) from failure
        return str(told["team_id"]), Grant(self._bot_token, str(told["bot_id"]), str(told["user_id"]))

    async def _plugged_in(self) -> Socket:
        """The socket, once it is connected."""
        client = self._workspaces.client()
        try:
            told = await heard(client.apps_connections_open(app_token=self._app_token))
        except (No, Silence) as failure:
            raise at_start(failure, APP_TOKEN) from failure
        socket = Socket(self._app, self._app_token, client, str(told["url"]), self._heartbeat_s)
        try:
            await asyncio.wait_for(socket.connect(), CONNECT_S)  # type: ignore[no-untyped-call]
        except BaseException as error:
            await socket.close()
            if isinstance(error, TimeoutError):
                raise Unavailable(NOT_REACHED) from error
            raise
        return socket

    async def _close(self) -> None:
        await self._workspaces.close()


def _channel(room: RoomRef) -> str:
    if room.platform != PLATFORM:
        raise NotFound(t("That room is not on Slack."))
    return room.channel
