"""Recaps as they are told, frozen, opened and counted again; who may see what of whom."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from hashlib import sha256

import pytest

from bot.core import calendar
from bot.core.consent import Audience, Feature
from bot.core.facts import Measure
from bot.core.frozen import redacted, thaw, verify
from bot.core.model import Group, Member, NewPlay, RawTrack, RoomRef, Source, Span
from bot.core.rules import RULES
from bot.errors import NotAllowed, NotFound
from bot.services.recap import Recaps, recap_json
from tests.fakes import FakeChance, FakeClock, FakeStore

ROOM = RoomRef("lounge", "", "music")
WEEK = calendar.week_of(date(2026, 11, 16), "Europe/Berlin")
HELLO = RawTrack("spotify:track:1", "Hello", "Adele", "25", 200_000)
HELLO_AGAIN = RawTrack("spotify:track:2", "hello", "ADELE", "25 (Deluxe)", 200_000)
YESTERDAY = RawTrack("spotify:track:3", "Yesterday", "The Beatles", "Help!", 125_000)


class House:
    """A group with Ana and Ben in it, and Cem outside."""

    def __init__(self) -> None:
        self.store = FakeStore()
        self.asked: list[Sequence[Member]] = []
        self.recaps = Recaps(
            self.store,
            self.store,
            self.store,
            self.store,
            self.store,
            FakeClock(WEEK.end_ms),
            FakeChance(),
            self._freshen,
        )

    async def _freshen(self, members: Sequence[Member]) -> None:
        self.asked.append(members)

    async def settle(self) -> House:
        self.ana, self.ben, self.cem = [
            await self.store.add_member(name, zone, None, 0)
            for name, zone in (("Ana", "Europe/Berlin"), ("Ben", "Asia/Kolkata"), ("Cem", "UTC"))
        ]
        self.group: Group = await self.store.open_room(ROOM, "Music", "Europe/Berlin")
        self.audience = Audience(self.group, frozenset({ROOM}))
        for member in (self.ana, self.ben):
            await self.store.join(self.group.id, member.id, [Feature.RECAP], [ROOM], 0)
        await self.played(self.ana, HELLO, HELLO, HELLO_AGAIN, YESTERDAY, HELLO)
        await self.played(self.ben, YESTERDAY, YESTERDAY, HELLO_AGAIN)
        await self.played(self.cem, HELLO)
        return self

    async def played(
        self, member: Member, *tracks: RawTrack, hour: int = 10, source: Source = Source.EXTENDED
    ) -> None:
        """Five minutes apart from this hour of Tuesday on, by the member's own clock."""
        link = await self.store.export_link(member.id, source)
        start = calendar.at_local(date(2026, 11, 17), hour, 0, member.zone)
        plays = [NewPlay(start + n * 300_000, track, 60_000) for n, track in enumerate(tracks)]
        await self.store.record(link.id, plays)
        await self.store.cover(link.id, [Span(WEEK.start_ms, WEEK.end_ms)])


@pytest.fixture
async def house() -> House:
    return await House().settle()


async def test_a_group_is_told_of_those_who_share(house: House) -> None:
    told = await house.recaps.of_group(house.audience, WEEK)
    assert [(part.member.name, part.plays) for part in told.recap.members] == [("Ana", 5), ("Ben", 3)]
    assert house.asked == [[house.ana, house.ben]]
    assert (told.recap.name, told.frozen.group_id, told.frozen.member_id) == ("Music", house.group.id, None)
    await house.store.join(house.group.id, house.ben.id, [Feature.PLAYLISTS], [ROOM], 1)
    told = await house.recaps.of_group(house.audience, WEEK)
    assert [part.member.name for part in told.recap.members] == ["Ana"]
    await house.store.leave(house.group.id, house.ana.id)
    told = await house.recaps.of_group(house.audience, WEEK)
    assert (told.recap.members, told.recap.plays) == ((), 0)


async def test_the_same_facts_are_frozen_once_and_their_hash_is_of_their_text(house: House) -> None:
    one = (await house.recaps.of_group(house.audience, WEEK)).frozen
    other = (await house.recaps.of_group(house.audience, WEEK)).frozen
    assert one == other
    assert verify(one.facts, one.sha256)
    assert one.facts == json.dumps(json.loads(one.facts), sort_keys=True, separators=(",", ":"))
    assert "." not in "".join(str(it) for it in _numbers(json.loads(one.facts)))
    await house.played(house.ana, HELLO, hour=20)
    assert (await house.recaps.of_group(house.audience, WEEK)).frozen.id != one.id


