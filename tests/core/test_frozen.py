"""Members taking their part back, in any order: what is left is verified, and nothing of them is."""

from __future__ import annotations

import json
import re
from datetime import date
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import calendar
from bot.core.facts import Fact, Facts, stated
from bot.core.frozen import freeze, redacted, salts_of, thaw, verify
from bot.core.model import Gap, Listening, Member, MemberId, Play, Source, Span, Track, TrackId
from bot.core.recap.compute import recap
from bot.core.recap.model import Recap
from bot.text import to_json

WEEK = calendar.week_of(date(2026, 11, 16), "Europe/Berlin")
NAMES = ("Xanthippe", "Quetzalcoatl", "Bjørnstjerne", "Nebuchadnezzar")
PEOPLE = tuple(
    Member(MemberId(7_310_000_000_001 + 1_111_111_111 * n), name, zone)
    for n, (name, zone) in enumerate(
        zip(NAMES, ("Asia/Kolkata", "America/New_York", "Europe/Oslo", "Asia/Baghdad"), strict=True)
    )
)
TRACKS = {
    TrackId(n): Track(
        TrackId(n), f"spotify:track:{n}", f"Title {n}", f"Artist {n // 2}", f"Album {n // 3}", 180_000
    )
    for n in range(1, 7)
}
SALTS = {it.id: sha256(it.name.encode()).hexdigest() for it in PEOPLE}


def listening(member: Member, plays: list[Play], gaps: list[Gap]) -> Listening:
    sources = {Source.SPOTIFY: len(plays)} if plays else {}
    return Listening(member, plays, plays, sources, [Span(WEEK.start_ms, WEEK.end_ms)], gaps)


@st.composite
def recaps(draw: st.DrawFn) -> Recap:
    told = []
    for member in draw(st.lists(st.sampled_from(PEOPLE), unique=True, min_size=1)):
        when = st.integers(WEEK.start_ms, WEEK.end_ms - 1)
        plays = draw(
            st.lists(
                st.builds(Play, when, st.sampled_from(sorted(TRACKS)), st.just(60_000)),
                unique=True,
                max_size=12,
            )
        )
        gaps = [Gap(WEEK.start_ms, WEEK.start_ms + draw(st.integers(1, 9)), "overflow")]
        told.append(listening(member, sorted(plays), gaps))
    name = told[0].member.name if len(told) == 1 and draw(st.booleans()) else "The Group"
    return recap(name, told, TRACKS, WEEK, [])


def own(facts: Facts, member_id: MemberId) -> list[Fact]:
    return [fact for fact in facts.facts if fact.about == (member_id,)]


@settings(max_examples=40)
@given(recaps(), st.permutations(PEOPLE), st.integers(0, len(PEOPLE)))
def test_what_is_left_is_verified_and_nothing_of_who_went_is(
    told: Recap, order: list[Member], many: int
) -> None:
    text, digest = freeze(told, TRACKS, SALTS)
    before = thaw(text)
    assert verify(text, digest)
    assert sorted(before.facts, key=repr) == sorted(stated(told, TRACKS), key=repr)
    gone: list[MemberId] = []
    for member in order[:many]:
        text = redacted(text, member.id)
        gone.append(member.id)
        assert verify(text, digest)
        assert redacted(text, member.id) == text
        for trace in (str(member.id), json.dumps(member.name)[1:-1], member.zone, SALTS[member.id]):
            assert trace not in text
        after = thaw(text)
        for part in told.members:
            theirs = own(before, part.member.id)
            left = [fact for fact in after.facts if fact.id in {it.id for it in theirs}]
            assert left == ([] if part.member.id in gone else theirs)
        went = [it.member.id for it in told.members if it.member.id in gone]
        assert after.withdrawn == len(went)
        assert [it[0] for it in after.members] == [
            it.member.id for it in told.members if it.member.id not in gone
        ]
        for fact in after.facts:
            assert not {who for who, _ in fact.shares} & set(gone)
            assert not set(fact.about) & set(gone)
        # What the group's other numbers say is what they said.
        kept = {fact.id: (to_json(fact.words), fact.value) for fact in before.facts}
        assert all(kept[fact.id] == (to_json(fact.words), fact.value) for fact in after.facts)


@settings(max_examples=40)
@given(recaps(), st.data())
def test_no_number_that_is_left_counts_whoever_went(told: Recap, data: st.DataObject) -> None:
    [part] = [data.draw(st.sampled_from(told.members))]
    who = part.member.id
    text, _ = freeze(told, TRACKS, SALTS)
    before = {fact.id: fact for fact in thaw(text).facts}
    left = {fact.id for fact in thaw(redacted(text, who)).facts}
    counted = {
        fact_id for fact_id, fact in before.items() if dict(fact.shares).get(who) or fact.about == (who,)
    }
    assert not left & counted
    assert all(fact.shares for fact_id, fact in before.items() if fact_id in left and len(fact.about) > 1)
    # A sum that counts them less everybody else's would be their number.
    if part.plays:
        assert not left & {"plays", "minutes", "listeners"}


