"""What is being answered right now, so that every line of the log that comes of it can say so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple


class Exchange(NamedTuple):
    """One answer: on which platform, to which call, under which request id. Nothing of a person."""

    platform: str
    command: str
    request: str


_current: ContextVar[Exchange | None] = ContextVar("exchange", default=None)


def current() -> Exchange | None:
    """The answer that this task works on; None outside of one. Tasks inherit it."""
    return _current.get()


@contextmanager
def answering(exchange: Exchange) -> Iterator[None]:
    """While this lasts, it is the current one."""
    token = _current.set(exchange)
    try:
        yield
    finally:
        _current.reset(token)
