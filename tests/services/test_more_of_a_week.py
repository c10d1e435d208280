"""What more there is to say of a group's week: from stored plays to insights and standings, on the fake store."""

from __future__ import annotations

from datetime import date

import pytest

from bot.core import calendar
from bot.core.awards.choosing import candidates, chosen
from bot.core.calendar import DAY_MS, HOUR_MS
from bot.core.choices import Aside, Mark, Whole
from bot.core.consent import Audience, Feature
from bot.core.model import Identity, Member, NewPlay, RawTrack, RoomRef, Source, Span
from bot.core.recap.insights import Insights
from bot.services.counting import More
from bot.services.recap import Recaps
from tests.fakes import FakeChance, FakeClock, FakeStore

ROOM = RoomRef("lounge", "", "music")
WEEK = calendar.week_of(date(2026, 11, 16), "UTC")
NOON = 12 * HOUR_MS
YES = frozenset({Feature.RECAP, Feature.COMPARE})


def song(title: str, artist: str) -> RawTrack:
    return RawTrack(f"spotify:track:{artist}-{title}", title, artist, "", 200_000)


class House:
    """A group that plays by hand."""

    def __init__(self) -> None:
        self.store = FakeStore()
        self.clock = FakeClock(WEEK.end_ms + DAY_MS)
        self.recaps = Recaps(
            self.store, self.store, self.store, self.store, self.store, self.clock, FakeChance()
        )
        self.members: dict[str, Member] = {}

    async def settle(self) -> House:
        self.group = await self.store.open_room(ROOM, "music", "UTC")
        self.audience = Audience(self.group, frozenset({ROOM}))
        for name in ("ana", "ben", "cem"):
            self.members[name] = await self.store.add_member(name.title(), "UTC", Identity("lounge", name), 1)
            await self.joined(name, YES)
        return self

    async def joined(self, name: str, features: frozenset[Feature]) -> None:
        await self.store.join(self.group.id, self.members[name].id, [*features], [ROOM], 5)

    async def plays(self, name: str, at_ms: int, *tracks: RawTrack, every_ms: int = 200_000) -> None:
        link = await self.store.export_link(self.members[name].id, Source.EXTENDED)
        plays = [NewPlay(at_ms + n * every_ms, track, 180_000) for n, track in enumerate(tracks)]
        await self.store.record(link.id, plays)
        await self.store.cover(link.id, [Span(0, WEEK.end_ms)])

    async def long_past(self, *names: str) -> None:
        """Two years of everybody's own song, some every week: nothing of it is news."""
        for name in names:
            for week in range(1, 104):
                own = [song(f"Old {n}", f"{name}'s band") for n in range(20)]
                await self.plays(name, WEEK.start_ms - week * 7 * DAY_MS + NOON, *own)

    async def more(self) -> More:
        told = await self.recaps.of_group(self.audience, WEEK, more=True)
        assert told.more is not None
        return told.more

    async def said(self) -> Insights:
        return (await self.more()).insights


@pytest.fixture
async def house() -> House:
    return await House().settle()


async def test_what_is_new_and_who_followed(house: House) -> None:
    await house.long_past("ana", "ben")
    blur = song("Song 2", "Blur")
    await house.plays("ana", WEEK.start_ms - 20 * DAY_MS + NOON, blur, blur, blur)
    await house.plays("ben", WEEK.start_ms + 2 * DAY_MS + NOON, blur, song("Girls", "Blur"), blur)
    said = await house.said()
    (new,) = said.discoveries
    assert (new.member.name, new.thing.artist, new.plays, new.at_ms) == (
        "Ben",
        "Blur",
        3,
        WEEK.start_ms + 2 * DAY_MS + NOON,
    )
    assert new.since_ms == WEEK.start_ms - 103 * 7 * DAY_MS + NOON
    (chain,) = said.chains
    assert [(member.name, at_ms) for member, at_ms in chain.steps] == [
        ("Ana", WEEK.start_ms - 20 * DAY_MS + NOON),
        ("Ben", WEEK.start_ms + 2 * DAY_MS + NOON),
    ]


async def test_what_a_member_hides_was_never_first(house: House) -> None:
    await house.long_past("ana", "ben")
    blur = song("Song 2", "Blur")
    await house.plays("ana", WEEK.start_ms - 20 * DAY_MS + NOON, blur)
    await house.plays("ben", WEEK.start_ms + NOON, blur, blur, blur)
    hidden = Aside(0, Mark.HIDDEN, Whole.ARTIST, ("blur",), "Blur")
    await house.store.set_aside(house.members["ana"].id, hidden, 1)
    said = await house.said()
    assert said.chains == ()
    assert [it.member.name for it in said.discoveries] == ["Ben"]


