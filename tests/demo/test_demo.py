"""The demo as scripts see it: ready with a post, everything kept over Ctrl-C and SIGKILL."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.demo.conftest import ROOM, Demo

Start = Callable[[Path], Demo]


def _title(message: dict[str, Any]) -> str:
    return str(message["card"]["title"]["text"])


def _blocks(message: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [block for block in message["card"]["blocks"] if block["kind"] == kind]


def test_it_is_ready_with_a_sample_group_and_its_post(start_demo: Start, tmp_path: Path) -> None:
    demo = start_demo(tmp_path / "data")
    (post,) = demo.messages()
    assert re.fullmatch(r"Week \d+ in music-club", _title(post))
    (picture,) = _blocks(post, "picture")
    assert "12 times in a row" in picture["alt"]
    assert {person["name"] for person in demo.get("/api/people")["people"]} >= {"Ana", "Ben", "Chidi"}
    until = time.monotonic() + 30
    while not (tmp_path / "data" / "engine.sqlite").exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert demo.stop() == 0
    assert (tmp_path / "data" / "engine.sqlite").exists()
    seen = [it for it in (tmp_path / "data").rglob("*") if it.stat().st_mode & 0o077]
    assert seen == [], "others on this machine could look into it"
    assert "Everything is kept" in demo.said()


def test_everything_is_there_after_a_kill_at_any_time(start_demo: Start, tmp_path: Path) -> None:
    data = tmp_path / "data"
    demo = start_demo(data)
    answer = demo.ask("/top what:track count:5")
    newcomer = demo.post("/api/people", name="Dana", zone="Europe/Lisbon")["person"]["user"]
    demo.kill()

    again = start_demo(data)
    assert answer in again.messages()
    assert newcomer in {person["user"] for person in again.get("/api/people")["people"]}
    assert len([it for it in again.messages() if it["author"] is None and "Week" in _title(it)]) == 2
    assert _title(again.ask("/prove")) == "Which of music-club's numbers?"


def test_a_demo_killed_while_it_settles_in_goes_on_where_it_stopped(
    start_demo: Start, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    half = subprocess.Popen([sys.executable, "-m", "bot", "demo", "--data", str(data), "--port", "0"])
    until = time.monotonic() + 30
    while not (data / "exports" / "chidi").exists() and time.monotonic() < until:
        time.sleep(0.01)
    half.kill()
    half.wait(10)
    demo = start_demo(data)
    (post,) = demo.messages()
    (compared,) = _blocks(post, "bars")
    assert compared["heading"]["text"] == "Who played how much"
    assert len(compared["bars"]) == 5


def test_who_has_left_or_is_deleted_stays_so_after_a_restart(start_demo: Start, tmp_path: Path) -> None:
    data = tmp_path / "data"
    demo = start_demo(data)
    demo.press(demo.ask("/leave", "chidi"), "Leave", "chidi")
    form = demo.press(demo.ask("/privacy", "ben"), "Delete everything", "ben")
    demo.post(f"/api/rooms/{ROOM}/forms/{form['id']}", "ben", values={"word": "delete"})
    assert demo.stop() == 0

    again = start_demo(data)
    assert "Ben" not in {person["name"] for person in again.get("/api/people")["people"]}
    week = json.dumps(again.ask("/wrapped"))
    assert "Ana" in week
    assert "Ben" not in week
    assert "Chidi" not in week


def test_the_first_post_forgets_who_takes_it_back(start_demo: Start, tmp_path: Path) -> None:
    demo = start_demo(tmp_path / "data")
    (post,) = demo.messages()
    assert "Chidi" in json.dumps(post)
    left = demo.press(demo.ask("/leave", "chidi"), "Leave", "chidi")
    assert "1 was changed." in json.dumps(demo.press(left, "Take me out of old posts", "chidi"))
    (now,) = [it for it in demo.messages() if it["id"] == post["id"]]
    assert now["rev"] > post["rev"]
    assert "Chidi" not in json.dumps(now)


def test_another_folder_is_never_deleted(start_demo: Start, tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("dear")
    done = subprocess.run(
        [sys.executable, "-m", "bot", "demo", "--fresh", "--data", str(tmp_path), "--port", "0"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "holds no demo of mine" in done.stderr
    assert (tmp_path / "letters.txt").exists()
