"""One-time codes, and what they are for: one person on two platforms, one group in two rooms."""

from __future__ import annotations

import asyncio

import pytest

from bot.core.calendar import HOUR_MS
from bot.core.model import Group, Identity, Member, RoomRef
from bot.errors import EarshotError, NotAllowed, NotFound, Stale
from bot.services.codes import ALPHABET, CODE_MS, WRONG_MOST, Codes, Kind
from bot.services.pairing import Other, Pairing
from bot.services.rooms import Rooms
from tests.fakes import FakeChance, FakeClock, FakeStore

ANA, ANNA, BEN = Identity("discord", "1"), Identity("slack", "U1"), Identity("slack", "U2")
MUSIC, WORK = RoomRef("discord", "7", "8"), RoomRef("slack", "T1", "C1")


class House:
    """Ana, known from Discord and (as Anna) from Slack, and Ben; a room on either platform."""

    def __init__(self) -> None:
        self.store, self.clock = FakeStore(), FakeClock()
        self.codes = Codes(self.store, self.clock, FakeChance())
        self.pairing = Pairing(self.store, self.codes)
        self.rooms = Rooms(self.store, self.store, self.codes)

    async def settle(self) -> House:
        self.ana, self.anna, self.ben = [
            await self.store.add_member(name, "UTC", identity, 0)
            for name, identity in (("Ana", ANA), ("Anna", ANNA), ("Ben", BEN))
        ]
        self.club: Group = await self.store.open_room(MUSIC, "music", "UTC")
        self.work: Group = await self.store.open_room(WORK, "work", "UTC")
        return self

    async def unite(self, code: str, identity: Identity = ANNA, member: Member | None = None) -> Member:
        return await self.pairing.unite(code, identity, member or self.anna)


@pytest.fixture
async def house() -> House:
    return await House().settle()


async def refused(house: House, code: str, identity: Identity = ANNA, member: Member | None = None) -> str:
    """The sentence; asking and saying yes are refused alike."""
    said = []
    for ask in (house.pairing.other, house.pairing.unite):
        with pytest.raises(EarshotError) as caught:
            await ask(code, identity, member or house.anna)
        said.append(str(caught.value.text))
    assert said[0] == said[1]
    return said[0]


# --- codes


async def test_a_code_is_easy_to_type_and_only_its_hash_is_kept(house: House) -> None:
    codes = [await house.pairing.offer(identity) for identity in (ANA, ANNA, BEN)]
    assert len(set(codes)) == 3
    for code in codes:
        first, second = code.split("-")
        assert len(first) == len(second) == 4
        assert set(first + second) <= set(ALPHABET)
    assert not set("01IO") & set(ALPHABET)
    assert len(ALPHABET) == 32
    kept = repr(house.store._codes)
    assert not any(code in kept or code.replace("-", "") in kept for code in codes)


@pytest.mark.parametrize("spelling", [str, str.lower, lambda code: f" {code[:4]} {code[5:]}\n"])
async def test_a_code_is_known_however_it_is_typed(house: House, spelling) -> None:
    code = await house.pairing.offer(ANA)
    assert await house.pairing.other(spelling(code), ANNA, house.anna) == Other(house.ana, "discord")


async def test_what_is_wrong_with_a_code_is_said(house: House) -> None:
    code = await house.pairing.offer(ANA)
    assert "made this code yourself" in await refused(house, code, ANA, house.ana)
    assert "no such code" in await refused(house, "AAAA-2222")
    assert "no such code" in await refused(house, "")
    house.clock.advance(CODE_MS)
    assert "older than ten minutes" in await refused(house, code)
    code = await house.pairing.offer(ANA)
    await house.unite(code)
    assert "used already" in await refused(house, code, BEN, house.ben)
    room = await house.rooms.offer(ANA, house.club)
    assert "for a room" in await refused(house, room, BEN, house.ben)


async def test_a_newer_code_takes_the_place_of_an_older_one(house: House) -> None:
    older, newer = await house.pairing.offer(ANA), await house.pairing.offer(ANA)
    assert "newer one" in await refused(house, older)
    assert await house.unite(newer) == house.ana


