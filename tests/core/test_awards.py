"""Awards: everybody active gets one that they lead or nearly lead, none twice, none twice running."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.awards.catalogue import CATALOGUE
from bot.core.awards.choosing import _assigned, candidates, chosen
from bot.core.awards.model import Candidate, Field, Standing
from bot.core.model import MemberId

ANA, BEN, CEM, DAN = (MemberId(n) for n in range(1, 5))
ARTISTS = [("blur",), ("abba",), ("sade",), ("can",), ("air",)]


def hours(**told: int) -> tuple[int, ...]:
    """Plays by hour of Monday: `h7=3`."""
    counts = [0] * 168
    for hour, n in told.items():
        counts[int(hour[1:])] = n
    return tuple(counts)


def field(*standings: Standing) -> Field:
    return Field(standings, {("blur",): "Blur"})


def by_id(found: list[Candidate], member: MemberId) -> dict[str, Candidate]:
    return {it.id: it for it in found if it.member == member}


@st.composite
def fields(draw: st.DrawFn) -> Field:
    standings = []
    for member in range(1, draw(st.integers(1, 7)) + 1):
        artists = draw(st.dictionaries(st.sampled_from(ARTISTS), st.integers(1, 40), max_size=4))
        counts = (
            draw(st.lists(st.integers(0, 6), min_size=168, max_size=168))
            if draw(st.booleans())
            else [0] * 168
        )
        standings.append(
            Standing(
                MemberId(member),
                plays=sum(artists.values()),
                plays_before=draw(st.integers(0, 100)),
                hours=tuple(counts),
                days=tuple(sum(counts[24 * day : 24 * day + 24]) for day in range(7)),
                artists=artists,
                songs={(*artist, "song"): n for artist, n in artists.items()},
                songs_of=draw(st.dictionaries(st.sampled_from(ARTISTS), st.integers(1, 9), max_size=3)),
                decades=draw(st.dictionaries(st.sampled_from([1970, 1990]), st.integers(1, 40))),
                busiest_hour=max(counts),
                new=draw(st.integers(0, 6)),
                effective=draw(st.one_of(st.none(), st.floats(1, 40))),
                alone=draw(st.one_of(st.none(), st.floats(0, 1))),
            )
        )
    return Field(tuple(standings), {})


def test_there_are_at_least_24_and_each_has_a_name_of_its_own() -> None:
    assert len(CATALOGUE) >= 24
    assert len({it.kind for it in CATALOGUE}) == len(CATALOGUE)


def test_an_award_says_its_number_and_the_next_best() -> None:
    it = field(
        Standing(ANA, 30, hours=hours(h6=12), artists={("blur",): 30}),
        Standing(BEN, 30, hours=hours(h7=9), artists={("blur",): 9}),
    )
    found = by_id(candidates(it), ANA)
    early = found["early"]
    assert (str(early.title), str(early.score.says)) == ("First one up", "12 plays between 5:00 and 7:59")
    assert early.next_best is not None
    assert (early.next_best[0], str(early.next_best[1].says)) == (BEN, "9 plays between 5:00 and 7:59")
    assert str(found["keeper:blur"].title) == "Keeper of Blur"
    assert "early" not in by_id(candidates(it), BEN)


def test_who_nearly_leads_may_have_it_and_is_told_the_leader() -> None:
    it = field(Standing(ANA, 30, hours=hours(h6=20)), Standing(BEN, 30, hours=hours(h6=19)))
    nearly = by_id(candidates(it), BEN)["early"]
    assert nearly.next_best is not None
    assert nearly.next_best[0] == ANA
    assert nearly.worth < 1 < by_id(candidates(it), ANA)["early"].worth


def test_equals_lead_both() -> None:
    it = field(Standing(ANA, 30, hours=hours(h6=20)), Standing(BEN, 30, hours=hours(h6=20)))
    assert by_id(candidates(it), ANA)["early"].worth == by_id(candidates(it), BEN)["early"].worth == 1


def test_everybody_gets_one_even_where_one_member_leads_everything() -> None:
    it = field(
        Standing(ANA, 200, hours=hours(h6=50, h9=50, h12=50), artists={("blur",): 100, ("abba",): 30}),
        Standing(BEN, 20, artists={("sade",): 12}),
        Standing(CEM, 12, artists={("can",): 6}),
    )
    told = chosen(candidates(it), [ANA, BEN, CEM], {})
    assert [one.member for one in told] == [ANA, BEN, CEM]
    assert [one.id for one in told[1:]] == ["devoted", "keeper:can"] or len({one.id for one in told}) == 3


def test_none_twice_running_and_none_that_was_declined() -> None:
    it = field(Standing(ANA, 30, hours=hours(h6=12), artists={("blur",): 30}))
    (first,) = chosen(candidates(it), [ANA], {})
    (second,) = chosen(candidates(it), [ANA], {ANA: {first.kind}})
    (third,) = chosen(candidates(it), [ANA], {ANA: {first.kind, second.kind}})
    assert len({first.kind, second.kind, third.kind}) == 3


def test_who_did_nearly_nothing_gets_nothing() -> None:
    it = field(Standing(ANA, 200, artists={("blur",): 100}), Standing(BEN, 3, artists={("can",): 3}))
    assert [one.member for one in chosen(candidates(it), [ANA, BEN], {})] == [ANA]
    assert chosen(candidates(field()), [], {}) == []


@settings(max_examples=60)
@given(fields(), st.data())
def test_each_award_is_given_once_to_somebody_who_leads_or_nearly(it: Field, data: st.DataObject) -> None:
    found = candidates(it)
    members = [one.member for one in it.standings]
    kinds = st.sampled_from([award.kind for award in CATALOGUE])
    not_again = data.draw(st.dictionaries(st.sampled_from(members), st.sets(kinds, max_size=6)))
    told = chosen(found, members, not_again)
    assert len({one.id for one in told}) == len({one.member for one in told}) == len(told)
    for one in told:
        assert one.kind not in not_again.get(one.member, ())
        best = max(other.score.rank_by for other in found if other.id == one.id)
        assert one.score.rank_by >= 0.9 * best
    able = {
        member: {one.id for one in found if one.member == member
                 and one.kind not in not_again.get(member, ())}
        for member in members
    }  # fmt: skip
    assert len(told) == _most_served(able)
    assert told == chosen(list(reversed(found)), members, not_again)


def _most_served(able: dict[MemberId, set[str]]) -> int:
    """How many can have one of their own: by augmenting paths."""
    owner: dict[str, MemberId] = {}

    def place(member: MemberId, seen: set[str]) -> bool:
        for award in able[member] - seen:
            seen.add(award)
            if award not in owner or place(owner[award], seen):
                owner[award] = member
                return True
        return False

    return sum(place(member, set()) for member in able)


@given(st.integers(1, 4).flatmap(
    lambda rows: st.lists(
        st.lists(st.integers(-20, 20), min_size=5, max_size=5), min_size=rows, max_size=rows
    )
))  # fmt: skip
def test_no_assignment_is_worth_more(worth: list[list[int]]) -> None:
    places = _assigned(worth)
    assert len(set(places)) == len(worth)
    best = max(
        sum(row[at] for row, at in zip(worth, way, strict=True)) for way in permutations(range(5), len(worth))
    )
    assert sum(row[at] for row, at in zip(worth, places, strict=True)) == pytest.approx(best)
