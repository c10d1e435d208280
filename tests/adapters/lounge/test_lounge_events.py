"""Server-sent events: progress as it comes, nothing missed over a reconnect, nothing private to others."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from bot.adapters.lounge import events
from bot.adapters.lounge.events import Hub
from bot.chat import Card
from bot.core.model import RoomRef
from bot.text import t
from tests.adapters.lounge.conftest import ROOM, TOKEN, Build, House


class Stream:
    """Reads events one by one; `last` is the id a browser would come back with."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self.response = response
        self.last = ""

    async def block(self) -> dict[str, str]:
        lines: dict[str, str] = {}
        while line := (await asyncio.wait_for(self.response.content.readline(), 5)).decode().rstrip("\n"):
            name, _, value = line.partition(": ")
            lines[name] = value
        return lines

    async def next(self) -> tuple[str, Any]:
        """The next event that is no heartbeat; ("", None) at the end."""
        while True:
            lines = await self.block()
            if "event" in lines:
                self.last = lines["id"]
                return lines["event"], json.loads(lines["data"])
            if self.response.content.at_eof():
                return "", None


@asynccontextmanager
async def listening(
    house: House, who: str = "ana", after: str = "", last_event: str = ""
) -> AsyncIterator[Stream]:
    url = f"{house.caller.base}/api/rooms/{ROOM}/events"
    headers = {"Last-Event-ID": last_event} if last_event else {}
    query = {"token": TOKEN, "as": who, "after": after}
    async with house.caller.http.get(url, params=query, headers=headers) as response:
        assert response.status == 200
        assert response.content_type == "text/event-stream"
        stream = Stream(response)
        assert "retry" in await stream.block()
        yield stream


async def cursor(house: House) -> str:
    return str((await house.caller.get(f"/api/rooms/{ROOM}/messages"))["last_event"])


async def test_an_answer_in_three_steps(house: House) -> None:
    house.sample.gate.clear()
    async with listening(house) as stream:
        asked = asyncio.create_task(house.caller.say("/play late drive count:6"))
        kind, line = await stream.next()
        assert (kind, line["kind"], line["line"]) == ("message", "line", "/play late drive count:6")
        _, acknowledged = await stream.next()
        _, progress = await stream.next()
        assert (acknowledged["kind"], acknowledged["progress"]) == ("pending", None)
        assert progress["progress"]["text"] == "Looking for 6 songs …"
        assert "again" not in progress
        house.sample.gate.set()
        _, card = await stream.next()
        assert (card["kind"], card["id"]) == ("card", progress["id"])
        assert card["rev"] > progress["rev"] > acknowledged["rev"]
        assert (await asked)["answer"] == card


async def test_a_quick_answer_does_not_flicker(house: House) -> None:
    async with listening(house) as stream:
        await house.caller.say("/top")
        assert [(await stream.next())[1]["kind"] for _ in range(2)] == ["line", "card"]


async def test_the_private_does_not_reach_others(house: House) -> None:
    async with listening(house, "ben") as ben, listening(house, "ana") as ana:
        await house.caller.say("/privacy")
        await house.caller.say("/top")
        assert (await ana.next())[1]["line"] == "/privacy"
        assert (await ben.next())[1]["line"] == "/top"
    async with listening(house, "ben", last_event=f"{ben.last.rpartition('-')[0]}-0") as replayed:
        assert (await replayed.next())[1]["line"] == "/top"


async def test_nothing_is_missed_over_a_reconnect(house: House) -> None:
    after = await cursor(house)
    for n in range(3, 9):
        await house.caller.say(f"/top count:{n}")
    lines: list[str] = []
    last = ""
    while len(lines) < 6:
        async with listening(house, after=after, last_event=last) as stream:
            for _ in range(3):
                kind, message = await stream.next()
                assert kind == "message"
                if message["kind"] == "line":
                    lines.append(message["line"])
            last = stream.last
    assert lines == [f"/top count:{n}" for n in range(3, 9)]


async def test_an_id_of_another_life_or_of_nonsense_asks_to_load_anew(house: House) -> None:
    await house.caller.say("/top")
    for last in ("an-earlier-life-7", "nonsense", "token-1-999999", "token-1-²", "-"):
        async with listening(house, last_event=last) as stream:
            assert await stream.next() == ("reset", {})
            await house.caller.say("hi")
            assert (await stream.next())[1]["line"] == "hi"


