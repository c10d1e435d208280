"""What can go wrong on purpose: errors, slowness, rate-limit storms, connections that end without an answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from tests.twins.discord import refusals
from tests.twins.discord.refusals import Refusal


@dataclass(slots=True)
class Fault:
    """Strikes the next `times` requests to a route: waits, refuses, or hangs up (before or after serving)."""

    method: str
    route: str
    times: int
    wait_s: float = 0.0
    refusal: Refusal | None = None
    hangs_up: Literal["", "before", "after"] = ""


@dataclass(slots=True)
class Faults:
    """The faults that are still to come, oldest first."""

    pending: list[Fault] = field(default_factory=list)

    def strike(self, method: str, route: str) -> Fault | None:
        """The fault for a request, if one is due."""
        for fault in self.pending:
            if fault.times > 0 and fault.method in ("", method) and fault.route in ("", route):
                fault.times -= 1
                return fault
        return None

    def fail(self, method: str, route: str, *, status: int, times: int, code: int, message: str) -> None:
        self.pending.append(Fault(method, route, times, refusal=Refusal(status, code, message)))

    def storm(
        self, method: str, route: str, *, times: int, retry_after: float, everywhere: bool, via: bool
    ) -> None:
        refusal = refusals.rate_limited(retry_after, everywhere=everywhere, via=via)
        self.pending.append(Fault(method, route, times, refusal=refusal))
