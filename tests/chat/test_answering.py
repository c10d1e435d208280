"""How an answer is run: on time, with progress, with every failure said, and with a line in the log."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest

from bot.chat import Button, Card, Command, Form, FormField
from bot.chat.answering import answer, failed
from bot.chat.commands import Answer
from bot.errors import LinkExpired, NotAllowed, NotLinked
from bot.text import Text, t

Progress = Callable[[Text], Awaitable[None]]


async def _never(*args: object) -> Answer:
    raise AssertionError("the work is passed to answer() by itself")


TOP = Command("top", "Your top", (), False, _never)


@dataclass
class FakeWire:
    """Writes down what it was told."""

    told: list[str] = field(default_factory=list)
    shown: list[Card] = field(default_factory=list)

    async def acknowledge(self) -> None:
        self.told.append("acknowledged")

    async def progress(self, text: Text) -> None:
        self.told.append(str(text))

    async def show(self, card: Card) -> None:
        self.told.append(f"shown: {card.title}")
        self.shown.append(card)

    async def open(self, form: Form) -> None:
        self.told.append(f"opened: {form.title}")


async def run(work: Callable[[Progress], Awaitable[Answer]], grace_s: float = 5.0) -> FakeWire:
    wire = FakeWire()
    await answer(TOP, work, wire, platform="test", request_id="r-17", grace_s=grace_s)
    return wire


async def test_a_quick_answer_is_just_shown(caplog: pytest.LogCaptureFixture) -> None:
    async def work(progress: Progress) -> Answer:
        return Card(t("Hello {who}", who="secret name"))

    with caplog.at_level(logging.INFO):
        wire = await run(work)
    assert wire.told == ["shown: Hello secret name"]
    assert "test top: answered in" in caplog.text
    assert "[r-17]" in caplog.text
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
    await answer(TOP, work, wire, platform="test", request_id="r", grace_s=0.01)
    assert wire.told == ["acknowledged", "half", "nearly", "shown: Done"]


async def test_progress_acknowledges_first() -> None:
    async def work(progress: Progress) -> Answer:
        await progress(t("half"))
        return Card(t("Done"))

    assert (await run(work)).told == ["acknowledged", "half", "shown: Done"]


async def test_a_form_is_opened() -> None:
    async def work(progress: Progress) -> Answer:
        return Form(t("Which?"), (FormField("x", t("X")),), "x.sent")

    assert (await run(work)).told == ["opened: Which?"]


async def test_an_error_on_purpose_is_its_sentence(caplog: pytest.LogCaptureFixture) -> None:
    async def work(progress: Progress) -> Answer:
        raise NotAllowed(t("That is {whose} list.", whose="somebody's secret"))

    with caplog.at_level(logging.INFO):
        wire = await run(work)
    assert wire.told == ["shown: That is somebody's secret list."]
    assert "NotAllowed" in caplog.text
    assert "secret" not in caplog.text


async def test_a_bug_shows_an_id_that_the_log_has_and_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    async def work(progress: Progress) -> Answer:
        raise RuntimeError("a detail")

    with caplog.at_level(logging.INFO):
        wire = await run(work)
    [card] = wire.shown
    assert "r-17" in str(card.footer)
    assert "a detail" not in f"{card.title} {card.footer}"
    assert "top failed [r-17]" in caplog.text
    assert "top: bug in" in caplog.text


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
