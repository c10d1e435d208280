"""The composition root: configuration → stores, sources, flows, features, platforms; start and stop.

The only module that knows every concrete class. `open_earshot` plugs everything together, `serve` adds what listens
and what is due; `run` is both for an operator's configuration.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.adapters.lounge import Lounge, LoungeRoom
from bot.chat import Cog, Command, Person
from bot.chat.platform import Platforms
from bot.chat.whispers import Whispers
from bot.config import Settings, secrets_of
from bot.core.addresses import Addresses
from bot.core.model import Identity, Member
from bot.errors import ConfigError, EarshotError, UserError
from bot.integrations.exports import FilesOnDisk
from bot.integrations.painter import TypstPainter
from bot.integrations.spotify import (
    SpotifyAccounts,
    SpotifyCatalogue,
    SpotifyGateway,
    SpotifyListening,
    SpotifyPlaylists,
)
from bot.integrations.store import Store, open_data
from bot.integrations.system import SystemChance, SystemClock
from bot.integrations.vault import open_vault
from bot.integrations.wordbook import read_wordbook
from bot.jobs import Jobs
from bot.logs import start_logging
from bot.metrics import PrometheusMeter, Standing
from bot.ports import Chance, Clock, Vault
from bot.services.access import Access
from bot.services.importing import Importing
from bot.services.linking import Linking, SpotifyApp
from bot.services.people import People
from bot.services.playlists import Playlists
from bot.services.polling import Polling
from bot.services.recap import Recaps
from bot.text import t
from bot.web import WebServer, make_web
from cogs.account import Account
from cogs.consent import Consent
from cogs.help import Help
from cogs.listening import Listening
from cogs.play import Play
from cogs.prove import Prove
from cogs.wrapped import Wrapped

NAME_MOST = 60


@dataclass(frozen=True, slots=True)
class Earshot:
    """Everything plugged together, before any platform."""

    settings: Settings
    folder: Path
    store: Store
    clock: Clock
    chance: Chance
    vault: Vault
    accounts: SpotifyAccounts
    access: Access
    people: People
    linking: Linking
    polling: Polling
    importing: Importing
    recaps: Recaps
    wrapped: Wrapped
    cogs: Sequence[Cog]
    meter: PrometheusMeter
    whispers: Whispers
    platforms: Platforms


@asynccontextmanager
async def open_earshot(settings: Settings, folder: Path) -> AsyncIterator[Earshot]:
    """Open what has to be closed, build the flows and the features."""
    async with AsyncExitStack() as stack:
        store = await open_data(folder, settings.data.url)
        stack.push_async_callback(store.close)
        gateway = SpotifyGateway(settings.spotify.api_url)
        stack.push_async_callback(gateway.close)
        painter = TypstPainter(folder / "fonts")
        stack.callback(painter.close)
        yield _plugged(settings, folder, store, gateway, painter)


def _plugged(
    settings: Settings, folder: Path, store: Store, gateway: SpotifyGateway, painter: TypstPainter
) -> Earshot:
    clock, chance = SystemClock(), SystemChance()
    vault = open_vault(folder / "keys")
    spotify = settings.spotify
    secrets = {spotify.client_id: spotify.client_secret} if spotify.client_secret else {}
    accounts = SpotifyAccounts(gateway, spotify.accounts_url, secrets)
    access = Access(store, store, accounts, vault, clock, daily_budget=spotify.calls_per_day)
    people = People(store, store, clock, settings.zone)
    linking = Linking(
        store, store, accounts, access, vault, clock, chance, spotify_app(settings, spotify.client_id)
    )
    polling = Polling(store, store, SpotifyListening(gateway), access, clock, chance)
    importing = Importing(store, store, FilesOnDisk())

    async def freshen(members: Sequence[Member]) -> None:
        await polling.freshen([member.id for member in members])

    recaps = Recaps(store, store, store, clock, freshen)
    playlists = Playlists(
        people, store, store, store, store, SpotifyCatalogue(gateway), SpotifyPlaylists(gateway), access,
        read_wordbook(), clock, chance,
    )  # fmt: skip
    addresses = Addresses(spotify.open_url.rstrip("/"))
    wrapped = Wrapped(people, recaps, painter, clock, addresses)
    platforms = Platforms()
    cogs: list[Cog] = []

    def all_commands() -> Sequence[Command]:
        return [command for cog in cogs for command in cog.commands()]

    cogs += [
        Account(people, linking, importing),
        Consent(people, store, store, clock),
        wrapped,
        Listening(people, recaps, clock),
        Prove(people, recaps, clock),
        Play(people, playlists, addresses),
        Help(all_commands),
    ]
    return Earshot(
        settings, folder, store, clock, chance, vault, accounts, access, people, linking, polling, importing,
        recaps, wrapped, cogs, PrometheusMeter(), Whispers(store, clock), platforms,
    )  # fmt: skip


def spotify_app(settings: Settings, client_id: str, developer: str = "host") -> SpotifyApp | None:
    """The app that members link through; None where none is configured."""
    public = settings.web.public_url.rstrip("/")
    return SpotifyApp(client_id, f"{public}/callback", f"{public}/link", developer) if client_id else None


class Residents:
    """Who can be chosen in the lounge: every member with a lounge identity."""

    def __init__(self, store: Store, people: People, chance: Chance) -> None:
        self._store = store
        self._people = people
        self._chance = chance

    async def people(self) -> Sequence[Person]:
        """Oldest first."""
        return [
            Person(identity, member.name, member.zone)
            for identity, member in await self._store.identities("lounge")
        ]

    async def add(self, name: str, zone: str) -> Person:
        """Somebody new. Raises `UserError` for an empty, long or taken name."""
        name = " ".join(name.split())
        if not 1 <= len(name) <= NAME_MOST:
            raise UserError(t("A name has 1 to {most} characters.", most=NAME_MOST))
        taken = {person.name.casefold() for person in await self.people()}
        if name.casefold() in taken:
            raise UserError(t("There is a {name} here already. Take another name.", name=name))
        identity = Identity("lounge", self._chance.token()[:12])
        member = await self._people.member(identity, name, zone)
        return Person(identity, member.name, member.zone)


class OneResident:
    """The lounge of `earshot run`: whoever has the printed address is the person of the configuration."""

    def __init__(self, people: People, name: str, zone: str) -> None:
        self._people = people
        self._name = name
        self._zone = zone

    async def people(self) -> Sequence[Person]:
        """The one."""
        identity = Identity("lounge", "operator")
        member = await self._people.member(identity, self._name, self._zone)
        return [Person(identity, member.name, member.zone, admin=True)]

    async def add(self, name: str, zone: str) -> Person:
        """Nobody else can be added here."""
        raise UserError(t("This lounge has one resident, named in the configuration."))


@asynccontextmanager
async def serving(earshot: Earshot, lounge: Lounge | None) -> AsyncIterator[None]:
    """The callback server, the lounge and what is due; stopped in reverse, answers in flight finished."""
    settings = earshot.settings

    async def ready() -> dict[str, bool]:
        return {"database": await _writable(earshot.store), **earshot.platforms.connected()}

    async def metrics() -> bytes:
        return earshot.meter.exposition(
            Standing(
                await earshot.store.states(),
                await earshot.access.calls_left("host"),
                earshot.platforms.connected(),
            )
        )

    web = WebServer(
        make_web(
            earshot.linking, ready, https=settings.web.public_url.startswith("https://"),
            metrics=metrics if settings.web.metrics else None,
        ),
        settings.web.host,
        settings.web.port,
    )  # fmt: skip
    jobs = Jobs(earshot.polling)
    async with AsyncExitStack() as stack:
        await _bound(web.start(), "[web] port", settings.web.port)
        stack.push_async_callback(web.stop)
        if lounge is not None:
            await _bound(lounge.start(), "[lounge] port", settings.lounge.port)
            stack.push_async_callback(lounge.stop)
        await jobs.start()
        stack.push_async_callback(jobs.stop)
        stack.push_async_callback(earshot.polling.settle)
        yield


async def until_stopped() -> None:
    """Wait for Ctrl-C or SIGTERM."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await stop.wait()


