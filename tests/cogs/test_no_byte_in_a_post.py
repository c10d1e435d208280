"""Whoever did not say yes is in no byte of a group's post, nor of what is frozen, proven, kept or logged for it.

Random groups in two rooms. Each member has a name, a song, an album, a country and words that nobody else has. The post
goes through the real planning, counting and drawing of words; the painter writes down everything it was given.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.chat import Picture
from bot.chat.recap_cards import RecapCards
from bot.chat.stored import dumped
from bot.core.consent import Feature, Previewed
from bot.core.identity import lasting
from bot.core.model import Member, NewPlay, RawTrack, RoomRef, Source, Span, Track, TrackId
from bot.core.songfacts import SongFacts
from bot.core.stories import Cause, Occasion
from bot.ports import Delivery, Weekly
from bot.services.recap import Told
from bot.text import Text
from tests.recap_cards import Easel, recap_cards
from tests.services.test_weekly import HERE, THERE, House, Wall, ms

NAMES = ("Quirin", "Xenia", "Yolanda", "Zbigniew")
KEY = "2026-W47"
WEEK_MS = ms("2026-11-16T12:00")
ROOMS = (HERE, THERE)


@dataclass(frozen=True)
class Answers:
    """All that a member said to the group."""

    features: frozenset[Feature]
    rooms: frozenset[RoomRef]
    fine: bool
    not_this_week: bool
    pauses: bool

    def shown_in(self, room: RoomRef) -> bool:
        yes = Feature.RECAP in self.features and room in self.rooms
        return yes and self.fine and not self.not_this_week and not self.pauses


rarely = st.integers(0, 4).map(lambda n: n == 0)
answers = st.builds(
    Answers,
    st.frozensets(st.sampled_from(Feature)) | st.just(frozenset(Feature)),
    st.frozensets(st.sampled_from(ROOMS)) | st.just(frozenset(ROOMS)),
    rarely.map(lambda no: not no),
    rarely,
    rarely,
)


class Drawn(Wall):
    """Keeps what every room is shown as bytes would show it."""

    cards: RecapCards

    def __init__(self) -> None:
        super().__init__()
        self.read: dict[RoomRef, str] = {}

    async def show(
        self, delivery: Delivery, weekly: Weekly, told: Told, notes: Sequence[Text], message: str
    ) -> str:
        card = await self.cards.post(told, weekly, notes)
        pictures = [it.data.decode() for it in card.blocks if isinstance(it, Picture)]
        alt = [str(it.alt) for it in card.blocks if isinstance(it, Picture)]
        self.read[delivery.room] = "\n".join([dumped(card), *pictures, *alt, told.frozen.facts])
        return await super().show(delivery, weekly, told, notes, message)


class Club(House):
    """Members who play, tell and answer."""

    def __init__(self) -> None:
        self.drawn = Drawn()
        super().__init__(self.drawn)
        self.drawn.cards = recap_cards(self.store, Easel(), self.clock)
        self.everybody: dict[str, Member] = {}

    async def settle_by(self, said: Sequence[Answers]) -> Club:
        self.group = await self.store.open_room(HERE, "Club", "UTC")
        await self.store.open_room(THERE, "There", "UTC")
        await self.store.move_room(THERE, self.group.id)
        for name, it in zip(NAMES, said, strict=True):
            member = await self.store.add_member(name, "UTC", None, 0)
            self.everybody[name] = member
            await self._plays(name, member)
            await self.store.join(self.group.id, member.id, it.features, it.rooms, 0)
            left_out = KEY if it.not_this_week else ""
            await self.store.answer_preview(self.group.id, member.id, Previewed(it.fine, left_out))
            if it.pauses:
                await self.store.pause(member.id, ms("2026-11-23T00:00"))
        asked = await self.store.songs_to_look_up(self.clock.now, 100)
        facts = {it.id: SongFacts("r", ("a",), year=1999, area=f"{it.artist.split()[0]}land") for it in asked}
        await self.store.keep_facts(facts, self.clock.now)
        await self.weeklies.switch(self.group, self.everybody[NAMES[0]], on=True)
        return self

    async def _plays(self, name: str, member: Member) -> None:
        """Their own songs at night and at day, and one that everybody plays, now and in the weeks before."""
        own = RawTrack(f"spotify:track:{name}", f"{name} Song", f"{name} Band", f"{name} Album", 200_000)
        dark = RawTrack(f"spotify:track:{name}Dark", f"{name} Dark", f"{name} Nightly", "", 200_000)
        all_of = RawTrack("spotify:track:all", "Together", "Everybody", "All", 200_000)
        link = await self.store.export_link(member.id, Source.EXTENDED)
        plays = [
            NewPlay(WEEK_MS + n * 300_000, song, 190_000) for n, song in enumerate([own] * 20 + [all_of] * 15)
        ]
        plays += [NewPlay(ms("2026-11-18T02:00") + n * 300_000, dark, 190_000) for n in range(8)]
        plays += [NewPlay(ms("2026-10-01T12:00") + n * 300_000, all_of, 190_000) for n in range(110)]
        await self.store.record(link.id, plays)
        await self.store.cover(link.id, [Span(ms("2026-01-01"), ms("2027-01-01"))])
        key = lasting(Track(TrackId(0), own.key, own.title, own.artist, own.album, own.duration_ms))
        about = Occasion(Cause.OWN, key, own.title, own.artist, 20, WEEK_MS, WEEK_MS + 20 * 300_000)
        await self.store.new_story(
            member.id, about, f"{name} says why", [self.group.id], ms("2026-11-20T12:00")
        )


@contextmanager
def logged() -> Iterator[list[str]]:
    """Everything that is logged meanwhile, at any level."""
    lines: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(f"{record.getMessage()} {record.exc_info}")  # type: ignore[method-assign]
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield lines
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


def post(said: Sequence[Answers]) -> tuple[Club, str]:
    """The club after its post went out, and what was logged."""

    async def work() -> Club:
        club = await Club().settle_by(said)
        await club.at("2026-11-23T18:00")
        return club

    with logged() as lines:
        return asyncio.run(work()), "\n".join(lines)


@given(st.tuples(*[answers] * len(NAMES)))
@settings(max_examples=50, deadline=None)
def test_who_did_not_say_yes_is_in_no_byte(said: tuple[Answers, ...]) -> None:
    club, log = post(said)
    deliveries = asyncio.run(_deliveries(club))
    assert {it.room for it in deliveries} == set(ROOMS)
    for room in ROOMS:
        shown = {name for name, it in zip(NAMES, said, strict=True) if it.shown_in(room)}
        read = club.drawn.read.get(room, "")
        assert {name for name in NAMES if name in read} == shown
        may = {
            feature: {name for name, it in zip(NAMES, said, strict=True) if feature in it.features} & shown
            for feature in Feature
        }
        assert {name for name in NAMES if f"{name} says why" in read} <= may[Feature.STORIES]
        assert may[Feature.NIGHTS] or "02:" not in read
    for name in NAMES:
        assert name not in log
        # What durable work is given names rooms and periods, nobody.
        assert name not in repr(deliveries)


async def _deliveries(club: Club) -> Sequence[Delivery]:
    return await club.store.deliveries(club.group.id, KEY)


def test_where_everybody_says_yes_everybody_is_there() -> None:
    """The test above would see it if it looked at nothing."""
    yes = Answers(frozenset(Feature), frozenset(ROOMS), fine=True, not_this_week=False, pauses=False)
    club, _ = post([yes] * len(NAMES))
    for room in ROOMS:
        for name in NAMES:
            for word in (f"{name} Song", f"{name} Band", f"{name} Album", f"{name}land"):
                assert word in club.drawn.read[room]
        # Words have room for three.
        assert sum(f"{name} says why" in club.drawn.read[room] for name in NAMES) == 3
        assert "02:" in club.drawn.read[room]
    club, _ = post([replace(yes, fine=False)] * len(NAMES))
    assert not any(name in read for read in club.drawn.read.values() for name in NAMES)
