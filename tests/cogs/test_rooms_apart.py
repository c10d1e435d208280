"""Whoever said yes for one room is in no word that another room is told: every feature is asked for everything."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.chat import Button, Card, Cog, Context, Listing, Person, Picture
from bot.chat.stored import dumped
from bot.core.addresses import Addresses
from bot.core.calendar import When, period_of
from bot.core.consent import Feature
from bot.core.model import Identity, NewPlay, Place, RawTrack, RoomRef, Source, Span
from bot.core.recap.model import Kind
from bot.errors import UserError
from bot.services.people import People
from bot.services.recap import Recaps
from cogs.listening import Listening
from cogs.play import Play
from cogs.prove import Prove
from cogs.wrapped import Wrapped
from tests.fakes import FakeChance
from tests.playing import House
from tests.recap_cards import Easel, recap_cards

A, B = RoomRef("lounge", "", "music-club"), RoomRef("slack", "T1", "C1")
NAMES = ("Quirin", "Xenia", "Yolanda", "Zbigniew")


@dataclass(frozen=True)
class Said:
    """What a member said yes to; no room: they never joined."""

    features: frozenset[Feature]
    rooms: frozenset[RoomRef]


said = st.builds(Said, st.frozensets(st.sampled_from(Feature)), st.frozensets(st.sampled_from([A, B])))


class Club(House):
    """A group in two rooms. Each member has a name and an artist that nobody else has."""

    async def settle_by(self, everybody: Iterable[Said]) -> Club:
        self.group = await self.store.open_room(A, "club", "UTC")
        await self.store.open_room(B, "work", "UTC")
        await self.store.move_room(B, self.group.id)
        for name, it in zip(NAMES, everybody, strict=True):
            member = await self.people.member(Identity("lounge", name), name, "UTC")
            self.members[name] = member
            if it.rooms:
                await self.store.join(self.group.id, member.id, it.features, it.rooms, 0)
            link = await self.store.export_link(member.id, Source.EXTENDED)
            span = period_of(When.WEEK, self.clock.now, "UTC")
            tracks = [
                RawTrack(f"spotify:track:{name}", f"{name}'s song", f"{name} Band", f"{name}'s album")
            ] * 4
            tracks.append(RawTrack("spotify:track:all", "Together", "Everybody", "All"))
            await self.store.record(
                link.id,
                [NewPlay(span.start_ms + n * 300_000, track, 200_000) for n, track in enumerate(tracks)],
            )
            await self.store.cover(link.id, [Span(span.start_ms, span.end_ms)])
        recaps = Recaps(self.store, self.store, self.store, self.store, self.store, self.clock, FakeChance())
        people: People = self.people
        self.cogs: list[Cog] = [
            Wrapped(people, recaps, recap_cards(self.store, Easel(), self.clock), self.store, self.clock),
            Listening(people, recaps, self.clock),
            Prove(people, recaps, self.clock),
            Play(people, self.playlists, self.mixes, Addresses()),
        ]
        return self

    async def told(self, viewer: str, room: RoomRef | None) -> list[Card]:
        """Every card about recaps that the viewer can have there."""
        somebody = [Person(Identity("lounge", name), name) for name in NAMES]
        asked: list[tuple[str, dict[str, object]]] = [("wrapped", {}), ("prove", {})]
        asked += [("top", {"what": kind}) for kind in Kind]
        asked += [("top", {"what": Kind.TRACK, "who": who}) for who in somebody]
        return await self.asked(viewer, room, asked)

    async def asked(
        self, viewer: str, room: RoomRef | None, asked: list[tuple[str, dict[str, object]]]
    ) -> list[Card]:
        """The cards for these commands, without those that are refused."""
        ctx = Context(Person(Identity("lounge", viewer), viewer, "UTC"), Place(room), "r")
        commands = {it.name: it for cog in self.cogs for it in cog.commands()}
        cards = []
        for name, options in asked:
            with suppress(UserError):
                card = await commands[name].run(ctx, **options)
                assert isinstance(card, Card)
                cards.append(card)
        return cards

    async def opened(self, viewer: str, room: RoomRef, card: Card) -> list[Card]:
        """Every card behind the proofs that a card offers."""
        ctx = Context(Person(Identity("lounge", viewer), viewer, "UTC"), Place(room), "r")
        actions = {it.name: it for cog in self.cogs for it in cog.actions()}
        waiting, pressed, found = [card], set(), []
        while waiting:
            for button in presses(waiting.pop()):
                key = (button.action, *sorted(button.args.items()))
                if not button.action.startswith("prove.") or key in pressed:
                    continue
                pressed.add(key)
                with suppress(UserError):
                    answer = await actions[button.action].run(ctx, **button.args)
                    assert isinstance(answer, Card)
                    found.append(answer)
                    waiting.append(answer)
        return found


def presses(card: Card) -> Iterator[Button]:
    yield from (it for it in card.buttons if isinstance(it, Button))
    for block in card.blocks:
        if isinstance(block, Listing):
            yield from (it for row in block.rows for it in row.buttons)


def words(card: Card) -> str:
    """Everything in a card, pictures included."""
    pictures = [block.data.decode() for block in card.blocks if isinstance(block, Picture)]
    return "\n".join([dumped(card), *pictures])


def shares(said: Said, feature: Feature, rooms: frozenset[RoomRef]) -> bool:
    return feature in said.features and not rooms.isdisjoint(said.rooms)


def rooms_seen(everybody: list[Said], viewer: str, room: RoomRef | None) -> frozenset[RoomRef]:
    """The rooms whose people a viewer may see: the one they are in, in a private chat their own."""
    return frozenset({room}) if room is not None else everybody[NAMES.index(viewer)].rooms


@given(st.lists(said, min_size=4, max_size=4), st.sampled_from(NAMES), st.sampled_from([A, B, None]))
@settings(max_examples=60, deadline=None)
def test_who_did_not_say_yes_here_is_in_no_word(
    everybody: list[Said], viewer: str, room: RoomRef | None
) -> None:
    async def ask() -> list[Card]:
        return await (await Club().settle_by(everybody)).told(viewer, room)

    for card in asyncio.run(ask()):
        for name, it in zip(NAMES, everybody, strict=True):
            if not shares(it, Feature.RECAP, rooms_seen(everybody, viewer, room)):
                assert name not in words(card)


@given(st.lists(said, min_size=4, max_size=4), st.sampled_from(NAMES), st.sampled_from([A, B, None]))
@settings(max_examples=12, deadline=None)
def test_nor_in_a_list_of_songs(everybody: list[Said], viewer: str, room: RoomRef | None) -> None:
    async def ask() -> list[Card]:
        club = await Club().settle_by(everybody)
        return await club.asked(viewer, room, [("play", {"words": ""}), ("playlists", {})])

    for card in asyncio.run(ask()):
        for name, it in zip(NAMES, everybody, strict=True):
            if not shares(it, Feature.PLAYLISTS, rooms_seen(everybody, viewer, room)):
                assert name not in words(card)


@given(st.lists(said, min_size=4, max_size=4), st.sampled_from(NAMES), st.sampled_from([A, B]))
@settings(max_examples=80, deadline=None)
def test_a_number_is_opened_only_as_far_as_its_members_share_with_the_viewer(
    everybody: list[Said], viewer: str, room: RoomRef
) -> None:
    async def ask() -> list[Card]:
        club = await Club().settle_by(everybody)
        (posted,) = await club.asked("Quirin", room, [("wrapped", {})])
        return await club.opened(viewer, room, posted)

    mine = everybody[NAMES.index(viewer)].rooms
    for card in asyncio.run(ask()):
        for name, it in zip(NAMES, everybody, strict=True):
            if not shares(it, Feature.RECAP, mine):
                assert name not in words(card)


async def test_who_did_say_yes_is_there() -> None:
    club = await Club().settle_by([Said(frozenset(Feature), frozenset({A}))] * 4)
    told = await club.told("Quirin", A)
    assert len(told) == 9
    assert all("Xenia" in words(card) for card in told[:2])
    opened = await club.opened("Quirin", A, told[0])
    assert len(opened) > 30
    assert "Zbigniew Band" in "".join(map(words, opened))
    songs, _ = await club.asked("Quirin", A, [("play", {"words": ""}), ("playlists", {})])
    assert "Xenia Band" in words(songs)
