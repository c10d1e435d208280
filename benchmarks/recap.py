"""How fast a year is counted: 150,000 plays of ten members, next to sqlite3 doing the lists and the clock in SQL.

`python -m benchmarks.recap [plays] [total] [groups]`; the last two are for `benchmarks.groups`. The yardstick groups by
raw track, artist and album and by UTC hour; it knows no time zones, no songs, no loops, no movement and no shares.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from benchmarks import groups
from bot.__main__ import collect_seldom
from bot.core import calendar, receipts
from bot.core.choices import Choices
from bot.core.consent import OWN, seen
from bot.core.frozen import freeze, thaw
from bot.core.model import Member, NewPlay, Period, RawTrack, Source, Span
from bot.core.precedence import counted
from bot.core.recap.compute import recap
from bot.integrations.store import Store, open_store
from bot.integrations.system import SystemChance
from bot.services.recap import Recaps

PLAYS = 150_000
TOTAL = 600_000
GROUPS = 40
MEMBERS = 10
SONGS = 20_000
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata")
TOP = 10


class Now:
    """A clock that stands still."""

    def now_ms(self) -> int:
        return 1_767_300_000_000


async def fill(store: Store, period: Period, plays: int) -> list[Member]:
    """Members who played that much in the period, and as much in the one before."""
    draw = random.Random(1)
    tracks = [
        RawTrack(
            f"spotify:track:{n:022d}", f"Song number {n}", f"Artist {n % 1500}", f"Album {n % 5000}", 200_000
        )
        for n in range(SONGS)
    ]
    members = []
    for number in range(MEMBERS):
        member = await store.add_member(f"Member {number}", ZONES[number % 3], None, 0)
        link = await store.export_link(member.id, Source.EXTENDED)
        for time in (calendar.before(period), period):
            instants = sorted(draw.randrange(time.start_ms, time.end_ms) for _ in range(plays // MEMBERS))
            songs = (min(int(draw.paretovariate(0.3)), SONGS) - 1 for _ in instants)
            told = [
                NewPlay(at, tracks[song], draw.randint(30_000, 300_000))
                for at, song in zip(instants, songs, strict=True)
            ]
            for start in range(0, len(told), 5_000):
                await store.record(link.id, told[start : start + 5_000])
            await store.cover(link.id, [Span(time.start_ms, time.end_ms)])
        members.append(member)
    return members


def yardstick(database: Path, period: Period) -> float:
    """Seconds that SQL takes for three lists and a clock."""
    connection = sqlite3.connect(database)
    where = (
        f"FROM play JOIN track ON id = track_id WHERE at_ms >= {period.start_ms} AND at_ms < {period.end_ms}"
    )
    start = perf_counter()
    for what in ("track_id", "artist", "artist, album"):
        connection.execute(
            f"SELECT {what}, count(*), sum(ms_played) {where} GROUP BY {what} ORDER BY 2 DESC LIMIT {TOP}"
        ).fetchall()
    connection.execute(f"SELECT at_ms / 3600000 % 24, count(*) {where} GROUP BY 1").fetchall()
    seconds = perf_counter() - start
    connection.close()
    return seconds


async def measure(folder: Path, plays: int) -> None:
    """Fill a database, count in each way, print times and ratios."""
    period = calendar.year(2025, "Europe/Berlin")
    database = folder / "earshot.sqlite"
    store = await open_store(f"sqlite:///{database}")
    try:
        members = await fill(store, period, plays)
        recaps = Recaps(store, store, store, store, store, Now(), SystemChance())
        flow_s = min([await _timed_flow(recaps, members, period) for _ in range(3)])

        links = await store.plays_between([it.id for it in members], period.start_ms, period.end_ms)
        earlier = calendar.before(period)
        links_before = await store.plays_between([it.id for it in members], earlier.start_ms, earlier.end_ms)
        start = perf_counter()
        now = [
            counted(it, [link for link in links if link.link.member_id == it.id], period) for it in members
        ]
        then = [
            counted(it, [link for link in links_before if link.link.member_id == it.id], earlier)
            for it in members
        ]
        counted_s = perf_counter() - start
        tracks = await store.tracks({play.track_id for it in (*now, *then) for play in it.plays})
        core_s = []
        for _ in range(3):
            start = perf_counter()
            heard = [seen(it, Choices(), tracks, OWN) for it in now]
            told = recap(
                "Group", heard, tracks, period, [seen(it, Choices(), tracks, OWN) for it in then], TOP
            )
            core_s.append(perf_counter() - start)
        start = perf_counter()
        text, _ = freeze(told, tracks, dict.fromkeys((it.id for it in members), "salt"))
        freeze_s = perf_counter() - start
        facts = thaw(text)
        fact = facts.fact("track:1")
        assert fact is not None
        start = perf_counter()
        proof = receipts.evidence(fact, facts, heard, tracks)
        proof_s = perf_counter() - start
        assert proof.value == told.top_tracks[0].plays
    finally:
        await store.close()
    plain_s = min(yardstick(database, period) for _ in range(3))
    print(
        f"{told.plays:,} plays of {MEMBERS} members in a year, {len(tracks):,} tracks, {len(told.loops):,} loops"
    )
    for name, seconds in (
        ("database to recap", flow_s),
        ("  precedence", counted_s),
        ("  the facts", min(core_s)),
        ("  freezing them", freeze_s),
        ("  proving one", proof_s),
        ("plain SQL", plain_s),
    ):
        print(f"  {name:20} {seconds * 1000:8.1f} ms  {seconds / plain_s:5.2f} x")


async def _timed_flow(recaps: Recaps, members: list[Member], period: Period) -> float:
    start = perf_counter()
    await recaps.of_members(members, period, top=TOP)
    return perf_counter() - start


def main() -> None:
    """Measure in a temporary folder."""
    collect_seldom()
    given = [int(it) for it in sys.argv[1:]]
    plays, total, many = (*given, *(PLAYS, TOTAL, GROUPS)[len(given) :])
    with tempfile.TemporaryDirectory() as made:
        asyncio.run(measure(Path(made), plays))
        times = asyncio.run(groups.measure(Path(made), total, many))
        shares = groups.shared(Path(made), times.small)
    for line in groups.told(times, shares, total):
        print(line)


if __name__ == "__main__":
    main()
