"""What a twin was sent, written down; with `EARSHOT_RECORD=DIR` also as JSON lines in a file of that folder."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came in. `route` is the path's template (`/channels/{channel_id}/messages`).

    `body` is the parsed JSON or form, `files` describes uploads (`name`, `size`, `description`), `status` is what
    the twin answered. Authorization headers are never written down.
    """

    platform: str
    method: str
    route: str
    query: Mapping[str, str]
    body: Any
    files: tuple[Mapping[str, Any], ...]
    status: int


@dataclass(slots=True)
class Traffic:
    """Every request in the order it was answered."""

    platform: str
    requests: list[Request] = field(default_factory=list)

    def __iter__(self) -> Iterator[Request]:
        return iter(self.requests)

    def add(
        self,
        method: str,
        route: str,
        *,
        status: int,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        files: tuple[Mapping[str, Any], ...] = (),
    ) -> None:
        """Write a request down."""
        request = Request(self.platform, method, route, dict(query or {}), body, files, status)
        self.requests.append(request)
        if folder := os.environ.get("EARSHOT_RECORD"):
            file = Path(folder) / f"{self.platform}-{os.getpid()}.jsonl"
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("a", encoding="utf-8") as lines:
                lines.write(json.dumps(asdict(request), default=str) + "\n")

    def of(self, route: str, method: str = "") -> list[Request]:
        """The requests to one route."""
        return [it for it in self.requests if it.route == route and method in ("", it.method)]
