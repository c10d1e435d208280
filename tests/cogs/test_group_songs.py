"""/songs: admins of a group say which tracks are one song there; it counts there alone, is proven, and is undone."""

from __future__ import annotations

from datetime import date

import pytest

from bot.chat import Button, Card, Context, Lines, Listing, Person
from bot.core import calendar
from bot.core.choices import Aside, Mark, Whole
from bot.core.consent import Audience, Feature
from bot.core.identity import lasting
from bot.core.model import Identity, Member, NewPlay, Place, RawTrack, RoomRef, Source, Span, TrackId
from bot.errors import BadOption, NotAllowed, NotFound, UserError
from bot.services.people import People
from bot.services.recap import Recaps
from bot.services.songs import Songs
from bot.text import Text
from cogs.prove import Prove
from cogs.songs import GroupSongs
from tests.fakes import FakeChance, FakeClock, FakeStore

CLUB, WORK = RoomRef("lounge", "", "club"), RoomRef("lounge", "", "work")
ZONE = "Europe/Berlin"
WEEK = calendar.week_of(date(2026, 11, 16), ZONE)
NOW = calendar.at_local(date(2026, 11, 24), 12, 0, ZONE)
HELLO = RawTrack("spotify:track:1", "Hello", "Adele", "25", 295_000)
REMASTER = RawTrack("spotify:track:2", "Hello - 2026 Remaster", "Adele", "Best of", 296_000)
LIVE = RawTrack("spotify:track:3", "Hello (Live)", "Adele", "Live", 310_000)
CREEP = RawTrack("spotify:track:4", "Creep", "Radiohead", "Pablo Honey", 238_000)


class House:
    """Ana (an admin) and Ben share in two groups."""

    def __init__(self) -> None:
        self.store, self.clock = FakeStore(), FakeClock(NOW)
        self.people = People(self.store, self.store, self.clock, ZONE)
        self.recaps = Recaps(
            self.store, self.store, self.store, self.store, self.store, self.clock, FakeChance()
        )
        self.cog = GroupSongs(self.people, Songs(self.store, self.recaps, self.clock))
        self.prove = Prove(self.people, self.recaps, self.clock)

    async def settle(self) -> House:
        self.groups = {room: await self.store.open_room(room, room.channel, ZONE) for room in (CLUB, WORK)}
        self.members: dict[str, Member] = {}
        for name in ("ana", "ben"):
            member = await self.people.member(Identity("lounge", name), name.title(), ZONE)
            self.members[name] = member
            for room, group in self.groups.items():
                await self.store.join(group.id, member.id, list(Feature), [room], 0)
        await self.play("ana", HELLO, HELLO, LIVE, CREEP)
        await self.play("ben", REMASTER, LIVE, LIVE)
        return self

    async def play(self, name: str, *tracks: RawTrack) -> None:
        link = await self.store.export_link(self.members[name].id, Source.EXTENDED)
        start = WEEK.start_ms + 36_000_000
        await self.store.record(
            link.id, [NewPlay(start + n * 300_000, track, 60_000) for n, track in enumerate(tracks)]
        )
        await self.store.cover(link.id, [Span(WEEK.start_ms, WEEK.end_ms)])

    async def counted(self, room: RoomRef = CLUB) -> dict[str, int]:
        told = await self.recaps.of_group(Audience(self.groups[room], frozenset({room})), WEEK)
        return {it.title: it.plays for it in told.recap.top_tracks}


@pytest.fixture
async def house() -> House:
    return await House().settle()


def asking(name: str = "ana", room: RoomRef | None = CLUB, *, admin: bool = True) -> Context:
    async def progress(_: Text) -> None: ...

    person = Person(Identity("lounge", name), name.title(), ZONE, admin=admin)
    return Context(person, Place(room, "club"), progress)


def said(card: Card) -> str:
    """Every word of a card."""
    words = [str(card.title)]
    for block in card.blocks:
        if isinstance(block, Lines):
            words += map(str, block.lines)
        elif isinstance(block, Listing):
            words += [str(block.heading)] if block.heading else []
            words += [f"{it.text} {it.note or ''}" for it in block.rows]
    return "\n".join(words)


def buttons(card: Card) -> list[Button]:
    return [
        button
        for block in card.blocks
        if isinstance(block, Listing)
        for row in block.rows
        for button in row.buttons
        if isinstance(button, Button)
    ]


RULES = {"Hello": 3, "Hello (Live)": 3, "Creep": 1}


async def test_two_songs_become_one_in_this_group_alone_and_again_two(house: House) -> None:
    assert await house.counted() == RULES
    card = await house.cog.songs(asking(), "Hello — Adele", "Hello (Live) — Adele")
    assert "Hello — Adele and Hello (Live) — Adele are one song here now." in said(card)
    assert "said by Ana" in said(card)
    assert await house.counted() == {"Hello (Live)": 6, "Creep": 1}
    assert await house.counted(WORK) == RULES
    own = await house.recaps.of_member(house.members["ana"], WEEK)
    assert {it.title: it.plays for it in own.recap.top_tracks} == {"Hello": 2, "Hello (Live)": 1, "Creep": 1}
    (undo,) = [it for it in buttons(card) if it.action == "songs.undo"]
    card = await house.cog.undo(asking("ben"), **undo.args)
    assert card.replaces
    assert await house.counted() == RULES
    with pytest.raises(NotFound):
        await house.cog.undo(asking(), **undo.args)


