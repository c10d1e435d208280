"""Logging set-up: one line an event, on stderr, never message text, names or tokens.

As text a line is `time level logger: what happened key=value …`, as JSON one object. While something is answered,
every line says for which platform, command and request (`chat.exchange`).
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from bot.chat.exchange import current
from bot.text import plain

# Libraries that print tokens, what people wrote, or chatter below this level.
QUIET = (
    "aiohttp", "aiosqlite", "alembic", "asyncio", "discord", "slack_bolt", "slack_sdk", "spotipy", "sqlalchemy",
    "urllib3",
)  # fmt: skip


def start_logging(level: str = "INFO", form: str = "text", secrets: Sequence[str] = ()) -> None:
    """Log to stderr, as `text` or `json`. A secret that a library prints after all is blotted out."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(secrets) if form == "json" else TextLines(secrets))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


class TextLines(logging.Formatter):
    """A line to read and to grep; a traceback follows on lines of its own."""

    def __init__(self, secrets: Sequence[str] = ()) -> None:
        super().__init__()
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        """The line, without a newline at its end."""
        where = " ".join(f"{name}={value}" for name, value in _exchange().items())
        line = (
            f"{_when(record)} {record.levelname} {record.name}: {plain(record.getMessage())} {where}".rstrip()
        )
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return _blotted(line, self._secrets)


class JsonLines(logging.Formatter):
    """The same as an object; `error` is the traceback."""

    def __init__(self, secrets: Sequence[str] = ()) -> None:
        super().__init__()
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        """The object, on one line."""
        told = {
            "time": _when(record), "level": record.levelname, "logger": record.name, "message": record.getMessage(),
            **_exchange(),
        }  # fmt: skip
        if record.exc_info:
            told["error"] = self.formatException(record.exc_info)
        return _blotted(json.dumps(told, ensure_ascii=False), self._secrets)


def _when(record: logging.LogRecord) -> str:
    at = datetime.fromtimestamp(record.created, UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _exchange() -> Mapping[str, str]:
    exchange = current()
    return exchange._asdict() if exchange is not None else {}


def _blotted(line: str, secrets: Sequence[str]) -> str:
    for secret in secrets:
        line = line.replace(secret, "•••")
    return line
