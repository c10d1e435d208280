"""/weekly as admins and others meet it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from bot.chat import Button, Card, Context, Fields, Form, Lines
from bot.chat.context import Person
from bot.core import calendar, schedule
from bot.core.consent import Feature, Previewed
from bot.core.model import Group, Identity, NewPlay, Period, Place, RawTrack, RoomRef, Source, Span
from bot.core.schedule import Schedule
from bot.errors import BadOption, NotAllowed, Stale, UserError
from bot.ports import Delivery, Weekly
from bot.services.people import People
from bot.services.posting import Posting
from bot.services.recap import Recaps, Told
from bot.services.weekly import Weeklies
from bot.text import Text, t
from cogs.weekly import WeeklyPosts, undelivered
from tests.fakes import FakeChance, FakeClock, FakeStore

ROOM = RoomRef("lounge", "", "music")
# Tuesday, 2026-11-24, 12:00 in Berlin.
NOW_MS = 1_795_518_000_000
SONG = RawTrack("spotify:track:1", "Hello", "Adele", "25", 200_000)


class House:
    """The command over the fakes."""

    def __init__(self) -> None:
        self.store, self.clock = FakeStore(), FakeClock(NOW_MS)
        self.asked: list[str] = []
        self.shown: list[str] = []
        self.people = People(self.store, self.store, self.clock, "Europe/Berlin")
        recaps = Recaps(self.store, self.store, self.store, self.store, self.store, self.clock, FakeChance())
        self.posting = Posting(
            self.store, self.store, self.store, recaps, self.clock, self, self.nothing, self.nothing
        )
        weeklies = Weeklies(self.store, self.store, self.clock, Schedule("UTC"), self.ask)
        self.cog = WeeklyPosts(self.people, weeklies, self.posting, self.draw, self.clock)
        self.actions = {it.name: it.run for it in self.cog.actions()}

    async def ask(self, group: Group, period: Period) -> None:
        self.asked.append(schedule.key_of(period))

    async def nothing(self, *what: object) -> None:
        assert what

    async def draw(self, told: Told, weekly: Weekly, notes: Sequence[Text]) -> Card:
        return Card(
            t("{n} plays in {name}", n=told.recap.plays, name=weekly.language), (), (Button(t("Prove"), "x"),)
        )

    async def there(self, delivery: Delivery) -> str:
        return ""

    async def show(
        self, delivery: Delivery, weekly: Weekly, told: Told, notes: Sequence[Text], message: str
    ) -> str:
        self.shown.append(delivery.key)
        return "m1"

    def context(self, *, admin: bool = True, place: Place | None = None) -> Context:
        person = Person(Identity("lounge", "ana"), "Ana", "Europe/Berlin", admin)
        return Context(person, place or Place(ROOM, "Music"), "r1")

    async def panel(self, *, admin: bool = True) -> Card:
        card = await self.cog.weekly(self.context(admin=admin))
        assert isinstance(card, Card)
        return card

    async def press(self, name: str, **args: str) -> Card:
        card = await self.actions[name](self.context(), **args)
        assert isinstance(card, Card)
        return card

    async def form(self, name: str) -> Form:
        form = await self.actions[name](self.context())
        assert isinstance(form, Form)
        return form


@pytest.fixture
def house() -> House:
    return House()


def fields(card: Card) -> dict[str, str]:
    block = next(it for it in card.blocks if isinstance(it, Fields))
    return {str(name): str(value) for name, value in block.pairs}


def lines(card: Card) -> list[str]:
    return [str(it) for block in card.blocks if isinstance(block, Lines) for it in block.lines]


def labels(card: Card) -> dict[str, Button]:
    return {str(it.label): it for it in card.buttons if isinstance(it, Button)}


async def test_everybody_may_look_and_admins_see_what_they_can_do(house: House) -> None:
    card = await house.panel(admin=False)
    assert card.buttons == ()
    told = fields(card)
    assert told["Next"] == "none; I post when an admin switches it on"
    assert told["Weeks come"] == "Monday at 18:00 (Europe/Berlin)"
    assert told["Rooms"] == "Music on Lounge"
    assert list(labels(await house.panel())) == [
        "Switch on", "Preview", "Post now", "Change the time", "Change the look",
    ]  # fmt: skip


async def test_others_change_nothing(house: House) -> None:
    for name, run in house.actions.items():
        args = {"weekly.moved": {"day": "1", "time": "9", "zone": "UTC", "kinds": "week"},
                "weekly.looks": {"layout": "any", "language": "de"}}.get(name, {})  # fmt: skip
        with pytest.raises(NotAllowed):
            await run(house.context(admin=False), **args)
        with pytest.raises(UserError, match="say /weekly in one of its rooms"):
            await run(house.context(place=Place(None)), **args)
    weekly = (await house.cog.weeklies.standing(await _group(house))).weekly
    assert (weekly.active, weekly.version) == (False, 0)


async def test_switched_on_it_asks_the_members_and_says_when_it_comes(house: House) -> None:
    card = await house.press("weekly.on")
    assert lines(card)[0] == "Switched on."
    assert fields(card)["Next"] == "Week 48, 2026-11-30 18:00"
    assert house.asked == ["2026-W48"]
    assert lines(await house.press("weekly.pause"))[0] == "Paused."
    assert fields(await house.panel())["Next"] == "none; I post when an admin switches it on"


async def test_the_next_one_can_be_skipped_and_brought_back(house: House) -> None:
    skip = labels(await house.press("weekly.on"))["Skip the next one"]
    card = await house.press(skip.action, **skip.args)
    assert fields(card)["Next"] == "Week 48 is skipped (2026-11-30 18:00)"
    back = labels(card)["Do not skip it"]
    card = await house.press(back.action, **back.args)
    assert fields(card)["Next"] == "Week 48, 2026-11-30 18:00"
    house.clock.advance(7 * calendar.DAY_MS)
    with pytest.raises(Stale):
        await house.press(skip.action, **skip.args)


async def test_the_time_is_asked_for_and_changed(house: House) -> None:
    form = await house.form("weekly.when")
    assert [(it.name, it.value) for it in form.fields] == [
        ("day", "0"), ("time", "18:00"), ("zone", "Europe/Berlin"), ("kinds", "week"),
    ]  # fmt: skip
    card = await house.press("weekly.moved", day="4", time="7:30", zone="Asia/Tokyo", kinds="week,year")
    told = fields(card)
    assert (told["Weeks come"], told["About"]) == ("Friday at 07:30 (Asia/Tokyo)", "Weeks, Years")
    assert (await _group(house)).zone == "Asia/Tokyo"


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"time": "25:00"}, "no time of a day"),
        ({"time": "noon"}, "no time of a day"),
        ({"time": "9:61"}, "no time of a day"),
        ({"zone": "Berlin"}, "no time zone I know"),
        ({"time": "17:59"}, "first possible time is Monday at 18:00"),
    ],
)
async def test_what_cannot_be_is_refused(house: House, typed: dict[str, str], says: str) -> None:
    with pytest.raises(BadOption, match=says):
        await house.press(
            "weekly.moved", **{"day": "0", "time": "18:00", "zone": "UTC", "kinds": "week", **typed}
        )


async def test_the_look_is_asked_for_and_changed(house: House) -> None:
    assert [(it.name, it.value) for it in (await house.form("weekly.look")).fields] == [
        ("layout", "any"), ("ground", "light"), ("left_out", ""), ("language", "en"),
    ]  # fmt: skip
    card = await house.press(
        "weekly.looks", layout="matrix", ground="dark", language="de", left_out="awards,albums"
    )
    asked = {it.name: it.value for it in (await house.form("weekly.look")).fields}
    assert (asked["layout"], asked["ground"]) == ("matrix", "dark")
    told = fields(card)
    assert (told["Picture"], told["Language"]) == ("Match matrix", "German")
    assert told["Left out"] == "Awards, Albums"
    for wrong in ({"layout": "nude"}, {"ground": "wet"}, {"language": "fr"}, {"left_out": "names"}):
        with pytest.raises(BadOption):
            await house.press("weekly.looks", **{"layout": "any", "language": "de", **wrong})


async def test_post_now_says_so_and_then_when_it_was(house: House) -> None:
    card = await house.press("weekly.now")
    assert lines(card) == ["Week 47 goes out within a minute.", "Music on Lounge: on its way"]
    delivery = await house.posting.claim("lounge")
    assert delivery is not None
    await house.posting.post(delivery)
    assert house.shown == ["2026-W47"]
    assert lines(await house.press("weekly.now")) == [
        "Week 47 is posted already.",
        "Music on Lounge: posted 2026-11-24 12:00 (number 1)",
    ]


async def test_a_preview_is_what_the_post_would_be_and_nothing_is_posted(house: House) -> None:
    ana = await house.people.member(Identity("lounge", "ana"), "Ana", "Europe/Berlin")
    group = await _group(house)
    await house.store.join(group.id, ana.id, [Feature.RECAP], [ROOM], 0)
    link = await house.store.export_link(ana.id, Source.EXTENDED)
    last_week = NOW_MS - 5 * calendar.DAY_MS
    await house.store.record(link.id, [NewPlay(last_week, SONG, 60_000)])
    await house.store.cover(link.id, [Span(last_week - 1, last_week + 1)])
    card = await house.press("weekly.preview")
    assert (str(card.title), card.buttons, card.shows) == ("0 plays in en", (), None)
    await house.store.answer_preview(group.id, ana.id, Previewed(fine=True))
    assert str((await house.press("weekly.preview")).title) == "1 plays in en"
    assert await house.store.deliveries(group.id, "2026-W47") == []


def test_who_looks_after_it_is_told_what_went_wrong() -> None:
    card = undelivered(t("That channel is gone."))
    assert [str(card.title), *lines(card)] == ["A post did not go out", "That channel is gone."]


async def _group(house: House) -> Group:
    return await house.store.open_room(ROOM, "Music", "Europe/Berlin")
