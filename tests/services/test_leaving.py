"""Who has left where a group meets: noticed only where it is sure, ended at once, forgotten after a week."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.calendar import DAY_MS, HOUR_MS
from bot.core.model import Group, Identity, Member, RoomRef
from bot.errors import EarshotError, RateLimited, RoomLost, Unavailable
from bot.services.leaving import GRACE_MS, Leaving
from tests.fakes import FakeClock, FakeStore

SERVER, SLACK = RoomRef("discord", "10", "11"), RoomRef("slack", "T1", "C1")
ANA = Identity("discord", "ana-4711")


@dataclass
class House:
    """Groups in an in-memory store, and platforms that answer what a test says."""

    clock: FakeClock = field(default_factory=FakeClock)
    store: FakeStore = field(default_factory=FakeStore)
    answers: dict[Identity, bool | EarshotError | None] = field(default_factory=dict)
    asked: list[tuple[Identity, str]] = field(default_factory=list)
    told: list[tuple[str, list[str], int | None]] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.leaving = Leaving(self.store, self.store, self.clock, self.present, self.tell, self.forget)

    async def present(self, identity: Identity, place: str) -> bool | None:
        self.asked.append((identity, place))
        answer = self.answers.get(identity, True)
        if isinstance(answer, EarshotError):
            raise answer
        return answer

    async def tell(self, member: Member, groups: Sequence[Group], until_ms: int | None) -> None:
        self.told.append((member.name, [it.name for it in groups], until_ms))

    async def forget(self, member: Member) -> None:
        self.forgotten.append(member.name)
        await self.store.delete_member(member.id, recap=lambda it, _: it, draft=lambda it, _: it)

    async def joined(self, identity: Identity = ANA, room: RoomRef = SERVER, name: str = "Ana") -> Member:
        member = await self.store.add_member(name, "UTC", identity, 1)
        group = await self.store.open_room(room, "club", "UTC")
        await self.store.join(group.id, member.id, {"recap"}, [room], 1)
        return member

    async def groups(self, member: Member) -> list[str]:
        return [it.name for it in await self.store.groups_of(member.id)]

    async def day(self, days: float = 1.001) -> None:
        """Time passes, then it is looked."""
        self.clock.advance(round(days * DAY_MS))
        await self.leaving.look()


@pytest.fixture
def house() -> House:
    return House()


async def test_everybody_is_looked_for_once_a_day(house: House) -> None:
    await house.joined()
    for _ in range(3):
        await house.leaving.look()
    assert house.asked == [(ANA, "10")]
    await house.day(0.9)
    assert len(house.asked) == 1
    await house.day(0.2)
    assert len(house.asked) == 2
    assert house.told == house.forgotten == []


async def test_who_left_is_shown_no_more_at_once_and_gone_after_a_week(house: House) -> None:
    ana = await house.joined()
    house.answers[ANA] = False
    await house.day()
    assert await house.groups(ana) == []
    assert house.told == [("Ana", ["club"], house.clock.now + GRACE_MS)]
    for _ in range(6):
        await house.day()
    assert house.forgotten == []
    await house.day()
    assert house.forgotten == ["Ana"]
    assert await house.store.all_members() == []
    assert len(house.told) == 1


@pytest.mark.parametrize("day", [1, 4, 6])
async def test_who_comes_back_within_the_week_stays(house: House, day: int) -> None:
    ana = await house.joined()
    house.answers[ANA] = False
    for _ in range(day):
        await house.day()
    house.answers[ANA] = True
    for _ in range(20):
        await house.day()
    assert house.forgotten == []
    assert await house.groups(ana) == []  # a yes is theirs to give again


async def test_who_says_so_stays(house: House) -> None:
    ana = await house.joined()
    house.answers[ANA] = False
    await house.day()
    assert await house.leaving.stays(ana)
    assert not await house.leaving.stays(ana)
    for _ in range(20):
        await house.day()
    assert house.forgotten == []


@pytest.mark.parametrize(
    "nothing", [Unavailable("down"), RateLimited("slow", 9), RoomLost("we were thrown out"), None]
)
async def test_what_is_not_known_ends_nothing(house: House, nothing: EarshotError | None) -> None:
    ana = await house.joined()
    house.answers[ANA] = nothing
    for _ in range(30):
        await house.day()
    assert await house.groups(ana) == ["club"]
    assert house.told == house.forgotten == []


async def test_a_departure_that_cannot_be_confirmed_deletes_nothing(house: House) -> None:
    await house.joined()
    house.answers[ANA] = False
    await house.day()
    house.answers[ANA] = Unavailable("we were thrown out, too")
    for _ in range(30):
        await house.day()
    assert house.forgotten == []
    house.answers[ANA] = False
    await house.day()
    assert house.forgotten == ["Ana"]


async def test_one_of_several_accounts_is_enough(house: House) -> None:
    ana = await house.joined()
    other = Identity("discord", "ana-2")
    second = await house.store.add_member("Ana", "UTC", other, 1)
    await house.store.merge_members(ana.id, second.id)
    house.answers[ANA] = False
    await house.day()
    assert await house.groups(ana) == ["club"]
    house.answers[other] = Unavailable("not this one")
    await house.day()
    assert await house.groups(ana) == ["club"]
    house.answers[other] = False
    await house.day()
    assert await house.groups(ana) == []


async def test_an_account_of_elsewhere_says_nothing(house: House) -> None:
    """Another workspace's account neither holds somebody where they have left nor throws them out."""
    here, elsewhere = Identity("slack", "T1/U1"), Identity("slack", "T2/U1")
    ana = await house.joined(here, SLACK)
    second = await house.store.add_member("Ana", "UTC", elsewhere, 1)
    await house.store.merge_members(ana.id, second.id)
    house.answers[elsewhere] = None
    await house.day()
    assert await house.groups(ana) == ["club"]
    house.answers[here] = False
    await house.day()
    assert await house.groups(ana) == []


