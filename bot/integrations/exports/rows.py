"""The rows of a JSON list of any size, one by one, with as little memory as one row needs.

The standard library's decoder reads one row at a time from a window of text. It takes what Python itself writes
(NaN, Infinity, control characters in names), so that one odd row is one odd row and not the end of the file. A row
that is no JSON at all is passed over up to where the next row begins.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterator
from typing import BinaryIO

from bot.errors import BadExport, BrokenOff
from bot.text import t

CHUNK_BYTES = 1 << 18
LONGEST_ROW = 1 << 20

_SPACE = re.compile(r"[ \t\r\n\ufeff]*")
# With its first key: inside a string a quote has a backslash, so no name can look like this.
_NEXT_ROW = re.compile(r'\}\s*,\s*(?=\{\s*"[^"\\]*"\s*:)')
_AFTER_VALUE = frozenset(" \t\r\n,]")
_ENCODINGS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"[\x00", "utf-16-le"),
    (b"\x00[", "utf-16-be"),
)


def read_rows(stream: BinaryIO, chunk_bytes: int = CHUNK_BYTES) -> Iterator[object]:
    """The values of the JSON list in `stream`; None for one that is no JSON.

    Raises `BrokenOff` where the list does not end, `BadExport` where it does not begin.
    """
    more = _decoded(stream, chunk_bytes)
    decode = json.JSONDecoder(strict=False).raw_decode
    window, at, ended, count = more(), 0, False, 0

    def grow() -> bool:
        """Move the window on to what is not read yet. False at the end of the file."""
        nonlocal window, at, ended
        fresh = more()
        window, at, ended = window[at:] + fresh, 0, not fresh
        return not ended

    def skip_space() -> str:
        """The next character that is not white space, "" at the end."""
        nonlocal at
        while True:
            found = _SPACE.match(window, at)
            assert found is not None
            at = found.end()
            if at < len(window):
                return window[at]
            if not grow():
                return ""

    begins = skip_space()
    if begins != "[":
        raise BadExport(t("is empty") if not begins else t("is no list of rows"))
    at += 1
    while True:
        begins = skip_space()
        if begins == "]":
            at += 1
            if skip_space():
                raise BrokenOff(
                    t("goes on after its list has ended; the {n} rows of the list were read", n=count), 0
                )
            return
        if begins == ",":
            at += 1
            continue
        if begins == "":
            raise BrokenOff(t("breaks off after {n} rows; those before it were read", n=count), 0)
        while True:
            try:
                value, end = decode(window, at)
                # What looks like a number might go on in the next chunk; an object has its own end.
                if begins == "{" or ended or window[end : end + 1] in _AFTER_VALUE:
                    break
            except (ValueError, RecursionError):
                value, end = None, _next_row(window, at, ended)
                if end:
                    break
            if len(window) - at > LONGEST_ROW:
                raise BrokenOff(t("has a row longer than any row of an export, after {n} rows", n=count), 1)
            if ended:
                raise BrokenOff(
                    t("breaks off in the middle of row {n}; the rows before it were read", n=count + 1), 1
                )
            grow()
        at = end
        count += 1
        yield value


def _next_row(window: str, at: int, ended: bool) -> int:
    """Where the text of a row that cannot be decoded ends, 0 if that is not in the window (yet)."""
    found = _NEXT_ROW.search(window, at)
    if found is None or not (ended or len(window) - found.end() > CHUNK_BYTES // 4):
        return 0
    return found.start() + 1


def _decoded(stream: BinaryIO, chunk_bytes: int) -> Callable[[], str]:
    """A reader of the next piece of text, "" at the end of the file."""
    head = stream.read(max(chunk_bytes, 4))
    encoding = next((name for begin, name in _ENCODINGS if head.startswith(begin)), "utf-8")
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    pending = [head]

    def more() -> str:
        while True:
            data = pending.pop() if pending else stream.read(chunk_bytes)
            text = decoder.decode(data, final=not data)
            if text or not data:
                return text

    return more