async def test_who_does_not_compare_is_compared_with_nobody(house: House) -> None:
    for name in ("ana", "ben", "cem"):
        await house.plays(name, WEEK.start_ms + NOON, *[song(f"S{n}", f"A{n % 4}") for n in range(40)])
    said = await house.said()
    assert [tuple(it.name for it in pair.members) for pair in said.pairs] == [
        ("Ana", "Ben"),
        ("Ana", "Cem"),
        ("Ben", "Cem"),
    ]
    assert all(pair.alike.value == pytest.approx(1) for pair in said.pairs)
    assert [it.artist for it in said.common] == ["A0", "A1", "A2", "A3"]
    await house.joined("ben", frozenset({Feature.RECAP}))
    said = await house.said()
    assert [tuple(it.name for it in pair.members) for pair in said.pairs] == [("Ana", "Cem")]
    (ben,) = [it for it in said.tastes if it.member.name == "Ben"]
    assert ben.alone is None
    assert ben.effective is not None
    assert ben.effective.value == pytest.approx(4)


async def test_comebacks_runs_and_days(house: House) -> None:
    back, again = song("Halo", "Beyoncé"), song("Alone", "Sade")
    await house.plays("ana", WEEK.start_ms - 500 * DAY_MS, back)
    await house.plays("ana", WEEK.start_ms + NOON, back, back, back)
    for day in range(-3, 4):
        await house.plays("ben", WEEK.start_ms + day * DAY_MS + NOON, again)
    await house.plays("cem", WEEK.start_ms + NOON, *[song(f"S{n}", "Can") for n in range(7)])
    said = await house.said()
    (came,) = said.comebacks
    assert (came.member.name, came.thing.title, came.days, came.plays) == ("Ana", "Halo", 500, 3)
    (run,) = said.runs
    assert (run.member.name, run.thing.artist, run.times) == ("Cem", "Can", 7)
    rows = [(it.member.name, it.thing.kind.value, it.days) for it in said.days]
    assert rows == [("Ben", "track", 7), ("Ben", "artist", 7)]
    assert said.days[0].first == WEEK.first.toordinal() - 3


async def test_a_moment_and_its_hour(house: House) -> None:
    await house.long_past("ana")
    everyday = [song(f"Old {n}", "ana's band") for n in range(20)]
    await house.plays("ana", WEEK.start_ms + NOON, *everyday)
    await house.plays("ana", WEEK.start_ms + DAY_MS + 2 * HOUR_MS, *[song("Breakup", "Sade")] * 12)
    (moment,) = (await house.said()).moments
    assert (moment.thing.title, moment.times, moment.before, moment.span) == ("Breakup", 12, 0, None)
    await house.joined("ana", YES | {Feature.NIGHTS})
    (moment,) = (await house.said()).moments
    first_ms = WEEK.start_ms + DAY_MS + 2 * HOUR_MS
    assert moment.span == Span(first_ms, first_ms + 11 * 200_000 + 1)


async def test_everybody_who_played_gets_an_award(house: House) -> None:
    for n, name in enumerate(("ana", "ben")):
        artist = f"{name}'s band"
        await house.plays(
            name, WEEK.start_ms + n * DAY_MS + NOON, *[song(f"S{k % 5}", artist) for k in range(30)]
        )
    field = (await house.more()).background.standings
    assert [(it.plays, sum(it.hours), sum(it.days)) for it in field.standings] == [
        (30, 30, 30),
        (30, 30, 30),
        (0, 0, 0),
    ]
    told = chosen(candidates(field), [it.member for it in field.standings], {})
    assert [one.member for one in told] == [house.members["ana"].id, house.members["ben"].id]
    assert all(one.score.n >= 5 for one in told)


async def test_of_nothing_nothing_more_is_said(house: House) -> None:
    said = await house.said()
    assert (said.pairs, said.moments, said.common, said.bridge, said.days) == ((), (), (), None, ())
    assert all(it.effective is None and it.alone is None for it in said.tastes)


async def test_a_members_own_week_is_compared_with_nobody(house: House) -> None:
    await house.plays("ana", WEEK.start_ms + NOON, *[song(f"S{n}", "Can") for n in range(40)])
    told = await house.recaps.of_member(house.members["ana"], WEEK, more=True)
    assert told.more is not None
    assert told.more.insights.pairs == ()
    assert told.more.insights.tastes[0].repeated is not None
    assert told.more.insights.tastes[0].repeated.value == 0
