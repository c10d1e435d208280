"""The store: every store port on one database, SQLite by default, PostgreSQL when grown.

`store = await open_store("sqlite:///earshot.sqlite")`, and `await store.close()` at the end.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import false, update
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from bot.errors import ConfigError, Unavailable
from bot.integrations.store import schema
from bot.integrations.store.budget import Budget
from bot.integrations.store.choices import ChoicesMade
from bot.integrations.store.codes import Codes
from bot.integrations.store.costs import Costs
from bot.integrations.store.deleting import Deleting
from bot.integrations.store.engine import Database
from bot.integrations.store.failures import said_kindly
from bot.integrations.store.identities import Identities
from bot.integrations.store.lifetimes import Lifetimes
from bot.integrations.store.links import Links
from bot.integrations.store.merging import Merging
from bot.integrations.store.messages import Messages
from bot.integrations.store.people import People
from bot.integrations.store.platforms import PlatformNotes
from bot.integrations.store.playlists import Playlists
from bot.integrations.store.plays import Plays
from bot.integrations.store.posts import Posts
from bot.integrations.store.presence import Presences
from bot.integrations.store.previews import Previews
from bot.integrations.store.recaps import Recaps
from bot.integrations.store.revision import is_current
from bot.integrations.store.rooms import Rooms
from bot.integrations.store.seals import Seals
from bot.integrations.store.songs import Songs
from bot.integrations.store.stories import Stories
from bot.integrations.store.takeout import Takeouts
from bot.integrations.store.tallies import Tallies
from bot.integrations.store.weekly import Weeklies
from bot.integrations.store.whispers import Whispers
from bot.integrations.store.whole import carry_through

if TYPE_CHECKING:
    from bot import ports

__all__ = [
    "DATABASE", "Store", "database_file", "open_as_it_is", "open_data", "open_store", "pg_dump_command",
]  # fmt: skip

DATABASE = "earshot.sqlite"

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+asyncpg",
    "postgres": "postgresql+asyncpg",
}


class Store(
    People,
    Rooms,
    Links,
    Lifetimes,
    Tallies,
    Songs,
    Identities,
    Plays,
    Budget,
    Recaps,
    Posts,
    Playlists,
    Messages,
    Whispers,
    PlatformNotes,
    Codes,
    Merging,
    ChoicesMade,
    Deleting,
    Seals,
    Presences,
    Stories,
    Previews,
    Takeouts,
    Weeklies,
    Costs,
):
    """Every store port. Errors of the database come out as `Unavailable`, with a sentence that says what to do."""

    async def check_writable(self) -> None:
        """Writes nothing. Raises `Unavailable` where nothing can be written."""
        async with self._database.write() as connection:
            await connection.execute(update(schema.memo).where(false()).values(value=""))

    async def close(self) -> None:
        """Let go of the database. Whatever is asked of the store afterwards raises `Unavailable`."""
        await self._database.close()


carry_through(Store)


async def open_store(url: str) -> Store:
    """Open the database of this URL, made or upgraded first where needed.

    `sqlite:///relative/path`, `sqlite:////absolute/path` or `postgresql://user:password@host/database`; the async
    drivers' own names (`sqlite+aiosqlite`, `postgresql+asyncpg`) are taken too. Raises `ConfigError`.
    """
    address = _address(url)
    try:
        with said_kindly():
            await _bring_up_to_date(address)
    except Unavailable as error:
        raise ConfigError([f"{address.render_as_string(hide_password=True)}: {error.text}"]) from error
    return Store(Database(address))


async def open_data(folder: Path, url: str = "") -> Store:
    """The store of a data folder, made if absent; `url` names another database. Raises `ConfigError`."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise ConfigError([f"{folder}: the data folder cannot be made ({error.strerror})."]) from error
    return await open_store(url or f"sqlite:///{folder / DATABASE}")


def database_file(folder: Path, url: str = "") -> Path | None:
    """The SQLite file of a data folder or of this URL; None where the data is in PostgreSQL. Raises `ConfigError`."""
    address = _address(url or f"sqlite:///{folder / DATABASE}")
    return Path(address.database or "") if address.get_backend_name() == "sqlite" else None


def pg_dump_command(url: str) -> str:
    """What a shell has to be told for a backup of this PostgreSQL database; the password is not in it."""
    address = _address(url)._replace(drivername="postgresql", password=None)
    return f"pg_dump --format=custom --file=earshot.dump '{address.render_as_string()}'"


async def open_as_it_is(folder: Path, url: str = "") -> tuple[Store | None, Sequence[str]]:
    """The store of a data folder where it is there and of this version; nothing is made or upgraded.

    Else None, with the revisions that the next start will run (none: it makes the database). Raises `ConfigError`
    for a database that this version cannot use, `Unavailable` for one that cannot be reached.
    """
    address = _address(url or f"sqlite:///{folder / DATABASE}")
    if address.get_backend_name() == "sqlite" and not Path(address.database or "").exists():
        return None, ()
    from bot.integrations.store.upgrade import pending

    with said_kindly():
        missing, version = await pending(address)
    if missing:
        return None, missing if version else ()
    return Store(Database(address)), ()


async def _bring_up_to_date(address: URL) -> None:
    file = address.database if address.get_backend_name() == "sqlite" else None
    if file is not None and await asyncio.to_thread(is_current, Path(file)):
        return
    from bot.integrations.store.upgrade import bring_up_to_date

    await bring_up_to_date(address)


def _address(url: str) -> URL:
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise ConfigError(
            ["[data] url: has to look like sqlite:///earshot.sqlite or postgresql://…"]
        ) from error
    kind = address.get_backend_name()
    if kind not in _DRIVERS:
        raise ConfigError([f"[data] url: Earshot keeps its data in SQLite or PostgreSQL, not in “{kind}”."])
    if kind == "sqlite" and address.database in {None, "", ":memory:"}:
        raise ConfigError(["[data] url: Earshot needs a file, like sqlite:///earshot.sqlite."])
    return address.set(drivername=_DRIVERS[kind])


if TYPE_CHECKING:

    class _EveryPort(
        ports.MemberStore,
        ports.GroupStore,
        ports.LinkStore,
        ports.LifetimeStore,
        ports.TallyStore,
        ports.SongStore,
        ports.IdentityStore,
        ports.PlayStore,
        ports.BudgetStore,
        ports.RecapStore,
        ports.PostStore,
        ports.DraftStore,
        ports.PlaylistStore,
        ports.MessageStore,
        ports.WhisperStore,
        ports.MemoStore,
        ports.InstallationStore,
        ports.CodeStore,
        ports.OfferStore,
        ports.ChoiceStore,
        ports.DeletionStore,
        ports.SealStore,
        ports.PresenceStore,
        ports.StoryStore,
        ports.PreviewStore,
        ports.TakeoutStore,
        ports.WeeklyStore,
        Protocol,
    ): ...

    def _satisfies_every_port(store: Store) -> _EveryPort:
        return store
