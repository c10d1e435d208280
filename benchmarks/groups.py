"""How long the week of a group takes inside a large database: the recap next to sqlite3 fetching the same rows, then
all facts with their intervals; and many small groups that are due in one hour, shared by two processes.

`benchmarks.recap` runs it. Everybody has eight weeks of the same kind behind them; the rest of the database belongs to
others. Rows are written by sqlite3 itself: here reading is measured. One process counts on one core, threads or not;
both of these count in the same SQLite file, where `earshot run` shares work on PostgreSQL.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import random
import resource
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path
from time import perf_counter, process_time
from typing import NamedTuple

from bot.__main__ import collect_seldom
from bot.core import calendar
from bot.core.consent import Audience, Feature
from bot.core.model import Group, Member, NewPlay, RawTrack, RoomRef, Source, Span
from bot.integrations.store import Store, open_store
from bot.integrations.system import SystemChance
from bot.services.recap import Recaps

WEEK = calendar.week_of(date(2026, 11, 16), "Europe/Berlin")
BEFORE = calendar.before(WEEK)
WEEKS_BEFORE = 8
SONGS = 20_000
LARGE, LARGE_PLAYS = 50, 1_000
SMALL, SMALL_PLAYS = 8, 150
DUE = 10_000
NAME = "groups.sqlite"
PROCESSES = 2
WARM = 5
PATIENCE_S = 3_600


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds for the group of `LARGE`: sqlite3's fetching, the recap, all facts. And the `small` groups."""

    fetching: float
    recap: float
    more: float
    small: Sequence[Group]


class Now:
    """A clock that stands still."""

    def now_ms(self) -> int:
        return WEEK.end_ms + 18 * calendar.HOUR_MS


async def measure(folder: Path, total: int, groups: int) -> Times:
    """Fill a database with so many plays in all, count the large group and so many small ones."""
    database = folder / NAME
    store = await open_store(f"sqlite:///{database}")
    try:
        tracks = await _tracks(store)
        large, members = await _group(store, "large", LARGE)
        small = [await _group(store, f"small {n}", SMALL) for n in range(groups)]
        with sqlite3.connect(database) as connection:
            _fill(connection, tracks, members, LARGE_PLAYS)
            for _, of_one in small:
                _fill(connection, tracks, of_one, SMALL_PLAYS)
            _others(connection, tracks, total)
        recaps = Recaps(store, store, store, store, store, Now(), SystemChance())
        fetching = min(_fetched(database, members) for _ in range(3))
        recap = min([await _told(recaps, large, more=False) for _ in range(3)])
        more = min([await _told(recaps, large, more=True) for _ in range(3)])
        return Times(fetching, recap, more, [group for group, _ in small])
    finally:
        await store.close()


class Share(NamedTuple):
    """What a process needed for its part of the small groups: seconds, those of its CPU, MB that it grew by."""

    seconds: float
    cpu: float
    grown_mb: float


def shared(folder: Path, small: Sequence[Group]) -> Sequence[Share]:
    """All facts of the small groups, each process its part of them."""
    context = multiprocessing.get_context("spawn")
    ready, done = context.Barrier(PROCESSES), context.Queue()
    working = [
        context.Process(target=_work, args=(folder / NAME, small[number::PROCESSES], ready, done))
        for number in range(PROCESSES)
    ]
    for process in working:
        process.start()
    shares = [done.get(timeout=PATIENCE_S) for _ in working]
    for process in working:
        process.join()
    return shares


def _work(database: Path, groups: Sequence[Group], ready: Barrier, done: Queue[Share]) -> None:
    collect_seldom()
    done.put(asyncio.run(_count(database, groups, ready)))


async def _count(database: Path, groups: Sequence[Group], ready: Barrier) -> Share:
    store = await open_store(f"sqlite:///{database}")
    try:
        recaps = Recaps(store, store, store, store, store, Now(), SystemChance())
        for group in groups[:WARM]:
            await _told(recaps, group, more=True)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        ready.wait(PATIENCE_S)
        start, cpu = perf_counter(), process_time()
        for group in groups:
            await _told(recaps, group, more=True)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory
        return Share(perf_counter() - start, process_time() - cpu, grown / 1024)
    finally:
        await store.close()


def told(times: Times, shares: Sequence[Share], total: int) -> Iterator[str]:
    """The times in words."""
    yield f"a group of {LARGE} with {LARGE_PLAYS:,} plays each in the week, inside {total:,} plays"
    yield f"  {'sqlite3 fetching':20} {times.fetching * 1000:8.1f} ms"
    yield f"  {'tops, clock, loops':20} {times.recap * 1000:8.1f} ms  {times.recap / times.fetching:5.2f} x"
    yield f"  {'all facts':20} {times.more * 1000:8.1f} ms"
    many, seconds = len(times.small), max(it.seconds for it in shares)
    cpu, grown_mb = sum(it.cpu for it in shares) / many, max(it.grown_mb for it in shares)
    yield f"{many} groups of {SMALL} with {SMALL_PLAYS} plays each, all facts, {PROCESSES} processes"
    yield f"  {'CPU of a group':20} {cpu * 1000:8.1f} ms"
    minutes, busy = seconds / many * DUE / 60, cpu * DUE / PROCESSES / 60
    yield f"  {DUE:,} of them, scaled: {minutes:.1f} min by the clock, {busy:.1f} min of each core"
    yield f"  memory of a process grew by {grown_mb:.1f} MB"