@settings(max_examples=40)
@given(recaps(), st.data())
def test_whoever_changes_anything_is_found_out(told: Recap, data: st.DataObject) -> None:
    text, digest = freeze(told, TRACKS, SALTS)
    numbers = [it.span() for it in re.finditer(r"(?<=[:\[,])\d+(?=[,\]}])", text)]
    start, end = data.draw(st.sampled_from(numbers))
    changed = f"{text[:start]}{int(text[start:end]) + 1}{text[end:]}"
    assert not verify(changed, digest)
    assert not verify(text, sha256(digest.encode()).hexdigest())


def test_equal_facts_with_equal_salts_are_an_equal_document() -> None:
    plays = [Play(WEEK.start_ms + n, TrackId(1), 60_000) for n in range(3)]
    told = recap("The Group", [listening(it, plays, []) for it in PEOPLE], TRACKS, WEEK, [])
    text, digest = freeze(told, TRACKS, SALTS)
    assert freeze(told, TRACKS, SALTS) == (text, digest)
    assert salts_of(text) == SALTS
    other = dict.fromkeys(SALTS, "another")
    assert freeze(told, TRACKS, other)[1] != digest
    left = redacted(text, PEOPLE[0].id)
    assert salts_of(left) == {
        member_id: salt for member_id, salt in SALTS.items() if member_id != PEOPLE[0].id
    }


@pytest.fixture
def old() -> str:
    """A document as version 1 wrote it."""
    ana, ben = 41_000_000_007, 42_000_000_009
    plays = {"measure": "plays", "rule": "play"}
    return json.dumps(
        {
            "version": 1,
            "name": "Music",
            "period": {
                "kind": "week", "first": "2026-11-16", "last": "2026-11-22", "zone": "UTC",
                "start_ms": 0, "end_ms": 604_800_000,
            },
            "members": [
                {"id": ana, "name": "Xanthippe", "zone": "Asia/Kolkata"},
                {"id": ben, "name": "Ben", "zone": "UTC"},
            ],
            "facts": [
                {"id": "plays", "words": ["Music: {n} plays", {"n": 8}], "value": 8, "about": [ana, ben],
                 "shares": [[ana, 5], [ben, 3]], **plays},
                {"id": "track:2", "words": ["B: {n} plays", {"n": 3}], "value": 3, "about": [ana, ben],
                 "shares": [[ben, 3]], "kind": "track", "key": ["b"], **plays},
                {"id": "clock:3", "words": ["{n} plays", {"n": 8}], "value": 8, "about": [ana, ben], "hour": 3,
                 **plays},
                {"id": "loop:1", "words": ["{who} played", {"who": "Xanthippe"}], "value": 5, "about": [ana],
                 "shares": [[ana, 5]], **plays},
                {"id": f"member:{ben}:plays", "words": ["Ben: {n} plays", {"n": 3}], "value": 3, "about": [ben],
                 "shares": [[ben, 3]], **plays},
            ],
            "coverage": [
                {"member": ana, "covered": [], "gaps": [], "sources": {}},
                {"member": ben, "covered": [], "gaps": [], "sources": {}},
            ],
        },
        sort_keys=True,
        separators=(",", ":"),
    )  # fmt: skip


def test_a_document_of_version_1_is_read_verified_and_redacted_but_not_verified_afterwards(old: str) -> None:
    digest = sha256(old.encode()).hexdigest()
    assert verify(old, digest)
    assert [fact.id for fact in thaw(old).facts] == [
        "plays", "track:2", "clock:3", "loop:1", "member:42000000009:plays"
    ]  # fmt: skip
    assert salts_of(old) == {}
    left = redacted(old, MemberId(41_000_000_007))
    assert not any(trace in left for trace in ("41000000007", "Xanthippe", "Kolkata"))
    facts = thaw(left)
    assert [fact.id for fact in facts.facts] == ["track:2", "member:42000000009:plays"]
    assert (facts.withdrawn, facts.members) == (1, ((MemberId(42_000_000_009), "Ben", "UTC"),))
    assert facts.facts[0].about == (MemberId(42_000_000_009),)
    assert not verify(left, digest)
    assert redacted(left, MemberId(41_000_000_007)) == left
    nobody = thaw(redacted(left, MemberId(42_000_000_009)))
    assert (nobody.facts, nobody.members, nobody.withdrawn) == ((), (), 2)
