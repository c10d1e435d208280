"""For all tests: in CI, property tests draw the same examples every time; elsewhere they go on looking.

Files with slow tests come first: a file is run by one process, and none shall wait for the last of them.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

settings.register_profile("ci", derandomize=True, print_blob=True)
if os.environ.get("CI"):
    settings.load_profile("ci")

# Without a slow test, and slow as a whole.
LONG = {
    "test_posts_survive.py", "test_looks_survive.py", "test_store_due.py", "test_keys_rotate.py",
    "test_nothing_gets_around.py", "test_slack_draw.py", "test_store_backup.py", "test_demo.py", "test_run.py",
}  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Each file's tests stay together and in order."""
    slow = {it.path for it in items if it.get_closest_marker("slow") or it.get_closest_marker("browser")}
    items.sort(key=lambda it: it.path not in slow and it.path.name not in LONG)
