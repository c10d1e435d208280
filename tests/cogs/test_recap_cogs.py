"""What a member reads: the mini-Wrapped, tops, proofs and help, asked for over the fakes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.chat import Bars, Button, Card, Cog, Context, Fields, Listing, Person, Picture
from bot.chat.cards import Lines
from bot.core import calendar, pictures
from bot.core.consent import Feature
from bot.core.model import Identity, Member, NewPlay, Place, RawTrack, RoomRef, Source, Span
from bot.core.recap.model import Kind
from bot.errors import NotAllowed, NotJoined, Unavailable, UserError, WhichGroup
from bot.services.people import People
from bot.services.recap import Recaps
from bot.text import Text
from cogs.help import Help
from cogs.listening import Listening
from cogs.prove import Prove
from cogs.wrapped import Wrapped
from tests.fakes import FakeChance, FakeClock, FakeStore
from tests.recap_cards import recap_cards

ROOM = RoomRef("lounge", "", "music")
ZONE = "Europe/Berlin"
WEEK = calendar.week_of(date(2026, 11, 16), ZONE)
NOW = calendar.at_local(date(2026, 11, 24), 12, 0, ZONE)
HELLO = RawTrack("spotify:track:abc1", "Hello", "Adele", "25")
CREEP = RawTrack("spotify:track:abc2", "Creep", "Radiohead", "Pablo Honey")


class Easel:
    """A painter that draws nothing; told to, it fails."""

    def __init__(self) -> None:
        self.broken = False

    async def draw(
        self, picture: pictures.Picture, theme: pictures.Theme, say: Callable[[Text], str] = str
    ) -> bytes:
        if self.broken:
            raise Unavailable("no paint")
        return b"png"


class House:
    """Ana and Ben joined; Cem only looks on."""

    def __init__(self) -> None:
        self.store, self.clock, self.easel = FakeStore(), FakeClock(NOW), Easel()
        people = People(self.store, self.store, self.clock, ZONE)
        recaps = Recaps(self.store, self.store, self.store, self.store, self.store, self.clock, FakeChance())
        self.people = people
        self.cards = recap_cards(self.store, self.easel, self.clock)
        self.wrapped = Wrapped(people, recaps, self.cards, self.store, self.clock)
        self.listening = Listening(people, recaps, self.clock)
        self.prove = Prove(people, recaps, self.clock)
        self.help = Help(lambda: [it for cog in (self.wrapped, self.listening) for it in cog.commands()])

    async def settle(self) -> House:
        group = await self.store.open_room(ROOM, "music", ZONE)
        for name in ("ana", "ben"):
            member = await self.people.member(Identity("lounge", name), name.title(), ZONE)
            await self.store.join(group.id, member.id, list(Feature), [ROOM], 0)
            await self.play(member, *([HELLO] * 4 if name == "ana" else [HELLO, CREEP]))
        return self

    async def play(self, member: Member, *tracks: RawTrack) -> None:
        link = await self.store.export_link(member.id, Source.EXTENDED)
        start = calendar.at_local(date(2026, 11, 18), 2, 0, ZONE)
        await self.store.record(
            link.id, [NewPlay(start + n * 200_000, it, 180_000) for n, it in enumerate(tracks)]
        )
        await self.store.cover(link.id, [Span(WEEK.start_ms, WEEK.end_ms)])


@pytest.fixture
async def house() -> House:
    return await House().settle()


def context(user: str = "ana") -> Context:
    async def progress(text: Text) -> None:
        assert str(text)

    return Context(Person(Identity("lounge", user), user.title(), ZONE), Place(ROOM, "music"), "r1", progress)


async def press(cog: Cog, button: Button, user: str = "ana") -> Card:
    (action,) = [it for it in cog.actions() if it.name == button.action]
    answer = await action.run(context(user), **button.args)
    assert isinstance(answer, Card)
    return answer


def words(card: Card) -> str:
    """Everything a card says, line by line."""
    said: list[Any] = [card.title]
    for block in card.blocks:
        if isinstance(block, Lines):
            said += block.lines
        elif isinstance(block, Listing):
            said += [part for row in block.rows for part in (row.text, row.note) if part is not None]
        elif isinstance(block, Fields):
            said += [part for pair in block.pairs for part in pair]
        elif isinstance(block, Bars):
            said += [f"{name}: {n}" for name, n in block.bars]
        else:
            said.append(block.alt)
    return "\n".join(map(str, [*said, *([card.footer] if card.footer else [])]))


def button(card: Card, label: str) -> Button:
    rows = [row for block in card.blocks if isinstance(block, Listing) for row in block.rows]
    found = [
        it for it in [*card.buttons, *(b for row in rows for b in row.buttons)] if str(it.label) == label
    ]
    assert isinstance(found[0], Button)
    return found[0]


async def test_the_groups_week_names_who_played_what(house: House) -> None:
    card = await house.wrapped.wrapped(context())
    said = words(card)
    assert str(card.title) == "Week 47 in music"
    for line in (
        "6 plays by 2 listeners.",
        "Hello — Adele",
        "5 plays: Ana 4, Ben 1",
        "1 play, all by Ben",
        "Ana played Hello — Adele 4 times in a row, Wed 18 Nov, 02:00 to 02:10",
        "Busiest hour: Wed 18 Nov, 02:00 to 03:00, with 6 plays.",
        "Complete: all that the members share of this time is counted.",
    ):
        assert line in said
    (picture,) = [block for block in card.blocks if isinstance(block, Picture)]
    assert str(picture.alt).startswith("music, Week 47, 16–22 Nov 2026: the hours of the week")


async def test_without_paint_the_words_go_out_alone(house: House) -> None:
    house.easel.broken = True
    card = await house.wrapped.wrapped(context())
    assert not [block for block in card.blocks if isinstance(block, Picture)]
    assert "Hello — Adele" in words(card)


async def test_who_did_not_join_is_in_no_word(house: House) -> None:
    cem = await house.people.member(Identity("lounge", "cem"), "Cem", ZONE)
    await house.play(cem, CREEP)
    for card in (await house.wrapped.wrapped(context("cem")), await house.listening.top(context("cem"))):
        assert "Cem" not in words(card)
    assert "1 play" in words(await house.wrapped.me(context("cem")))


async def test_a_room_where_nobody_joined_says_how() -> None:
    card = await House().wrapped.wrapped(context())
    assert str(card.title) == "Nobody has joined music here yet"
    assert "/join" in words(card)


async def test_a_member_without_plays_is_told_how_to_bring_some(house: House) -> None:
    card = await house.wrapped.me(context("cem"))
    assert "I know no play of yours from 16–22 Nov 2026." in words(card)


async def test_without_a_known_time_before_nothing_is_new(house: House) -> None:
    for card in (await house.wrapped.wrapped(context()), await house.wrapped.me(context())):
        assert "the time before" not in words(card)
        assert "new" not in words(card).lower()


async def test_a_top_list_moves(house: House) -> None:
    before = calendar.before(WEEK)
    assert before is not None
    for name in ("ana", "ben"):
        member = await house.people.member(Identity("lounge", name), name.title(), ZONE)
        link = await house.store.export_link(member.id, Source.EXTENDED)
        await house.store.cover(link.id, [Span(before.start_ms, before.end_ms)])
    card = await house.listening.top(context())
    assert "Adele\n5 plays: Ana 4, Ben 1 · new" in words(card)
    house.clock.now += 7 * 86_400_000
    assert "Nothing to rank" in words(await house.listening.top(context()))


async def test_a_top_list_can_be_of_one_member(house: House) -> None:
    ben = Person(Identity("lounge", "ben"), "Ben")
    card = await house.listening.top(context(), what=Kind.TRACK, who=ben)
    assert words(card).startswith("Top songs, Week 47: Ben\nCreep — Radiohead\n1 play\nHello — Adele")
    assert "Ana" not in words(card)
    assert "2 plays in all. Complete" in words(card)


@pytest.mark.parametrize("name", ["cem", "nobody"])
async def test_who_shows_nothing_here_has_no_top_list(house: House, name: str) -> None:
    cem = await house.people.member(Identity("lounge", "cem"), "Cem", ZONE)
    await house.play(cem, CREEP)
    with pytest.raises(NotJoined, match=f"{name.title()} does not show music here"):
        await house.listening.top(context(), who=Person(Identity("lounge", name), name.title()))


async def test_plays_are_compared_on_one_scale_where_there_are_two(house: House) -> None:
    card = await house.wrapped.wrapped(context())
    (bars,) = [block for block in card.blocks if isinstance(block, Bars)]
    assert [(str(label), n) for label, n in bars.bars] == [("Ana", 4), ("Ben", 2)]
    assert str(bars.heading) == "Who played how much"
    alone = await house.wrapped.me(context())
    assert not [block for block in alone.blocks if isinstance(block, Bars)]


async def test_in_a_private_chat_the_group_is_the_one_that_was_joined(house: House) -> None:
    private = replace(context(), place=Place(None))
    for ask in (house.wrapped.wrapped, house.listening.top, house.prove.prove):
        assert "Adele" in words(await ask(private))
    other = await house.store.open_room(RoomRef("slack", "T1", "C1"), "work", ZONE)
    ana = await house.people.member(Identity("lounge", "ana"), "Ana", ZONE)
    await house.store.join(other.id, ana.id, list(Feature), [RoomRef("slack", "T1", "C1")], 5)
    with pytest.raises(WhichGroup) as asked:
        await house.wrapped.wrapped(private)
    assert [name for _, name in asked.value.groups] == ["music", "work"]
    card = await house.wrapped.wrapped(private.in_group(other.id))
    assert "Ben" not in words(card)
    assert "Week 47 in work" in words(card)
    with pytest.raises(UserError, match="/join there first"):
        await house.wrapped.wrapped(replace(context("cem"), place=Place(None)))


async def test_a_member_of_another_room_of_the_group_has_not_joined_here(house: House) -> None:
    there = RoomRef("slack", "T1", "C1")
    await house.store.open_room(there, "work", ZONE)
    group = await house.store.group_of(ROOM)
    assert group is not None
    await house.store.move_room(there, group.id)
    here = replace(context(), place=Place(there, "work"))
    with pytest.raises(NotJoined, match="not joined music here yet"):
        await house.prove.prove(here)
    assert str((await house.wrapped.wrapped(here)).title) == "Nobody has joined music here yet"


async def test_a_number_is_opened_down_to_ones_own_plays(house: House) -> None:
    card = await house.wrapped.wrapped(context())
    numbers = await press(house.prove, button(card, "Prove a number"))
    assert "Hello — Adele: 5 plays" in words(numbers)
    assert "Ana played" not in words(await press(house.prove, button(numbers, "Ben's numbers")))
    opened = [row for block in numbers.blocks if isinstance(block, Listing) for row in block.rows]
    (hello,) = [row for row in opened if str(row.text) == "Hello — Adele: 5 plays"]
    proof = words(await press(house.prove, hello.buttons[0]))
    assert "Said then\n5\nCounted now\n5\nFrom extended streaming history\n5 plays" in proof
    assert proof.count("ended 2026-11-18 02:") == 4
    assert "Ben\n1 play" in proof
    assert "Ana: all that is shared\nBen: all that is shared" in proof
    assert "Ana: extended history" in proof


async def test_a_number_is_not_opened_for_strangers(house: House) -> None:
    card = await house.wrapped.wrapped(context())
    with pytest.raises(NotAllowed, match="Only members of music"):
        await press(house.prove, button(card, "Prove a number"), "cem")
    with pytest.raises(NotJoined):
        await house.prove.prove(context("cem"))
    mine = await house.wrapped.me(context("ana"))
    with pytest.raises(NotAllowed, match="somebody else's numbers"):
        await press(house.prove, button(mine, "Prove a number"), "ben")


async def test_what_came_later_is_said(house: House) -> None:
    card = await house.wrapped.wrapped(context())
    numbers = await press(house.prove, button(card, "Prove a number"))
    ben = await house.people.member(Identity("lounge", "ben"), "Ben", ZONE)
    link = await house.store.export_link(ben.id, Source.EXTENDED)
    await house.store.record(link.id, [NewPlay(WEEK.start_ms + 5, HELLO, 60_000)])
    rows = [row for block in numbers.blocks if isinstance(block, Listing) for row in block.rows]
    (hello,) = [row for row in rows if str(row.text) == "Hello — Adele: 5 plays"]
    proof = words(await press(house.prove, hello.buttons[0]))
    assert "Said then\n5\nCounted now\n6" in proof


async def test_help_names_every_command_and_about_every_rule(house: House) -> None:
    assert "/top [what:artist] [count:10] [when:week]" in words(await house.help.help(context()))
    assert "at least 30 seconds" in words(await house.help.about(context()))
