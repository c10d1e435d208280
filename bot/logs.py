"""Logging set-up: one line per event, on stderr, never message text, names or tokens."""

from __future__ import annotations

import logging
import sys

QUIET = ("spotipy", "urllib3", "aiosqlite", "alembic", "asyncio")


def start_logging(level: str = "INFO") -> None:
    """Log to stderr. Libraries that print tokens or chatter at low levels are held at WARNING."""
    logging.basicConfig(
        level=level, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s", force=True
    )
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
