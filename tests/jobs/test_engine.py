"""Durable work in one process: begun once, one at a time in a lane, through restarts and lost files."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.jobs.engine import Engine, Job


async def until(condition: Callable[[], object]) -> None:
    for _ in range(1000):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("that never happened")


class Diary:
    """A job that writes down what it is given, and how many of a lane run at the same time."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.running: list[str] = []
        self.most = 0
        self.slow = asyncio.Event()
        self.slow.set()
        self.breaks = False

    async def write(self, word: str) -> None:
        self.running.append(word)
        self.most = max(self.most, len(self.running))
        if self.breaks:
            raise ZeroDivisionError("a bug")
        await self.slow.wait()
        self.running.remove(word)
        self.done.append(word)

    def engine(self, file: Path) -> Engine:
        return Engine(file, [Job("write", self.write, at_once=4)], every_s=0.05)


async def test_a_key_is_begun_once_and_runs_in_this_loop(tmp_path: Path):
    diary = Diary()
    engine = diary.engine(tmp_path / "engine.sqlite")
    await engine.start()
    for _ in range(3):
        await engine.begin("write", "write:1", "one", lane="a")
    await engine.begin("write", "write:2", "two", lane="a")
    await until(lambda: len(diary.done) == 2)
    await engine.tidy()
    await engine.stop()
    assert diary.done == ["one", "two"]
    assert await asyncio.to_thread(lambda: "threads are there after it") == "threads are there after it"


async def test_one_at_a_time_in_a_lane_and_lanes_beside_each_other(tmp_path: Path):
    diary = Diary()
    diary.slow.clear()
    engine = diary.engine(tmp_path / "engine.sqlite")
    await engine.start()
    for n in range(3):
        await engine.begin("write", f"write:a{n}", f"a{n}", lane="a")
        await engine.begin("write", f"write:b{n}", f"b{n}", lane="b")
    await until(lambda: len(diary.running) == 2)
    await asyncio.sleep(0.2)
    assert sorted(diary.running) == ["a0", "b0"]
    diary.slow.set()
    await until(lambda: len(diary.done) == 6)
    await engine.stop()
    assert diary.most <= 2


async def test_what_waits_when_it_stops_is_done_after_the_next_start(tmp_path: Path):
    diary = Diary()
    diary.slow.clear()
    engine = diary.engine(tmp_path / "engine.sqlite")
    await engine.start()
    for n in range(2):
        await engine.begin("write", f"write:{n}", str(n), lane="a")
    await until(lambda: diary.running)
    stopping = asyncio.create_task(engine.stop())
    await asyncio.sleep(0.05)
    assert not stopping.done()
    diary.slow.set()
    await stopping
    engine = diary.engine(tmp_path / "engine.sqlite")
    await engine.start()
    await until(lambda: len(diary.done) == 2)
    await engine.stop()
    assert diary.done == ["0", "1"]


@pytest.mark.parametrize("left", ["", "no database at all, and long enough to be told from an empty one"])
async def test_a_lost_or_broken_file_is_made_anew(tmp_path: Path, left: str):
    file = tmp_path / "engine.sqlite"
    file.write_text(left)
    diary = Diary()
    engine = diary.engine(file)
    await engine.start()
    await engine.begin("write", "write:1", "one", lane="a")
    await until(lambda: diary.done)
    await engine.stop()
    assert diary.done == ["one"]


async def test_a_bug_is_written_down_and_the_lane_goes_on(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    diary = Diary()
    diary.breaks = True
    engine = diary.engine(tmp_path / "engine.sqlite")
    await engine.start()
    await engine.begin("write", "write:1", "one", lane="a")
    await until(lambda: diary.running)
    diary.breaks = False
    await engine.begin("write", "write:2", "two", lane="a")
    await until(lambda: diary.done)
    await engine.stop()
    assert [it.getMessage() for it in caplog.records if it.levelno == logging.ERROR] == ["write failed"]
    assert diary.done == ["two"]


async def test_where_its_file_cannot_be_it_says_so_and_can_be_tried_again(tmp_path: Path):
    folder = tmp_path / "later"
    diary = Diary()
    with pytest.raises(Exception, match="unable to open"):
        await diary.engine(folder / "engine.sqlite").start()
    folder.mkdir()
    engine = diary.engine(folder / "engine.sqlite")
    await engine.start()
    await engine.begin("write", "write:1", "one", lane="a")
    await until(lambda: diary.done)
    await engine.stop()
