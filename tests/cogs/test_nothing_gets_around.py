"""Nothing gets around consent: whatever members choose, no card that somebody can have tells more than that.

Every member plays songs with unmistakable names, one for each way to take plays out. What may be said is worked out
again, play by play, from the rules in words; then every card that a viewer can reach is read for anything else.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.chat import Bars, Button, Card, Cog, Context, Fields, Lines, Listing, Person, Picture
from bot.chat.stored import dumped
from bot.core import calendar
from bot.core.addresses import Addresses
from bot.core.calendar import When, period_of
from bot.core.choices import Mark
from bot.core.consent import Audience, Feature
from bot.core.model import (
    Identity,
    Link,
    LinkId,
    NewPlay,
    Place,
    RawTrack,
    RoomRef,
    Source,
    Span,
)  # fmt: skip
from bot.core.recap.model import Kind, Recap
from bot.errors import UserError
from bot.services.choices import Choosing
from bot.services.recap import Recaps
from cogs.listening import Listening
from cogs.play import Play
from cogs.prove import Prove
from cogs.wrapped import Wrapped
from tests.fakes import FakeChance
from tests.playing import House
from tests.recap_cards import Easel, recap_cards

A, B = RoomRef("lounge", "", "music-club"), RoomRef("slack", "T1", "C1")
NAMES = ("Quirin", "Xenia", "Yolanda")
ZONES = ("UTC", "Asia/Kolkata", "America/New_York")
HOUR = 3_600_000
SOURCES = (Source.EXTENDED, Source.SPOTIFY, Source.LASTFM)


@dataclass(frozen=True)
class Chosen:
    """All that a member said: what they let be seen and where, what they took out."""

    features: frozenset[Feature]
    rooms: frozenset[RoomRef]
    source: Source
    paused: bool
    artist: Mark | None
    song: Mark | None
    evening: Mark | None
    forgotten: bool

    def shares(self, feature: Feature, rooms: frozenset[RoomRef]) -> bool:
        return feature in self.features and not rooms.isdisjoint(self.rooms) and not self.paused


marks = st.none() | st.sampled_from(Mark)
chosen = st.builds(
    Chosen, st.frozensets(st.sampled_from(Feature)), st.frozensets(st.sampled_from([A, B])),
    st.sampled_from(SOURCES), st.sampled_from([False, False, False, True]), marks, marks, marks, st.booleans(),
)  # fmt: skip
everybody = st.tuples(*[chosen] * len(NAMES))
EVERYTHING = Chosen(frozenset(Feature), frozenset({A, B}), Source.EXTENDED, False, None, None, None, False)


@dataclass(frozen=True)
class Heard:
    """One play: day of last week, hour and minute on the member's own clock, what."""

    day: int
    hour: int
    minute: int
    title: str
    artist: str


def played_by(name: str) -> list[Heard]:
    """What a member plays, with the way in the name in which it can be taken out."""
    plain = [Heard(0, 10, n, f"{name} Open", f"{name} Plain") for n in range(0, 15, 5)]
    return [
        *plain,
        *(Heard(0, 11, n, f"{name} Veil", f"{name} Veiled") for n in range(0, 20, 5)),
        Heard(0, 12, 0, f"{name} Guest (feat. {name} Veiled)", f"{name} Plain"),
        *(Heard(0, 13, n, f"{name} Hushed", f"{name} Plain") for n in range(0, 10, 5)),
        *(Heard(1, 21, n, f"{name} Evening", f"{name} Dusky") for n in range(0, 25, 5)),
        *(Heard(2, 14, n, f"{name} Forgotten", f"{name} Lost") for n in range(0, 30, 5)),
        *(Heard(3, 2, n, f"{name} Nightly", f"{name} Dark") for n in range(0, 45, 5)),
        Heard(3, 9, 0, "Together", "Everybody"),
    ]


