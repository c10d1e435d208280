"""Faults on request: what goes wrong on the real service, made to go wrong now.

See the package docstring for how to ask for them over HTTP.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

from aiohttp import web

from bot.sandbox.limits import too_many
from bot.sandbox.refusals import BareRefusal, Refusal

ANSWERS = frozenset(
    "429 quota 429-bare 500 502 503 premium html cut empty error-string timeout drop".split()  # noqa: SIM905
)
"""Instead of an answer; taken up by the next request whose path contains `path`."""
FEED = frozenset({"stale", "start-times", "omit"})
"""In recently-played only."""
AT_ONCE = frozenset({"revoke", "expire"})
"""Done when asked for, to the named listener's tokens."""
MOST_TIMES = 100_000
LONGEST_S = 7 * 86_400


class UnknownFault(ValueError):
    """The fault asked for does not exist; the sentence lists those that do."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to go wrong, `times` times."""

    kind: str
    times: int = 1
    path: str = "/v1/"
    listener: str | None = None
    """Feed faults: whose feed; anybody's when None."""
    seconds: float = 30.0
    """How long a timeout hangs, how old a stale feed is, what Retry-After says."""


def parse_fault(body: dict[str, Any]) -> Fault:
    """A fault from its JSON. Raises UnknownFault with a sentence for whatever is wrong with it."""
    unknown = sorted(set(body) - {"kind", "times", "path", "listener", "seconds"})
    if unknown:
        raise UnknownFault(f"Unknown field {unknown[0]!r}; a fault has kind, times, path, listener, seconds.")
    kind, times = body.get("kind"), body.get("times", 1)
    path, listener, seconds = body.get("path", "/v1/"), body.get("listener"), body.get("seconds", 30)
    if kind not in ANSWERS | FEED | AT_ONCE:
        raise UnknownFault(f"kind is one of {', '.join(sorted(ANSWERS | FEED | AT_ONCE))}.")
    if not isinstance(times, int) or isinstance(times, bool) or not 1 <= times <= MOST_TIMES:
        raise UnknownFault(f"times is a whole number from 1 to {MOST_TIMES}.")
    if not isinstance(path, str) or not (listener is None or isinstance(listener, str)):
        raise UnknownFault("path and listener are texts.")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= LONGEST_S:
        raise UnknownFault(f"seconds is a number from 0 to {LONGEST_S}.")
    return Fault(kind, times, path, listener, float(seconds))


class Faults:
    """The faults that are waiting."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self._waiting.append(fault)

    def clear(self) -> None:
        self._waiting.clear()

    def waiting(self) -> list[dict[str, Any]]:
        return [asdict(fault) for fault in self._waiting]

    def for_request(self, path: str) -> Fault | None:
        """The first waiting answer fault for this path, counted down."""
        return self._take(lambda fault: fault.kind in ANSWERS and fault.path in path)

    def for_feed(self, listener_id: str) -> Fault | None:
        """The first waiting feed fault for this listener, counted down."""
        return self._take(lambda fault: fault.kind in FEED and fault.listener in {None, listener_id})

    def _take(self, fits: Callable[[Fault], bool]) -> Fault | None:
        for index, fault in enumerate(self._waiting):
            if fits(fault):
                if fault.times > 1:
                    self._waiting[index] = replace(fault, times=fault.times - 1)
                else:
                    del self._waiting[index]
                return fault
        return None


async def answer_with(fault: Fault, request: web.Request) -> web.StreamResponse:
    """The answer that the fault stands for. Raises Refusal for those that are errors of the API."""
    retry = int(fault.seconds)
    match fault.kind:
        case "429" | "quota":
            raise too_many(retry, quota=fault.kind == "quota")
        case "429-bare":
            raise too_many(None, quota=False)
        case "500" | "502" | "503":
            raise Refusal(int(fault.kind), "Server error.")
        case "premium":
            raise BareRefusal(403, "Active premium subscription required for the owner of the app.")
        case "html":
            page = "<!doctype html><title>Welcome</title><p>Please accept the terms of this network."
            return web.Response(text=page, content_type="text/html")
        case "cut":
            return web.Response(
                text='{"items": [{"track": {"name": "Half a so', content_type="application/json"
            )
        case "empty":
            return web.Response(text="", content_type="application/json")
        case "error-string":
            return web.json_response({"error": "server_error"}, status=500)
        case "timeout":
            await asyncio.sleep(fault.seconds)
            raise Refusal(504, "Upstream timed out.")
        case _:  # "drop": the connection ends without an answer
            if request.transport is not None:
                request.transport.close()
            return web.Response(status=500)
