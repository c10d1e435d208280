"""Fair choice and order: proportional, the same for every order of members, artists apart."""

from __future__ import annotations

import random
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.choosing import Option, choose, percentages, shares, worth
from bot.core.model import MemberId
from bot.core.sequencing import APART, Course, Stop, in_order

MEMBERS = [MemberId(n) for n in (1, 2, 3, 4, 5)]


def options(likes: dict[int, tuple[MemberId, ...]], artists: int = 1000) -> list[Option[int]]:
    """Options that fit equally; `likes`: who likes which."""
    return [
        Option(n, f"a{n % artists}", 0.8, {m: worth(0.8, 0.9 if m in fans else 0.1) for m in MEMBERS})
        for n, fans in likes.items()
    ]


def liked_by(member: MemberId, chosen: Sequence[Option[int]]) -> int:
    return sum(option.worth[member] > 0.5 for option in chosen)


MAJORITY = tuple(MEMBERS[:4])
FOUR_AND_ONE = {n: MAJORITY if n < 60 else (MEMBERS[4],) for n in range(80)}


def test_a_minority_of_one_gets_about_a_fifth() -> None:
    chosen = choose(options(FOUR_AND_ONE), 25, cap=2, seed=1)
    assert 4 <= liked_by(MEMBERS[4], chosen) <= 12
    assert min(share.satisfaction for share in shares(chosen, options(FOUR_AND_ONE), 2)) > 0.4


def test_the_worst_off_are_better_off_than_by_the_average() -> None:
    pool = options(FOUR_AND_ONE)
    fair = shares(choose(pool, 25, cap=2, seed=1), pool, 2)
    by_average = sorted(pool, key=lambda option: -sum(option.worth.values()))[:25]
    unfair = shares(by_average, pool, 2)
    assert min(one.satisfaction for one in fair) > min(one.satisfaction for one in unfair)


def test_everybody_has_a_liked_song_among_the_first_two_a_head() -> None:
    likes = {n: (MEMBERS[n % 5],) for n in range(100)}
    chosen = choose(options(likes), 10, cap=2, seed=3)
    assert all(liked_by(member, chosen) >= 1 for member in MEMBERS)


def test_more_weight_is_more_share() -> None:
    likes = {n: (MEMBERS[n % 5],) for n in range(100)}
    weights = dict.fromkeys(MEMBERS, 1.0) | {MEMBERS[0]: 3.0}
    heavy = choose(options(likes), 20, cap=2, seed=3, weights=weights)
    assert liked_by(MEMBERS[0], heavy) > liked_by(MEMBERS[0], choose(options(likes), 20, cap=2, seed=3))


@given(
    st.lists(st.tuples(st.floats(0.05, 1), st.lists(st.floats(0, 1), min_size=5, max_size=5)), min_size=1, max_size=40),
    st.integers(0, 30), st.integers(1, 3), st.integers(0, 5), st.randoms(use_true_random=False),
)  # fmt: skip
@settings(max_examples=80, deadline=None)
def test_the_choice_depends_on_nobodys_place_in_line(
    songs: list[tuple[float, list[float]]], size: int, cap: int, seed: int, chance: random.Random
) -> None:
    pool = [
        Option(
            n,
            f"a{n % 7}",
            fit,
            {m: worth(fit, like) for m, like in zip(MEMBERS, likes, strict=True)},
            n % 2 == 0,
        )
        for n, (fit, likes) in enumerate(songs)
    ]
    chosen = choose(pool, size, cap=cap, seed=seed, familiar_most=8)
    shuffled = [
        Option(one.key, one.artist, one.fit, dict(chance.sample(sorted(one.worth.items()), 5)), one.familiar)
        for one in chance.sample(pool, len(pool))
    ]
    again = choose(shuffled, size, cap=cap, seed=seed, familiar_most=8)
    assert [one.key for one in again] == [one.key for one in chosen]
    artists = [one.artist for one in chosen]
    assert len(chosen) == len({one.key for one in chosen}) <= size
    assert all(artists.count(artist) <= cap for artist in artists)
    assert sum(one.familiar for one in chosen) <= 8
    parts = shares(chosen, pool, cap)
    assert abs(sum(one.part for one in parts) - 1) < 1e-9
    assert all(0 <= one.satisfaction <= 1 for one in parts)


@given(st.lists(st.floats(0, 100), max_size=20))
def test_percentages_sum_up(parts: list[float]) -> None:
    assert sum(percentages(parts)) == (100 if sum(parts) else 0)


def stops(count: int, artists: int) -> list[Stop]:
    return [
        Stop(n, f"a{n % artists}", 1 + n % 5, 1 + (n * 3) % 5, (f"g{n % 3}",), frozenset({MEMBERS[n % 5]}))
        for n in range(count)
    ]


@given(st.integers(0, 30), st.integers(1, 12), st.sampled_from(["flat", "build", "peak-then-cool", "sink-then-lift"]),
       st.randoms(use_true_random=False))  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_the_order_is_of_the_songs_not_of_how_they_came(
    count: int, artists: int, arc: str, chance: random.Random
) -> None:
    songs = stops(count, artists)
    course = Course((1, 5), (2, 4), arc)
    order = [songs[at].key for at in in_order(songs, course)]
    assert sorted(order) == list(range(count))
    mixed = chance.sample(songs, count)
    assert [mixed[at].key for at in in_order(mixed, course)] == order


def test_no_artist_comes_twice_within_four_where_that_can_be() -> None:
    songs = stops(20, 8)
    artists = [songs[at].artist for at in in_order(songs, Course((3, 3), (3, 3), "flat"))]
    assert all(len(set(artists[at : at + APART])) == APART for at in range(len(artists) - APART + 1))


def test_building_up_builds_up() -> None:
    songs = stops(20, 20)
    energies = [songs[at].energy for at in in_order(songs, Course((1, 5), (3, 3), "build"))]
    assert sum(energies[10:]) > sum(energies[:10]) + 10


def test_everybody_is_served_early() -> None:
    songs = stops(25, 25)
    first = [songs[at] for at in in_order(songs, Course((3, 3), (3, 3), "flat"))[:10]]
    assert {member for stop in first for member in stop.liked_by} == set(MEMBERS)
