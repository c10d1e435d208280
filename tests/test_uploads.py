"""The page for files that are too large for a chat, over HTTP: single use, streamed, deleted whatever happens."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import stat
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest

from bot.chat import Card
from bot.core.model import Identity, Member, Source
from bot.errors import Unavailable
from bot.integrations.exports import FilesOnDisk
from bot.services.importing import Importing, ImportSummary
from bot.services.pages import OFFER_MS
from bot.services.uploading import UPLOAD_MOST, Uploading
from bot.web import WebServer, make_web
from bot.web.uploads import Uploads
from cogs.imports import imported
from tests.fakes import FakeChance, FakeClock, FakeStore

ANA = Identity("discord", "1")
ROWS = [
    {
        "ts": f"2025-03-01T10:{minute:02d}:00Z",
        "ms_played": 200_000,
        "master_metadata_track_name": "Hello",
        "master_metadata_album_artist_name": "Adele",
        "master_metadata_album_album_name": "25",
        "spotify_track_uri": "spotify:track:abc1",
    }
    for minute in range(0, 40, 4)
]
EXPORT = json.dumps(ROWS).encode()


class SlowImport(Importing):
    """Looks at the disk while the file is read, and waits for `go_on`."""

    def __init__(self, store: FakeStore, folder: Path) -> None:
        super().__init__(store, store, FilesOnDisk())
        self.folder = folder
        self.seen: list[Path] = []
        self.reading, self.go_on = asyncio.Event(), asyncio.Event()
        self.go_on.set()
        self.trouble: Exception | None = None

    async def run(self, member: Member, paths: Any, progress: Any = None) -> ImportSummary:
        self.seen = [it for it in self.folder.rglob("*") if it.is_file()]
        self.reading.set()
        await self.go_on.wait()
        if self.trouble is not None:
            raise self.trouble
        return await super().run(member, paths, progress)


@dataclass
class House:
    """The web server with Ana's page, and what was whispered."""

    url: str
    folder: Path
    clock: FakeClock
    store: FakeStore
    importing: SlowImport
    uploading: Uploading
    http: aiohttp.ClientSession
    whispered: list[tuple[Identity, Card]] = field(default_factory=list)
    deaf: bool = False

    async def page(self, method: str, address: str, body: bytes | None = EXPORT) -> tuple[int, str]:
        data = None
        if method == "POST":
            data = aiohttp.FormData({"other": "x"}, default_to_multipart=True)
            if body is not None:
                data.add_field("file", body, filename="Streaming_History_Audio_2025.json")
        async with self.http.request(method, address, data=data) as answer:
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            assert answer.headers["Cache-Control"] == "no-store"
            return answer.status, await answer.text()

    def files(self) -> list[str]:
        return [it.name for it in self.folder.rglob("*")]


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    store, clock, folder = FakeStore(), FakeClock(), tmp_path / "uploads"
    (folder / "left by a killed process").mkdir(parents=True)
    importing = SlowImport(store, folder)
    uploading = Uploading(store, store, importing, clock, FakeChance(), "http://earshot.example/upload")
    await store.add_member("Ana <3", "UTC", ANA, 0)
    nothing: Any = None  # nobody links anything here

    async def ready() -> dict[str, bool]:
        return {}

    async def whisper(identity: Identity, card: Card) -> None:
        if it.deaf:
            raise Unavailable("the platform is down")
        it.whispered.append((identity, card))

    app = make_web(nothing, ready, https=False, uploads=Uploads(uploading, folder, imported, whisper))
    server = WebServer(app, "127.0.0.1", 0)
    port = await server.start()
    async with aiohttp.ClientSession() as http:
        it = House(f"http://127.0.0.1:{port}", folder, clock, store, importing, uploading, http)
        yield it
    await server.stop()


async def offered(house: House) -> str:
    """The address of a fresh page, on this server."""
    return house.url + urlsplit(await house.uploading.offer(ANA)).path


