"""Holds a request against Slack's published descriptions."""

from __future__ import annotations

from dataclasses import dataclass

from tests.twins.traffic import Request


@dataclass(frozen=True)
class Violation:
    """What is wrong, where, and Slack's code for it ("": Slack lets it pass)."""

    method: str
    pointer: str
    says: str
    code: str = ""

    def __str__(self) -> str:
        return f"{self.method} {self.pointer}: {self.says}"


def faults(request: Request) -> list[Violation]:
    """Everything that is wrong with a request."""
    return []


def violations(request: Request) -> list[str]:
    """Everything that is wrong with a request, in words."""
    return [str(fault) for fault in faults(request)]