def _numbers(value: object) -> list[float]:
    if isinstance(value, dict):
        return [n for it in value.values() for n in _numbers(it)]
    if isinstance(value, list):
        return [n for it in value for n in _numbers(it)]
    return [value] if isinstance(value, int | float) else []


async def test_every_fact_can_be_proven_with_the_number_that_was_said(house: House) -> None:
    told = await house.recaps.of_group(house.audience, WEEK)
    opened = await house.recaps.facts(told.frozen.id, house.ana)
    assert opened.facts == thaw(told.frozen.facts)
    said = {fact.id: (str(fact.words), fact.value) for fact in opened.facts.facts}
    assert said["plays"] == ("Music: 8 plays", 8)
    assert said["listeners"] == ("2 members played something", 2)
    assert said["track:1"] == ("Hello — Adele: 5 plays", 5)
    assert said["artist:2"] == ("The Beatles: 3 plays", 3)
    assert said["album:2"] == ("Help! — The Beatles: 3 plays", 3)
    assert said["busiest"] == ("5 plays in the hour from 2026-11-17 10:00", 5)
    assert said["clock:10"] == ("8 plays between 10:00 and 10:59", 8)
    assert said["loop:1"] == ("Ana played Hello — Adele 3 times in a row", 3)
    assert said[f"member:{house.ben.id}:minutes"] == ("Ben: 3 minutes", 3)
    assert said[f"member:{house.ben.id}:track:1"] == ("Yesterday — The Beatles: 2 plays", 2)
    assert said[f"member:{house.ben.id}:busiest"] == ("3 plays in the hour from 2026-11-17 10:00", 3)
    for fact in opened.facts.facts:
        proof = await house.recaps.prove(told.frozen.id, fact.id, house.ana)
        assert proof.evidence.value == fact.value, fact.id
        assert proof.evidence.difference is None
        assert proof.evidence.rule == RULES[fact.rule]
        assert (
            sum(n for _, n in proof.evidence.by_source) == proof.evidence.plays == len(proof.evidence.behind)
        )
        assert len(proof.own) + sum(n for _, n in proof.others) == proof.evidence.plays
        assert all(play.member_id == house.ana.id for play in proof.own)
        if fact.measure is Measure.PLAYS:
            assert proof.evidence.plays == fact.value
        if fact.shares:
            assert dict(proof.evidence.by_member) == dict.fromkeys(fact.about, 0) | dict(fact.shares)


async def test_a_proof_lists_ones_own_plays_and_counts_the_others(house: House) -> None:
    told = await house.recaps.of_group(house.audience, WEEK)
    proof = await house.recaps.prove(told.frozen.id, "track:1", house.ana)
    start = calendar.at_local(date(2026, 11, 17), 10, 0, "Europe/Berlin")
    assert [(play.at_ms - start, play.track.key, play.ms_played, play.source) for play in proof.own] == [
        (0, "spotify:track:1", 60_000, Source.EXTENDED),
        (300_000, "spotify:track:1", 60_000, Source.EXTENDED),
        (600_000, "spotify:track:2", 60_000, Source.EXTENDED),
        (1_200_000, "spotify:track:1", 60_000, Source.EXTENDED),
    ]
    assert proof.others == (("Ben", 1),)
    assert proof.evidence.by_source == ((Source.EXTENDED, 5),)
    assert [(it.member, it.complete) for it in proof.evidence.coverage] == [(house.ana, 1), (house.ben, 1)]
    assert dict(proof.evidence.origins) == {
        it.id: ((WEEK.start_ms, WEEK.end_ms, Source.EXTENDED),) for it in (house.ana, house.ben)
    }
    rows = sorted([play.at_ms, play.track.key, play.ms_played, play.source.value] for play in proof.own)
    assert proof.sha256 == sha256(json.dumps(rows, separators=(",", ":")).encode()).hexdigest()
    theirs = await house.recaps.prove(told.frozen.id, "track:1", house.ben)
    assert (len(theirs.own), theirs.others) == (1, (("Ana", 4),))
    assert theirs.sha256 not in {proof.sha256, ""}


async def test_what_arrives_later_is_said(house: House) -> None:
    told = await house.recaps.of_group(house.audience, WEEK)
    await house.played(house.ben, HELLO, YESTERDAY, HELLO, hour=22)

    async def said(fact_id: str) -> tuple[int, str]:
        evidence = (await house.recaps.prove(told.frozen.id, fact_id, house.ana)).evidence
        return evidence.value, str(evidence.difference)

    assert await said("plays") == (11, "It was 8 when it was said; 3 plays arrived later.")
    assert await said("track:1") == (7, "It was 5 when it was said; 2 plays arrived later.")
    assert await said("minutes") == (11, "It was 8 when it was said; 3 minutes arrived later.")
    assert await said("busiest") == (5, "None")


