"""Deleting everything about oneself: it asks, it goes, and the receipt says what it has to."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import pytest

from bot.chat import Button, Card, Context, Fields, Form, Link, Person
from bot.chat.cards import Lines
from bot.core.choices import Aside, Mark, Whole
from bot.core.model import Identity, LinkId, Member, MemberId, NewPlay, Place, RawTrack, RoomRef, Source
from bot.core.model import Link as Account
from bot.errors import BadOption, EarshotError, Unavailable
from bot.services.deletion import BACKUPS_MS, Deletion
from bot.services.leaving import Leaving
from bot.services.people import People
from bot.services.redaction import Outcome, PostResult
from cogs.deletion import Deletion as Cog
from cogs.deletion import left
from tests.fakes import FakeClock, FakeStore

ANA, SLACK = Identity("discord", "1"), Identity("slack", "T1/U1")
PICTURE = f"{'a' * 64}.png"


class BusyStore(FakeStore):
    """A store whose files are being read for a while."""

    def __init__(self) -> None:
        super().__init__()
        self.busy = 0
        self.shredded = 0

    async def shred(self) -> None:
        if self.busy:
            self.busy -= 1
            raise Unavailable("busy")
        self.shredded += 1


@dataclass
class House:
    store: BusyStore = field(default_factory=BusyStore)
    clock: FakeClock = field(default_factory=FakeClock)
    posts: list[PostResult] = field(default_factory=list)
    trouble: EarshotError | None = None
    forgotten: list[Identity] = field(default_factory=list)
    discarded: list[str] = field(default_factory=list)
    groups_then: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        people = People(self.store, self.store, self.clock, "UTC")
        self.deletion = Deletion(
            self.store, self.store, self.store, self.store, self.take_back, self.forgotten.append,
            self.discard, self.clock,
        )  # fmt: skip

        async def nobody(*_: object) -> None:
            raise AssertionError("nobody is looked for here")

        self.cog = Cog(
            people, self.deletion, Leaving(self.store, self.store, self.clock, nobody, nobody, nobody)
        )

    async def take_back(self, member_id: MemberId) -> Sequence[PostResult]:
        self.groups_then.append(len(await self.store.groups_of(member_id)))
        if self.trouble is not None:
            raise self.trouble
        return self.posts

    async def discard(self, names: Collection[str]) -> None:
        self.discarded += names

    def ctx(self, who: Identity = ANA) -> Context:
        return Context(Person(who, "Ana"), Place(None), "r")

    async def ana(self) -> Member:
        return await self.store.add_member("Ana", "Europe/Berlin", ANA, 1)

    async def delete(self, who: Identity = ANA) -> Card:
        return await self.cog.now(self.ctx(who), "delete")


@pytest.fixture
def house() -> House:
    return House()


def words(card: Card) -> str:
    said = [str(card.title), str(card.footer or "")]
    for block in card.blocks:
        if isinstance(block, Lines):
            said += [str(block.heading or ""), *map(str, block.lines)]
        if isinstance(block, Fields):
            said += [f"{name}: {value}" for name, value in block.pairs]
    return "\n".join(said)


async def test_it_asks_for_a_word(house: House) -> None:
    ana = await house.ana()
    form = await house.cog.ask(house.ctx())
    assert isinstance(form, Form)
    assert form.submit == "deletion.now"
    for other in ("", "yes", "delete it", "löschen"):
        with pytest.raises(BadOption, match="nothing was deleted"):
            await house.cog.now(house.ctx(), other)
    assert await house.store.all_members() == [ana]
    for word in (" Delete ", "“DELETE”"):
        await house.cog.now(house.ctx(), word)
        assert await house.store.all_members() == []
        await house.ana()


async def test_the_receipt_counts_what_went(house: House) -> None:
    ana = await house.ana()
    link = await house.store.link_account(
        Account(LinkId(0), ana.id, Source.SPOTIFY, "31abc", authorized_at_ms=1), b"sealed", 1
    )
    await house.store.link_account(Account(LinkId(0), ana.id, Source.LASTFM, "ana_fm"), None, 1)
    await house.store.export_link(ana.id, Source.EXTENDED)
    await house.store.record(
        link.id, [NewPlay(at, RawTrack("spotify:track:1", "One", "A")) for at in range(3)]
    )
    await house.store.set_aside(ana.id, Aside(0, Mark.HIDDEN, Whole.ARTIST, ("blur",), "Blur"), 1)
    for n in range(5):
        room = RoomRef("discord" if n % 2 else "slack", str(n), "c")
        group = await house.store.open_room(room, f"club {n}", "UTC")
        await house.store.join(group.id, ana.id, {"recap"}, [room], 1)
    second = await house.store.add_member("Ana", "UTC", SLACK, 1)
    await house.store.merge_members(ana.id, second.id)
    card = await house.delete()
    said = words(card)
    for line in ("Linked accounts: 2", "Imports: 1", "Plays: 3", "Memberships: 5", "Choices and pauses: 1"):
        assert line in said
    assert "Codes" not in said
    assert [it.url for it in card.buttons if isinstance(it, Link)] == [
        "https://www.spotify.com/account/apps/",
        "https://www.last.fm/settings/applications",
    ]
    assert "A backup that I made may hold it until 2025-10-14" in said
    assert "Copies that whoever runs me made or moved elsewhere I do not know" in said
    assert BACKUPS_MS == 5 * 86_400_000
    assert "kept nowhere" in said
    assert house.forgotten == [ANA, SLACK]
    # In no group any more when the posts are counted again.
    assert house.groups_then == [0]
    assert house.store.shredded == 1


async def test_who_never_linked_anything_is_deleted_too(house: House) -> None:
    await house.ana()
    said = words(await house.delete())
    assert "nothing else was kept" in said
    assert await house.store.all_members() == []


async def test_a_second_time_nothing_is_kept_nor_written_down(house: House) -> None:
    await house.ana()
    await house.delete()
    for again in (await house.delete(), await house.cog.ask(house.ctx()), await house.cog.keep(house.ctx())):
        assert isinstance(again, Card)
        assert "Nothing is kept about you" in words(again)
    assert await house.store.all_members() == []


async def test_posts_that_still_show_somebody_are_named_by_place_and_time(house: House) -> None:
    await house.ana()
    slack, discord = RoomRef("slack", "T", "C"), RoomRef("discord", "1", "2")
    until = house.clock.now + BACKUPS_MS
    house.posts = [
        PostResult(discord, 1_763_985_600_000, Outcome.CHANGED, until),
        PostResult(slack, 1_763_985_600_000, Outcome.LATER, until),
        *(PostResult(discord, 1_763_985_600_000, Outcome.NEVER, until) for _ in range(12)),
    ]
    said = words(await house.delete())
    assert "1 was changed." in said
    assert "On Slack, posted 2025-11-24 13:00: not changed yet; tried again until 2025-10-14" in said
    assert said.count("On Discord, posted 2025-11-24 13:00: I cannot change it.") == 9
    assert "and 3 more" in said


async def test_where_posts_cannot_be_changed_everything_else_goes_all_the_same(house: House) -> None:
    await house.ana()
    house.trouble = Unavailable("down")
    assert "Posts from before could not be changed" in words(await house.delete())
    assert await house.store.all_members() == []


async def test_what_cannot_be_overwritten_now_is_overwritten_later(house: House) -> None:
    await house.ana()
    house.store.busy = 2
    await house.delete()
    assert house.store.shredded == 0
    for done in (0, 1, 1):
        await house.deletion.shred()
        assert house.store.shredded == done


async def test_nobody_is_named_in_the_log(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await house.store.add_member("Qwxanthe", "UTC", ANA, 1)
    house.trouble, house.store.busy = Unavailable("no Qwxanthe"), 1
    await house.delete()
    assert len(caplog.records) == 2
    assert "Qwxanthe" not in caplog.text


async def test_who_has_left_is_told_until_when_and_can_keep_it(house: House) -> None:
    ana = await house.ana()
    room = RoomRef("discord", "10", "11")
    group = await house.store.open_room(room, "club", "UTC")
    card = left([group], 1_763_985_600_000, ana)
    assert "You are not where club meets any more" in words(card)
    assert "deleted on 2025-11-24 13:00, unless you come back" in words(card)
    pressed = [it.action for it in card.buttons if isinstance(it, Button)]
    assert pressed == ["leaving.keep", "takeout.ask", "deletion.ask"]
    assert left([group], None, ana).buttons == ()
    await house.store.join(group.id, ana.id, {"recap"}, [room], 1)
    (where,) = await house.store.to_look_for(9, 9)
    await house.store.gone_from(where, 5)
    assert "It stays" in words(await house.cog.keep(house.ctx()))
    assert await house.store.departing(ana.id) is None


def test_everything_here_is_private(house: House) -> None:
    assert [it.name for it in house.cog.actions() if not it.private] == []
