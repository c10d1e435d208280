"""After a restart everything shown is still there; what was cut off says so and can be asked again."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp

from bot.ports import Message
from tests.adapters.lounge.conftest import ROOM, Build, House
from tests.fakes import FakeStore

CUT_OFF = "I was restarted before I could finish this; please ask again."


async def killed(house: House) -> FakeStore:
    """What the store holds if the process died now: a copy that the old process cannot touch."""
    copy = FakeStore()
    for message in sorted(house.store._messages.values(), key=lambda it: it.id):
        kept = await copy.append(
            message.room, message.author, message.private_to, message.body, message.made_ms
        )
        assert kept.id == message.id
    return copy


async def begun(house: House, asking: Any) -> asyncio.Task[Any]:
    """Ask, with the answer held back; returns once the feature is at work."""
    house.sample.gate.clear()
    task = asyncio.create_task(asking)
    await house.sample.at_work.wait()
    return task


async def finished(house: House, task: asyncio.Task[Any]) -> None:
    house.sample.gate.set()
    await task


async def test_messages_and_old_buttons_outlive_a_restart(build: Build) -> None:
    first = await build()
    card = (await first.caller.say("/top"))["answer"]
    await first.caller.say("/privacy")
    before = await first.caller.seen()
    await first.lounge.stop()
    second = await build(store=first.store)
    assert await second.caller.seen() == before
    assert "Ana asks" in (await second.caller.press(card, 0))["answer"]["card"]["title"]["text"]


async def test_a_command_cut_off_says_so_and_runs_again(build: Build) -> None:
    first = await build()
    task = await begun(first, first.caller.say("/play late drive count:6"))
    second = await build(store=await killed(first))
    line, cut_off = await second.caller.seen()
    assert line["line"] == "/play late drive count:6"
    assert cut_off["card"]["title"]["text"] == CUT_OFF
    assert await second.caller.seen("ben") == [line, cut_off]
    again = await second.caller.press(cut_off, 0, who="ben")
    assert again["line"]["line"] == '/play prompt:"late drive" count:6'
    assert again["line"]["author"]["user"] == "ben"
    assert again["answer"]["card"]["title"]["text"] == "“late drive”, 6 songs"
    await finished(first, task)


async def test_a_press_cut_off_runs_again(build: Build) -> None:
    first = await build()
    card = (await first.caller.say("/top"))["answer"]
    task = await begun(first, first.caller.press(card, 4))
    second = await build(store=await killed(first))
    cut_off = (await second.caller.seen())[-1]
    assert (cut_off["card"]["title"]["text"], cut_off["pressed"]["text"]) == (CUT_OFF, "Vote")
    await second.caller.press(cut_off, 0)
    assert second.sample.votes == 1
    await finished(first, task)


async def test_an_upload_cut_off_opens_its_form_again(build: Build) -> None:
    first = await build()
    panel = (await first.caller.say("/privacy"))["answer"]
    form = (await first.caller.press(panel, 0))["answer"]
    data = aiohttp.FormData()
    data.add_field("file", b"zip", filename="export.zip")
    task = await begun(first, first.caller.post(f"/api/rooms/{ROOM}/forms/{form['id']}", data=data))
    store = await killed(first)
    await finished(first, task)
    left = first.pictures / "incoming" / "left-by-the-dead"
    left.mkdir()
    second = await build(store=store)
    assert not left.exists()
    cut_off = (await second.caller.seen())[-1]
    assert cut_off["card"]["title"]["text"] == CUT_OFF
    assert await second.caller.seen("ben") == []
    reopened = (await second.caller.press(cut_off, 0))["answer"]
    assert (reopened["id"], reopened["kind"], reopened["sent"]) == (form["id"], "form", False)


async def test_what_takes_too_long_at_the_end_is_cut_off_the_same_way(build: Build) -> None:
    first = await build(finish_s=0.05)
    task = await begun(first, first.caller.say("/play x"))
    await first.lounge.stop()
    await asyncio.gather(task, return_exceptions=True)
    second = await build(store=first.store)
    assert (await second.caller.seen())[-1]["card"]["title"]["text"] == CUT_OFF


async def test_an_answer_that_is_worked_on_is_not_called_cut_off(build: Build) -> None:
    house = await build()
    task = await begun(house, house.caller.say("/play x"))
    async with asyncio.timeout(5):
        while [it["kind"] for it in await house.caller.seen()] != ["line", "pending"]:  # noqa: ASYNC110 – it is time that passes
            await asyncio.sleep(0.05)
    await finished(house, task)
    assert [it["kind"] for it in await house.caller.seen()] == ["line", "card"]


async def test_a_button_of_a_feature_that_is_gone_says_so(build: Build) -> None:
    first = await build()
    card = (await first.caller.say("/top"))["answer"]
    await first.lounge.stop()
    second = await build(store=first.store, cogs=[])
    assert "another version" in (await second.caller.press(card, 0, status=404))["error"]


class Watched(FakeStore):
    """A store that dies at a given write, as a kill would have it."""

    def __init__(self, writes: int) -> None:
        super().__init__()
        self.left = writes

    def _write(self) -> None:
        if self.left == 0:
            raise ConnectionError("the process is dead")
        self.left -= 1

    async def append(self, room: str, author: str, private_to: str, body: str, now_ms: int) -> Message:
        self._write()
        return await super().append(room, author, private_to, body, now_ms)

    async def rewrite(self, message_id: int, body: str) -> Message | None:
        self._write()
        return await super().rewrite(message_id, body)


async def test_whenever_it_dies_what_was_shown_is_stored(build: Build) -> None:
    for writes in range(5):
        store = Watched(writes)
        first = await build(store=store)
        await asyncio.gather(first.caller.say("/play x"), return_exceptions=True)
        shown = [json.loads(event.data) for event in first.lounge._hub._room(ROOM).events]
        stored = {it.id: json.loads(it.body) for it in store._messages.values()}
        for message in shown:
            assert stored[message["id"]]["rev"] >= message["rev"], writes
        if any(it["kind"] == "line" for it in shown):
            store.left = 99
            second = await build(store=await killed(first))
            last = (await second.caller.seen())[-1]
            assert last["kind"] == "card", "a line that was shown gets its answer, or the offer to ask again"
