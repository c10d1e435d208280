"""Facts in, PNG bytes out: typst in worker threads, one compiler each, fonts loaded once."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import typst

from bot.core.pictures import Picture, Theme
from bot.errors import Unavailable
from bot.integrations.painter.fonts import FontSet, load_fonts
from bot.integrations.painter.layouts import written
from bot.integrations.painter.lettering import Lettering
from bot.text import Text

log = logging.getLogger(__name__)

WIDTH, HEIGHT = 1080, 1350
_TEMPLATES = Path(__file__).parent
_POINTS_PER_INCH = 72.0  # one typographic point is one pixel
# typst keeps every layout for as long as ten compilations did not need it. No card is like the one before, so blank
# pages are drawn after each: 224 MB fall to 151 MB after 200 cards, and the next card is no slower.
_BLANKS = 11
_SORRY = "The picture could not be drawn this time; the words say it all the same."


@dataclass(frozen=True, slots=True)
class _Studio:
    """What every thread draws with, made once."""

    fonts: FontSet
    lettering: Lettering
    stacks: str


class TypstPainter:
    """The port `Painter`. Nothing is loaded before `warm` or the first picture; `close` ends the threads."""

    def __init__(self, cache: Path, *, system_fonts: bool = True, threads: int = 2) -> None:
        """`cache` is the folder that packaged fonts are unpacked into (about 4 MB)."""
        self._cache = cache
        self._system_fonts = system_fonts
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="painter")
        self._studio: _Studio | None = None
        self._opening = threading.Lock()
        self._own = threading.local()  # a compiler cannot be shared between threads

    async def warm(self) -> None:
        """Load the fonts now. It holds the whole process for a tenth of a second: best done before anybody waits."""
        try:
            await asyncio.wrap_future(self._pool.submit(self._open))
        except OSError as error:
            log.warning("no pictures until the fonts can be unpacked: %s", error)

    async def draw(self, picture: Picture, theme: Theme, say: Callable[[Text], str] = str) -> bytes:
        """The picture as PNG, 1080×1350, its sentences put into words by `say`. Raises `Unavailable`."""
        try:
            drawing = self._pool.submit(self.paint, picture, theme, say)
        except RuntimeError as error:  # closed while somebody still asked
            raise Unavailable(_SORRY) from error
        return await asyncio.wrap_future(drawing)

    def paint(self, picture: Picture, theme: Theme, say: Callable[[Text], str] = str) -> bytes:
        """The same, blocking."""
        try:
            studio = self._open()
            template, data = written(picture, theme, studio.lettering, say)
            return self._draw(studio, template, json.dumps(data, allow_nan=False))
        except (OSError, RuntimeError, ValueError, LookupError) as error:  # TypstError is a RuntimeError
            log.exception("a picture could not be drawn: %s", getattr(error, "diagnostic", error))
            raise Unavailable(_SORRY) from error

    def close(self) -> None:
        """Finish what is being drawn, drop what waits, end the threads."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _open(self) -> _Studio:
        with self._opening:
            if self._studio is None:
                fonts = load_fonts(self._cache, system_fonts=self._system_fonts)
                stacks = json.dumps({"labels": fonts.labels, "text": dict(fonts.stacks)})
                self._studio = _Studio(fonts, Lettering(fonts.coverage), stacks)
            return self._studio

    def _draw(self, studio: _Studio, template: str, data: str) -> bytes:
        compiler = self._compiler(studio, template)
        try:
            page, warnings = compiler.compile_with_warnings(
                format="png", ppi=_POINTS_PER_INCH, sys_inputs={"data": data, "stacks": studio.stacks}
            )
        finally:
            blank = self._compiler(studio, "blank.typ")
            for _ in range(_BLANKS):
                blank.compile(format="png", ppi=_POINTS_PER_INCH)
        if warnings:
            log.warning("%s: %s", template, "; ".join(warning.message for warning in warnings))
        if not isinstance(page, bytes):
            raise ValueError(f"{template} ran over to a second page")
        return page

    def _compiler(self, studio: _Studio, template: str) -> typst.Compiler:
        """This thread's own compiler of a template."""
        compilers: dict[str, typst.Compiler] = self._own.__dict__
        if template not in compilers:
            path = _TEMPLATES / template
            compilers[template] = typst.Compiler(path, root=_TEMPLATES, font_paths=studio.fonts.typst)
        return compilers[template]
