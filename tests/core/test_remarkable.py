"""Streaks, firsts and moments, against slow reckonings and plain examples."""

from __future__ import annotations

import math
import random

from hypothesis import given
from hypothesis import strategies as st

from bot.core.calendar import DAY_MS
from bot.core.identity import Key
from bot.core.model import MemberId, Span
from bot.core.recap import firsts, moments, streaks
from bot.core.recap.firsts import Comeback, First, Followed, Heard, Past
from bot.core.recap.moments import Candidate
from bot.core.recap.streaks import Days, Run

ANA, BEN, CEM = MemberId(1), MemberId(2), MemberId(3)
A, B, C = ("a",), ("b",), ("c",)
keys = st.sampled_from([A, B, C])
START = 1_000 * DAY_MS
WEEK = Span(START, START + 7 * DAY_MS)
LONG_AGO = 0


def at(*names: str) -> list[tuple[int, Key | None]]:
    return [(n, (name,) if name != "-" else None) for n, name in enumerate(names)]


def plays(*told: tuple[float, Key, int]) -> list[tuple[int, Key]]:
    """So many plays of a thing in a row, from a day of the week on."""
    return [(round(START + day * DAY_MS) + n, key) for day, key, times in told for n in range(times)]


# --- streaks


def test_runs() -> None:
    told = streaks.runs(at("a", "a", "b", "b", "b", "-", "-", "-", "b", "b", "b", "b"), least=3)
    assert told == [Run(B, 3, 2, 4), Run(B, 4, 8, 11)]
    assert streaks.runs([], least=1) == []


@given(st.lists(st.one_of(keys, st.none())), st.integers(1, 4))
def test_a_run_is_as_long_as_it_can_be(played: list[Key | None], least: int) -> None:
    told = streaks.runs(list(enumerate(played)), least)
    for run in told:
        assert run.times == run.last_ms - run.first_ms + 1 >= least
        assert set(played[run.first_ms : run.last_ms + 1]) == {run.key}
        assert run.first_ms == 0 or played[run.first_ms - 1] != run.key
        assert run.last_ms == len(played) - 1 or played[run.last_ms + 1] != run.key
    covered = {n for run in told for n in range(run.first_ms, run.last_ms + 1)}
    for n, key in enumerate(played):
        around = [m for m in range(len(played)) if set(played[min(n, m) : max(n, m) + 1]) == {key}]
        assert (n in covered) is (key is not None and len(around) >= least)


def test_days_in_a_row() -> None:
    def on(day: int) -> set[Key]:
        return {A} if day in {1, 2, 3, 4, 9, 10, 11, 12, 20, 21, 22, 23} else set()

    assert streaks.days_in_a_row(on, 10, 16) == [Days(A, 4, 9, 12)]
    assert streaks.days_in_a_row(on, 4, 4) == [Days(A, 4, 1, 4)]
    assert streaks.days_in_a_row(on, 5, 8) == []
    assert streaks.days_in_a_row(on, 1, 30) == [Days(A, 4, 20, 23)]
    assert streaks.days_in_a_row(on, 1, 30, least=5) == []


@given(st.dictionaries(st.integers(0, 25), st.sets(keys)), st.integers(0, 25), st.integers(0, 10))
def test_each_thing_has_its_longest_days(days: dict[int, set[Key]], first: int, more: int) -> None:
    told = streaks.days_in_a_row(lambda day: days.get(day, set()), first, first + more, least=1)
    played = {(day, key) for day, keys in days.items() for key in keys}
    for key in (A, B, C):
        lengths = [
            n
            for start in range(26)
            for n in range(1, 27)
            if all((start + k, key) in played for k in range(n))
            and (start - 1, key) not in played
            and (start + n, key) not in played
            and start + n - 1 >= first
            and start <= first + more
        ]
        assert [it.days for it in told if it.key == key] == ([max(lengths)] if lengths else [])


# --- firsts


