"""Slack's requests to our own address instead of Socket Mode: signed, old ones and forged ones refused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest
from aiohttp import web

from tests.adapters.slack.conftest import Build, House
from tests.twins.slack import SlackTwin


@dataclass
class Served:
    """A running adapter that Slack reaches by HTTP."""

    house: House
    url: str


@pytest.fixture
async def served(build: Build, twin: SlackTwin) -> AsyncIterator[Served]:
    async with AsyncExitStack() as stack:
        house = await build(app_token="", signing_secret=twin.signing_secret)
        app = web.Application()
        app.add_routes(house.slack.routes())
        runner = web.AppRunner(app)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
        await twin.deliver_over_http(url)
        yield Served(house, url)


async def test_everything_works_over_http(served: Served) -> None:
    house = served.house
    assert house.slack.connected
    card = await (await house.ana.types(house.room, "/top")).answer()
    assert (await (await house.ana.clicks(card, "Vote")).answer("1 votes")).ts == card.ts
    form = await (await house.ana.types(house.room, "/play")).form()
    sent = await house.ana.fills(form, {"What it should feel like": "x", "How many songs": "99"})
    assert sent.errors == {"How many songs": "“count” goes from 5 to 50."}
    sent = await house.ana.fills(form, {"What it should feel like": "late drive", "How many songs": "9"})
    await sent.answer("“late drive”, 9 songs")
    said = await house.ana.says(house.room, "@Earshot play rainy sunday")
    await said.answer("“rainy sunday”, 20 songs")
    assert "Your own panel, Ana" in (await house.ana.opens_home()).text
    form = await (await house.ana.types(house.room, "/who_plays")).form()
    assert await house.ana.completes(form, "The artist", "low") == ["low", "Low"]


async def test_slow_work_is_acknowledged_in_time(served: Served) -> None:
    house = served.house
    house.sample.gate.clear()
    asked = await house.ana.types(house.room, "/play late drive")
    assert await asked.acknowledged() < 3
    assert (await asked.shown()).text == "On it …"
    house.sample.gate.set()
    await asked.answer("“late drive”, 20 songs")


async def test_a_forged_request_and_an_old_one_are_refused(served: Served) -> None:
    twin = served.house.twin
    assert await twin.forges(served.url) == 401
    assert await twin.forges(served.url, secret=twin.signing_secret, age_s=600) == 401
    assert served.house.meter.answers == []


async def test_an_event_that_is_delivered_again_is_answered_once(served: Served) -> None:
    served.house.twin.repeat_events()
    said = await served.house.ana.says(served.house.room, "@Earshot play rainy sunday")
    await said.answer("“rainy sunday”, 20 songs")
    await said.answer()
    assert served.house.sample.begun == 1


async def test_nothing_is_taken_before_the_start_and_after_the_end(served: Served) -> None:
    await served.house.slack.stop()
    assert not served.house.slack.connected
    asked = await served.house.ana.types(served.house.room, "/top")
    assert "http_503" in (await asked.answer()).text or "dispatch_failed" in (await asked.answer()).text


async def test_socket_mode_serves_no_address(house: House) -> None:
    assert house.slack.routes() == []