class Club(House):
    """A group in two rooms, and all its cards."""

    async def settle_in(self) -> Club:
        self.group = await self.store.open_room(A, "club", "UTC")
        await self.store.open_room(B, "work", "UTC")
        await self.store.move_room(B, self.group.id)
        self.week = period_of(When.WEEK, self.clock.now, "UTC")
        recaps = Recaps(self.store, self.store, self.store, self.store, self.store, self.clock, FakeChance())
        self.recaps = recaps
        self.cogs: list[Cog] = [
            Wrapped(
                self.people, recaps, recap_cards(self.store, Easel(), self.clock), self.store, self.clock
            ),
            Listening(self.people, recaps, self.clock),
            Prove(self.people, recaps, self.clock),
            Play(self.people, self.playlists, self.mixes, Addresses()),
        ]
        for name, zone in zip(NAMES, ZONES, strict=True):
            self.members[name] = await self.people.member(Identity("lounge", name), name, zone)
        return self

    def at_ms(self, heard: Heard, zone: str) -> int:
        day = calendar.days_in(self.week)[heard.day + 1][
            0
        ]  # no zone is a day away, so all of it is in the week
        return calendar.at_local(day, heard.hour, heard.minute, zone)

    async def listen(self, name: str, source: Source) -> None:
        """The member's plays, as they come from a source: once, and once more later."""
        member = self.members[name]
        if source is Source.EXTENDED:
            link = await self.store.export_link(member.id, source)
        else:
            link = await self.store.link_account(Link(LinkId(0), member.id, source, name), b"sealed", 0)
        rows = [
            NewPlay(self.at_ms(it, member.zone), RawTrack(f"spotify:track:{it.title}", it.title, it.artist), 200_000)
            for it in played_by(name)
        ]  # fmt: skip
        await self.store.record(link.id, rows)
        await self.store.cover(link.id, [Span(self.week.start_ms, self.week.end_ms)])

    async def choose(self, name: str, it: Chosen) -> None:
        member = self.members[name]
        await self.store.leave(self.group.id, member.id)
        if it.rooms:
            await self.store.join(self.group.id, member.id, it.features, it.rooms, 0)
        choosing = Choosing(self.store, self.store, self.clock)
        if it.artist is not None:
            await choosing.artist_out(member, f"{name.lower()} veiled", it.artist)
        if it.song is not None:
            await choosing.song_out(member, f"{name} Hushed — {name} Plain", it.song)
        if it.evening is not None:
            evening = self.at_ms(Heard(1, 20, 30, "", ""), member.zone)
            await choosing.time_out(member, Span(evening, evening + 2 * HOUR), it.evening)
        if it.forgotten:
            noon = self.at_ms(Heard(2, 12, 0, "", ""), member.zone)
            await choosing.forget(member, Span(noon, noon + 6 * HOUR))
        if it.paused:
            await choosing.pause(member)

    async def ask(self, viewer: str, room: RoomRef | None, name: str, **options: object) -> list[Card]:
        """The card, none where it is refused."""
        ctx = Context(Person(Identity("lounge", viewer), viewer, "UTC"), Place(room), "r")
        runs = {it.name: it.run for cog in self.cogs for it in (*cog.commands(), *cog.actions())}
        with suppress(UserError):
            card = await runs[name](ctx, **options)
            assert isinstance(card, Card)
            return [card]
        return []

    async def to_play(self, viewer: str, room: RoomRef) -> list[Button]:
        """The button under the recap of the week that makes a list of its songs."""
        cards = await self.ask(viewer, room, "wrapped")
        return [it for card in cards for it in presses(card) if it.action == "draft.mix"]

    async def recaps_told(self, viewer: str, room: RoomRef | None) -> list[Card]:
        """Every card about recaps that the viewer can have there, with every number opened."""
        cards = await self.ask(viewer, room, "wrapped") + await self.ask(viewer, room, "prove")
        for kind in Kind:
            cards += await self.ask(viewer, room, "top", what=kind, count=25)
            for name in NAMES:
                who = Person(Identity("lounge", name), name)
                cards += await self.ask(viewer, room, "top", what=kind, count=25, who=who)
        return cards + await self.opened(viewer, room, cards)

    async def opened(self, viewer: str, room: RoomRef | None, cards: list[Card]) -> list[Card]:
        """Every card behind the proofs that these cards offer."""
        waiting, pressed, found = list(cards), set(), []
        while waiting:
            for button in presses(waiting.pop()):
                key = (button.action, *sorted(button.args.items()))
                if not button.action.startswith("prove.") or key in pressed:
                    continue
                pressed.add(key)
                answer = await self.ask(viewer, room, button.action, **button.args)
                found += answer
                waiting += answer
        return found


def presses(card: Card) -> Iterator[Button]:
    yield from (it for it in card.buttons if isinstance(it, Button))
    for block in card.blocks:
        if isinstance(block, Listing):
            yield from (it for row in block.rows for it in row.buttons)


def words(card: Card) -> str:
    """Everything in a card: as it is read, as it is stored, and what its picture is drawn of."""
    said = [str(card.title), str(card.footer or ""), dumped(card)]
    for block in card.blocks:
        match block:
            case Picture(data, alt):
                said += [data.decode(), str(alt)]
            case Lines(lines, heading):
                said += [str(heading), *map(str, lines)]
            case Fields(pairs, heading) | Bars(pairs, heading):
                said += [str(heading), *(str(it) for pair in pairs for it in pair)]
            case Listing(rows, heading):
                said += [str(heading), *(f"{row.text} {row.note} {row.url}" for row in rows)]
    return "\n".join(said)