def test_what_is_new_and_what_came_back() -> None:
    past = Past(LONG_AGO, {A: Heard(5, START - 91 * DAY_MS), B: Heard(5, START - DAY_MS)})
    week = plays((1, A, 3), (2, B, 9), (3, C, 4))
    assert firsts.firsts(ANA, week, past, START) == [First(ANA, C, START + 3 * DAY_MS, 4, LONG_AGO)]
    assert firsts.comebacks(ANA, week, past) == [Comeback(ANA, A, START + DAY_MS, 3, START - 91 * DAY_MS)]
    few = plays((1, A, 2), (3, C, 2))
    assert firsts.firsts(ANA, few, past, START) == firsts.comebacks(ANA, few, past) == []


def test_of_a_short_past_nothing_is_new() -> None:
    past = Past(START - firsts.KNOWN_MS + 1, {})
    assert firsts.firsts(ANA, plays((1, A, 9)), past, START) == []
    assert len(firsts.firsts(ANA, plays((1, A, 9)), past._replace(since_ms=past.since_ms - 1), START)) == 1


def test_who_followed() -> None:
    pasts = {
        ANA: Past(LONG_AGO, {A: Heard(START - 10 * DAY_MS, START - DAY_MS)}),
        BEN: Past(LONG_AGO, {}),
        CEM: Past(LONG_AGO, {B: Heard(START - 400 * DAY_MS, START - DAY_MS)}),
    }
    week = {ANA: plays((0, A, 1)), BEN: plays((2, A, 1), (3, B, 4)), CEM: plays((4, A, 1))}
    assert firsts.followed(week, pasts, WEEK) == [
        Followed(A, ((ANA, START - 10 * DAY_MS), (BEN, START + 2 * DAY_MS), (CEM, START + 4 * DAY_MS)))
    ]


def test_a_chain_that_did_not_grow_is_no_news_and_an_unknown_past_begins_none() -> None:
    before = Heard(START - 10 * DAY_MS, START - DAY_MS)
    after = Heard(START - 5 * DAY_MS, START - DAY_MS)
    pasts = {ANA: Past(LONG_AGO, {A: before}), BEN: Past(LONG_AGO, {A: after})}
    assert firsts.followed({ANA: plays((1, A, 1)), BEN: plays((1, A, 1))}, pasts, WEEK) == []
    pasts = {ANA: Past(START - 30 * DAY_MS, {A: before}), BEN: Past(LONG_AGO, {})}
    assert firsts.followed({ANA: [], BEN: plays((1, A, 1))}, pasts, WEEK) == []


# --- moments


def test_an_ordinary_week_has_no_moment() -> None:
    """Of 200 weeks that are drawn like the ones before, few say anything; one with a planted loop says just that."""
    chance = random.Random(47)
    songs = [(str(n),) for n in range(60)]
    weights = [1 / (n + 1) for n in range(60)]
    said = 0
    for _ in range(200):
        before = chance.choices(songs, weights, k=1_200)
        now = chance.choices(songs, weights, k=150)
        said += bool(moments.remarkable(moments.candidates(ANA, now, before)))
    assert said <= 20
    before = chance.choices(songs, weights, k=1_200)
    now = [*chance.choices(songs, weights, k=150), *[("breakup",)] * 12]
    (told, *_) = moments.remarkable(moments.candidates(ANA, now, before))
    assert (told.key, told.times) == (("breakup",), 12)


def test_surprise_is_the_likelihood_ratio() -> None:
    it = Candidate(ANA, A, 12, 150, 3, 1_200)
    expected = [(12, 150 * 15 / 1_350), (138, 150 * 1_335 / 1_350), (3, 1_200 * 15 / 1_350)]
    expected.append((1_197, 1_200 * 1_335 / 1_350))
    g = 2 * sum(observed * math.log(observed / wanted) for observed, wanted in expected)
    assert math.isclose(it.surprise, g, rel_tol=1e-12)


def test_little_is_no_moment() -> None:
    assert Candidate(ANA, A, 4, 10, 0, 1_000).surprise == 0
    assert Candidate(ANA, A, 50, 50, 0, 99).surprise == 0
    assert Candidate(ANA, A, 10, 100, 100, 1_000).surprise == 0
    assert Candidate(ANA, A, 5, 5, 200, 200).surprise == 0
    assert moments.remarkable([]) == []
