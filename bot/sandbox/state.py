"""What outlives a restart: one JSON file, replaced whole, so that a kill at any moment leaves old or new."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

STATE_VERSION = 1


class StateError(RuntimeError):
    """The state file is not one of ours; the sentence says what to do."""


def load_state(file: Path) -> dict[str, Any]:
    """The saved parts by name; empty when there is no file yet. Raises StateError when it cannot be read."""
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    try:
        state = json.loads(text)
    except ValueError as error:
        raise StateError(f"{file} is not JSON; move it away to begin afresh.") from error
    if not isinstance(state, dict) or state.get("version") != STATE_VERSION:
        raise StateError(f"{file} was written by another version; move it away to begin afresh.")
    return state


def save_state(file: Path, parts: dict[str, Any]) -> None:
    """Writes beside the file, flushes to disk and replaces it in one step. Readable by the owner only."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as beside:
            json.dump({"version": STATE_VERSION, **parts}, beside, ensure_ascii=False)
            beside.flush()
            os.fsync(beside.fileno())
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
