"""Fonts unpacked once for all tests of the painter: the packaged ones only, so that no test depends on the host."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.integrations.painter import FontSet, TypstPainter, load_fonts


@pytest.fixture(scope="session")
def font_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fonts")


@pytest.fixture(scope="session")
def packaged(font_cache: Path) -> FontSet:
    return load_fonts(font_cache, system_fonts=False)


@pytest.fixture(scope="session")
def painter(font_cache: Path) -> Iterator[TypstPainter]:
    painter = TypstPainter(font_cache, system_fonts=False)
    yield painter
    painter.close()
