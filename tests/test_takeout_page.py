"""The page that gives a takeout: what it does when something breaks in the middle, and what it never says."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from bot.core.model import Identity, Member
from bot.errors import Unavailable
from bot.integrations.takeout import ZipPacker
from bot.services.takeout import Takeouts
from bot.web import WebServer, make_web
from bot.web.takeouts import TakeoutPages
from tests.fakes import FakeChance, FakeClock, FakeStore

ANA = Identity("discord", "1")


class Breaking(Takeouts):
    """Packs until something breaks."""

    trouble: Exception | None = None
    given = 0

    async def packed(self, member: Member) -> AsyncIterator[bytes]:  # type: ignore[override]
        for _ in range(64):
            yield b"x" * 65_536
            self.given += 1
            if self.trouble is not None:
                raise self.trouble


@dataclass
class House:
    url: str
    takeouts: Breaking
    http: aiohttp.ClientSession

    async def offered(self) -> str:
        return f"{self.url}/takeout/{await self.takeouts.token(ANA)}"


@pytest.fixture
async def house() -> AsyncIterator[House]:
    store, nothing = FakeStore(), None
    await store.add_member("Ana <3", "UTC", ANA, 1)
    unused: Any = nothing  # nobody links anything here, and what is kept is made up
    takeouts = Breaking(
        store, store, unused, store, ZipPacker(), FakeClock(), FakeChance(), "http://x/takeout"
    )

    async def ready() -> dict[str, bool]:
        return {}

    server = WebServer(make_web(unused, ready, https=False, takeouts=TakeoutPages(takeouts)), "127.0.0.1", 0)
    port = await server.start()
    async with aiohttp.ClientSession() as http:
        yield House(f"http://127.0.0.1:{port}", takeouts, http)
    await server.stop()


async def test_the_page_names_whose_it_is_and_looking_at_it_uses_nothing_up(house: House) -> None:
    page = await house.offered()
    for _ in range(3):
        async with house.http.get(page) as shown:
            html = await shown.text()
            assert shown.status == 200
            assert "Everything I keep about Ana &lt;3" in html
            assert shown.headers["Referrer-Policy"] == "no-referrer"
    async with house.http.head(page) as looked:
        assert looked.status == 405
    async with house.http.post(page) as given:
        assert len(await given.read()) == 64 * 65_536
        assert 'filename="earshot-2025-10-09.zip"' in given.headers["Content-Disposition"]


async def test_of_two_who_press_at_once_one_is_given_it(house: House) -> None:
    page = await house.offered()

    async def press() -> int:
        async with house.http.post(page) as given:
            await given.read()
            return given.status

    assert sorted(await asyncio.gather(*(press() for _ in range(4)))) == [200, 404, 404, 404]


@pytest.mark.parametrize("trouble", [Unavailable("the disk is gone"), RuntimeError("a bug")])
async def test_half_a_takeout_is_not_taken_for_a_whole(
    house: House, trouble: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    house.takeouts.trouble = trouble
    page = await house.offered()

    async def take() -> None:
        async with house.http.post(page) as given:
            assert given.status == 200
            await given.read()

    with pytest.raises(aiohttp.ClientError):
        await take()
    assert f"a takeout broke off: {type(trouble).__name__}" in caplog.text
    assert page.rpartition("/")[2] not in caplog.text
    assert "Ana" not in caplog.text


async def test_who_closes_the_page_stops_the_packing(house: House) -> None:
    page = await house.offered()
    async with house.http.post(page) as given:
        await given.content.readexactly(10)
        given.close()
    async with asyncio.timeout(10):
        before = -1
        while before != house.takeouts.given:
            before = house.takeouts.given
            await asyncio.sleep(0.05)
    assert house.takeouts.given < 64