async def test_what_the_rules_joined_is_parted(house: House) -> None:
    card = await house.cog.songs(asking(), "hello adele")
    assert "2 tracks count as this song" in said(card)
    (part,) = buttons(card)
    card = await house.cog.part(asking(), **part.args)
    assert "Hello - 2026 Remaster — Adele is not Hello — Adele" in said(card)
    assert await house.counted() == {"Hello (Live)": 3, "Hello": 2, "Hello - 2026 Remaster": 1, "Creep": 1}


async def test_to_take_out_what_an_admin_put_in_leaves_nothing_behind(house: House) -> None:
    await house.cog.songs(asking(), "Hello (Live) — Adele", "Hello — Adele")
    card = await house.cog.songs(asking(), "Hello (Live) — Adele")
    known = await house.store.tracks(range(1, 9))
    (part,) = [it for it in buttons(card) if known[TrackId(int(it.args["track"]))].key == HELLO.key]
    await house.cog.part(asking(), **part.args)
    assert await house.store.aliases(house.groups[CLUB].id) == []
    assert await house.counted() == RULES


async def test_suggestions_are_what_was_played_as_several_tracks(house: House) -> None:
    card = await house.cog.songs(asking())
    assert "Hello — Adele 2 versions" in said(card)
    (versions,) = buttons(card)
    assert said(await house.cog.versions(asking(), **versions.args)) == said(
        await house.cog.songs(asking(), "Hello — Adele")
    )
    assert await house.cog.suggest(asking(), "adele") == ["Hello — Adele", "Hello (Live) — Adele"]
    assert await house.cog.suggest(asking(), " ") == [
        "Hello — Adele", "Hello (Live) — Adele", "Creep — Radiohead",
    ]  # fmt: skip


async def test_songs_of_one_name_are_told_apart(house: House) -> None:
    await house.play("ben", RawTrack("spotify:track:9", "Creep", "Radiohead", "Other", 150_000))
    names = await house.cog.suggest(asking(), "creep")
    assert sorted(names) == ["Creep — Radiohead (Other, 2:30)", "Creep — Radiohead (Pablo Honey, 3:58)"]
    await house.cog.songs(asking(), *names)
    assert (await house.counted())["Creep"] == 2


async def test_only_admins_in_a_room_may(house: House) -> None:
    for asked in (asking(admin=False), asking(room=None)):
        assert await house.cog.suggest(asked, "") == ()
        with pytest.raises(UserError):
            await house.cog.songs(asked)
        with pytest.raises(UserError):
            await house.cog.undo(asked, "1")
        with pytest.raises(UserError):
            await house.cog.part(asked, "1", "2")
    with pytest.raises(NotAllowed):
        await house.cog.versions(asking(admin=False), "1")


@pytest.mark.parametrize(
    ("song", "same", "option"),
    [
        ("", "Hello — Adele", "song"),
        ("Nothing of this name", "", "song"),
        ("Hello", "", "song"),
        ("Hello — Adele", "Nothing of this name", "same"),
        ("Hello — Adele", "Hello — Adele", "same"),
    ],
)
async def test_what_cannot_be_meant_is_asked_for(house: House, song: str, same: str, option: str) -> None:
    with pytest.raises(BadOption) as refused:
        await house.cog.songs(asking(), song, same)
    assert refused.value.option == option


async def test_a_number_that_was_said_before_is_counted_as_songs_are_now(house: House) -> None:
    told = await house.recaps.of_group(Audience(house.groups[CLUB], frozenset({CLUB})), WEEK)
    number = next(it.rank for it in told.recap.top_tracks if it.title == "Hello")
    proof = await house.recaps.prove(told.frozen.id, f"track:{number}", house.members["ana"])
    assert (proof.evidence.value, proof.evidence.difference) == (3, None)
    card = await house.prove.fact(asking(), str(told.frozen.id), f"track:{number}")
    assert (
        "These 2 versions count as one song: Hello — Adele (25, 4:55); "
        "Hello - 2026 Remaster — Adele (Best of, 4:56)" in said(card)
    )
    await house.cog.songs(asking(), "Hello — Adele", "Hello (Live) — Adele")
    proof = await house.recaps.prove(told.frozen.id, f"track:{number}", house.members["ana"])
    assert proof.evidence.value == 6
    card = await house.prove.fact(asking(), str(told.frozen.id), f"track:{number}")
    assert "Which tracks count as one song may have changed since then, too." in said(card)


async def test_what_a_member_hides_no_admin_brings_back(house: House) -> None:
    known = {it.key: it for it in (await house.store.tracks(range(1, 9))).values()}
    hello, remaster = known[HELLO.key], known[REMASTER.key]
    aside = Aside(0, Mark.HIDDEN, Whole.SONG, lasting(hello), "Hello — Adele")
    await house.store.set_aside(house.members["ben"].id, aside, 1)
    assert await house.counted() == RULES | {"Hello": 2}
    await house.cog.part(asking(), str(remaster.id), str(hello.id))
    assert await house.counted() == RULES | {"Hello": 2}
