"""All that is stated beyond the recap is counted again from the stored plays, to the same number, or it tells."""

from __future__ import annotations

import random

import pytest

from bot.core import calendar
from bot.core.awards.catalogue import CATALOGUE, score_of
from bot.core.calendar import DAY_MS
from bot.core.consent import Feature
from bot.core.facts import Fact, Measure
from bot.core.frozen import redacted, thaw, verify
from bot.core.model import Period
from bot.core.rules import RULES
from bot.core.songfacts import Fame, SongFacts
from bot.services.recap import Told
from tests.services.test_more_of_a_week import NOON, WEEK, YES, House, song

NAMES = ("ana", "ben", "cem")
AREAS = ("Mali", "Japan", "")


async def a_house(seed: int) -> House:
    """Three members with a year behind them, who share some artists and repeat some songs."""
    house = await House().settle()
    chance = random.Random(seed)
    shelf = [song(f"S{n}", f"A{n // 4}") for n in range(120)]
    for name in NAMES:
        await house.joined(name, YES | {Feature.NIGHTS})
        loved = chance.sample(shelf, 30)
        for day in range(-380, 7):
            if day < 0 and chance.random() < 0.6:
                continue
            plays = chance.choices(loved if chance.random() < 0.8 else shelf, k=chance.randint(1, 12))
            at_ms = WEEK.start_ms + day * DAY_MS + chance.randint(0, 20) * 3_600_000
            await house.plays(name, at_ms, *plays)
        await house.plays(
            name, WEEK.start_ms + 3 * DAY_MS + NOON, *[chance.choice(loved)] * chance.randint(3, 9)
        )
    await house.plays("ana", WEEK.start_ms + 5 * DAY_MS + NOON, *[song("New", "Newcomer")] * 5)
    await house.plays("ben", WEEK.start_ms + 6 * DAY_MS + NOON, *[song("New", "Newcomer")] * 4)
    await house.plays("cem", WEEK.start_ms - 300 * DAY_MS, song("Old", "Returned"))
    await house.plays("cem", WEEK.start_ms + 6 * DAY_MS + NOON, *[song("Old", "Returned")] * 3)
    await look_up(house)
    return house


async def look_up(house: House, years: int = 60) -> None:
    """Nearly every song has a year and an area now."""
    asked = await house.store.songs_to_look_up(house.clock.now, 1_000)
    facts = {
        it.id: SongFacts(
            "r", ("a",), year=1960 + it.id % years, area=AREAS[it.id % 3], artist_fame=Fame(1, it.id)
        )
        for it in asked
        if it.id % 7
    }
    await house.store.keep_facts(facts, house.clock.now)


async def told_by(house: House, period: Period = WEEK) -> Told:
    return await house.recaps.of_group(house.audience, period, more=True)


def facts_of(told: Told) -> list[Fact]:
    return list(thaw(told.frozen.facts).facts)


@pytest.mark.parametrize("seed", range(2))
async def test_all_of_it_is_counted_again_to_the_same_number(seed: int) -> None:
    house = await a_house(seed)
    facts = await all_the_same(house, await told_by(house))
    # `moment` and `usual` come only where something is remarkable.
    assert {fact.measure for fact in facts} >= set(Measure) - {Measure.BEFORE}
    assert {"decade", "area"} <= {fact.rule for fact in facts}


async def test_so_is_a_year_with_its_months() -> None:
    house = await a_house(4)
    year = calendar.year(WEEK.first.year - 1, WEEK.zone)
    await house.plays("ana", year.start_ms + 40 * DAY_MS, *[song("Snow", "Winterband")] * 9)
    facts = {fact.id: fact for fact in await all_the_same(house, await told_by(house, year))}
    months = [fact for name, fact in facts.items() if name.startswith("month:") and name.count(":") == 1]
    assert len(months) == 12
    assert sum(fact.value for fact in months) == facts["plays"].value > 0
    assert "season" in {fact.rule for fact in facts.values()}


async def all_the_same(house: House, told: Told) -> list[Fact]:
    """Every fact that was told, once it is the same number again."""
    assert told.more is not None
    facts = facts_of(told)
    assert len({fact.id for fact in facts}) == len(facts)
    assert {fact.rule for fact in facts} <= RULES.keys()
    audit = await house.recaps.audit(told.frozen.sha256)
    assert (audit.intact, [(fact.id, str(it.difference)) for fact, it in audit.differs]) == (True, [])
    for fact in facts:
        proof = await house.recaps.prove(told.frozen.id, fact.id, house.members["ana"])
        assert (proof.evidence.value, proof.evidence.interval) == (fact.value, fact.interval), fact.id
        assert proof.evidence.difference is None
    return facts


