"""How fast pictures are drawn, how long the event loop stalls meanwhile, and what memory it takes.

    python -m benchmarks.cards [how many] [--packaged-fonts-only]

Draws different recap cards with two threads on warm fonts, after one first picture that is timed by itself. A stall
is how much later than asked a 1 ms sleep of the event loop comes back. Memory is read from /proc, 0 elsewhere.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

from bot.core.model import Member, MemberId, Period, PeriodKind, TrackId
from bot.core.recap.model import Coverage, Kind, MemberRecap, Ranked, Recap
from bot.integrations.painter import TypstPainter

TITLES = (
    "The Hounds of Winter",
    "夜に駆ける",
    "نور العين",
    "밤편지",
    "Группа крови",
    "月亮代表我的心",
    "Ederlezi 🇷🇴",
)


def make_recap(seed: int) -> Recap:
    """A week of four members; another seed, another card."""
    chance = random.Random(seed)
    members = tuple(
        Member(MemberId(i + 1), name, "UTC") for i, name in enumerate(("Ana", "みなみ", "דנה", "Łukasz"))
    )
    tracks = []
    for i in range(10):
        shares = tuple((member.id, chance.randint(1, 20 - i)) for member in members)
        title = f"{chance.choice(TITLES)} {chance.randint(1, 99)}"
        plays = sum(n for _, n in shares)
        tracks.append(Ranked(Kind.TRACK, i + 1, title, f"Artist {i}", plays, shares, i + 2, (TrackId(i),)))
    artists = tuple(replace(track, kind=Kind.ARTIST, title="") for track in tracks)
    clock = tuple(chance.randint(0, 60) for _ in range(24))
    week = tuple(chance.randint(0, 9) for _ in range(168))
    parts = tuple(
        MemberRecap(member, 100 + i, 90, 300, True, (), artists[i:], (), clock, week, None, ())
        for i, member in enumerate(members)
    )
    period = Period(PeriodKind.WEEK, date(2026, 11, 16), date(2026, 11, 22), "UTC", 0, 1)
    coverage = tuple(Coverage(member, 1.0, (), (), ()) for member in members)
    return Recap(
        "#benchmark", period, 406, 360, 4, 1200, True, tuple(tracks), artists, (), clock, week, None, (), parts,
        coverage,
    )  # fmt: skip


def resident_mb() -> int:
    """Resident memory of this process in MB."""
    status = Path("/proc/self/status")
    lines = status.read_text("ascii").splitlines() if status.exists() else []
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("VmRSS")), 0)


async def watch(stalls: list[float]) -> None:
    """Note how late every sleep of 1 ms comes back, in ms."""
    while True:
        asked = time.perf_counter()
        await asyncio.sleep(0.001)
        stalls.append((time.perf_counter() - asked) * 1000 - 1)


@contextmanager
def watching(stalls: list[float]) -> Iterator[None]:
    watcher = asyncio.get_running_loop().create_task(watch(stalls))
    try:
        yield
    finally:
        watcher.cancel()


async def run(count: int, *, system_fonts: bool) -> None:
    idle: list[float] = []
    with watching(idle):
        await asyncio.sleep(0.5)
    with tempfile.TemporaryDirectory() as cache:
        loaded = resident_mb()
        painter = TypstPainter(Path(cache), system_fonts=system_fonts)
        first_stalls: list[float] = []
        started = time.perf_counter()
        with watching(first_stalls):
            await painter.recap(make_recap(0))
        first_ms = (time.perf_counter() - started) * 1000
        after_first = resident_mb()
        for seed in range(1, 10):
            await painter.recap(make_recap(seed))
        after_ten = resident_mb()
        recaps = [make_recap(seed) for seed in range(10, 10 + count)]
        stalls: list[float] = []
        started = time.perf_counter()
        with watching(stalls):
            pictures = await asyncio.gather(*(painter.recap(recap) for recap in recaps))
        seconds = time.perf_counter() - started
        painter.close()
    rows = [
        ("fonts", "packaged and the system's" if system_fonts else "packaged only"),
        ("first picture, fonts unpacked and read", f"{first_ms:.0f} ms"),
        ("pictures per second, two threads", f"{count / seconds:.1f}"),
        ("size of a picture", f"{sum(map(len, pictures)) / count / 1000:.0f} kB"),
        ("longest stall while idle", f"{max(idle):.1f} ms"),
        ("longest stall during the first picture", f"{max(first_stalls):.1f} ms"),
        (f"longest stall during {count} pictures", f"{max(stalls):.1f} ms"),
        ("99 of 100 stalls are below", f"{sorted(stalls)[int(len(stalls) * 0.99)]:.1f} ms"),
        ("memory before, after 1, 10 and all", f"{loaded}, {after_first}, {after_ten}, {resident_mb()} MB"),
    ]
    for name, value in rows:
        print(f"{name:42}{value}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Pictures per second, and stalls of the event loop meanwhile."
    )
    parser.add_argument("count", type=int, nargs="?", default=60)
    parser.add_argument("--packaged-fonts-only", action="store_true")
    options = parser.parse_args()
    asyncio.run(run(max(1, options.count), system_fonts=not options.packaged_fonts_only))


if __name__ == "__main__":
    main()
