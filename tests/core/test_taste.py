"""How tastes compare: against slow and plain reckonings, and the intervals against resampled plays."""

from __future__ import annotations

import math
import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import taste
from bot.core.identity import Key
from bot.core.model import MemberId

ANA, BEN, CEM = MemberId(1), MemberId(2), MemberId(3)

counts = st.dictionaries(
    st.sampled_from([(name,) for name in "abcdefghij"]), st.integers(1, 60), min_size=1, max_size=10
).map(Counter)
enough = counts.filter(lambda it: it.total() >= taste.LEAST_PLAYS)


def counted(**plays: int) -> Counter[Key]:
    return Counter({(name,): n for name, n in plays.items()})


def plain_match(ones: Counter[Key], others: Counter[Key], weights: dict[Key, float]) -> float:
    """By the definition: the entropy of the middle less the middle of the entropies."""

    def shares(of: Counter[Key]) -> dict[Key, float]:
        whole = sum(n * weights[key] for key, n in of.items())
        return {key: n * weights[key] / whole for key, n in of.items()}

    def entropy(of: dict[Key, float]) -> float:
        return -sum(q * math.log2(q) for q in of.values() if q)

    p, q = shares(ones), shares(others)
    middle = {key: (p.get(key, 0) + q.get(key, 0)) / 2 for key in p | q}
    return 1 - math.sqrt(max(0.0, entropy(middle) - (entropy(p) + entropy(q)) / 2))


def resampled(of: Counter[Key], chance: random.Random) -> Counter[Key]:
    return Counter(chance.choices(list(of), weights=list(of.values()), k=of.total()))


@given(enough, enough, counts)
def test_a_match_is_what_its_definition_says_and_the_same_from_both_sides(ones, others, third) -> None:
    weights = taste.rarity([ones, others, third])
    told = taste.match(ANA, ones, BEN, others, weights)
    assert told is not None
    assert told.alike.value == pytest.approx(plain_match(ones, others, weights), abs=1e-6)
    assert 0 <= told.alike.low <= told.alike.value + 1e-12
    assert told.alike.value <= told.alike.high + 1e-12
    assert told.alike.high <= 1
    back = taste.match(BEN, others, ANA, ones, weights)
    assert back is not None
    assert back.alike == pytest.approx(told.alike)
    assert back.shared == told.shared


def test_the_ends_of_a_match() -> None:
    ones, others = counted(a=20, b=20), counted(c=40)
    weights = taste.rarity([ones, others])
    nothing = taste.match(ANA, ones, BEN, others, weights)
    assert nothing is not None
    assert (nothing.alike.value, nothing.shared) == (0, ())
    same = taste.match(ANA, ones, BEN, counted(a=40, b=40), weights)
    assert same is not None
    assert same.alike.value == pytest.approx(1)
    assert same.shared == (("a",), ("b",))
    assert taste.match(ANA, ones, BEN, counted(a=29), weights) is None


def test_what_few_play_counts_more() -> None:
    everybody = [counted(hit=30, rare=30), counted(hit=30, rare=30), counted(hit=60), counted(hit=60)]
    weights = taste.rarity(everybody)
    assert weights["rare",] > weights["hit",]
    same_rare = taste.match(
        ANA,
        counted(rare=30, mine=30),
        BEN,
        counted(rare=30, yours=30),
        weights | {("mine",): 1, ("yours",): 1},
    )
    same_hit = taste.match(
        ANA, counted(hit=30, mine=30), BEN, counted(hit=30, yours=30), weights | {("mine",): 1, ("yours",): 1}
    )
    assert same_rare is not None
    assert same_hit is not None
    assert same_rare.alike.value > same_hit.alike.value


@pytest.mark.parametrize("plays", [60, 200, 1_000])
def test_intervals_are_as_wide_as_resampling_says(plays: int) -> None:
    chance = random.Random(plays)
    names = [(str(n),) for n in range(25)]
    ones = Counter(chance.choices(names, weights=[1 / (n + 1) for n in range(25)], k=plays))
    others = Counter(chance.choices(names, weights=[1 / (25 - n) for n in range(25)], k=plays))
    weights = dict.fromkeys(names, 1.0) | taste.rarity([ones, others])
    told = taste.match(ANA, ones, BEN, others, weights)
    diverse = taste.effective(ones)
    assert told is not None
    assert diverse is not None
    matches, numbers = [], []
    for _ in range(400):
        again = taste.match(ANA, resampled(ones, chance), BEN, resampled(others, chance), weights)
        number = taste.effective(resampled(ones, chance))
        assert again is not None
        assert number is not None
        matches.append(again.alike.value)
        numbers.append(number.value)
    for interval, values in ((told.alike, sorted(matches)), (diverse, sorted(numbers))):
        width = values[379] - values[20]
        assert interval.high - interval.low == pytest.approx(width, rel=0.35)


@given(counts)
def test_effective_artists_are_between_one_and_all(of: Counter[Key]) -> None:
    told = taste.effective(of)
    if of.total() < taste.LEAST_PLAYS:
        assert told is None
        return
    assert told is not None
    assert 1 - 1e-9 <= told.low <= told.value + 1e-9
    assert told.value <= told.high + 1e-9
    assert told.high <= len(of) + 1e-9


def test_equal_artists_count_as_many_as_they_are() -> None:
    assert taste.effective(counted(a=10, b=10, c=10)) == pytest.approx((3, 3, 3))
    assert taste.effective(counted(a=100)) == (1, 1, 1)


@given(st.integers(1, 500).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))))
def test_a_share_lies_in_its_interval(it: tuple[int, int]) -> None:
    told = taste.share(*it)
    assert 0 <= told.low <= told.value + 1e-12
    assert told.value <= told.high + 1e-12
    assert told.high <= 1


def test_wilsons_interval_is_the_one_in_the_books() -> None:
    # 10 of 100 at 90 %: Brown, Cai and DasGupta (2001) give the formula, and these are its figures.
    assert taste.share(10, 100) == pytest.approx((0.1, 0.0610, 0.1596), abs=1e-3)


def test_what_joins_a_group() -> None:
    everybody = {
        ANA: counted(a=50, b=30, c=20),
        BEN: counted(a=5, b=45, d=50),
        CEM: counted(b=10, c=60, e=30),
    }
    assert taste.common(everybody) == [("b",)]
    assert taste.common(everybody, 2) == [("b",), ("c",), ("a",)]
    joined = taste.bridge(everybody)
    assert joined is not None
    assert joined.key == ("b",)
    assert joined.shares == ((BEN, 0.45), (ANA, 0.3), (CEM, 0.1))
    assert taste.bridge({ANA: everybody[ANA]}) is None
    assert taste.bridge({ANA: counted(a=1), BEN: counted(b=1)}) is None


def test_what_nobody_else_plays() -> None:
    everybody = {ANA: counted(a=30, b=10), BEN: counted(b=40), CEM: counted(c=29)}
    told = taste.alone(ANA, everybody)
    assert told is not None
    assert told.value == 0.75
    assert taste.alone(CEM, everybody) is None
    assert taste.alone(ANA, {ANA: everybody[ANA]}) is None


def test_repeats() -> None:
    told = taste.repeated(counted(a=20, b=10, c=10))
    assert told is not None
    assert told.value == 37 / 40
    assert taste.repeated(counted(a=20)) is None