async def test_what_went_since_and_who_left_is_said(house: House) -> None:
    told = await house.recaps.of_group(house.audience, WEEK)
    link = await house.store.export_link(house.ana.id, Source.EXTENDED)
    await house.store.unlink(link.id)
    proof = await house.recaps.prove(told.frozen.id, "track:1", house.ben)
    assert (proof.evidence.value, str(proof.evidence.difference)) == (
        1, "It was 5 when it was said; 4 plays went since: deleted, set aside, or told differently by an export that "
        "covers this time.",
    )  # fmt: skip
    await house.store.leave(house.group.id, house.ana.id)
    proof = await house.recaps.prove(told.frozen.id, "track:1", house.ben)
    assert str(proof.evidence.difference) == (
        "It was 5 when it was said; plays of 1 member are not counted any more, because they are not shared with you."
    )
    assert proof.others == ()
    shown = {fact.id for fact in (await house.recaps.facts(told.frozen.id, house.ben)).facts.facts}
    assert "track:1" in shown
    assert not any(fact_id.startswith((f"member:{house.ana.id}:", "loop:")) for fact_id in shown)
    with pytest.raises(NotFound, match="cannot be opened any more"):
        await house.recaps.prove(told.frozen.id, f"member:{house.ana.id}:plays", house.ben)


async def test_who_may_open_what(house: House) -> None:
    groups = (await house.recaps.of_group(house.audience, WEEK)).frozen
    own = (await house.recaps.of_member(house.ana, WEEK)).frozen
    assert (own.group_id, own.member_id) == (None, house.ana.id)
    with pytest.raises(NotAllowed, match="Only members of Music"):
        await house.recaps.facts(groups.id, house.cem)
    for stranger in (house.ben, house.cem):
        with pytest.raises(NotAllowed, match="somebody else's"):
            await house.recaps.prove(own.id, "plays", stranger)
    # A member who joined without showing their own may look, and sees only counts.
    await house.store.join(house.group.id, house.cem.id, [], [ROOM], 0)
    proof = await house.recaps.prove(groups.id, "plays", house.cem)
    assert (proof.own, proof.others) == ((), (("Ana", 5), ("Ben", 3)))
    mine = await house.recaps.prove(own.id, "track:1", house.ana)
    assert (len(mine.own), mine.others) == (4, ())
    for missing in (
        lambda: house.recaps.facts(999, house.ana),
        lambda: house.recaps.prove(own.id, "track:99", house.ana),
    ):
        with pytest.raises(NotFound):
            await missing()


async def test_whoever_runs_it_counts_all_of_a_recap_again(house: House) -> None:
    told = (await house.recaps.of_group(house.audience, WEEK)).frozen
    own = (await house.recaps.of_member(house.ben, WEEK)).frozen
    for recap in (str(told.id), told.sha256[:16], told.sha256.upper(), str(own.id)):
        found = await house.recaps.audit(recap)
        assert (found.intact, found.differs) == (True, ())
        assert found.facts.facts
    await house.played(house.ben, HELLO, hour=22)
    found = await house.recaps.audit(str(told.id))
    assert found.intact
    assert ("plays", 8, 9) in [(fact.id, fact.value, evidence.value) for fact, evidence in found.differs]
    assert "track:2" not in {fact.id for fact, _ in found.differs}
    await house.store.merge_members(house.ana.id, house.ben.id)
    assert (await house.recaps.audit(str(own.id))).facts.members[0][0] == house.ana.id
    for missing in ("999", "f" * 16, "%" * 16):
        with pytest.raises(NotFound, match="There is no recap"):
            await house.recaps.audit(missing)


async def test_two_who_became_one_are_taken_out_as_one(house: House) -> None:
    told = (await house.recaps.of_group(house.audience, WEEK)).frozen
    await house.store.merge_members(house.ana.id, house.ben.id)
    moved = await house.store.frozen(told.id)
    assert moved is not None
    assert verify(moved.facts, told.sha256)
    assert thaw(moved.facts) == thaw(told.facts)
    left = redacted(moved.facts, house.ana.id)
    assert verify(left, told.sha256)
    assert (thaw(left).members, thaw(left).withdrawn) == ((), 2)
    assert not any(name in left for name in ("Ana", "Ben", "Kolkata"))