async def until(condition: Callable[[], bool]) -> None:
    """Wait until it holds; files do not say when they change."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def form_in(house: House, html: str) -> str:
    found = re.search(r'action="(/upload/[^"]+)"', html)
    assert found is not None
    return house.url + found[1]


async def test_a_file_is_read_told_and_deleted(house: House) -> None:
    address = await offered(house)
    status, html = await house.page("GET", address)
    assert (status, form_in(house, html)) == (200, address)
    assert "Bring your Spotify history, Ana <3" in words(html)
    assert "<script" not in html
    status, html = await house.page("POST", address)
    assert status == 200
    assert "10 plays added" in words(html)
    assert "Plays added 10 Already known 0 Rows read 10" in words(html)
    (read,) = house.importing.seen
    assert read.parent.parent == house.folder
    assert house.files() == []
    ((identity, card),) = house.whispered
    assert (identity, str(card.title)) == (ANA, "10 plays added")
    (member,) = await house.store.all_members()
    assert [it.source for it in await house.store.links(member.id)] == [Source.EXTENDED]


async def test_what_a_killed_process_left_is_gone_and_nobody_else_may_look(house: House) -> None:
    assert house.files() == []
    assert stat.S_IMODE(house.folder.stat().st_mode) == 0o700


async def test_a_page_is_good_for_one_use_and_an_hour(house: House) -> None:
    address = await offered(house)
    for _ in range(2):
        assert (await house.page("GET", address))[0] == 200
    assert (await house.page("POST", address))[0] == 200
    for method in ("GET", "POST"):
        status, html = await house.page(method, address)
        assert (status, "used already" in words(html)) == (404, True)
    later, latest = await offered(house), await offered(house)
    assert (await house.page("GET", later))[0] == 404
    house.clock.advance(OFFER_MS)
    for method in ("GET", "POST"):
        assert (await house.page(method, latest))[0] == 404
    assert (await house.page("POST", f"{house.url}/upload/nonsense"))[0] == 404
    assert len(house.whispered) == 1


async def test_of_two_who_send_at_once_one_is_read(house: House) -> None:
    address = await offered(house)
    told = await asyncio.gather(*(house.page("POST", address) for _ in range(4)))
    assert sorted(status for status, _ in told) == [200, 404, 404, 404]
    assert house.files() == []


@pytest.mark.parametrize(
    ("body", "said", "whispers"),
    [
        (b'{"not": "an export"}', "no listening history in this", 1),
        (b"PK\x03\x04 half a zip", "not a complete zip", 1),
        (b"", "no listening history in this", 1),
        (None, "No file came with that", 0),
    ],
)
async def test_the_wrong_file_can_be_followed_by_the_right_one(
    house: House, body: bytes | None, said: str, whispers: int
) -> None:
    address = await offered(house)
    status, html = await house.page("POST", address, body)
    assert status == 400
    assert said in words(html)
    assert house.files() == []
    assert len(house.whispered) == whispers
    assert form_in(house, html) != address
    assert (await house.page("POST", form_in(house, html)))[0] == 200


async def test_what_is_no_form_is_refused(house: House) -> None:
    async with house.http.post(await offered(house), data=b"x" * 100) as answer:
        assert answer.status == 400
    broken = {"Content-Type": "multipart/form-data; boundary=b"}
    async with house.http.post(await offered(house), data=b"--c\r\n\r\nx", headers=broken) as answer:
        assert answer.status == 400
        assert "did not arrive whole" in await answer.text()
    assert house.files() == []


async def test_a_file_of_more_than_a_gigabyte_is_not_even_taken(house: House) -> None:
    address = urlsplit(await offered(house))
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(
        f"POST {address.path} HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\n"
        f"Content-Length: {UPLOAD_MOST + 1_000_000}\r\n\r\n".encode()
    )
    async with asyncio.timeout(10):
        said = await reader.readuntil(b"</html>")
    assert b"400 Bad Request" in said
    assert b"larger than 1 GB" in said
    writer.close()


async def test_a_line_that_breaks_off_leaves_nothing_behind(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    address = urlsplit(await offered(house))
    _, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(
        f"POST {address.path} HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\n"
        "Content-Length: 900000\r\n\r\n"
        '--b\r\nContent-Disposition: form-data; name="file"; filename="a.zip"\r\n\r\n'.encode()
        + b"x" * 300_000
    )
    await writer.drain()
    await until(lambda: "export" in house.files())
    writer.close()
    await until(lambda: not house.files())
    assert house.whispered == []
    assert not [it for it in caplog.records if it.levelno >= logging.ERROR]


async def test_who_closes_the_page_while_it_is_read_is_told_in_chat(house: House) -> None:
    house.importing.go_on.clear()
    sending = asyncio.create_task(house.page("POST", await offered(house)))
    async with asyncio.timeout(10):
        await house.importing.reading.wait()
    sending.cancel()
    house.importing.go_on.set()
    await until(lambda: bool(house.whispered) and not house.files())
    assert str(house.whispered[0][1].title) == "10 plays added"


async def test_a_member_who_cannot_be_told_sees_the_page_all_the_same(house: House) -> None:
    house.deaf = True
    status, html = await house.page("POST", await offered(house))
    assert (status, "10 plays added" in words(html)) == (200, True)


@pytest.mark.parametrize(
    ("trouble", "status", "said"),
    [
        (Unavailable("The disk is full."), 502, "The disk is full."),
        (RuntimeError("a bug"), 500, "on my side"),
    ],
)
async def test_trouble_here_is_said_and_the_file_is_deleted(
    house: House, trouble: Exception, status: int, said: str
) -> None:
    house.importing.trouble = trouble
    told, html = await house.page("POST", await offered(house))
    assert (told, said in words(html)) == (status, True)
    assert house.files() == []


async def test_no_token_is_logged(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    tokens = []
    for trouble in (None, Unavailable("no"), RuntimeError("a bug")):
        house.importing.trouble = trouble
        address = await offered(house)
        tokens.append(address.rpartition("/")[2])
        for _ in range(2):
            await house.page("POST", address)
    ours = [it for it in caplog.records if it.name.startswith("bot.")]
    assert any("/upload/{token} failed" in it.getMessage() for it in ours)
    for record in caplog.records:
        assert not any(token in logging.Formatter().format(record) for token in tokens)
