"""What doctor finds out about the machine: libraries, folder, disk, ports, clock."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from email.utils import formatdate
from pathlib import Path
from time import time

import pytest
from aiohttp import web

from bot.core.findings import Level
from bot.integrations.machine import (
    clock_findings,
    disk_finding,
    folder_findings,
    is_running,
    library_findings,
    port_finding,
)
from bot.web import WebServer


@asynccontextmanager
async def serving(path: str, text: str, **headers: str) -> AsyncIterator[int]:
    """A server on loopback with one page; its port."""

    async def page(request: web.Request) -> web.Response:
        return web.Response(text=text, headers=headers)

    app = web.Application()
    app.router.add_get(path, page)
    server = WebServer(app, "127.0.0.1", 0)
    port = await server.start()
    try:
        yield port
    finally:
        await server.stop()


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens on."""
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        yield other.getsockname()[1]


# --- libraries


def test_the_libraries_here_fit() -> None:
    python, libraries = library_findings()
    assert (python.level, libraries.level) == (Level.OK, Level.OK)


def test_a_library_that_is_too_old_or_missing_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = tmp_path / "wanting-1.0.dist-info"
    info.mkdir()
    wants = ["aiohttp<4,>=999", "no-such-library>=1", "sqlalchemy[asyncio]>=2", 'pytest>=999; extra == "dev"']
    (info / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: wanting\nVersion: 1.0\n"
        + "".join(f"Requires-Dist: {it}\n" for it in wants)
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    _, found = library_findings("wanting")
    assert found.level is Level.PROBLEM
    assert "aiohttp is 3" in found.said
    assert "not >=999" in found.said
    assert "no-such-library is missing" in found.said
    assert "sqlalchemy" not in found.said
    assert "pytest" not in found.said
    assert "run.lock" in found.do


def test_a_package_that_is_not_installed() -> None:
    _, found = library_findings("nothing-of-this-name")
    assert found.level is Level.WARNING


# --- folder and disk


def test_a_folder_that_will_be_made(tmp_path: Path) -> None:
    folder, disk = folder_findings(tmp_path / "new" / "data")
    assert (folder.level, disk.level) == (Level.OK, Level.OK)
    assert "is made at the first start" in folder.said
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_others_can_look_into(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o755)
    found, _ = folder_findings(folder)
    assert (found.level, found.do) == (Level.WARNING, f"Run: chmod 700 {folder}")
    folder.chmod(0o700)
    assert folder_findings(folder)[0].level is Level.OK
    assert list(folder.iterdir()) == []


def test_a_file_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    [found] = folder_findings(tmp_path / "taken" / "data")
    assert (found.level, found.outside) == (Level.PROBLEM, False)
    assert "[data] folder" in found.do


@pytest.mark.parametrize(
    ("free", "level", "outside"),
    [(10**9, Level.OK, False), (10**8, Level.WARNING, False), (10**6, Level.PROBLEM, True)],
)
def test_a_disk_that_fills_up(free: int, level: Level, outside: bool) -> None:
    found = disk_finding(free)
    assert (found.level, found.outside) == (level, outside)
    assert "MB are free" in found.said


# --- ports


def test_a_free_port() -> None:
    assert port_finding("[web] port", "127.0.0.1", 0, running=False).level is Level.OK


def test_a_taken_port(taken: int) -> None:
    found = port_finding("[web] port", "127.0.0.1", taken, running=False)
    assert (found.level, found.outside) == (Level.PROBLEM, False)
    assert f"127.0.0.1:{taken} cannot be used (Address already in use)" in found.said
    assert "another port" in found.do


def test_a_port_that_earshot_itself_has(taken: int) -> None:
    assert port_finding("[web] port", "127.0.0.1", taken, running=True).level is Level.OK


def test_an_address_of_another_machine() -> None:
    found = port_finding("[web] port", "192.0.2.1", 8888, running=True)
    assert found.level is Level.PROBLEM
    assert "address of this machine" in found.do


async def test_whether_earshot_is_running(taken: int) -> None:
    async with serving("/healthz", "alive") as port:
        assert await asyncio.to_thread(is_running, "0.0.0.0", port)  # noqa: S104 - asked, not listened on
    async with serving("/healthz", "<html>") as port:
        assert not await asyncio.to_thread(is_running, "127.0.0.1", port)
    assert not is_running("127.0.0.1", 9)


# --- the clock


@pytest.mark.parametrize(
    ("off_s", "level", "outside"),
    [(0, Level.OK, False), (-20, Level.WARNING, False), (300, Level.PROBLEM, True)],
)
async def test_a_clock_that_goes_wrong(off_s: int, level: Level, outside: bool) -> None:
    async with serving("/", "", Date=formatdate(time() + off_s, usegmt=True)) as port:
        [found] = await clock_findings(["http://127.0.0.1:9", f"http://127.0.0.1:{port}/"])
    assert (found.level, found.outside) == (level, outside)
    assert ("timedatectl" in found.do) is (level is not Level.OK)
    if off_s:
        assert ("ahead" if off_s < 0 else "behind") in found.said


async def test_a_refusal_tells_the_time_too() -> None:
    async with serving("/elsewhere", "", Date=formatdate(usegmt=True)) as port:
        [found] = await clock_findings([f"http://127.0.0.1:{port}/nowhere"])
    assert found.level is Level.OK


async def test_nobody_to_ask_for_the_time() -> None:
    [found] = await clock_findings(["http://127.0.0.1:9"])
    assert found.level is Level.WARNING
