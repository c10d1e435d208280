"""Listeners of every kind, looked at through a feed of 50 rows: nothing is lost unnoticed, and looks are few."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.polling import (
    MADE_UP,
    SCENARIOS,
    Feed,
    Heard,
    Ledger,
    Row,
    Scenario,
    losses,
    made_up,
    offline_device,
    plain,
    read_history,
    replay,
    sessions_of,
    set_apart,
    tight_budget,
    told,
)
from bot.core.model import NewPlay, RawTrack, Span
from bot.core.polling import HOUR_MS, LATE_MS, MINUTE_MS
from bot.core.precedence import union

DAY_MS = 24 * HOUR_MS
T0 = 1_700_000_000_000
ROOT = Path(__file__).resolve().parents[2]

Listener = Callable[[], Iterator[Heard]]


# --- hard listeners ---------------------------------------------------------------------------------------


def sessions(days: int, tracks: int, played_ms: int, names: int, hour: int = 9) -> Iterator[Heard]:
    """Once a day so many tracks one after the other."""
    for day in range(days):
        at_ms = T0 + day * DAY_MS + hour * HOUR_MS
        for number in range(tracks):
            at_ms += played_ms
            yield Heard(at_ms, f"{number % names}", played_ms)


def short_tracks_for_hours() -> Iterator[Heard]:
    return sessions(6, tracks=720, played_ms=30_000, names=12)


def one_short_track_on_repeat() -> Iterator[Heard]:
    return sessions(6, tracks=300, played_ms=31_000, names=1)


def at_night_only() -> Iterator[Heard]:
    return sessions(10, tracks=60, played_ms=200_000, names=40, hour=23)


def all_day_and_night() -> Iterator[Heard]:
    return sessions(1, tracks=2500, played_ms=150_000, names=90)


def one_play_a_week() -> Iterator[Heard]:
    return (Heard(T0 + week * 7 * DAY_MS, "the one", 180_000) for week in range(4))


def bursts_after_silence() -> Iterator[Heard]:
    chance = random.Random(3)
    for day in range(10):
        at_ms = T0 + day * DAY_MS + chance.randrange(12 * HOUR_MS)
        for _ in range(chance.choice([3, 49, 50, 51, 52, 99, 150])):
            played_ms = chance.randint(30_000, 75_000)
            at_ms += played_ms
            yield Heard(at_ms, str(chance.randrange(5)), played_ms)


def known_to_the_minute() -> Iterator[Heard]:
    for heard in made_up(random.Random(5), 10, 150, 0.3, 20):
        yield heard._replace(ended_ms=heard.ended_ms // MINUTE_MS * MINUTE_MS)


def all_at_one_instant() -> Iterator[Heard]:
    for day in range(8):
        for number in range(60):
            yield Heard(T0 + day * DAY_MS, str(number), 180_000)


def fifty_equal_rows() -> Iterator[Heard]:
    for day in range(8):
        yield from [Heard(T0 + day * DAY_MS, "same", 180_000)] * 50


def clocks_that_jump() -> Iterator[Heard]:
    for day, jump_h in enumerate([0, -20, 30, 0, -400, 500, 0, 1, -1]):
        for number in range(40):
            at_ms = T0 + day * DAY_MS + number * 200_000 + jump_h * HOUR_MS
            yield Heard(at_ms, f"{day} {number}", 200_000)


def skipping_through() -> Iterator[Heard]:
    for at, heard in enumerate(sessions(8, tracks=400, played_ms=6_000, names=300)):
        yield heard if at % 9 else heard._replace(played_ms=30_000)


HARD: list[Listener] = [
    short_tracks_for_hours, one_short_track_on_repeat, at_night_only, all_day_and_night, one_play_a_week,
    bursts_after_silence, known_to_the_minute, all_at_one_instant, fifty_equal_rows, clocks_that_jump,
    skipping_through,
]  # fmt: skip


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda it: it.__name__)
@pytest.mark.parametrize("listener", HARD, ids=lambda it: it.__name__)
def test_nothing_is_lost_unnoticed(listener: Listener, scenario: Callable[..., Scenario]):
    chance = random.Random(1)
    history = set_apart(listener())
    tally = replay(scenario(history, chance), chance)
    assert tally["lost_undetected"] == 0
    assert tally["plays"] > 0
    if scenario is not offline_device:
        assert tally["lost_traceless"] == 0


@pytest.mark.parametrize("habits", MADE_UP, ids=lambda it: f"{it[0]} plays a day")
def test_an_ordinary_listener_costs_some_twenty_five_looks_a_day_and_loses_nothing(
    habits: tuple[int, float, int],
):
    history = set_apart(made_up(random.Random(1), 20, *habits))
    tally = replay(plain(history, random.Random(1)), random.Random(1))
    assert 24 <= tally["calls"] / (tally["time_ms"] / DAY_MS) <= 27
    assert tally["lost"] == tally["lost_unseen"] == tally["lost_traceless"] == 0
    assert tally["certified_ms"] >= 0.999 * tally["time_ms"]


@pytest.mark.parametrize("habits", MADE_UP, ids=lambda it: f"{it[0]} plays a day")
def test_a_tight_budget_takes_at_most_twelve_looks_a_day(habits: tuple[int, float, int]):
    history = set_apart(made_up(random.Random(2), 20, *habits))
    tally = replay(tight_budget(history, random.Random(1)), random.Random(1))
    assert 9 <= tally["calls"] / (tally["time_ms"] / DAY_MS) <= 12
    assert tally["lost"] <= 0.01 * tally["plays"]


def test_short_tracks_for_hours_are_lost_on_the_first_day_only():
    history = set_apart(short_tracks_for_hours())
    scenario = plain(history, random.Random(1))
    assert replay(scenario, random.Random(1))["lost"] < 120
    missing = [row.play.at_ms for row in scenario.rows if not row.stored]
    assert all(at_ms < T0 + DAY_MS for at_ms in missing)


# --- any feed, any schedule -------------------------------------------------------------------------------


def any_feed(chance: random.Random, names: int, stalls: float, away: float) -> list[Row]:
    """Sessions of few tracks, rows out of order by up to ten minutes, times when the feed stands still.

    `away` is the share of sessions that a device tells hours later, all at once.
    """
    history = []
    at_ms = T0
    for _ in range(chance.randrange(2, 14)):
        at_ms += chance.randrange(12 * HOUR_MS)
        fastest_ms = chance.choice([30_000, 60_000, 180_000])
        for _ in range(chance.choice([1, 10, 45, 50, 55, 100, 130])):
            played_ms = chance.choice([5_000, fastest_ms, fastest_ms + 20_000])
            at_ms += played_ms
            history.append(Heard(at_ms, str(chance.randrange(names)), played_ms))
    rows = told(history, skips=True)
    end_ms = rows[0].told_ms
    for row in rows:
        row.told_ms += chance.randrange(LATE_MS) if chance.random() < 0.3 else 0
        if row.told_ms > end_ms and chance.random() < stalls:
            end_ms = row.told_ms + chance.randrange(10 * HOUR_MS)
        row.told_ms = max(row.told_ms, end_ms)
    for session in sessions_of(rows):
        if chance.random() < away:
            back_ms = max(row.told_ms for row in session) + chance.randrange(12 * HOUR_MS)
            for row in session:
                row.told_ms = back_ms
    return rows


@settings(max_examples=50, deadline=None)
@given(
    seed=st.integers(0, 10**9),
    names=st.sampled_from([1, 3, 100]),
    stalls=st.sampled_from([0.0, 0.005, 0.05]),
    away=st.sampled_from([0.0, 0.3]),
    longest_min=st.sampled_from([20, 90, 600]),
    failing=st.sampled_from([0.0, 0.5]),
)
def test_whenever_one_looks_nothing_is_lost_unnoticed(
    seed: int, names: int, stalls: float, away: float, longest_min: int, failing: float
):
    chance = random.Random(seed)
    rows = any_feed(chance, names, stalls, away)
    now_ms = T0 - chance.randrange(HOUR_MS)
    ledger = Ledger(rows, now_ms)
    feed = Feed(rows)
    end_ms = max(row.told_ms for row in rows)
    failed = False
    while now_ms < end_ms:
        down = chance.random() < failing
        if not down:
            ledger.look(feed.newest(now_ms), now_ms, failed=failed)
        failed = down
        now_ms += chance.randint(1, longest_min) * MINUTE_MS
    ledger.look(feed.newest(now_ms), now_ms, failed=failed)
    tally = losses(rows, ledger.gap_spans())
    assert tally["lost_undetected"] == 0
    assert away or tally["lost_traceless"] == 0
    vouched = union([*ledger.spans, *ledger.gap_spans()])
    assert len(vouched) == 1


# --- the simulation itself --------------------------------------------------------------------------------


def row(told_min: int, at_min: int, *, counts: bool = True) -> Row:
    track = RawTrack(f"spotify:track:{at_min}", "", "", duration_ms=180_000)
    return Row(T0 + told_min * MINUTE_MS, NewPlay(T0 + at_min * MINUTE_MS, track), counts)


def test_the_feed_shows_the_newest_fifty_by_their_instant():
    rows = [row(minute, minute) for minute in range(60)]
    late = row(100, 30)
    feed = Feed([*rows, late])
    assert feed.newest(T0 + 4 * MINUTE_MS) == [it.play for it in reversed(rows[:5])]
    assert feed.newest(T0 + 59 * MINUTE_MS) == [it.play for it in reversed(rows[10:])]
    assert feed.newest(T0 + 100 * MINUTE_MS)[29:32] == [rows[30].play, late.play, rows[29].play]
    assert all(it.shown for it in rows)


def test_the_oracle_looks_before_a_row_is_pushed_out_that_it_has_not_seen():
    feed = Feed([row(minute, minute) for minute in range(151)])
    feed.newest(T0 + 49 * MINUTE_MS)
    assert feed.oracle_calls == 0
    feed.newest(T0 + 50 * MINUTE_MS)
    assert feed.oracle_calls == 1
    feed.newest(T0 + 150 * MINUTE_MS)
    assert feed.oracle_calls == 3


def test_what_is_told_past_the_rows_is_never_shown():
    rows = [row(1000, minute) for minute in range(60)]
    Feed(rows).newest(T0 + 1000 * MINUTE_MS)
    assert [it.shown for it in rows] == [False] * 10 + [True] * 50


def test_each_way_to_lose_a_play_is_counted():
    unseen, noticed, unnoticed, traceless, skipped = (row(0, 0) for _ in range(5))
    noticed.shown = unnoticed.shown = traceless.shown = skipped.shown = True
    skipped.counts = False
    traceless.told_ms += LATE_MS + 1
    with_trace = row(0, 0)
    with_trace.shown = True
    with_trace.told_ms = traceless.told_ms + 1
    seen_with_it = row(0, 0)
    seen_with_it.told_ms = with_trace.told_ms
    seen_with_it.stored = True
    assert losses([unseen], []) == Counter(plays=1, lost_unseen=1)
    assert losses([unnoticed], []) == Counter(plays=1, lost=1, lost_undetected=1)
    assert losses([traceless], []) == Counter(plays=1, lost_traceless=1)
    assert losses([skipped], []) == Counter()
    assert losses([with_trace, seen_with_it], []) == Counter(plays=2, lost=1, lost_undetected=1)
    gap = Span(T0 - 1, T0 + 1)
    assert losses([noticed, traceless], [gap]) == Counter(plays=2, lost=2)


def test_plays_of_one_track_are_set_apart():
    apart = set_apart([Heard(T0, "a", 40_000), Heard(T0, "a", 35_000), Heard(T0, "b", 30_000)])
    assert [(it.ended_ms - T0, it.track) for it in apart] == [(0, "a"), (0, "b"), (35_000, "a")]


def test_histories_are_read_with_or_without_a_header(tmp_path: Path):
    plays = [Heard(T0, "a,b", 30_000), Heard(T0 + 1, "c", 2_000)]
    lines = f'{T0},"a,b",30000\n{T0 + 1}.0,c,2000.0\n\n'
    for number, text in enumerate([lines, "played_at_ms,track_id,duration_ms\n" + lines, "\ufeff" + lines]):
        path = tmp_path / f"{number}.csv"
        path.write_text(text, encoding="utf-8")
        assert read_history(path) == plays
    broken = tmp_path / "broken.csv"
    broken.write_text(lines + "yesterday,c,2000\n")
    with pytest.raises(SystemExit, match="line 4"):
        read_history(broken)
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(SystemExit, match="no play"):
        read_history(tmp_path / "empty.csv")


def test_it_prints_one_object(tmp_path: Path):
    for name in ("one.csv", "two.csv"):
        path = tmp_path / name
        path.write_text("".join(f"{T0 + at * 200_000},{at},200000\n" for at in range(300)))
    printed = subprocess.run(
        [sys.executable, "-m", "benchmarks.polling", "--history", tmp_path / "one.csv", "--history", path],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    scenarios = json.loads(printed)["scenarios"]
    assert [it["name"] for it in scenarios] == [it.__name__ for it in SCENARIOS]
    assert scenarios[0]["plays"] == 600
    assert scenarios[0]["lost"] == 0
    assert scenarios[0]["certified_share"] == 1
    assert 5 <= scenarios[0]["oracle_calls_per_member_day"] * scenarios[0]["member_days"] / 2 <= 8