async def test_who_is_in_another_group_is_told_and_keeps_everything(house: House) -> None:
    ana = await house.joined()
    other = await house.store.open_room(RoomRef("lounge", "", "den"), "den", "UTC")
    await house.store.join(other.id, ana.id, {"recap"}, [RoomRef("lounge", "", "den")], 1)
    house.answers[ANA] = False
    for _ in range(20):
        await house.day()
    assert house.told == [("Ana", ["club"], None)]
    assert house.forgotten == []
    assert await house.groups(ana) == ["den"]


async def test_who_leaves_by_their_own_word_is_not_forgotten(house: House) -> None:
    ana = await house.joined()
    (group,) = await house.store.groups_of(ana.id)
    await house.store.leave(group.id, ana.id)
    house.answers[ANA] = False
    for _ in range(20):
        await house.day()
    assert house.told == house.forgotten == house.asked == []


async def test_before_a_post_nobody_who_left_within_the_day_is_shown(house: House) -> None:
    ana = await house.joined()
    ben = await house.joined(Identity("discord", "ben"), SERVER, "Ben")
    cleo = await house.joined(Identity("slack", "T1/U3"), SLACK, "Cleo")
    await house.leaving.look()
    asked = len(house.asked)
    (group,) = await house.store.groups_of(ana.id)
    house.answers[ANA] = False
    await house.leaving.before_post(group.id)
    assert len(house.asked) == asked  # within the hour
    house.clock.advance(HOUR_MS + 1)
    await house.leaving.before_post(group.id)
    assert {it for it, _ in house.asked[asked:]} == {ANA, Identity("discord", "ben")}
    assert [await house.groups(it) for it in (ana, ben, cleo)] == [[], ["club"], ["club"]]


async def test_a_restart_loses_nothing(house: House) -> None:
    await house.joined()
    house.answers[ANA] = False
    await house.day()
    again = House(house.clock, house.store, house.answers)
    for _ in range(7):
        await again.day()
    assert again.told == []
    assert again.forgotten == ["Ana"]


async def test_many_are_looked_for_bit_by_bit(house: House) -> None:
    for n in range(120):
        await house.joined(Identity("discord", str(n)), SERVER, f"M{n}")
    await house.leaving.look()
    assert len(house.asked) == 50
    await house.leaving.look()
    await house.leaving.look()
    assert len({it for it, _ in house.asked}) == len(house.asked) == 120


async def test_nobody_is_named_in_the_log(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    ana = await house.joined()
    for answer in (Unavailable("ana-4711 is unknown"), False):
        house.answers[ANA] = answer
        for _ in range(9):
            await house.day()
    assert house.forgotten == ["Ana"]
    said = caplog.text
    assert "discord does not tell who is there: Unavailable" in said
    assert ANA.user not in said
    assert f"{ana.id}" not in said.replace("line", "").split()


@given(st.lists(st.sampled_from(["there", "gone", "unknown", "join", "keep"]), max_size=30))
async def test_nobody_is_forgotten_without_a_week_of_absence(days: list[str]) -> None:
    house = House()
    ana = await house.joined()
    (group,) = await house.store.groups_of(ana.id)
    gone_since: int | None = None
    is_member = True
    for event in days:
        if event == "join":
            await house.store.join(group.id, ana.id, {"recap"}, [SERVER], 1)
            gone_since, is_member = None, True
            continue
        if event == "keep":
            await house.leaving.stays(ana)
            gone_since = None
            continue
        house.answers[ANA] = {"there": True, "gone": False, "unknown": Unavailable("")}[event]
        await house.day()
        if event == "there":
            gone_since = None
        elif event == "gone" and is_member:
            gone_since, is_member = house.clock.now, False
        if house.forgotten:
            assert event == "gone"
            assert gone_since is not None
            assert house.clock.now - gone_since >= GRACE_MS
            return
        assert (await house.groups(ana) == ["club"]) == is_member