async def test_nobody_guesses(house: House) -> None:
    code = await house.pairing.offer(ANA)
    for _ in range(WRONG_MOST):
        with pytest.raises(NotFound):
            await house.pairing.other("AAAA-2222", BEN, house.ben)
    assert "in an hour" in await refused(house, code, BEN, house.ben)
    assert await house.pairing.other(code, ANNA, house.anna)
    house.clock.advance(HOUR_MS + 1)
    code = await house.pairing.offer(ANA)
    assert await house.pairing.other(code, BEN, house.ben)


# --- one person


async def test_the_older_of_two_members_stays_whoever_made_the_code(house: House) -> None:
    assert await house.unite(await house.pairing.offer(ANA)) == house.ana
    assert await house.unite(await house.pairing.offer(BEN), ANA, house.ana) == house.ana
    for identity in (ANA, ANNA, BEN):
        assert await house.store.member_of(identity) == house.ana


async def test_who_is_one_already_is_told_so(house: House) -> None:
    await house.unite(await house.pairing.offer(ANA))
    code = await house.pairing.offer(ANA)
    assert "know already" in await refused(house, code, ANNA, house.ana)


async def test_of_two_who_use_a_code_at_once_one_gets_it(house: House) -> None:
    code = await house.pairing.offer(ANA)
    told = await asyncio.gather(house.unite(code), house.unite(code, BEN, house.ben), return_exceptions=True)
    assert sum(isinstance(it, Member) for it in told) == 1
    assert sum(isinstance(it, Stale | NotFound) for it in told) == 1
    assert len(await house.store.all_members()) == 2


# --- one group


async def test_a_room_joins_and_every_member_is_to_be_asked(house: House) -> None:
    await house.unite(await house.pairing.offer(ANA))
    for member in (house.ana, house.ben):
        await house.store.join(house.club.id, member.id, {"recap"}, [MUSIC], 1)
    code = await house.rooms.offer(ANA, house.club)
    invitation = await house.rooms.invitation(code, BEN, house.work)
    assert (invitation.group, [it.name for it in invitation.rooms]) == (house.club, ["music"])
    assert await house.store.group_of(WORK) == house.work
    joined = await house.rooms.join(code, BEN, house.work, WORK)
    assert (joined.group, joined.room.ref, joined.room.name) == (house.club, WORK, "work")
    assert joined.ask == [[ANA, ANNA], [BEN]]
    assert await house.store.group_of(WORK) == house.club
    assert [it.rooms for it in await house.store.memberships(house.club.id)] == [{MUSIC}, {MUSIC}]
    with pytest.raises(NotFound, match="used already"):
        await house.rooms.join(code, BEN, house.work, WORK)


async def test_a_room_with_members_of_its_own_is_told_what_to_do(house: House) -> None:
    await house.store.join(house.work.id, house.ben.id, {"recap"}, [WORK], 1)
    code = await house.rooms.offer(ANA, house.club)
    with pytest.raises(NotAllowed, match=r"1 member has joined work in this room.*/leave"):
        await house.rooms.invitation(code, BEN, house.work)
    await house.store.leave(house.work.id, house.ben.id)
    assert (await house.rooms.join(code, BEN, house.work, WORK)).group == house.club


async def test_a_group_does_not_join_itself_nor_by_a_code_for_a_person(house: House) -> None:
    with pytest.raises(NotAllowed, match="one of music's already"):
        await house.rooms.invitation(await house.rooms.offer(ANA, house.club), ANA, house.club)
    with pytest.raises(NotFound, match="for a person"):
        await house.rooms.invitation(await house.pairing.offer(ANA), BEN, house.work)


async def test_only_a_room_of_the_group_is_taken_out(house: House) -> None:
    with pytest.raises(NotFound, match="not one of music's"):
        await house.rooms.part(house.club, WORK)
    with pytest.raises(NotAllowed, match="only room"):
        await house.rooms.part(house.club, MUSIC)
    await house.rooms.join(await house.rooms.offer(ANA, house.club), BEN, house.work, WORK)
    assert [it.name for it in await house.rooms.of(house.club)] == ["music", "work"]
    own = await house.rooms.part(house.club, WORK)
    assert own.name == "work"
    assert await house.store.group_of(WORK) == own


async def test_kinds_of_codes_do_not_end_each_other(house: House) -> None:
    person, room = await house.pairing.offer(ANA), await house.rooms.offer(ANA, house.club)
    assert (await house.codes.look_up(Kind.ROOM, room, BEN)).group_id == house.club.id
    assert await house.pairing.other(person, ANNA, house.anna) == Other(house.ana, "discord")
