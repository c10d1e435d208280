"""The pace of progress: the first at once, then only the last of what came in between."""

from __future__ import annotations

import asyncio

from bot.chat.pace import Pace
from bot.text import Text, t


async def test_progress_shows_the_first_and_the_last_of_a_burst() -> None:
    shown: list[str] = []

    async def show(text: Text) -> None:
        shown.append(str(text))

    pace = Pace(show, every_s=0.05)
    for n in range(20):
        pace.say(t("{n}", n=n))
        await asyncio.sleep(0)
    async with asyncio.timeout(5):
        while len(shown) < 2:  # noqa: ASYNC110 – it is time that passes
            await asyncio.sleep(0.005)
    assert shown == ["0", "19"]
    pace.say(t("late"))
    await pace.stop()
    assert len(shown) <= 3
    await Pace(show).stop()


async def test_stopping_waits_for_what_is_being_shown_and_shows_nothing_more() -> None:
    shown: list[str] = []
    gate = asyncio.Event()

    async def show(text: Text) -> None:
        await gate.wait()
        shown.append(str(text))

    pace = Pace(show, every_s=60)
    pace.say(t("one"))
    await asyncio.sleep(0)
    pace.say(t("two"))
    stopping = asyncio.create_task(pace.stop())
    await asyncio.sleep(0)
    gate.set()
    await asyncio.wait_for(stopping, 5)
    assert shown == ["one"]
