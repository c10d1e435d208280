"""Counting what Earshot does, for whoever runs it."""

from __future__ import annotations

from typing import Protocol


class Meter(Protocol):
    """Takes note of things as they happen. No label holds anything of a person."""

    def answered(self, platform: str, name: str, outcome: str, seconds: float) -> None:
        """A command or action was answered: `answered`, `bug`, or the name of the error that was said."""
        ...
