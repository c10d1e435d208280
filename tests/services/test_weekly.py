"""A group's posts over the fakes: when they are due, that each comes once, and what becomes of those that cannot."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import calendar, schedule
from bot.core.calendar import DAY_MS, HOUR_MS
from bot.core.consent import Feature, Previewed
from bot.core.model import (
    Group,
    GroupId,
    Member,
    MemberId,
    NewPlay,
    Period,
    PeriodKind,
    RawTrack,
    RoomRef,
    Source,
    Span,
)
from bot.core.schedule import LATE_MS, Schedule
from bot.errors import BadOption, EarshotError, RateLimited, Refused, RoomLost, Stale, Unavailable, Unsure
from bot.ports import Delivery, Stage, Weekly, Why
from bot.services.posting import LEASE_MS, Posting
from bot.services.recap import Recaps, Told
from bot.services.weekly import Weeklies
from bot.text import Text, t
from tests.fakes import FakeChance, FakeClock, FakeStore

BERLIN = "Europe/Berlin"
HERE, THERE = RoomRef("discord", "G", "1"), RoomRef("slack", "T", "C")
SONG = RawTrack("spotify:track:1", "Hello", "Adele", "25", 200_000)


def ms(words: str) -> int:
    return round(datetime.fromisoformat(words).replace(tzinfo=UTC).timestamp() * 1000)


@dataclass
class Wall:
    """A poster: what hangs in each room under which key. `fails` are raised instead, `lost` after the fact."""

    hung: dict[RoomRef, list[str]] = field(default_factory=dict)
    shown: list[tuple[str, Told, Sequence[Text]]] = field(default_factory=list)
    fails: list[EarshotError] = field(default_factory=list)
    lost: list[EarshotError] = field(default_factory=list)
    closed: bool = False
    looked: int = 0

    async def there(self, delivery: Delivery) -> str:
        self.looked += 1
        if self.closed:
            raise Refused(t("closed"))
        hung = self.hung.get(delivery.room, [])
        return f"m{hung.index(delivery.key)}" if delivery.key in hung else ""

    async def show(
        self, delivery: Delivery, weekly: Weekly, told: Told, notes: Sequence[Text], message: str
    ) -> str:
        if self.fails:
            raise self.fails.pop(0)
        if message:
            assert self.hung[delivery.room][int(message[1:])] == delivery.key
        else:
            self.hung.setdefault(delivery.room, []).append(delivery.key)
        if self.lost:
            raise self.lost.pop(0)
        self.shown.append((delivery.key, told, notes))
        return message or f"m{len(self.hung[delivery.room]) - 1}"


class House:
    """A group in two rooms with Ana and Ben in it, on a Tuesday."""

    def __init__(self, wall: Wall | None = None) -> None:
        self.store, self.clock, self.wall = FakeStore(), FakeClock(ms("2026-11-17T12:00")), wall or Wall()
        self.told: list[tuple[MemberId, str]] = []
        self.asked: list[Period] = []
        self.before: list[GroupId] = []
        recaps = Recaps(self.store, self.store, self.store, self.store, self.store, self.clock, FakeChance())
        usual = Schedule("UTC")
        self.weeklies = Weeklies(self.store, self.store, self.clock, usual, self._ask)
        self._made = (
            self.store,
            self.store,
            self.store,
            recaps,
            self.clock,
            self.wall,
            self._before,
            self._tell,
        )
        self.posting = Posting(*self._made)
        self.bold = Posting(*self._made, again=True)

    async def settle(self) -> House:
        self.ana, self.ben = [await self.store.add_member(name, BERLIN, None, 0) for name in ("Ana", "Ben")]
        self.group: Group = await self.store.open_room(HERE, "Club", BERLIN)
        await self.store.open_room(THERE, "There", BERLIN)
        await self.store.move_room(THERE, self.group.id)
        for member in (self.ana, self.ben):
            await self.join(member)
        return self

    async def join(self, member: Member) -> None:
        await self.store.join(self.group.id, member.id, [Feature.RECAP], [HERE, THERE], 0)
        await self.store.answer_preview(self.group.id, member.id, Previewed(fine=True))

    async def _ask(self, group: Group, period: Period) -> None:
        self.asked.append(period)

    async def _before(self, group_id: GroupId) -> None:
        self.before.append(group_id)

    async def _tell(self, member_id: MemberId, why: Text) -> None:
        self.told.append((member_id, str(why)))

    async def on(self) -> None:
        await self.weeklies.switch(self.group, self.ana, on=True)

    async def plays(self, member: Member, at: str, count: int = 1) -> None:
        link = await self.store.export_link(member.id, Source.EXTENDED)
        plays = [NewPlay(ms(at) + n * 300_000, SONG, 60_000) for n in range(count)]
        await self.store.record(link.id, plays)
        await self.store.cover(link.id, [Span(ms("2026-01-01"), ms("2027-02-01"))])

    async def work(self, posting: Posting | None = None) -> None:
        """One tick: what is due is planned, and everything due is tried once."""
        await self.weeklies.plan()
        posting = posting or self.posting
        claimed = []
        for platform in await posting.due():
            while (it := await posting.claim(platform)) is not None:
                claimed.append(it)
        for it in claimed:
            await posting.post(it)

    async def at(self, words: str) -> None:
        self.clock.now = ms(words)
        await self.work()

    async def became(self, key: str) -> list[tuple[Stage, Why]]:
        return [(it.stage, it.why) for it in await self.store.deliveries(self.group.id, key)]


@pytest.fixture
async def house() -> House:
    return await House().settle()


SENT = (Stage.SENT, Why.NONE)


async def test_nothing_is_posted_before_an_admin_switched_it_on(house: House) -> None:
    assert not (await house.weeklies.standing(house.group)).weekly.active
    await house.at("2026-12-24T12:00")
    assert house.wall.hung == {}


async def test_a_week_is_posted_once_in_every_room(house: House) -> None:
    await house.on()
    coming = (await house.weeklies.standing(house.group)).coming
    assert coming is not None
    assert (coming.key, coming.at_ms) == ("2026-W47", ms("2026-11-23T17:00"))
    assert [schedule.key_of(it) for it in house.asked] == ["2026-W47"]
    await house.plays(house.ana, "2026-11-18T10:00", 3)
    await house.at("2026-11-23T16:59")
    assert house.wall.hung == {}
    for _ in range(3):
        await house.at("2026-11-23T17:00")
    assert house.wall.hung == {HERE: ["2026-W47"], THERE: ["2026-W47"]}
    assert await house.became("2026-W47") == [SENT, SENT]
    [first, _] = await house.store.deliveries(house.group.id, "2026-W47")
    assert (first.message, first.posted_ms, first.period) == (
        "m0", ms("2026-11-23T17:00"), calendar.week_of(date(2026, 11, 16), BERLIN),
    )  # fmt: skip
    frozen = await house.store.frozen(first.recap_id)
    assert frozen is not None
    assert frozen.sha256 == house.wall.shown[0][1].frozen.sha256
    assert house.before == [house.group.id] * 2


async def test_only_who_saw_their_part_and_said_fine_is_in_it(house: House) -> None:
    await house.on()
    for member in (house.ana, house.ben):
        await house.plays(member, "2026-11-18T10:00")
    await house.store.answer_preview(house.group.id, house.ben.id, Previewed(fine=True, left_out="2026-W47"))
    await house.at("2026-11-23T17:00")
    await house.plays(house.ben, "2026-11-25T10:00")
    await house.at("2026-11-30T17:00")
    names = {(key, it.member.name) for key, told, _ in house.wall.shown for it in told.recap.members}
    assert names == {("2026-W47", "Ana"), ("2026-W48", "Ana"), ("2026-W48", "Ben")}


async def test_a_time_before_a_week_has_settled_is_refused_with_the_first_possible(house: House) -> None:
    with pytest.raises(BadOption, match="first possible time is Monday at 18:00"):
        await house.weeklies.move(house.group, house.ana, Schedule(BERLIN, weekday=0, hour=17))
    assert (await house.weeklies.standing(house.group)).weekly.schedule.hour == 18


async def test_a_slot_moved_forward_loses_no_week_and_moved_back_doubles_none(house: House) -> None:
    await house.on()
    await house.weeklies.move(house.group, house.ana, Schedule(BERLIN, weekday=6, hour=20))
    await house.plays(house.ana, "2026-11-18T10:00")
    await house.at("2026-11-26T12:00")
    assert house.wall.hung == {}
    # Monday has passed long ago: the week goes out now, and is not late.
    await house.weeklies.move(house.group, house.ana, Schedule(BERLIN, weekday=0, hour=18))
    await house.work()
    assert house.wall.hung[HERE] == ["2026-W47"]
    await house.weeklies.move(house.group, house.ana, Schedule(BERLIN, weekday=6, hour=20))
    await house.at("2026-11-30T12:00")
    assert house.wall.hung[HERE] == ["2026-W47"]


async def test_the_group_moves_with_its_posts_to_another_zone(house: House) -> None:
    await house.on()
    await house.weeklies.move(house.group, house.ana, Schedule("Asia/Tokyo", weekday=1, hour=9))
    group = await house.store.group(house.group.id)
    assert group is not None
    assert group.zone == "Asia/Tokyo"
    coming = (await house.weeklies.standing(group)).coming
    assert coming is not None
    assert coming.at_ms == ms("2026-11-24T00:00")


async def test_the_next_one_is_skipped_and_no_other(house: House) -> None:
    await house.on()
    with pytest.raises(Stale):
        await house.weeklies.skip(house.group, house.ana, "2026-W48")
    await house.weeklies.skip(house.group, house.ana, "2026-W47")
    await house.at("2026-11-23T18:00")
    assert await house.became("2026-W47") == [(Stage.SKIPPED, Why.ASKED)] * 2
    await house.plays(house.ana, "2026-11-25T10:00")
    await house.at("2026-11-30T18:00")
    assert house.wall.hung == {HERE: ["2026-W48"], THERE: ["2026-W48"]}
    # Nobody is told that it was skipped: an admin wanted it.
    assert [notes for _, _, notes in house.wall.shown] == [[], []]


async def test_what_was_due_during_a_pause_is_not_made_up_for(house: House) -> None:
    await house.on()
    await house.weeklies.switch(house.group, house.ana, on=False)
    await house.at("2026-12-01T12:00")
    await house.on()
    await house.work()
    assert house.wall.hung == {}
    await house.plays(house.ana, "2026-12-02T12:00")
    await house.at("2026-12-07T17:00")
    assert house.wall.hung[HERE] == ["2026-W49"]


async def test_post_now_posts_the_last_week_once(house: House) -> None:
    await house.plays(house.ana, "2026-11-11T10:00")
    house.clock.now = ms("2026-11-16T08:00")
    due = await house.weeklies.post_now(house.group, house.ana)
    assert [(it.key, it.stage) for it in due] == [("2026-W46", Stage.DUE)] * 2
    await house.work()
    again = await house.weeklies.post_now(house.group, house.ana)
    assert [(it.stage, it.posted_ms) for it in again] == [(Stage.SENT, ms("2026-11-16T08:00"))] * 2
    await house.on()
    await house.at("2026-11-16T17:00")
    assert house.wall.hung[HERE] == ["2026-W46"]


async def test_post_now_brings_what_was_skipped(house: House) -> None:
    await house.on()
    await house.plays(house.ana, "2026-11-18T10:00")
    await house.weeklies.skip(house.group, house.ana, "2026-W47")
    await house.at("2026-11-23T18:00")
    await house.weeklies.post_now(house.group, house.ana)
    await house.work()
    assert await house.became("2026-W47") == [SENT, SENT]


async def test_a_bot_that_was_down_posts_late_but_once(house: House) -> None:
    await house.on()
    await house.plays(house.ana, "2026-11-18T10:00")
    for at in ("2026-11-25T16:59", "2026-11-25T17:30"):
        await house.at(at)
    assert house.wall.hung == {HERE: ["2026-W47"], THERE: ["2026-W47"]}


async def test_what_is_too_late_is_skipped_and_the_next_post_says_so(house: House) -> None:
    await house.on()
    await house.plays(house.ana, "2026-11-18T10:00")
    await house.plays(house.ana, "2026-12-09T10:00")
    await house.at("2026-12-09T18:00")
    assert await house.became("2026-W47") == await house.became("2026-W49") == [(Stage.SKIPPED, Why.LATE)] * 2
    assert house.wall.hung == {}
    await house.at("2026-12-14T18:00")
    said = [[str(it) for it in notes] for _, _, notes in house.wall.shown]
    assert said == [["3 posts were skipped, from Week 47 to Week 49: I was not running then."]] * 2
    await house.plays(house.ana, "2026-12-16T10:00")
    await house.at("2026-12-21T18:00")
    assert list(house.wall.shown[-1][2]) == []


async def test_one_that_was_tried_in_vain_for_two_days_is_skipped(house: House) -> None:
    await house.on()
    await house.plays(house.ana, "2026-11-18T10:00")
    house.wall.fails = [Unavailable(t("down")) for _ in range(200)]
    house.clock.now = ms("2026-11-23T17:00")
    tries = 0
    while len(house.wall.fails) > 2 and (Stage.SKIPPED, Why.LATE) not in await house.became("2026-W47"):
        await house.work()
        house.clock.advance(60_000)
        tries += 1
    assert await house.became("2026-W47") == [(Stage.SKIPPED, Why.LATE)] * 2
    assert LATE_MS < tries * 60_000 < LATE_MS + 2 * HOUR_MS
    # The pauses grow: some fifty tries in two days, for each room.
    assert 80 < 200 - len(house.wall.fails) < 130


async def test_who_asks_for_a_pause_gets_it(house: House) -> None:
    await house.on()
    await house.plays(house.ana, "2026-11-18T10:00")
    house.wall.fails = [RateLimited(t("wait"), 90.0)]
    await house.at("2026-11-23T17:00")
    late = next(
        it for it in await house.store.deliveries(house.group.id, "2026-W47") if it.stage is Stage.DUE
    )
    assert late.next_ms == house.clock.now + 90_000
    await house.at("2026-11-23T17:02")
    assert await house.became("2026-W47") == [SENT, SENT]
    assert house.wall.looked == 0


async def test_a_room_that_is_gone_holds_up_no_other_and_its_admins_hear_it_once(house: House) -> None:
    await house.on()
    await house.plays(house.ana, "2026-11-18T10:00")
    await house.plays(house.ana, "2026-11-25T10:00")
    for at in ("2026-11-23T17:00", "2026-11-30T17:00"):
        house.wall.fails = [RoomLost(t("That channel is gone."))]
        await house.at(at)
    assert (
        await house.became("2026-W47") == await house.became("2026-W48") == [(Stage.GIVEN_UP, Why.LOST), SENT]
    )
    assert house.told == [(house.ana.id, "Week 47 could not be posted in Club. That channel is gone.")]


async def test_a_post_that_arrived_though_nobody_heard_so_is_found(house: House) -> None:
    await house.on()
    await house.plays(house.ana, "2026-11-18T10:00")
    house.wall.lost = [Unsure(t("broke off")), Unsure(t("broke off"))]
    await house.at("2026-11-23T17:00")
    assert await house.became("2026-W47") == [(Stage.SENDING, Why.NONE)] * 2
    # Meanwhile another play came, and Ben left: what hangs there says what is so now.
    await house.plays(house.ana, "2026-11-18T20:00")
    house.clock.advance(60_000)
    await house.work()
    assert house.wall.hung == {HERE: ["2026-W47"], THERE: ["2026-W47"]}
    assert await house.became("2026-W47") == [SENT, SENT]
    assert [told.recap.plays for _, told, _ in house.wall.shown] == [2, 2]
    assert house.wall.looked == 2


async def test_who_died_while_posting_is_followed_by_another_after_the_lease(house: House) -> None:
    await house.on()
    await house.plays(house.ana, "2026-11-18T10:00")
    house.clock.now = ms("2026-11-23T17:00")
    await house.weeklies.plan()
    died = [await house.posting.claim(it) for it in ("discord", "slack")]
    assert all(died)
    house.wall.hung = {HERE: ["2026-W47"]}
    house.clock.advance(LEASE_MS - 1)
    await house.work()
    assert await house.became("2026-W47") == [(Stage.SENDING, Why.NONE)] * 2
    house.clock.advance(1)
    await house.work()
    assert house.wall.hung == {HERE: ["2026-W47"], THERE: ["2026-W47"]}
    # The one who only seemed to be dead has nothing to say any more.
    assert died[0] is not None
    await house.posting.post(replace(died[0], unsure=True))
    assert house.wall.hung == {HERE: ["2026-W47"], THERE: ["2026-W47"]}
    assert len(house.wall.shown) == 2


async def test_where_nobody_can_look_a_setting_decides(house: House) -> None:
    await house.on()
    await house.plays(house.ana, "2026-11-18T10:00")
    house.wall.closed = True
    house.wall.lost = [Unsure(t("broke off")), Unsure(t("broke off"))]
    await house.at("2026-11-23T17:00")
    house.clock.advance(60_000)
    [one] = [await house.bold.claim("discord")]
    assert one is not None
    await house.bold.post(one)
    await house.work()
    assert house.wall.hung == {HERE: ["2026-W47", "2026-W47"], THERE: ["2026-W47"]}
    assert await house.became("2026-W47") == [SENT, (Stage.GIVEN_UP, Why.UNSURE)]
    assert [who for who, _ in house.told] == [house.ana.id]


async def test_a_room_of_another_group_by_now_gets_nothing(house: House) -> None:
    await house.on()
    await house.plays(house.ana, "2026-11-18T10:00")
    house.clock.now = ms("2026-11-23T17:00")
    await house.weeklies.plan()
    await house.store.part_room(THERE)
    await house.work()
    assert house.wall.hung == {HERE: ["2026-W47"]}
    assert house.told == []


async def test_late_plays_are_named_by_the_next_post(house: House) -> None:
    await house.on()
    await house.plays(house.ana, "2026-11-18T10:00")
    await house.plays(house.ben, "2026-11-18T10:00")
    await house.at("2026-11-23T17:00")
    await house.plays(house.ana, "2026-11-19T10:00", 2)
    await house.plays(house.ben, "2026-11-19T10:00")
    await house.plays(house.ana, "2026-11-25T10:00")
    await house.at("2026-11-30T17:00")
    assert [str(it) for it in house.wall.shown[-1][2]] == ["Week 47: 3 plays more than said: Ana 2, Ben 1."]
    await house.store.leave(house.group.id, house.ben.id)
    await house.plays(house.ana, "2026-12-02T10:00")
    await house.plays(house.ana, "2026-11-26T10:00")
    await house.at("2026-12-07T17:00")
    assert [str(it) for it in house.wall.shown[-1][2]] == ["Week 48: 1 play more than said: Ana 1."]


async def test_a_quiet_room_hears_a_word_every_fourth_week(house: House) -> None:
    await house.on()
    at_ms = ms("2026-11-23T17:00")
    for n in range(9):
        house.clock.now = at_ms + n * 7 * DAY_MS
        await house.work()
    assert house.wall.hung[HERE] == ["2026-W47", "2026-W51", "2027-W02"]
    assert await house.became("2026-W48") == [(Stage.SKIPPED, Why.QUIET)] * 2
    assert all(notes == [] for _, _, notes in house.wall.shown)


async def test_a_year_comes_on_new_years_day_beside_the_others(house: House) -> None:
    kinds = frozenset({PeriodKind.WEEK, PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.YEAR})
    house.clock.now = ms("2026-12-30T12:00")
    await house.weeklies.move(house.group, house.ana, Schedule(BERLIN, hour=19, kinds=kinds))
    await house.on()
    await house.plays(house.ana, "2026-12-29T10:00")
    await house.at("2027-01-01T17:59")
    assert house.wall.hung == {}
    await house.at("2027-01-01T18:00")
    assert house.wall.hung[HERE] == ["2026-12", "2026-Q4", "2026"]
    await house.at("2027-01-04T18:00")
    assert house.wall.hung[HERE][3:] == ["2026-W53"]


async def test_two_admins_at_once_do_not_undo_each_other(house: House) -> None:
    await house.on()
    before = await house.store.weekly(house.group.id)
    assert before is not None
    results = await asyncio.gather(
        house.weeklies.skip(house.group, house.ana, "2026-W47"),
        house.weeklies.look(house.group, house.ben, "ticket", frozenset(), "de"),
        return_exceptions=True,
    )
    after = await house.store.weekly(house.group.id)
    assert after is not None
    assert after.version - before.version == sum(it is None for it in results) >= 1


ZONES = [
    "Europe/Berlin",
    "America/Sao_Paulo",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
    "Australia/Lord_Howe",
]
moves = st.tuples(
    st.just("move"), st.sampled_from(ZONES), st.integers(0, 6), st.integers(0, 23), st.integers(0, 59)
)
steps = st.lists(
    st.one_of(moves, st.tuples(st.just("wait"), st.integers(1, 60)), st.just(("now",)), st.just(("fail",))),
    min_size=4,
    max_size=14,
)


@settings(max_examples=60)
@given(steps, st.sampled_from(["2026-03-20T12:00", "2026-10-20T12:00", "2026-12-25T12:00"]))
def test_whatever_is_changed_in_mid_week_no_week_is_doubled_or_lost(
    plan: list[tuple[object, ...]], begin: str
) -> None:
    async def changes() -> None:
        house = await House().settle()
        await house.store.part_room(THERE)
        house.clock.now = ms(begin)
        await house.on()
        first = (await house.weeklies.standing(house.group)).coming
        assert first is not None
        now_on = 0
        for step in plan:
            match step:
                case ("move", str(zone), int(weekday), int(hour), int(minute)):
                    try:
                        await house.weeklies.move(
                            house.group, house.ana, Schedule(zone, weekday, hour, minute)
                        )
                    except BadOption:
                        continue
                case ("wait", int(hours)):
                    for _ in range(hours * 4):
                        house.clock.advance(HOUR_MS // 4)
                        await house.work()
                case ("now",):
                    made = await house.weeklies.post_now(house.group, house.ana)
                    now_on += made[0].key < first.key
                case _:
                    house.wall.lost = [Unsure(t("broke off"))]
            await house.work()
        keys = sorted(
            it.key for it in await house.store.deliveries_in(HERE, house.group.id, PeriodKind.WEEK, 99)
        )
        wanted = first.period
        expected = []
        while schedule.key_of(wanted) in keys:
            expected.append(schedule.key_of(wanted))
            wanted = calendar.week_of(wanted.last + (wanted.last - wanted.first) / 6, wanted.zone)
        # From the first one on without a hole; before it at most what was posted on demand.
        assert [it for it in keys if it >= first.key] == expected
        assert len(keys) - len(expected) <= now_on
        weekly = await house.store.weekly(house.group.id)
        assert weekly is not None
        assert schedule.due(weekly.schedule, after=weekly.after, now_ms=house.clock.now) == []
        stages = {
            it.key: it.stage
            for it in await house.store.deliveries_in(HERE, house.group.id, PeriodKind.WEEK, 99)
        }
        hung = house.wall.hung.get(HERE, [])
        assert len(hung) == len(set(hung))
        assert {it for it, stage in stages.items() if stage is Stage.SENT} <= set(hung)

    asyncio.run(changes())