async def test_what_is_too_long_ago_asks_to_load_anew() -> None:
    hub = Hub("life")
    for n in range(events.REMEMBERED + 1):
        hub.publish("room", "", "message", n)
    assert b"reset" in [chunk async for chunk in _some(hub, "life-0", 2)][1]
    assert b"data: 1\n" in [chunk async for chunk in _some(hub, "life-1", 2)][1]


async def test_who_lags_behind_is_cut_off_and_comes_back_by_id() -> None:
    hub = Hub("life")
    stream = hub.listen("room", "ana", "")
    await anext(stream)
    for n in range(events.WAITING_MOST + 2):
        hub.publish("room", "", "message", n)
    assert [chunk async for chunk in stream] == []
    assert hub.last("room") == f"life-{events.WAITING_MOST + 2}"


async def _some(hub: Hub, after: str, count: int) -> AsyncIterator[bytes]:
    stream = hub.listen("room", "ana", after)
    for _ in range(count):
        yield await anext(stream)
    await stream.aclose()


async def test_heartbeats_keep_the_line_open(build: Build) -> None:
    house = await build(heartbeat_s=0.02)
    async with listening(house) as stream:
        assert await stream.block() == {"": "still here"}
        assert await stream.block() == {"": "still here"}


async def test_a_replaced_card_changes_in_place(house: House) -> None:
    card = (await house.caller.say("/top"))["answer"]
    async with listening(house) as stream:
        await house.caller.press(card, 4)
        assert (await stream.next())[1]["id"] == card["id"]
        await house.caller.say("hi")
        assert (await stream.next())[1]["line"] == "hi"


async def test_a_shown_placeholder_that_was_not_needed_is_taken_away(house: House) -> None:
    card = (await house.caller.say("/top"))["answer"]
    house.sample.gate.clear()
    async with listening(house) as stream:
        pressed = asyncio.create_task(house.caller.press(card, 4))
        kind, placeholder = await stream.next()
        assert (kind, placeholder["kind"], placeholder["pressed"]["text"]) == ("message", "pending", "Vote")
        house.sample.gate.set()
        assert (await stream.next())[1]["id"] == card["id"]
        assert await stream.next() == ("gone", {"id": placeholder["id"]})
        await pressed
    assert placeholder["id"] not in [it["id"] for it in await house.caller.seen()]


async def test_stopping_ends_the_streams_after_the_last_answer(build: Build) -> None:
    house = await build(finish_s=5.0)
    house.sample.gate.clear()
    async with listening(house) as stream:
        asked = asyncio.create_task(house.caller.say("/play x"))
        for _ in range(3):
            await stream.next()
        stopping = asyncio.create_task(house.lounge.stop())
        await asyncio.sleep(0.05)
        house.sample.gate.set()
        assert (await stream.next())[1]["kind"] == "card"
        assert await stream.next() == ("", None)
        await stopping
        assert (await asked)["answer"]["kind"] == "card"


async def test_a_post_nobody_asked_for_arrives_too(house: House) -> None:
    async with listening(house, "ben") as stream:
        await house.lounge.post(RoomRef("lounge", "", ROOM), Card(t("Week 41")))
        assert (await stream.next())[1]["card"]["title"] == {"text": "Week 41"}


async def test_a_post_with_a_key_is_found_again_and_nobody_sees_the_key(house: House) -> None:
    room = RoomRef("lounge", "", ROOM)
    assert await house.lounge.find(room, "1/2026-W47", 0) is None
    await house.lounge.post(room, Card(t("Week 46")), "1/2026-W46")
    post = await house.lounge.post(room, Card(t("Week 47")), "1/2026-W47")
    await house.lounge.post(room, Card(t("Week 47")))
    assert await house.lounge.find(room, "1/2026-W47", 0) == post
    await house.lounge.edit(post, Card(t("Week 47, anew")))
    assert await house.lounge.find(room, "1/2026-W47", 0) == post
    assert await house.lounge.find(room, "1/2026-W48", 0) is None
    assert "2026-W4" not in str(await house.caller.seen())
