"""What listens and what is due: the web server, the chat platforms, the jobs; started together, stopped in reverse.

A platform whose token is no good stops the start, for whoever runs Earshot is there and can mend it. One that is only
out of reach is tried again until it answers, and the others serve meanwhile.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from bot.adapters.discord import Discord, read_translations
from bot.adapters.lounge import EveryResident, Lounge, LoungeRoom, OneResident
from bot.adapters.slack import Slack
from bot.app import Earshot, open_earshot
from bot.chat.features import Features
from bot.chat.platform import ChatPlatform
from bot.config import Settings, secrets_of
from bot.errors import ConfigError, EarshotError, Unavailable
from bot.integrations.store import Store
from bot.jobs import Chores, Delivering, Jobs, Looking, Work, engine_place
from bot.logs import start_logging
from bot.metrics import Standing
from bot.web import WebServer, make_web
from bot.web.takeouts import TakeoutPages
from bot.web.uploads import Uploads
from cogs.imports import imported

log = logging.getLogger(__name__)

AGAIN_S = 30.0
# The private action whose card Slack shows in the app's home tab.
HOME = "account.home"


@asynccontextmanager
async def serving(
    earshot: Earshot, platforms: Sequence[ChatPlatform], routes: Sequence[Any] = ()
) -> AsyncIterator[None]:
    """Serve with these platforms, whose pages are the `routes`. Raises `ConfigError` for what whoever runs it can mend.

    At the end, answers in flight are finished.
    """
    settings = earshot.settings

    async def ready() -> dict[str, bool]:
        return {"database": await _writable(earshot.store), **earshot.platforms.connected()}

    async def metrics() -> bytes:
        return earshot.meter.exposition(
            Standing(
                await earshot.store.states(),
                await earshot.access.standings(),
                earshot.platforms.connected(),
            )
        )

    pages = make_web(
        earshot.linking, ready, https=settings.web.public_url.startswith("https://"),
        metrics=metrics if settings.web.metrics else None,
        uploads=Uploads(earshot.uploading, earshot.folder / "uploads", imported, earshot.platforms.whisper),
        takeouts=TakeoutPages(earshot.takeouts),
    )  # fmt: skip
    pages.add_routes(routes)
    if settings.web.astray is not None:
        log.warning(
            "[web] public_url names port %d, but [web] port is %d: no browser gets here; make them the same",
            settings.web.astray,
            settings.web.port,
        )
    web = WebServer(pages, settings.web.host, settings.web.port)
    works: list[Work] = [Looking(earshot.polling), Delivering(earshot.posting)]
    jobs = Jobs(works, engine_place(earshot.folder, settings.data.url))
    async with AsyncExitStack() as stack:
        await earshot.painter.warm()
        await _bound(web.start(), "[web] port", settings.web.port)
        stack.push_async_callback(web.stop)
        for platform in platforms:
            await stack.enter_async_context(_started(earshot, platform))
        await jobs.start()
        stack.push_async_callback(jobs.stop)
        chores = Chores(earshot.chores)
        await chores.start()
        stack.push_async_callback(chores.stop)
        stack.push_async_callback(earshot.polling.settle)
        yield


@asynccontextmanager
async def _started(earshot: Earshot, platform: ChatPlatform) -> AsyncIterator[None]:
    earshot.platforms.add(platform)
    trying: asyncio.Task[None] | None = None
    try:
        await platform.start()
    except Unavailable as error:
        log.warning("%s: %s Trying again every %g s.", platform.name, error.text, AGAIN_S)
        trying = asyncio.create_task(_start_later(platform), name=f"start {platform.name}")
    try:
        yield
    finally:
        if trying is not None:
            trying.cancel()
            with suppress(asyncio.CancelledError):
                await trying
        await platform.stop()


async def _start_later(platform: ChatPlatform) -> None:
    while True:
        await asyncio.sleep(AGAIN_S)
        try:
            await platform.start()
        except Unavailable:
            continue
        except ConfigError as error:
            log.error("%s stays out: %s", platform.name, error.text)
        else:
            log.warning("%s is there now.", platform.name)
        return


def chat_platforms(earshot: Earshot) -> tuple[list[ChatPlatform], list[Any]]:
    """Discord and Slack as far as they are configured, and the pages they need."""
    settings, features = earshot.settings, Features(earshot.cogs)
    platforms: list[ChatPlatform] = []
    routes: list[Any] = []
    if settings.discord.token:
        platforms.append(
            Discord(
                token=settings.discord.token, features=features, meter=earshot.meter, whispers=earshot.whispers,
                ledger=earshot.ledger,
                chance=earshot.chance, memos=earshot.store, translations=read_translations(),
                incoming=earshot.folder / "incoming" / "discord", api_url=settings.discord.api_url,
            )
        )  # fmt: skip
    slack = settings.slack
    if slack.bot_token or slack.client_id:
        on_slack = Slack(
            bot_token=slack.bot_token, app_token=slack.app_token, signing_secret=slack.signing_secret,
            client_id=slack.client_id, client_secret=slack.client_secret, public_url=settings.web.public_url,
            features=features, home=HOME, meter=earshot.meter, whispers=earshot.whispers,
            ledger=earshot.ledger, chance=earshot.chance,
            clock=earshot.clock, memos=earshot.store, installations=earshot.store, vault=earshot.vault,
            incoming=earshot.folder / "incoming" / "slack", api_url=slack.api_url,
            history=slack.history,
        )  # fmt: skip
        platforms.append(on_slack)
        routes += on_slack.routes()
    return platforms, routes


def make_lounge(
    earshot: Earshot, residents: EveryResident | OneResident, *, choosing: bool, token: str = ""
) -> Lounge:
    """The lounge with its one room."""
    room = earshot.settings.lounge.room
    return Lounge(
        cogs=earshot.cogs, messages=earshot.store, whispers=earshot.whispers,
        ledger=earshot.ledger, meter=earshot.meter,
        clock=earshot.clock, chance=earshot.chance, residents=residents, rooms=[LoungeRoom(room, room)],
        pictures=earshot.folder / "pictures", port=earshot.settings.lounge.port,
        token=token or earshot.chance.token(), choosing=choosing,
    )  # fmt: skip


async def run(settings: Settings) -> None:
    """`earshot run`. Raises `ConfigError` where nothing could be served."""
    start_logging(settings.log_level, settings.log_format, secrets_of(settings))
    async with open_earshot(settings, Path(settings.data.folder)) as earshot:
        platforms, routes = chat_platforms(earshot)
        if settings.lounge.name:
            resident = OneResident(earshot.people, settings.lounge.name, settings.zone)
            lounge = make_lounge(earshot, resident, choosing=False)
            platforms.append(lounge)
        if not platforms:
            raise ConfigError(
                [
                    "There is nothing to serve yet: set [discord] token, the tokens of [slack], or [lounge] name "
                    "(see config.example.toml)."
                ]
            )
        async with serving(earshot, platforms, routes):
            log.info(
                "serving %s, with pages at %s",
                ", ".join(it.name for it in platforms),
                settings.web.public_url,
            )
            if settings.lounge.name:
                print(f"The lounge: {lounge.url}", flush=True)  # noqa: T201
            await until_stopped()


async def until_stopped() -> None:
    """Wait for Ctrl-C or SIGTERM."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await stop.wait()


async def _bound(start: Awaitable[object], setting: str, port: int) -> None:
    try:
        await start
    except OSError as error:
        raise ConfigError(
            [f"{setting}: {port} cannot be used ({error.strerror}). Take another one."]
        ) from error


async def _writable(store: Store) -> bool:
    try:
        await store.check_writable()
    except EarshotError:
        return False
    return True
