"""The press runs once for all cases."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.weekly.press import Press, press


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Press]:
    """The platforms, with nothing posted yet."""
    async with press(tmp_path_factory.mktemp("press")) as started:
        yield started
