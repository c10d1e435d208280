"""How an answer is run: on time, with progress, with every failure said, and with a line in the log."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest

from bot.chat import Button, Card, Command, Context, Form, FormField, Person
from bot.chat.answering import answer, failed
from bot.chat.commands import Answer
from bot.chat.exchange import Exchange, current
from bot.chat.features import Call
from bot.chat.ledger import Ledger
from bot.chat.whispers import Whispers
from bot.core.model import GroupId, Identity, Place
from bot.errors import (
    BadOption,
    EarshotError,
    LinkExpired,
    ListeningHidden,
    NotAllowed,
    NotAllowlisted,
    NotLinked,
    RateLimited,
    RoomLost,
    Unavailable,
    WhichGroup,
)
from bot.text import Text, t
from tests.fakes import FakeClock, FakeMeter, FakeStore

Progress = Callable[[Text], Awaitable[None]]
Work = Callable[[Progress], Awaitable[Answer]]

ANA = Identity("test", "ana")


@dataclass
class FakeWire:
    """Writes down what it was told. `broken`: nothing can be added."""

    told: list[str] = field(default_factory=list)
    shown: list[Card] = field(default_factory=list)
    broken: bool = False

    async def acknowledge(self) -> None:
        self.told.append("acknowledged")

    async def progress(self, text: Text) -> None:
        self.told.append(str(text))

    async def show(self, card: Card) -> None:
        self.told.append(f"shown: {card.title}")
        self.shown.append(card)

    async def refuse(self, card: Card) -> None:
        self.told.append(f"refused: {card.title}")
        self.shown.append(card)

    async def add(self, card: Card) -> None:
        if self.broken:
            raise Unavailable("gone")
        self.told.append(f"added: {card.title}")

    async def open(self, form: Form) -> None:
        self.told.append(f"opened: {form.title}")


@dataclass
class House:
    """What an answer needs besides its work."""

    store: FakeStore = field(default_factory=FakeStore)
    meter: FakeMeter = field(default_factory=FakeMeter)

    def __post_init__(self) -> None:
        self.whispers = Whispers(self.store, FakeClock())
        self.ledger = Ledger(self.store, FakeClock())

    async def run(self, work: Work, wire: FakeWire, *, private: bool = False, grace_s: float = 5.0) -> None:
        async def top(ctx: Context) -> Answer:
            return await work(ctx.progress)

        call = Call(Command("top", "Your top", (), private, top), "/top", {}, {})
        ctx = Context(Person(ANA, "Ana"), Place(None), "r-17")
        await answer(
            call, ctx, wire,
            meter=self.meter, whispers=self.whispers, ledger=self.ledger, grace_s=grace_s,
        )  # fmt: skip


async def run(work: Work, grace_s: float = 5.0) -> FakeWire:
    wire = FakeWire()
    await House().run(work, wire, grace_s=grace_s)
    return wire


async def test_a_quick_answer_is_just_shown(caplog: pytest.LogCaptureFixture) -> None:
    async def work(progress: Progress) -> Answer:
        return Card(t("Hello {who}", who="secret name"))

    with caplog.at_level(logging.INFO):
        wire = await run(work)
    assert wire.told == ["shown: Hello secret name"]
    assert "answered in" in caplog.text
    assert "secret name" not in caplog.text


async def test_a_slow_answer_is_acknowledged_once() -> None:
    acknowledged = asyncio.Event()

    async def work(progress: Progress) -> Answer:
        await acknowledged.wait()
        await progress(t("half"))
        await progress(t("nearly"))
        return Card(t("Done"))

    class Telling(FakeWire):
        async def acknowledge(self) -> None:
            await super().acknowledge()
            acknowledged.set()

    wire = Telling()
    await House().run(work, wire, grace_s=0.01)
    assert wire.told == ["acknowledged", "half", "nearly", "shown: Done"]


async def test_an_answer_waits_for_the_first_sign_that_is_on_its_way() -> None:
    on_its_way = asyncio.Event()

    class Slow(FakeWire):
        async def acknowledge(self) -> None:
            on_its_way.set()
            await asyncio.sleep(0.05)
            await super().acknowledge()

    async def work(progress: Progress) -> Answer:
        await on_its_way.wait()
        return Card(t("Done"))

    wire = Slow()
    await House().run(work, wire, grace_s=0.01)
    assert wire.told == ["acknowledged", "shown: Done"]


async def test_a_first_sign_that_cannot_be_given_is_raised() -> None:
    failed = asyncio.Event()

    class Broken(FakeWire):
        async def acknowledge(self) -> None:
            failed.set()
            raise ConnectionError("nobody there")

    async def work(progress: Progress) -> Answer:
        await failed.wait()
        return Card(t("Done"))

    wire = Broken()
    with pytest.raises(ConnectionError):
        await House().run(work, wire, grace_s=0.01)
    assert wire.told == []


async def test_a_quick_answer_shows_no_progress() -> None:
    async def work(progress: Progress) -> Answer:
        await progress(t("half"))
        return Card(t("Done"))

    assert (await run(work)).told == ["shown: Done"]


async def test_a_slow_answer_shows_how_far_it_was_when_it_was_acknowledged() -> None:
    shown = asyncio.Event()

    class Telling(FakeWire):
        async def progress(self, text: Text) -> None:
            await super().progress(text)
            shown.set()

    async def work(progress: Progress) -> Answer:
        await progress(t("begun"))
        await progress(t("half"))
        await shown.wait()
        return Card(t("Done"))

    wire = Telling()
    await House().run(work, wire, grace_s=0.01)
    assert wire.told == ["acknowledged", "half", "shown: Done"]


async def test_a_form_is_opened() -> None:
    async def work(progress: Progress) -> Answer:
        return Form(t("Which?"), (FormField("x", t("X")),), "x.sent")

    assert (await run(work)).told == ["opened: Which?"]


async def test_an_error_on_purpose_is_its_sentence(caplog: pytest.LogCaptureFixture) -> None:
    async def work(progress: Progress) -> Answer:
        raise NotAllowed(t("That is {whose} list.", whose="somebody's secret"))

    with caplog.at_level(logging.INFO):
        wire = await run(work)
    assert wire.told == ["refused: That is somebody's secret list."]
    assert "NotAllowed" in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.parametrize(
    "error", [NotAllowed("x"), BadOption("x"), LinkExpired("x"), ListeningHidden("x"), NotAllowlisted("x")]
)
async def test_what_only_the_asker_can_act_on_is_for_them_alone(error: EarshotError) -> None:
    async def work(progress: Progress) -> Answer:
        raise error

    assert (await run(work)).told == ["refused: x"]


@pytest.mark.parametrize("error", [Unavailable("x"), RateLimited("x", 9), RoomLost("x")])
async def test_what_concerns_everybody_is_shown_to_everybody(error: EarshotError) -> None:
    async def work(progress: Progress) -> Answer:
        raise error

    assert (await run(work)).told == ["shown: x"]


async def test_a_bug_shows_an_id_that_the_log_has_and_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    async def work(progress: Progress) -> Answer:
        raise RuntimeError("a detail")

    with caplog.at_level(logging.INFO):
        wire = await run(work)
    [card] = wire.shown
    assert "r-17" in str(card.footer)
    assert "a detail" not in f"{card.title} {card.footer}"
    assert "/top failed [r-17]" in caplog.text
    assert "bug in" in caplog.text


async def test_every_line_of_an_answer_knows_what_is_answered() -> None:
    class Noting(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            noted.append((record.getMessage().partition(" ")[0], current()))

    async def work(progress: Progress) -> Answer:
        log.warning("inside")
        await asyncio.to_thread(log.warning, "deeper")
        return Card(t("Done"))

    noted: list[tuple[str, Exchange | None]] = []
    log, handler = logging.getLogger("bot"), Noting()
    log.addHandler(handler)
    before = log.level
    log.setLevel(logging.INFO)
    try:
        await run(work)
        log.warning("outside")
    finally:
        log.removeHandler(handler)
        log.setLevel(before)
    this = Exchange("test", "/top", "r-17")
    assert noted == [("inside", this), ("deeper", this), ("answered", this), ("outside", None)]


async def test_who_asked_going_away_stops_the_work() -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def work(progress: Progress) -> Answer:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        return Card(t("never"))

    task = asyncio.create_task(run(work))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.wait_for(ended.wait(), 1)


@pytest.mark.parametrize("error", [NotLinked("Not linked."), LinkExpired("Expired.")])
def test_a_dead_or_missing_link_offers_the_next_step(error: NotLinked | LinkExpired) -> None:
    [button] = failed(error).buttons
    assert isinstance(button, Button)
    assert (button.action, button.strong) == ("account.link", True)
    assert failed(NotAllowed("No.")).buttons == ()


async def _done(progress: Progress) -> Answer:
    return Card(t("Done"))


async def test_what_waited_comes_with_the_next_private_answer_once() -> None:
    house, wire = House(), FakeWire()
    await house.store.add_member("Ana", "UTC", ANA, 0)
    for words in ("one", "two"):
        await house.whispers.keep(ANA, Card(t("{words}", words=words)))
    await house.run(_done, wire)
    assert wire.told == ["shown: Done"]
    await house.run(_done, wire, private=True)
    assert wire.told[1:] == ["shown: Done", "added: one", "added: two"]
    await house.run(_done, wire, private=True)
    assert wire.told[4:] == ["shown: Done"]


async def test_what_cannot_be_added_goes_on_waiting() -> None:
    house = House()
    await house.store.add_member("Ana", "UTC", ANA, 0)
    await house.whispers.keep(ANA, Card(t("one")))
    with pytest.raises(Unavailable):
        await house.run(_done, FakeWire(broken=True), private=True)
    assert [str(card.title) for card in await house.whispers.take(ANA)] == ["one"]


async def test_which_group_is_asked_with_a_button_for_each() -> None:
    async def work(progress: Progress) -> Answer:
        raise WhichGroup(t("Which?"), [(3, "Friends"), (4, "Work")])

    wire = await run(work)
    assert [
        (str(it.label), it.action, dict(it.args)) for it in wire.shown[0].buttons if isinstance(it, Button)
    ] == [
        ("Friends", "/top", {"@group": "3"}),
        ("Work", "/top", {"@group": "4"}),
    ]


async def test_a_chosen_group_reaches_the_feature() -> None:
    seen: list[Place] = []

    async def top(ctx: Context) -> Answer:
        seen.append(ctx.place)
        return Card(t("Done"))

    call = Call(Command("top", "Your top", (), False, top), "/top", {}, {}, GroupId(4))
    await call.run(Context(Person(ANA, "Ana"), Place(None), "r"))
    assert seen == [Place(None, "", GroupId(4))]


async def test_every_answer_is_counted() -> None:
    async def refused(progress: Progress) -> Answer:
        raise NotAllowed("No.")

    async def broken(progress: Progress) -> Answer:
        raise RuntimeError("a detail")

    house = House()
    for work in (_done, refused, broken):
        await house.run(work, FakeWire())
    assert house.meter.answers == [
        ("test", "/top", "answered"),
        ("test", "/top", "NotAllowed"),
        ("test", "/top", "bug"),
    ]