async def test_the_source_of_each_play_is_known(house: House) -> None:
    link = await house.store.export_link(house.ana.id, Source.SPOTIFY)
    late = WEEK.end_ms + calendar.DAY_MS
    await house.store.record(
        link.id, [NewPlay(WEEK.start_ms + 1, HELLO), NewPlay(late, HELLO), NewPlay(late + 1, HELLO)]
    )
    told = await house.recaps.of_member(
        house.ana, calendar.days(date(2026, 11, 16), date(2026, 11, 30), "UTC")
    )
    proof = await house.recaps.prove(told.frozen.id, "plays", house.ana)
    assert proof.evidence.by_source == ((Source.SPOTIFY, 2), (Source.EXTENDED, 5))
    assert [play.source for play in proof.own[-2:]] == [Source.SPOTIFY] * 2


async def test_the_json_of_the_command_line(house: House) -> None:
    recap = await house.recaps.of_members([house.ana, house.ben], WEEK, "Europe/Berlin")
    told = recap_json(recap, "Europe/Berlin")
    assert json.loads(json.dumps(told)) == told
    assert told["top_artists"] == [{"artist": "Adele", "plays": 5}, {"artist": "The Beatles", "plays": 3}]
    assert told["top_tracks"] == [
        {"title": "Hello", "artist": "Adele", "plays": 5},
        {"title": "Yesterday", "artist": "The Beatles", "plays": 3},
    ]
    assert told["top_albums"] == [
        {"album": "25", "artist": "Adele", "plays": 3},
        {"album": "Help!", "artist": "The Beatles", "plays": 3},
        {"album": "25 (Deluxe)", "artist": "ADELE", "plays": 2},
    ]
    assert told["loops"] == [
        {
            "title": "Hello", "artist": "Adele", "times": 3, "member": "Ana",
            "from": "2026-11-17T10:00:00+01:00", "to": "2026-11-17T10:10:00+01:00",
        }
    ]  # fmt: skip
    assert (told["plays"], told["listeners"], told["minutes"]) == (8, 2, 8)
    clock = told["clock"]
    assert isinstance(clock, list)
    assert (clock[10], clock[5], sum(clock)) == (5, 3, 8)
    assert house.asked == []
    alone = await house.recaps.of_members([house.ana], calendar.before(WEEK))
    assert (alone.plays, alone.listeners, alone.top_tracks) == (0, 0, ())


async def test_numbers_go_on_being_provable_when_two_members_become_one(house: House) -> None:
    told = await house.recaps.of_group(house.audience, WEEK)
    own = await house.recaps.of_member(house.ben, WEEK)
    await house.store.merge_members(house.ana.id, house.ben.id)
    proof = await house.recaps.prove(told.frozen.id, "plays", house.ana)
    assert (proof.fact.value, proof.evidence.value, proof.evidence.difference) == (8, 8, None)
    opened = await house.recaps.facts(own.frozen.id, house.ana)
    assert [name for _, name, _ in opened.facts.members] == ["Ana"]
    assert len(opened.facts.facts) == len(thaw(own.frozen.facts).facts)
    proof = await house.recaps.prove(own.frozen.id, "plays", house.ana)
    assert (proof.fact.value, proof.evidence.value, len(proof.own)) == (3, 8, 8)
    assert str(proof.evidence.difference) == "It was 3 when it was said; 5 plays arrived later."


async def test_a_number_of_another_room_is_opened_as_far_as_it_is_about_people_seen_here(
    house: House,
) -> None:
    there = RoomRef("slack", "T1", "C1")
    await house.store.open_room(there, "Work", "UTC")
    await house.store.move_room(there, house.group.id)
    told = await house.recaps.of_group(house.audience, WEEK)
    await house.store.join(house.group.id, house.cem.id, [Feature.RECAP], [there], 1)
    await house.store.show_in(there, house.ana.id)
    opened = await house.recaps.facts(told.frozen.id, house.cem)
    assert opened.facts.facts
    assert {fact.about for fact in opened.facts.facts} == {(house.ana.id,)}
    assert [name for _, name, _ in opened.facts.members] == ["Ana"]
    for fact_id in ("plays", f"member:{house.ben.id}:plays"):
        with pytest.raises(NotFound, match="not in this recap"):
            await house.recaps.prove(told.frozen.id, fact_id, house.cem)
    await house.store.show_in(there, house.ben.id)
    proof = await house.recaps.prove(told.frozen.id, "plays", house.cem)
    assert proof.others == (("Ana", 5), ("Ben", 3))
