"""A call of the store is carried through, also when its caller is cancelled in the middle.

A driver that is interrupted leaves its transaction open and its locks held (seen with aiosqlite and asyncpg under
SQLAlchemy 2.1: the connection is dropped, but not rolled back). So the transaction runs in a task of its own; whoever
is cancelled waits until it has ended, one way or the other, and is cancelled then.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

T = TypeVar("T")


def carried_through(method: Callable[..., Awaitable[T]]) -> Callable[..., Awaitable[T]]:
    """The method, never interrupted in the middle of its transaction."""

    @functools.wraps(method)
    async def whole(*given: Any, **named: Any) -> T:
        work = asyncio.ensure_future(method(*given, **named))
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            await asyncio.wait({work})
            if not work.cancelled():
                work.exception()  # looked at, so that nobody is told it was forgotten: the caller has gone
            raise

    return whole


def carry_through(kind: type) -> None:
    """Do so for every public coroutine method of a class, inherited ones too; `close` waits for nobody."""
    for name in dir(kind):
        method = getattr(kind, name)
        if not name.startswith("_") and name != "close" and asyncio.iscoroutinefunction(method):
            setattr(kind, name, carried_through(method))
