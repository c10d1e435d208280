"""Server-sent events: who is listening, and what they missed.

Every change of a room becomes an event with a number. The newest are remembered, so a listener who comes back
with the id of the last event it saw gets what came since. Where that is not possible (too long ago, or before a
restart) it gets `reset`: load the messages anew.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

REMEMBERED = 500
WAITING_MOST = 1000
HEARTBEAT_S = 15.0


@dataclass(frozen=True, slots=True)
class Event:
    """Something to show. `private_to` is the only user who gets it ("" = everybody in the room)."""

    id: str
    kind: str
    private_to: str
    data: str

    def encoded(self) -> bytes:
        """As bytes of an event stream; JSON has no raw line breaks, so one data line is enough."""
        return f"id: {self.id}\nevent: {self.kind}\ndata: {self.data}\n\n".encode()


@dataclass(eq=False, slots=True)
class _Listener:
    viewer: str
    waiting: asyncio.Queue[Event | None] = field(default_factory=asyncio.Queue)


@dataclass(slots=True)
class _Room:
    last: int = 0
    events: deque[Event] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    listeners: set[_Listener] = field(default_factory=set)


class Hub:
    """The listeners of every room. `life` tells this process's event ids from those of earlier ones."""

    def __init__(self, life: str, heartbeat_s: float = HEARTBEAT_S) -> None:
        self._life = life
        self._heartbeat_s = heartbeat_s
        self._rooms: dict[str, _Room] = {}
        self._closed = False

    def last(self, room: str) -> str:
        """The id of the newest event: take it before reading the messages, then listen from there."""
        return self._id(self._room(room).last)

    def publish(self, room: str, private_to: str, kind: str, data: Any) -> None:
        """Tell everybody who may know. A listener that lags too far behind is cut off, and comes back by id."""
        here = self._room(room)
        here.last += 1
        event = Event(self._id(here.last), kind, private_to, json.dumps(data))
        here.events.append(event)
        for listener in list(here.listeners):
            if event.private_to not in ("", listener.viewer):
                continue
            if listener.waiting.qsize() < WAITING_MOST:
                listener.waiting.put_nowait(event)
            else:
                here.listeners.discard(listener)
                _cut_off(listener)

    async def listen(self, room: str, viewer: str, after: str) -> AsyncGenerator[bytes]:
        """The stream for one viewer from the event id `after` on ("" = from now), with heartbeats."""
        here = self._room(room)
        listener = _Listener(viewer)
        missed = self._since(here, after)
        if self._closed:
            return
        here.listeners.add(listener)
        try:
            yield b"retry: 1000\n\n"
            for event in missed:
                if event.private_to in ("", viewer):
                    yield event.encoded()
            while True:
                try:
                    event_or_end = await asyncio.wait_for(listener.waiting.get(), self._heartbeat_s)
                except TimeoutError:
                    yield b": still here\n\n"
                    continue
                if event_or_end is None:
                    return
                yield event_or_end.encoded()
        finally:
            here.listeners.discard(listener)

    def forget(self) -> None:
        """Remember no event any more: who comes back loads the messages anew."""
        for room in self._rooms.values():
            room.events.clear()

    def close(self) -> None:
        """End every stream."""
        self._closed = True
        for room in self._rooms.values():
            for listener in room.listeners:
                listener.waiting.put_nowait(None)

    def _since(self, here: _Room, after: str) -> list[Event]:
        if not after:
            return []
        life, _, number = after.rpartition("-")
        oldest = here.last - len(here.events)
        if life != self._life or not number.isdecimal() or not oldest <= int(number) <= here.last:
            return [Event(self._id(here.last), "reset", "", "{}")]
        return list(here.events)[int(number) - oldest :]

    def _room(self, room: str) -> _Room:
        return self._rooms.setdefault(room, _Room())

    def _id(self, number: int) -> str:
        return f"{self._life}-{number}"


def _cut_off(listener: _Listener) -> None:
    """End the stream after what was sent already, so that the last id the listener saw is where it goes on."""
    with suppress(asyncio.QueueEmpty):
        while True:
            listener.waiting.get_nowait()
    listener.waiting.put_nowait(None)
