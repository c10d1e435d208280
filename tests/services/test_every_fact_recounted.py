"""Every number beyond tops, clock and loops, counted once more from the rows of the exports themselves.

The other count is as slow and plain as docs/numbers.md puts it: one play after the other, dates by zoneinfo, no line of
`bot` in it.
"""

from __future__ import annotations

import json
import math
import random
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from itertools import combinations, groupby
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

from bot.core import calendar
from bot.core.facts import Fact
from bot.core.model import Period
from bot.integrations.exports import FilesOnDisk
from bot.services.importing import Importing
from bot.services.recap import Recaps
from tests.fakes import FakeChance, FakeClock, FakeStore

ZONE = ZoneInfo("America/New_York")
NAMES = ("ana", "ben", "cem")
WEEK = calendar.week_of(date(2025, 3, 5), str(ZONE))  # clocks are put forward at its end
YEAR = calendar.year(2024, str(ZONE))


class Row(NamedTuple):
    """A play as the export tells it."""

    at: datetime
    artist: str
    title: str

    @property
    def day(self) -> date:
        return self.at.astimezone(ZONE).date()


def made_up(seed: int) -> dict[str, list[Row]]:
    """Two years of three people who love some artists more than others, and each for a while."""
    chance = random.Random(seed)
    rows: dict[str, list[Row]] = {}
    for name in NAMES:
        at = datetime(2023, 6, 1, tzinfo=UTC)
        mine: list[Row] = []
        while at < datetime(2025, 4, 1, tzinfo=UTC):
            loved = (at.timetuple().tm_yday // 30 + len(name) * NAMES.index(name)) % 9
            for _ in range(chance.randint(1, 9)):
                number = loved if chance.random() < 0.4 else chance.randrange(14)
                artist = f"artist{number}" if number < 8 else f"{name}{number}"
                for _ in range(chance.choice([1, 1, 1, 2, 7])):
                    at += timedelta(seconds=chance.randint(200, 400))
                    mine.append(Row(at, artist, f"song{chance.randrange(3)}"))
            at += timedelta(hours=chance.choice([3, 9, 20, 30]), seconds=chance.randrange(3600))
        # Somebody new in each time, and somebody who was away for long.
        for first, artist, plays in (
            (datetime(2024, 5, 1, 12, tzinfo=UTC), "newcomer", 5),
            (datetime(2025, 3, 5, 12, tzinfo=UTC), f"fresh {name}", 4),
            (datetime(2023, 8, 1, 12, tzinfo=UTC), "returned", 2),
            (datetime(2024, 7, 1, 12, tzinfo=UTC), "returned", 3),
            (datetime(2025, 3, 6, 12, tzinfo=UTC), "returned", 6),
        ):
            start = first + timedelta(minutes=10 * NAMES.index(name), seconds=7)
            mine += [Row(start + timedelta(minutes=n), artist, "a song") for n in range(plays)]
        rows[name] = sorted(mine)
    return rows


async def brought(rows: dict[str, list[Row]], folder: Path) -> tuple[FakeStore, Recaps]:
    store = FakeStore()
    for name, mine in rows.items():
        member = await store.add_member(name, str(ZONE), None, 0)
        told = [
            {
                "ts": f"{it.at:%Y-%m-%dT%H:%M:%SZ}",
                "ms_played": 200_000,
                "spotify_track_uri": f"spotify:track:{it.artist}{it.title}",
                "master_metadata_track_name": it.title,
                "master_metadata_album_artist_name": it.artist,
                "master_metadata_album_album_name": f"album of {it.artist}",
                "incognito_mode": False,
            }
            for it in mine
        ]
        file = folder / name / "Streaming_History_Audio_2023-2025_0.json"
        file.parent.mkdir()
        file.write_text(json.dumps(told))
        await Importing(store, store, FilesOnDisk()).run(member, [str(file.parent)])
    clock = FakeClock(round(datetime(2025, 6, 1, tzinfo=UTC).timestamp() * 1000))
    return store, Recaps(store, store, store, store, store, clock, FakeChance())


def inside(rows: list[Row], period: Period) -> list[Row]:
    return [it for it in rows if period.first <= it.day <= period.last]


def earlier(rows: list[Row], period: Period) -> list[Row]:
    return [it for it in rows if it.day < period.first]


def artist_of(fact: Fact) -> str:
    return str(fact.words.values["artist"])


def named(fact: Fact) -> tuple[str, str]:
    """The artist and the title ("" for an artist) that a fact names."""
    return artist_of(fact), str(fact.words.values.get("title", ""))


def longest_days(rows: list[Row], period: Period, what: tuple[str, str]) -> int:
    """Days in a row that reach into the period and have begun at most eight weeks (or as long as it is) before it."""
    artist, title = what
    length = max(timedelta(days=56), period.last - period.first + timedelta(days=1))
    days = {
        it.day
        for it in rows
        if it.artist == artist and title in ("", it.title) and period.first - length <= it.day <= period.last
    }
    best = 0
    for day in days:
        run = 1
        while day - timedelta(days=run) in days:
            run += 1
        if day >= period.first:
            best = max(best, run)
    return best


def match(ones: Counter[str], others: Counter[str], df: Counter[str], people: int) -> float:
    def shares(of: Counter[str]) -> dict[str, float]:
        heavy = {it: n * math.log(1 + people / df[it]) for it, n in of.items()}
        return {it: n / sum(heavy.values()) for it, n in heavy.items()}

    def entropy(of: dict[str, float]) -> float:
        return -sum(q * math.log2(q) for q in of.values() if q)

    p, q = shares(ones), shares(others)
    middle = {it: (p.get(it, 0.0) + q.get(it, 0.0)) / 2 for it in {*p, *q}}
    return 1 - math.sqrt(max(0.0, entropy(middle) - (entropy(p) + entropy(q)) / 2))


@pytest.mark.parametrize("period", [WEEK, YEAR], ids=["week", "year"])
async def test_every_number_is_what_the_rows_say(period: Period, tmp_path: Path) -> None:
    rows = made_up(period.first.year)
    store, recaps = await brought(rows, tmp_path)
    members = await store.all_members()
    who = {it.id: it.name for it in members}
    facts = await recaps.facts_of_members(members, period)
    now = {name: inside(mine, period) for name, mine in rows.items()}
    before = {name: earlier(mine, period) for name, mine in rows.items()}
    artists = {name: Counter(it.artist for it in mine) for name, mine in now.items()}
    df = Counter(artist for of in artists.values() for artist in of)
    by_rule: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        by_rule[fact.rule].append(fact)

    for fact in by_rule["run"]:
        [mine] = (now[who[it]] for it in fact.about)
        lengths = [
            len(list(run)) for artist, run in groupby(it.artist for it in mine) if artist == artist_of(fact)
        ]
        assert fact.value in lengths
    runs = [len(list(run)) for mine in now.values() for _, run in groupby(it.artist for it in mine)]
    assert [it.value for it in by_rule["run"]] == sorted((n for n in runs if n >= 6), reverse=True)[:20]

    for fact in by_rule["days"]:
        [name] = (who[it] for it in fact.about)
        assert fact.value == longest_days(rows[name], period, named(fact))
    for name, mine in now.items():
        best = max(longest_days(rows[name], period, (artist, "")) for artist in {it.artist for it in mine})
        told = [it.value for it in by_rule["days"] if who[it.about[0]] == name and not named(it)[1]]
        assert told == ([best] if best >= 4 else [])

    firsts = {
        (name, artist): n
        for name in NAMES
        for artist, n in artists[name].items()
        if n >= 3 and artist not in {it.artist for it in before[name]}
    }
    assert {(who[it.about[0]], artist_of(it)): it.value for it in by_rule["first"]} == firsts

    silences = {}
    for name in NAMES:
        for song, n in Counter((it.artist, it.title) for it in now[name]).items():
            past = [it.at for it in before[name] if (it.artist, it.title) == song]
            first = min(it.at for it in now[name] if (it.artist, it.title) == song)
            if n >= 3 and past and first - max(past) >= timedelta(days=90):
                silences[name, *song] = (first - max(past)).days
    assert {(who[it.about[0]], *named(it)): it.value for it in by_rule["comeback"]} == silences

    for name, of in artists.items():
        mine = {it.rule: it for it in facts if it.whose and [who[one] for one in it.whose] == [name]}
        total = of.total()
        entropy = -sum(n / total * math.log(n / total) for n in of.values())
        assert mine["effective"].value == round(10 * math.exp(entropy))
        songs = Counter((it.artist, it.title) for it in now[name])
        assert mine["repeated"].value == round(100 * (total - len(songs)) / total)
        known = {(it.artist, it.title) for it in before[name]}
        new = sum(n for song, n in songs.items() if song not in known)
        assert mine["explored"].value == round(100 * new / total)
        alone = sum(n for artist, n in of.items() if df[artist] == 1)
        assert mine["alone"].value == round(100 * alone / total)
        low, high = wilson(alone, total)
        assert mine["alone"].interval == (round(100 * low), round(100 * high))

    pairs = {frozenset(who[it] for it in fact.whose): fact.value for fact in by_rule["alike"]}
    assert pairs == {
        frozenset({one, other}): round(100 * match(artists[one], artists[other], df, len(NAMES)))
        for one, other in combinations(NAMES, 2)
    }
    everybody = {artist for artist, n in df.items() if n == len(NAMES)}
    assert {artist_of(it) for it in by_rule["common"]} == everybody
    [bridge] = by_rule["bridge"]
    least = {it: min(of[it] / of.total() for of in artists.values()) for it in everybody}
    assert artist_of(bridge) == max(least, key=lambda it: least[it])

    months = {it.id: it.value for it in by_rule["month"] if it.kind is None}
    plays = Counter(f"month:{it.day:%Y-%m}" for mine in now.values() for it in mine)
    assert months == (dict(plays) if period is YEAR else {})
    met = {rule for rule, found in by_rule.items() if found}
    assert met >= {"run", "days", "first", "comeback", "alike", "alone", "common", "bridge", "award"}


def wilson(part: int, whole: int) -> tuple[float, float]:
    """By E. B. Wilson, for 90 %."""
    z = 1.6448536269514722
    share = part / whole
    middle = share + z * z / (2 * whole)
    spread = z * math.sqrt(share * (1 - share) / whole + z * z / (4 * whole * whole))
    return max(0.0, (middle - spread) / (1 + z * z / whole)), min(
        1.0, (middle + spread) / (1 + z * z / whole)
    )
