"""How fast each picture layout is drawn, how long the event loop is held meanwhile, and what memory it takes.

    python -m benchmarks.cards [how many of each] [--packaged-fonts-only]

Draws different pictures with two threads on warm fonts, light and dark by turns. A stall is how much later than asked a
1 ms sleep of the event loop comes back, less the time that its thread waited for a processor (from /proc; 0 elsewhere),
so that other programs on the machine do not count. Fonts are loaded as at the start of the bot (`warm`), and that is
measured by itself; so is the first picture.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

from bot.core import calendar
from bot.core.model import Member, MemberId, Period, PeriodKind, Span, TrackId
from bot.core.pictures import (
    Atlas,
    Compared,
    Honour,
    Hours,
    JCard,
    Matrix,
    Months,
    Picture,
    Poster,
    Theme,
    Ticket,
)
from bot.core.recap.insights import Bridge, Pair, Thing
from bot.core.recap.model import Coverage, Kind, MemberRecap, Ranked, Recap
from bot.core.recap.months import Month, Season
from bot.core.recap.origins import Area, Origins
from bot.core.taste import Interval
from bot.integrations.painter import TypstPainter
from bot.text import t

TITLES = (
    "The Hounds of Winter",
    "夜に駆ける",
    "نور العين",
    "밤편지",
    "Группа крови",
    "月亮代表我的心",
    "Ederlezi 🇷🇴",
)
NAMES = ("Ana", "みなみ", "דנה", "Łukasz", "Ömer", "Сергей", "지우", "Chloé")
WORDS = "put this on at 2 a.m. while the rain hit the tin roof and nobody wanted to be the one to turn it off"
COUNTRIES = (
    "United States", "Canada", "Mexico", "Cuba", "Jamaica", "Brazil", "Argentina", "Mali", "Senegal", "Nigeria",
    "Egypt", "South Africa", "Japan", "South Korea", "China", "India", "Australia", "New Zealand", "United Kingdom",
    "Ireland", "Iceland", "Norway", "Sweden", "Finland", "Denmark", "Netherlands", "Belgium", "Germany", "France",
    "Spain", "Portugal", "Italy", "Switzerland", "Austria", "Czechia", "Poland", "Hungary", "Greece", "Türkiye",
    "Ukraine",
)  # fmt: skip
MOST_STALL_MS = 20


def make_recap(seed: int) -> Recap:
    """A week of eight members; another seed, another recap."""
    chance = random.Random(seed)
    members = tuple(Member(MemberId(i + 1), name, "UTC") for i, name in enumerate(NAMES))
    tracks = []
    for i in range(10):
        shares = tuple((member.id, chance.randint(1, 20 - i)) for member in members)
        title = f"{chance.choice(TITLES)} {chance.randint(1, 99)}"
        plays = sum(n for _, n in shares)
        tracks.append(Ranked(Kind.TRACK, i + 1, title, f"Artist {i}", plays, shares, i + 2, (TrackId(i),)))
    artists = tuple(replace(track, kind=Kind.ARTIST, title="") for track in tracks)
    clock = tuple(chance.randint(0, 60) for _ in range(24))
    weeks = [tuple(chance.randint(0, 9) for _ in range(168)) for _ in members]
    parts = tuple(
        MemberRecap(member, 100 + i, 90, 300, True, tuple(tracks), artists[i:], (), clock, weeks[i], None, ())
        for i, member in enumerate(members)
    )
    week = tuple(map(sum, zip(*weeks, strict=True)))
    period = Period(PeriodKind.WEEK, date(2026, 11, 16), date(2026, 11, 22), "UTC", 0, 1)
    coverage = tuple(Coverage(member, 1.0, (), (), ()) for member in members)
    return Recap(
        "#benchmark", period, 406, 360, 8, 1200, True, tuple(tracks), artists, (), clock, week, None, (), parts,
        coverage,
    )  # fmt: skip


def make_matrix(seed: int) -> Matrix:
    chance, recap = random.Random(seed), make_recap(seed)
    people = [part.member for part in recap.members]
    pairs = tuple(
        Pair((one, other), Interval(value, max(0.0, value - 0.1), min(1.0, value + 0.1)), (thing,))
        for at, one in enumerate(people)
        for other in people[at + 1 :]
        for value in [chance.random()]
        for thing in [Thing(Kind.ARTIST, "", f"Artist {chance.randint(1, 99)}", ())]
    )
    bridge = Bridge(pairs[0].shared[0], tuple((who, chance.random()) for who in people))
    return Matrix(recap.name, recap.period, tuple(Compared(who, 100) for who in people), pairs, bridge)


def make_poster(seed: int) -> Poster:
    chance, recap = random.Random(seed), make_recap(seed)
    words = WORDS.split()
    said = " ".join(chance.choice(words) for _ in range(chance.randint(3, 50)))
    who, song = chance.choice(recap.members).member, recap.top_tracks[0]
    return Poster(said, who, song.title, song.artist, recap.name, recap.period, 12, Span(0, 7_200_000))


def make_months(seed: int) -> Months:
    chance = random.Random(seed)
    recap = replace(make_recap(seed), period=calendar.year(2026, "UTC"))

    def shares() -> tuple[tuple[MemberId, int], ...]:
        return tuple((part.member.id, chance.randint(1, 300)) for part in recap.members)

    months = []
    for number in range(1, 13):
        of = shares()
        top = chance.choice(recap.top_artists)
        months.append(Month(calendar.month(2026, number, "UTC"), sum(n for _, n in of), of, top))
    seasons = [
        Season(calendar.quarter_of(month.period.first, "UTC"), *chance.sample(recap.top_artists, 2))
        for month in months[::3]
    ]
    return Months(recap, tuple(months), tuple(seasons))


def make_atlas(seed: int) -> Atlas:
    """Of forty countries, most of them in Europe, where dots have to make room for each other."""
    chance, recap = random.Random(seed), make_recap(seed)
    areas = []
    for name in COUNTRIES:
        of = tuple((part.member.id, chance.randint(1, 60)) for part in recap.members)
        areas.append(Area(name, sum(n for _, n in of), of))
    areas.sort(key=lambda it: -it.plays)
    plays = sum(it.plays for it in areas)
    return Atlas(recap, Origins(2 * plays, plays, plays, (), tuple(areas)))


LAYOUTS: Mapping[str, Callable[[int], Picture]] = {
    "J-card": lambda seed: JCard(make_recap(seed)),
    "ticket": lambda seed: Ticket(
        make_recap(seed), MemberId(seed % 8 + 1), Honour(t("Night owl"), t("{n} plays", n=seed))
    ),
    "168 hours": lambda seed: Hours(make_recap(seed)),
    "poster": make_poster,
    "matrix": make_matrix,
    "months": make_months,
    "atlas": make_atlas,
}


def resident_mb() -> int:
    """Resident memory of this process in MB."""
    status = Path("/proc/self/status")
    lines = status.read_text("ascii").splitlines() if status.exists() else []
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("VmRSS")), 0)


def waited_ms() -> float:
    """How long this thread was ready to run but had no processor, in all."""
    try:
        return int(Path("/proc/thread-self/schedstat").read_text("ascii").split()[1]) / 1e6
    except OSError:
        return 0.0


async def watch(stalls: list[float]) -> None:
    """Note how late every sleep of 1 ms comes back, in ms."""
    while True:
        asked, waited = time.perf_counter(), waited_ms()
        await asyncio.sleep(0.001)
        late = (time.perf_counter() - asked) * 1000 - 1
        stalls.append(max(0.0, late - (waited_ms() - waited)))


@contextmanager
def watching() -> Iterator[list[float]]:
    """The stalls of the event loop while the block runs."""
    stalls: list[float] = []
    watcher = asyncio.get_running_loop().create_task(watch(stalls))
    try:
        yield stalls
    finally:
        watcher.cancel()


def row(name: str, *values: str) -> None:
    print(f"{name:38}" + "".join(f"{value:>16}" for value in values))


async def run(count: int, *, system_fonts: bool) -> float:
    """Print the table; the longest stall after the start."""
    with tempfile.TemporaryDirectory() as cache:
        before = resident_mb()
        painter = TypstPainter(Path(cache), system_fonts=system_fonts)
        started = time.perf_counter()
        with watching() as warming:
            await asyncio.sleep(0.01)
            await painter.warm()
            await asyncio.sleep(0.01)
        warm_ms = (time.perf_counter() - started) * 1000 - 20
        row("fonts", "packaged and the system's" if system_fonts else "packaged only")
        row("loading them at the start", f"{warm_ms:.0f} ms", f"held {max(warming):.1f} ms")
        longest = 0.0
        row("", "first, ms", "a second", "kB", "longest stall", "99 of 100")
        for name, make in LAYOUTS.items():
            pictures = [make(seed) for seed in range(count + 1)]
            started = time.perf_counter()
            with watching() as stalls:
                await painter.draw(pictures[0], Theme.LIGHT)
            first_ms = (time.perf_counter() - started) * 1000
            started = time.perf_counter()
            with watching() as later:
                drawn = await asyncio.gather(
                    *(painter.draw(it, list(Theme)[i % 2]) for i, it in enumerate(pictures[1:]))
                )
            seconds = time.perf_counter() - started
            stalls += later
            longest = max(longest, *stalls)
            row(
                name, f"{first_ms:.0f}", f"{count / seconds:.1f}", f"{sum(map(len, drawn)) / count / 1000:.0f}",
                f"{max(stalls):.1f} ms", f"{sorted(stalls)[int(len(stalls) * 0.99)]:.1f} ms",
            )  # fmt: skip
        row("memory before and after, MB", f"{before}", f"{resident_mb()}")
        painter.close()
    return longest


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Pictures per second of each layout, and stalls of the event loop meanwhile."
    )
    parser.add_argument("count", type=int, nargs="?", default=20)
    parser.add_argument("--packaged-fonts-only", action="store_true")
    options = parser.parse_args()
    longest = asyncio.run(run(max(1, options.count), system_fonts=not options.packaged_fonts_only))
    verdict = "kept" if longest <= MOST_STALL_MS else "broken, or this machine had too much else to do"
    print(f"never held longer than {MOST_STALL_MS} ms: {verdict} ({longest:.1f} ms)")


if __name__ == "__main__":
    main()
