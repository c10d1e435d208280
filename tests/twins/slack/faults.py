"""What goes wrong on request: refusals, silence, delays, answers that are lost."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass


@dataclass
class Fault:
    """What happens to the next `times` calls of `method` (a Web API method, `respond`, `upload`, or `*` for all)."""

    method: str
    error: str = ""
    status: int = 200
    retry_after: int | None = None
    lost: bool = False
    times: int = 1


class Faults:
    """The faults that wait for their calls."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        self._delays: dict[str, float] = {}

    def add(self, fault: Fault) -> None:
        self._waiting.append(fault)

    def slow(self, method: str, seconds: float) -> None:
        """From now on, answer these calls this much later."""
        self._delays[method] = seconds

    async def met(self, method: str) -> Fault | None:
        """The fault that this call meets, after the delay that it meets."""
        if delay := self._delays.get(method, self._delays.get("*", 0)):
            await asyncio.sleep(delay)
        for fault in self._waiting:
            if fault.method in (method, "*"):
                fault.times -= 1
                if fault.times <= 0:
                    self._waiting.remove(fault)
                return fault
        return None