async def test_each_award_and_its_runner_up_is_a_fact() -> None:
    house = await a_house(7)
    told = await told_by(house)
    assert told.more is not None
    facts = {fact.id: fact for fact in facts_of(told)}
    assert len(told.more.awards) == len(NAMES)
    for award in told.more.awards:
        fact = facts[f"award:{award.member}"]
        assert (fact.value, fact.whose, fact.award) == (award.score.n, (award.member,), award.id)
        assert str(fact.words) == f"{award.title}: {house_name(house, award.member)}, {award.score.says}"
        if award.next_best is not None:
            assert facts[f"next:{award.member}"].value == award.next_best[1].n


def house_name(house: House, member_id: int) -> str:
    return next(it.name for it in house.members.values() if it.id == member_id)


async def test_what_arrives_later_is_seen_in_every_kind_of_number() -> None:
    house = await a_house(1)
    told = await told_by(house)
    # Long known, and played every day by now: nothing of it is new or came back.
    for name in NAMES:
        for day in range(-60, 7):
            at_ms = WEEK.start_ms + day * DAY_MS + NOON + 1
            await house.plays(name, at_ms, song("New", "Newcomer"), song("Old", "Returned"))
    audit = await house.recaps.audit(told.frozen.sha256)
    differs = {fact.measure for fact, _ in audit.differs}
    assert differs >= {Measure.DISCOVERY, Measure.SILENCE, Measure.ALIKE, Measure.EFFECTIVE, Measure.REPEATED}
    (first,) = [it for fact, it in audit.differs if fact.measure is Measure.DISCOVERY and "Newcomer" in str(fact.words)
                and "Ana" in str(fact.words)]  # fmt: skip
    assert first.value == 0
    assert str(first.difference) == "It was 5 when it was said; by what is known now it is 0."


async def test_a_number_that_weighs_somebody_in_goes_with_them() -> None:
    house = await a_house(2)
    told = await told_by(house)
    cem = house.members["cem"].id
    left = redacted(told.frozen.facts, cem)
    assert verify(left, told.frozen.sha256)
    assert "Cem" not in left
    assert not [it for it in thaw(left).facts if cem in {*dict(it.shares), *it.whose}]
    measures = {fact.measure for fact in thaw(left).facts}
    assert not measures & {Measure.ALIKE, Measure.ALONE, Measure.JOINED}
    assert measures >= {Measure.EFFECTIVE, Measure.REPEATED, Measure.EXPLORED, Measure.DISCOVERY}


async def test_whose_number_is_no_match_of_somebody_who_does_not_compare() -> None:
    house = await a_house(2)
    await house.joined("cem", frozenset({Feature.RECAP}))
    told = await told_by(house)
    cem = house.members["cem"].id
    for fact in facts_of(told):
        if fact.measure in {Measure.ALIKE, Measure.ALONE, Measure.JOINED, Measure.FOLLOWED}:
            assert cem not in dict(fact.shares)
    audit = await house.recaps.audit(told.frozen.sha256)
    assert audit.differs == ()


async def test_an_own_recap_has_its_own_numbers() -> None:
    house = await a_house(4)
    told = await house.recaps.of_member(house.members["ana"], WEEK, more=True)
    ids = {fact.id for fact in facts_of(told)}
    assert {"effective", "repeated", "explored"} <= ids
    assert "alone" not in ids
    for fact in facts_of(told):
        proof = await house.recaps.prove(told.frozen.id, fact.id, house.members["ana"])
        assert proof.evidence.difference is None, fact.id


def test_the_catalogue_and_its_rule_agree() -> None:
    assert len(CATALOGUE) > 30
    assert "more than thirty ways" in RULES["award"].says


async def test_who_is_at_home_in_a_decade_is_proven_by_its_songs() -> None:
    house = await House().settle()
    await house.joined("ana", YES)
    await house.plays(
        "ana", WEEK.start_ms + NOON, *[song("Then", "Old band")] * 12, *[song("Now", "New band")] * 3
    )
    tracks = await house.store.songs_to_look_up(house.clock.now, 10)
    years = {"Then": 1974, "Now": 2024}
    facts = {it.id: SongFacts("r", ("a",), year=years[it.title]) for it in tracks}
    await house.store.keep_facts(facts, house.clock.now)
    ana = house.members["ana"]
    told = await told_by(house)
    assert told.more is not None
    standing = told.more.background.standings.standings[0]
    assert standing.decades == {1970: 12, 2020: 3}
    score = score_of(told.more.background.standings, "decade:1970", ana.id)
    assert score is not None
    assert (str(score.says), score.decade) == ("12 plays of songs from then", 1970)
