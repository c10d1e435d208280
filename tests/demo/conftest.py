"""A demo in a process of its own, as a person starts it, and a client that speaks the lounge's API."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit
from urllib.request import Request, urlopen

import pytest

ROOM = "music-club"
READY_S = 60.0


class Demo:
    """`earshot demo` on free ports. `stop` is Ctrl-C, `kill` is SIGKILL."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.log = data.with_suffix(f".{time.monotonic_ns()}.log")
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot", "demo", "--data", str(data), "--port", "0"],
                stdout=log, stderr=subprocess.STDOUT, env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )  # fmt: skip
        self.url = self._ready()
        parts = urlsplit(self.url)
        self.base = f"{parts.scheme}://{parts.netloc}"
        self.token = parse_qs(parts.query)["token"][0]

    def said(self) -> str:
        """What it printed so far."""
        return self.log.read_text()

    def _ready(self) -> str:
        until = time.monotonic() + READY_S
        while time.monotonic() < until:
            if found := re.search(r"http://127\.0\.0\.1:\d+/\?token=\S+", self.said()):
                return found.group()
            assert self.process.poll() is None, self.said()
            time.sleep(0.05)
        raise AssertionError(f"the demo was not ready in time: {self.said()}")

    def get(self, path: str, member: str = "ana") -> Any:
        """GET as a member."""
        return self._call(Request(f"{self.base}{path}"), member)

    def post(self, path: str, member: str = "ana", **body: Any) -> Any:
        """POST JSON as a member."""
        request = Request(
            f"{self.base}{path}", json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        return self._call(request, member)

    def _call(self, request: Request, member: str) -> Any:
        request.add_header("Authorization", f"Bearer {self.token}")
        request.add_header("X-Earshot-Member", member)
        try:
            with urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except HTTPError as error:
            raise AssertionError(f"{error.code}: {error.read().decode()}") from error

    def messages(self, member: str = "ana") -> list[dict[str, Any]]:
        """What the member sees in the room, oldest first; without what they are asked about unasked."""
        seen = self.get(f"/api/rooms/{ROOM}/messages", member)["messages"]
        return [it for it in seen if not _asks_for_words(it)]

    def ask(self, line: str, member: str = "ana") -> dict[str, Any]:
        """Say a line and wait for the card that answers it."""
        before = {message["id"] for message in self.messages(member)}
        self.post(f"/api/rooms/{ROOM}/messages", member, line=line)
        return self.wait_for(
            lambda it: it["id"] not in before and it["author"] is None and it["kind"] in {"card", "form"},
            member,
        )

    def press(self, message: dict[str, Any], label: str, member: str = "ana") -> Any:
        """Press the button with these words on a card; the answer."""
        (n,) = [it["n"] for it in message["card"]["buttons"] if it["label"]["text"] == label and "n" in it]
        return self.post(f"/api/rooms/{ROOM}/messages/{message['id']}/buttons/{n}", member)["answer"]

    def wait_for(self, wanted: Callable[[dict[str, Any]], bool], member: str = "ana") -> dict[str, Any]:
        """The newest message that is wanted, once it is there."""
        until = time.monotonic() + READY_S
        while time.monotonic() < until:
            for message in reversed(self.messages(member)):
                if wanted(message):
                    return message
            time.sleep(0.05)
        raise AssertionError("nothing of that kind was said in time")

    def stop(self) -> int:
        """Ctrl-C; the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(30)

    def kill(self) -> None:
        """SIGKILL."""
        self.process.kill()
        self.process.wait(10)


def _asks_for_words(message: dict[str, Any]) -> bool:
    buttons = message["card"]["buttons"] if message["kind"] == "card" else ()
    return any(button["label"]["text"] == "Say it" for button in buttons)


@pytest.fixture
def start_demo() -> Iterator[Callable[[Path], Demo]]:
    """Starts demos and ends those still running."""
    started: list[Demo] = []

    def start(data: Path) -> Demo:
        demo = Demo(data)
        started.append(demo)
        return demo

    yield start
    for demo in started:
        if demo.process.poll() is None:
            demo.kill()
