"""Members' words: who is asked about what and how often, and whose words reach which card."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings, target
from hypothesis import strategies as st

from bot.core import calendar
from bot.core.calendar import DAY_MS, HOUR_MS
from bot.core.choices import Aside, Mark, Whole
from bot.core.consent import Audience, Feature
from bot.core.identity import fold
from bot.core.model import (
    Group,
    GroupId,
    Identity,
    Member,
    MemberId,
    NewPlay,
    RawTrack,
    RoomRef,
    Source,
    Span,
)
from bot.core.stories import ASKED_EVERY_MS, Cause, State, Story, said
from bot.errors import BadOption, NotFound, NotJoined
from bot.services.recap import Recaps, Told
from bot.services.stories import Asking, Quotes, Stories
from tests.fakes import FakeChance, FakeClock, FakeStore

ZONE = "Europe/Berlin"
WEEK = calendar.week_of(date(2026, 11, 16), ZONE)
NOON = calendar.at_local(date(2026, 11, 22), 12, 0, ZONE)
ROOM, OTHER = RoomRef("lounge", "", "music"), RoomRef("lounge", "", "side")
HALO = RawTrack("spotify:track:halo", "Halo", "Beyoncé", "Sasha", 200_000)
SONGS = [RawTrack(f"spotify:track:{n}", f"Song {n}", f"Band {n}", "", 200_000) for n in range(40)]


@dataclass
class House:
    """Ana, Ben and Cem in one group with two rooms; questions are written down, and what is to be drawn anew."""

    store: FakeStore = field(default_factory=FakeStore)
    clock: FakeClock = field(default_factory=lambda: FakeClock(NOON))
    asked: list[tuple[Member, Story]] = field(default_factory=list)
    drawn: list[tuple[MemberId, GroupId, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        store, clock = self.store, self.clock
        self.recaps = Recaps(store, store, store, store, store, clock, FakeChance())
        self.quotes = Quotes(store, store, store, store, clock)
        self.stories = Stories(store, store, store, store, clock, self.draw_anew)
        self.asking = Asking(store, store, store, clock, self.ask)

    async def draw_anew(self, member_id: MemberId, group_id: GroupId, since_ms: int) -> None:
        self.drawn.append((member_id, group_id, since_ms))

    async def ask(self, member: Member, story: Story) -> None:
        self.asked.append((member, story))

    async def settle(self, *features: Feature) -> House:
        self.group = await self.store.open_room(ROOM, "music", ZONE)
        await self.store.open_room(OTHER, "side", ZONE)
        await self.store.move_room(OTHER, self.group.id)
        self.members = []
        for name in ("Ana", "Ben", "Cem"):
            member = await self.store.add_member(name, ZONE, Identity("lounge", name), 1)
            await self.store.join(self.group.id, member.id, features or list(Feature), [ROOM, OTHER], 1)
            self.members.append(member)
        self.ana, self.ben, self.cem = self.members
        return self

    async def play(self, member: Member, at_ms: int, *tracks: RawTrack) -> None:
        """Four minutes apart, from this instant on."""
        link = await self.store.export_link(member.id, Source.EXTENDED)
        rows = [NewPlay(at_ms + n * 240_000, track, 200_000) for n, track in enumerate(tracks)]
        await self.store.record(link.id, rows)
        await self.store.cover(link.id, [Span(WEEK.start_ms - 500 * DAY_MS, WEEK.end_ms + 200 * DAY_MS)])

    async def told(self, room: RoomRef = ROOM) -> Told:
        return await self.recaps.of_group(Audience(self.group, frozenset({room})), WEEK)

    async def read(self, room: RoomRef = ROOM) -> list[str]:
        """The words that whoever is in this room reads."""
        return [it.words for it in await self.quotes.quotes_for(await self.told(room))]

    async def loop(self, member: Member, hour: int = 14, times: int = 8, track: RawTrack = HALO) -> None:
        """This often in a row on Thursday, after some other songs."""
        at_ms = WEEK.start_ms + 3 * DAY_MS + hour * HOUR_MS
        await self.play(member, at_ms - 5 * 240_000, *SONGS[:5])
        await self.play(member, at_ms, *[track] * times)


@pytest.fixture
async def house() -> House:
    return await House().settle()


async def test_a_loop_is_asked_about_and_quoted_with_its_fact(house: House) -> None:
    await house.loop(house.ana)
    await house.asking.run()
    [(member, story)] = house.asked
    assert member == house.ana
    occasion = story.occasion
    assert (occasion.cause, occasion.title, occasion.times) == (Cause.LOOP, "Halo", 8)
    words = "It rained.\nAnd I\u2019d missed the bus. \U0001f327\ufe0f שלום"
    await house.stories.tell(house.ana, story.id, words)
    [quote] = await house.quotes.quotes_for(await house.told())
    assert (quote.words, quote.member, quote.times) == (words, house.ana, 8)
    assert quote.span == Span(occasion.first_ms, occasion.last_ms + 1)
    assert house.drawn == [(house.ana.id, house.group.id, occasion.first_ms)]
    # A member's own recap quotes nobody.
    alone = await house.recaps.of_member(house.ana, WEEK)
    assert await house.quotes.quotes_for(alone) == ()


async def test_a_night_is_asked_about_but_its_hour_is_not_told_without_a_yes(house: House) -> None:
    await house.loop(house.ana, hour=2)
    await house.asking.run()
    [(_, story)] = house.asked
    assert story.occasion.cause is Cause.LOOP
    await house.stories.tell(house.ana, story.id, "Could not sleep.")
    [quote] = await house.quotes.quotes_for(await house.told())
    assert quote.span is not None
    without = [it for it in Feature if it is not Feature.NIGHTS]
    await house.store.join(house.group.id, house.ana.id, without, [ROOM], 1)
    [quote] = await house.quotes.quotes_for(await house.told())
    assert (quote.span, quote.times) == (None, 8)
    assert "02:" not in "".join(map(str, said(quote)))


@pytest.mark.parametrize("times", [5, 6])
async def test_a_loop_has_to_be_long(house: House, times: int) -> None:
    await house.loop(house.ana, times=times)
    await house.asking.run()
    assert len(house.asked) == (times >= 6)


async def test_a_long_silence_is_worth_a_question_a_short_one_is_not(house: House) -> None:
    for member, days in ((house.ana, 200), (house.ben, 120)):
        await house.play(member, WEEK.start_ms - 400 * DAY_MS, SONGS[0])
        await house.play(member, WEEK.start_ms - days * DAY_MS, HALO)
        for n in range(3):
            await house.play(member, WEEK.start_ms + n * DAY_MS + 15 * HOUR_MS, SONGS[n], HALO, SONGS[n + 3])
    await house.asking.run()
    [(member, story)] = house.asked
    assert member == house.ana
    assert (story.occasion.cause, story.occasion.times, story.occasion.days) == (Cause.COMEBACK, 3, 200)


async def test_far_more_than_before_is_worth_a_question(house: House) -> None:
    for week in range(1, 8):
        await house.play(house.ana, WEEK.start_ms - week * 7 * DAY_MS + 15 * HOUR_MS, *SONGS)
    for day in range(5):
        at_ms = WEEK.start_ms + day * DAY_MS + 15 * HOUR_MS
        await house.play(house.ana, at_ms, HALO, *SONGS[:8], HALO, HALO)
    await house.asking.run()
    [(_, story)] = house.asked
    assert (story.occasion.cause, story.occasion.title, story.occasion.times) == (Cause.MOMENT, "Halo", 15)


async def test_nothing_is_asked_without_a_yes_in_a_pause_at_night_or_about_what_is_set_aside(
    house: House,
) -> None:
    for member in house.members:
        await house.loop(member)
    without = [it for it in Feature if it is not Feature.STORIES]
    await house.store.join(house.group.id, house.ana.id, without, [ROOM], 1)
    await house.store.set_aside(house.ben.id, Aside(0, Mark.HIDDEN, Whole.ARTIST, (fold("Beyoncé"),), "B"), 1)
    await house.store.pause(house.cem.id, NOON - 1)
    await house.asking.run()
    assert house.asked == []
    await house.store.resume(house.cem.id, NOON)
    house.clock.now = calendar.at_local(date(2026, 11, 22), 23, 0, ZONE)
    await house.asking.run()
    assert house.asked == []
    house.clock.now = calendar.at_local(date(2026, 11, 23), 10, 0, ZONE)
    await house.asking.run()
    assert [member for member, _ in house.asked] == [house.cem]


async def test_answers_other_than_words_are_kept_and_nothing_is_asked_twice(house: House) -> None:
    await house.loop(house.ana)
    await house.asking.run()
    [(_, story)] = house.asked
    await house.stories.answer(house.ana, story.id, State.NEVER)
    # Another song of the same artist, a week later; then one of somebody else.
    other = RawTrack("spotify:track:9", "Formation", "Beyoncé", "Lemonade", 200_000)
    week_later = NOON + 7 * DAY_MS
    await house.play(house.ana, week_later - 2 * DAY_MS, *[other] * 9)
    await house.play(house.ana, week_later - DAY_MS, *[HALO] * 9)
    house.clock.now = week_later
    await house.asking.run()
    assert len(house.asked) == 1
    await house.play(house.ana, week_later - 2 * HOUR_MS, *[SONGS[30]] * 7)
    house.clock.advance(DAY_MS)
    await house.asking.run()
    assert [it.occasion.title for _, it in house.asked] == ["Halo", "Song 30"]
    await house.stories.want_to_be_asked(house.ana, wanted=False)
    await house.play(house.ana, week_later + 9 * DAY_MS, *[SONGS[31]] * 7)
    house.clock.now = week_later + 10 * DAY_MS
    await house.asking.run()
    assert len(house.asked) == 2
    assert await house.read() == []


async def test_one_may_tell_unasked_of_any_own_song_of_the_week(house: House) -> None:
    await house.play(house.ana, NOON - DAY_MS, HALO, SONGS[0], HALO)
    [first, *_] = await house.stories.songs(house.ana)
    assert first.title == "Halo"
    story = await house.stories.tell_of(house.ana, first.track_ids[0], "It is simply good.")
    assert (story.occasion.cause, story.occasion.times) == (Cause.OWN, 2)
    assert await house.read() == ["It is simply good."]
    await house.stories.tell(house.ana, story.id, "It is simply great.")
    assert await house.read() == ["It is simply great."]
    await house.stories.answer(house.ana, story.id, State.WITHDRAWN)
    assert await house.read() == []
    assert len(house.drawn) == 3
    assert [it.words for it in (await house.stories.mine(house.ana)).stories] == [""]
    for words in ("", " \n ", "x" * 281):
        with pytest.raises(BadOption):
            await house.stories.tell_of(house.ana, first.track_ids[0], words)
    with pytest.raises(BadOption):
        await house.stories.tell_of(house.ben, first.track_ids[0], "Not mine.")
    with pytest.raises(NotFound):
        await house.stories.tell(house.ben, story.id, "Not mine.")


async def test_nothing_is_told_where_no_group_may_read_it(house: House) -> None:
    await house.play(house.ana, NOON - DAY_MS, HALO)
    [song] = await house.stories.songs(house.ana)
    without = [it for it in Feature if it is not Feature.STORIES]
    await house.store.join(house.group.id, house.ana.id, without, [ROOM], 1)
    assert await house.stories.groups(house.ana) == []
    with pytest.raises(NotJoined):
        await house.stories.tell_of(house.ana, song.track_ids[0], "Hello?")


async def test_words_go_to_the_chosen_groups_alone(house: House) -> None:
    far = RoomRef("lounge", "", "far")
    elsewhere = await house.store.open_room(far, "far", ZONE)
    await house.store.join(elsewhere.id, house.ana.id, list(Feature), [far], 2)
    await house.play(house.ana, NOON - DAY_MS, HALO)
    [song] = await house.stories.songs(house.ana)

    async def read_there() -> list[str]:
        audience = Audience(elsewhere, frozenset({far}))
        told = await house.recaps.of_group(audience, WEEK)
        return [it.words for it in await house.quotes.quotes_for(told)]

    story = await house.stories.tell_of(house.ana, song.track_ids[0], "Here.", [house.group.id])
    assert (await house.read(), await read_there()) == (["Here."], [])
    house.drawn.clear()
    await house.stories.tell(house.ana, story.id, "There.", [elsewhere.id, GroupId(99)])
    assert (await house.read(), await read_there()) == ([], ["There."])
    assert {group_id for _, group_id, _ in house.drawn} == {house.group.id, elsewhere.id}
    with pytest.raises(BadOption):
        await house.stories.tell(house.ana, story.id, "Nowhere.", [GroupId(99)])


# --- whatever happens, no words reach a card that are not to be read there


@dataclass(frozen=True)
class Someone:
    """What a member chose, and what became of their story."""

    features: frozenset[Feature]
    rooms: frozenset[RoomRef]
    paused: bool
    hour: int
    out: str
    mark: Mark
    state: str


someone = st.builds(
    Someone,
    st.frozensets(st.sampled_from(Feature)),
    st.frozensets(st.sampled_from([ROOM, OTHER])),
    st.booleans(),
    st.sampled_from([2, 14]),
    st.sampled_from(["", "", "artist", "song", "time", "other time", "forgotten", "unlinked"]),
    st.sampled_from(Mark),
    st.sampled_from(["told", "told", "edited", "withdrawn", "kept"]),
)


async def arrange(house: House, member: Member, it: Someone) -> None:
    """Their plays and their story, told while they had said yes, then all that they chose."""
    store = house.store
    await house.loop(member, hour=it.hour)
    songs = await house.stories.songs(member)
    (halo,) = [song for song in songs if song.title == "Halo"]
    story = await house.stories.tell_of(member, halo.track_ids[0], f"first words of {member.name}")
    if it.state == "edited":
        await house.stories.tell(member, story.id, f"second words of {member.name}")
    elif it.state != "told":
        await house.stories.answer(member, story.id, State(it.state))
    around = Span(story.occasion.first_ms - 1, story.occasion.last_ms + 1)
    match it.out:
        case "artist":
            aside = Aside(0, it.mark, Whole.ARTIST, (fold("Beyoncé"),), "Beyoncé")
            await store.set_aside(member.id, aside, 1)
        case "song":
            aside = Aside(0, it.mark, Whole.SONG, story.occasion.key, "Halo")
            await store.set_aside(member.id, aside, 1)
        case "time":
            await store.set_aside(member.id, Aside(0, it.mark, Whole.TIME, span=around), 1)
        case "other time":
            before = Span(around.start_ms - DAY_MS, around.start_ms)
            await store.set_aside(member.id, Aside(0, it.mark, Whole.TIME, span=before), 1)
        case "forgotten":
            await store.forget_time(member.id, around)
        case "unlinked":
            for link in await store.links(member.id):
                await store.unlink(link.id)
    await store.leave(house.group.id, member.id)
    if it.features:
        await store.join(house.group.id, member.id, it.features, it.rooms, 1)
    if it.paused:
        await store.pause(member.id, NOON)


def to_be_read(it: Someone, room: RoomRef) -> bool:
    return (
        {Feature.STORIES, Feature.RECAP} <= it.features
        and room in it.rooms
        and not it.paused
        and it.out in ("", "other time")
        and it.state in ("told", "edited")
    )


@given(st.lists(someone, min_size=3, max_size=3), st.sampled_from([ROOM, OTHER]))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_words_reach_no_card_unless_they_are_to_be_read_there(
    people: Sequence[Someone], room: RoomRef
) -> None:
    async def shown() -> tuple[str, list[str], dict[str, Someone]]:
        house = await House().settle()
        chosen = {member.name: it for member, it in zip(house.members, people, strict=True)}
        for member in house.members:
            await arrange(house, member, chosen[member.name])
        quotes = await house.quotes.quotes_for(await house.told(room))
        return "\n".join(str(line) for it in quotes for line in said(it)), [it.words for it in quotes], chosen

    card, words, chosen = asyncio.run(shown())
    for name, it in chosen.items():
        last = f"{'second' if it.state == 'edited' else 'first'} words of {name}"
        assert (last in words) == to_be_read(it, room), (name, it)
        assert (f"words of {name}" in card) == to_be_read(it, room)
        if it.state == "edited":
            assert f"first words of {name}" not in card
        if it.hour == 2 and Feature.NIGHTS not in it.features:
            assert not any(f"{name}," in line and "02:" in line for line in card.splitlines())


@given(
    st.lists(
        st.tuples(
            st.integers(HOUR_MS // 4, 3 * DAY_MS),
            st.sampled_from(["run", "run", "loop", "pause", "resume", "never", "always"]),
        ),
        min_size=5,
        max_size=40,
    )
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_however_time_passes_nobody_is_asked_too_often(steps: Sequence[tuple[int, str]]) -> None:
    async def asked() -> list[tuple[int, Story]]:
        house = await House().settle()
        far = RoomRef("lounge", "", "far")
        elsewhere: Group = await house.store.open_room(far, "far", ZONE)
        await house.store.join(elsewhere.id, house.ana.id, list(Feature), [far], 2)
        when: list[tuple[int, Story]] = []
        paused, wanted = False, True
        for n, (ms, what) in enumerate(steps):
            house.clock.advance(ms)
            now_ms = house.clock.now
            if what == "loop":
                await house.play(house.ana, now_ms - HOUR_MS, *[SONGS[n % 6]] * 8)
            elif what == "pause":
                paused = await house.store.pause(house.ana.id, now_ms) or paused
            elif what == "resume":
                paused = not await house.store.resume(house.ana.id, now_ms) and paused
            elif what in ("never", "always"):
                wanted = what == "always"
                await house.stories.want_to_be_asked(house.ana, wanted)
            else:
                before = len(house.asked)
                await house.asking.run()
                await house.asking.run()
                for _, story in house.asked[before:]:
                    assert wanted
                    assert not paused
                    assert 10 <= calendar.local_time(now_ms, ZONE).hour < 21
                    when.append((now_ms, story))
        return when

    found = asyncio.run(asked())
    target(len(found))
    for (one, _), (other, _) in pairwise(found):
        assert other - one >= ASKED_EVERY_MS
    titles = [story.occasion.title for _, story in found]
    assert len(titles) == len(set(titles))