def kept_by(name: str, it: Chosen) -> list[Heard]:
    """The plays that others may count, by the rules in words."""
    kept = []
    for play in played_by(name):
        veiled = it.artist is not None and "Veiled" in f"{play.title} {play.artist}"
        hushed = it.song is not None and play.title == f"{name} Hushed"
        evening = it.evening is not None and play.day == 1
        forgotten = it.forgotten and play.day == 2
        if not (veiled or hushed or evening or forgotten):
            kept.append(play)
    return kept


def untold(name: str, it: Chosen, *, shared: bool) -> list[str]:
    """The words of a member's that nobody else may read: all, or what they took out."""
    if not shared:
        return [name]
    kept = kept_by(name, it)
    told = {kind(play) for play in kept for kind in (lambda one: one.title, lambda one: one.artist)}
    mine = {word for play in played_by(name) for word in (play.title, play.artist)}
    return sorted(mine - told)


def seen_from(viewer: Chosen, room: RoomRef | None) -> frozenset[RoomRef]:
    return frozenset({room}) if room is not None else viewer.rooms


async def settled(said: tuple[Chosen, ...]) -> Club:
    """The club when everything is still open to everybody."""
    club = await Club().settle_in()
    for name, it in zip(NAMES, said, strict=True):
        await club.choose(name, EVERYTHING)
        await club.listen(name, it.source)
    return club


async def chosen_by(club: Club, said: tuple[Chosen, ...]) -> Club:
    """The same club after everybody has chosen, and after every source has told its plays once more."""
    for name, it in zip(NAMES, said, strict=True):
        await club.choose(name, it)
        await club.listen(name, it.source)
    return club


def leaks(
    cards: list[Card], said: tuple[Chosen, ...], feature: Feature, rooms: frozenset[RoomRef]
) -> list[tuple[str, Chosen]]:
    """The words on the cards that somebody does not let these rooms read, with what they chose."""
    texts = [words(card) for card in cards]
    return [
        (word, it)
        for name, it in zip(NAMES, said, strict=True)
        for word in untold(name, it, shared=it.shares(feature, rooms))
        if any(word in text for text in texts)
    ]


viewers, places = st.sampled_from(NAMES), st.sampled_from([A, B, None])


@given(everybody, viewers, places)
@settings(max_examples=30, deadline=None)
def test_no_recap_and_no_proof_tells_more(
    said: tuple[Chosen, ...], viewer: str, room: RoomRef | None
) -> None:
    async def ask() -> list[Card]:
        club = await chosen_by(await settled(said), said)
        return await club.recaps_told(viewer, room)

    cards = asyncio.run(ask())
    rooms = seen_from(said[NAMES.index(viewer)], room)
    assert leaks(cards, said, Feature.RECAP, rooms) == []
    for card in cards:
        for name, it in zip(NAMES, said, strict=True):
            if Feature.NIGHTS not in it.features:
                assert f"{name} Nightly — {name} Dark 9 times" not in words(card)


@given(everybody, places)
@settings(max_examples=30, deadline=None)
def test_every_number_is_what_a_slow_count_of_what_may_be_said_gives(
    said: tuple[Chosen, ...], room: RoomRef | None
) -> None:
    async def ask() -> Recap:
        club = await chosen_by(await settled(said), said)
        audience = Audience(club.group, seen_from(said[0], room))
        return (await club.recaps.of_group(audience, club.week, top=99)).recap

    told = asyncio.run(ask())
    rooms = seen_from(said[0], room)
    may = {name: it for name, it in zip(NAMES, said, strict=True) if it.shares(Feature.RECAP, rooms)}
    kept = {name: kept_by(name, it) for name, it in may.items()}
    timed = {
        name: [one for one in kept[name] if one.hour >= 5 or Feature.NIGHTS in it.features]
        for name, it in may.items()
    }
    assert [part.member.name for part in told.members] == list(may)
    for part in told.members:
        name = part.member.name
        assert part.plays == len(kept[name])
        assert {(it.title, it.artist): it.plays for it in part.top_tracks} == Counter(
            (it.title, it.artist) for it in kept[name]
        )
        assert list(part.clock) == [Counter(it.hour for it in timed[name])[hour] for hour in range(24)]
        assert (sum(part.week), sum(part.clock)) == (len(timed[name]), len(timed[name]))
        assert (max(Counter((it.day, it.hour) for it in timed[name]).values())
                == (part.busiest.plays if part.busiest else 0))  # fmt: skip
        assert {it.title for it in part.loops} <= {it.title for it in timed[name]}
    assert told.plays == sum(map(len, kept.values()))
    assert list(told.clock) == [
        sum(it.hour == hour for plays in timed.values() for it in plays) for hour in range(24)
    ]
    if told.busiest is not None:
        instants = {
            (name, calendar.at_local(calendar.days_in(told.period)[it.day + 1][0], it.hour, it.minute, zone))
            for name, zone in zip(NAMES, ZONES, strict=True)
            for it in timed.get(name, ())
        }
        during = [who for who, at in instants if 0 <= at - told.busiest.start_ms < HOUR]
        assert told.busiest.plays == len(during)
        names = {part.member.id: part.member.name for part in told.members}
        assert {names[who]: n for who, n in told.busiest.shares} == Counter(during)