async def run(settings: Settings) -> None:
    """`earshot run`. Raises `ConfigError` where nothing could be served."""
    start_logging(settings.log_level, settings.log_format, secrets_of(settings))
    if not settings.spotify.client_id and not settings.lounge.name:
        raise ConfigError(
            [
                "There is nothing to serve yet: set [spotify] client_id and [lounge] name (see config.example.toml)."
            ]
        )
    async with open_earshot(settings, Path(settings.data.folder)) as earshot:
        lounge = None
        if settings.lounge.name:
            lounge = make_lounge(
                earshot, OneResident(earshot.people, settings.lounge.name, settings.zone), choosing=False
            )
        async with serving(earshot, lounge):
            if lounge is not None:
                print(f"The lounge: {lounge.url}", flush=True)  # noqa: T201
            await until_stopped()


def make_lounge(
    earshot: Earshot, residents: Residents | OneResident, *, choosing: bool, token: str = ""
) -> Lounge:
    """The lounge with its one room."""
    room = earshot.settings.lounge.room
    return Lounge(
        cogs=earshot.cogs, messages=earshot.store, whispers=earshot.whispers, meter=earshot.meter,
        clock=earshot.clock, chance=earshot.chance, residents=residents, rooms=[LoungeRoom(room, room)],
        pictures=earshot.folder / "pictures", port=earshot.settings.lounge.port,
        token=token or earshot.chance.token(), choosing=choosing,
    )  # fmt: skip


async def _bound(start: object, setting: str, port: int) -> None:
    try:
        await start  # type: ignore[misc]
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