async def _tracks(store: Store) -> Sequence[int]:
    """The ids of the songs that everybody plays, filed."""
    member = await store.add_member("Everything", "UTC", None, 0)
    link = await store.export_link(member.id, Source.EXTENDED)
    raw = [
        RawTrack(
            f"spotify:track:{n:022d}", f"Song number {n}", f"Artist {n % 1500}", f"Album {n % 5000}", 200_000
        )
        for n in range(SONGS)
    ]
    for start in range(0, SONGS, 5_000):
        await store.record(
            link.id, [NewPlay(n, it, 60_000) for n, it in enumerate(raw[start : start + 5_000], start)]
        )
    while await store.file_songs(5_000):
        pass
    plays = await store.plays_between([member.id], 0, SONGS)
    return [play.track_id for play in plays[0].plays]


async def _group(store: Store, name: str, size: int) -> tuple[Group, list[Member]]:
    room = RoomRef("lounge", "", name)
    group = await store.open_room(room, name, WEEK.zone)
    members = []
    for number in range(size):
        member = await store.add_member(f"{name}, member {number}", WEEK.zone, None, 0)
        link = await store.export_link(member.id, Source.EXTENDED)
        await store.join(group.id, member.id, list(Feature), [room], 0)
        await store.cover(link.id, [Span(WEEK.start_ms - 60 * calendar.DAY_MS, WEEK.end_ms)])
        members.append(member)
    return group, members


def _fill(
    connection: sqlite3.Connection, tracks: Sequence[int], members: Sequence[Member], plays: int
) -> None:
    """So many plays a week of each member, in the week and the weeks before."""
    for member in members:
        draw = random.Random(member.id)
        (link,) = connection.execute("SELECT id FROM link WHERE member_id = ?", (member.id,)).fetchone()
        first_ms = WEEK.start_ms - WEEKS_BEFORE * 7 * calendar.DAY_MS
        rows = (
            (link, draw.randrange(first_ms, WEEK.end_ms), _song(draw, tracks, member.id), 180_000, 0)
            for _ in range(plays * (WEEKS_BEFORE + 1))
        )
        connection.executemany("INSERT OR IGNORE INTO play VALUES (?, ?, ?, ?, ?)", rows)
    connection.commit()


def _song(draw: random.Random, tracks: Sequence[int], member: int) -> int:
    """Some songs are everybody's, more are the member's own."""
    rank = int(draw.paretovariate(0.6))
    return tracks[(rank if draw.random() < 0.3 else rank * 7 + member * 131) % SONGS]


def _others(connection: sqlite3.Connection, tracks: Sequence[int], total: int) -> None:
    """Others' plays of the last ten years, until there are so many in all."""
    (there,) = connection.execute("SELECT count(*) FROM play").fetchone()
    each = 100_000
    for number in range(max(0, total - there) // each):
        (member,) = connection.execute(
            "INSERT INTO member (name, zone) VALUES (?, 'UTC') RETURNING id", (f"Other {number}",)
        ).fetchone()
        (link,) = connection.execute(
            "INSERT INTO link (member_id, source, account, client_id, developer, scopes, authorized_at_ms, state) "
            "VALUES (?, 'extended', '', '', '', '', 0, 'active') RETURNING id", (member,),
        ).fetchone()  # fmt: skip
        draw = random.Random(number)
        step = 10 * 365 * calendar.DAY_MS // each
        rows = (
            (link, WEEK.end_ms - n * step - draw.randrange(step), tracks[draw.randrange(SONGS)], 180_000, 0)
            for n in range(each)
        )
        connection.executemany("INSERT OR IGNORE INTO play VALUES (?, ?, ?, ?, ?)", rows)
        connection.commit()


def _fetched(database: Path, members: Sequence[Member]) -> float:
    """Seconds that sqlite3 takes to fetch the plays of the week and the week before, and their tracks."""
    assert BEFORE is not None
    connection = sqlite3.connect(database)
    marks = ", ".join("?" * len(members))
    start = perf_counter()
    for period in (WEEK, BEFORE):
        connection.execute(
            f"SELECT member_id, at_ms, track_id, ms_played, key, title, artist, album, duration_ms, isrc FROM play "
            f"JOIN link ON link.id = link_id JOIN track ON track.id = track_id "
            f"WHERE member_id IN ({marks}) AND at_ms >= ? AND at_ms < ? ORDER BY link_id, at_ms",
            (*(it.id for it in members), period.start_ms, period.end_ms),
        ).fetchall()
    seconds = perf_counter() - start
    connection.close()
    return seconds


async def _told(recaps: Recaps, group: Group, *, more: bool) -> float:
    audience = Audience(group, frozenset({RoomRef("lounge", "", group.name)}))
    start = perf_counter()
    await recaps.of_group(audience, WEEK, more=more)
    return perf_counter() - start