@given(everybody, viewers)
@settings(max_examples=12, deadline=None)
def test_what_was_said_before_names_nothing_that_is_hidden_since(
    said: tuple[Chosen, ...], viewer: str
) -> None:
    """Opened by somebody who sees the room in which it was said. What was only forgotten shows as a difference."""

    async def ask() -> list[Card]:
        club = await settled(said)
        early = await club.ask("Quirin", A, "wrapped")
        await chosen_by(club, said)
        return await club.opened(viewer, A, early)

    cards = asyncio.run(ask())
    mine = said[NAMES.index(viewer)].rooms
    for card in cards:
        text = words(card)
        for name, it in zip(NAMES, said, strict=True):
            if not it.shares(Feature.RECAP, mine):
                assert name not in text
            if it.artist is not None:
                assert f"{name} Veil" not in text
            if it.song is not None:
                assert f"{name} Hushed" not in text
            if Feature.NIGHTS not in it.features:
                assert f"{name} played {name} Nightly" not in text


@given(everybody, viewers, st.sampled_from([A, B]))
@settings(max_examples=12, deadline=None)
def test_no_list_of_songs_tells_more_nor_one_from_before(
    said: tuple[Chosen, ...], viewer: str, room: RoomRef
) -> None:
    async def ask() -> list[Card]:
        club = await settled(said)
        (before,) = await club.ask("Quirin", room, "play", words="")
        await chosen_by(club, said)
        cards = await club.ask(viewer, room, "play", words="") + await club.ask(viewer, room, "playlists")
        swaps = [it for it in presses(before) if it.action in ("draft.swap", "draft.veto")]
        for button in swaps[:6]:
            cards += await club.ask(viewer, room, button.action, **button.args)
        return cards

    assert leaks(asyncio.run(ask()), said, Feature.PLAYLISTS, frozenset({room})) == []


@given(everybody, viewers, st.sampled_from([A, B]), st.booleans())
@settings(max_examples=12, deadline=None)
def test_no_list_of_a_recaps_songs_tells_more_nor_one_from_before(
    said: tuple[Chosen, ...], viewer: str, room: RoomRef, made_before: bool
) -> None:
    async def ask() -> list[Card]:
        club = await settled(said)
        (button,) = await club.to_play("Quirin", room)
        before = await club.ask("Quirin", room, button.action, **button.args) if made_before else []
        await chosen_by(club, said)
        cards = await club.ask(viewer, room, button.action, **button.args)
        for pressed in (it for card in before for it in [*presses(card)][:6] if it.action != "draft.save"):
            cards += await club.ask(viewer, room, pressed.action, **pressed.args)
        for now in await club.to_play(viewer, room):
            cards += await club.ask(viewer, room, now.action, **now.args)
        return cards

    cards = asyncio.run(ask())
    assert leaks(cards, said, Feature.PLAYLISTS, frozenset({room})) == []
    assert leaks(cards, said, Feature.RECAP, frozenset({room})) == []


def test_where_everything_is_open_everything_is_told() -> None:
    """The tests above would see it if they looked at nothing."""

    async def ask() -> tuple[list[Card], list[Card], list[Card]]:
        club = await settled((EVERYTHING,) * len(NAMES))
        (button,) = await club.to_play("Quirin", A)
        week = await club.ask("Quirin", A, button.action, **button.args)
        return await club.recaps_told("Quirin", A), await club.ask("Quirin", A, "play", words=""), week

    recaps, songs, week = asyncio.run(ask())
    for name in NAMES:
        assert f"{name} Nightly — {name} Dark 9 plays, all by {name}" in "\n".join(map(words, week))
    assert len(recaps) > 100
    text = "\n".join(map(words, recaps))
    for name in NAMES:
        assert not untold(name, EVERYTHING, shared=True)
        for word in ("Open", "Veil", "Hushed", "Evening", "Forgotten", "Nightly"):
            assert f"{name} {word}" in text
        assert f"{name} played {name} Nightly — {name} Dark 9 times in a row" in text
    assert "Xenia Veil" in "\n".join(map(words, songs))
