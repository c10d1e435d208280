"""The zip that is made while it is sent: whole at the end, never whole before."""

from __future__ import annotations

import io
import zipfile
from collections.abc import AsyncIterator

from bot.integrations.takeout import ZipPacker
from bot.ports import TextFile

NOON_MS = 1_763_985_600_000  # 2025-11-24 12:00 UTC


async def pieces(*texts: str) -> AsyncIterator[str]:
    for text in texts:
        yield text


async def files(*made: tuple[str, tuple[str, ...]]) -> AsyncIterator[TextFile]:
    for name, texts in made:
        yield name, pieces(*texts)


async def test_every_tool_opens_it_and_finds_what_was_put_in() -> None:
    made = files(("a.txt", ("Grüße, ", "再见")), ("empty.json", ()), ("odd.csv", ("half a pair: \ud800\n",)))
    packed = b"".join([it async for it in ZipPacker().pack(made, NOON_MS)])
    with zipfile.ZipFile(io.BytesIO(packed)) as opened:
        assert opened.testzip() is None
        assert opened.namelist() == ["a.txt", "empty.json", "odd.csv"]
        assert opened.read("a.txt").decode() == "Grüße, 再见"
        assert opened.read("empty.json") == b""
        assert opened.read("odd.csv") == b"half a pair: ?\n"
        assert {it.date_time for it in opened.infolist()} == {(2025, 11, 24, 12, 0, 0)}


async def test_it_leaves_piece_by_piece_as_it_is_made() -> None:
    asked = 0

    async def long() -> AsyncIterator[str]:
        nonlocal asked
        for n in range(200):
            asked = n
            # Numbers that do not repeat, so that packing them makes them little smaller.
            yield "".join(f"{(n * 7919 + m * m * 104_729) % 1_000_003}," for m in range(5_000))

    async def one() -> AsyncIterator[TextFile]:
        yield "long.csv", long()

    sizes, before = [], []
    async for piece in ZipPacker().pack(one(), NOON_MS):
        sizes.append(len(piece))
        before.append(asked)
    # What goes out first does so long before the last is read, and no piece holds more than a few.
    assert before[0] < 20
    assert len(sizes) > 50
    assert max(sizes) < 200_000 < sum(sizes)


async def test_who_stops_taking_it_leaves_nothing_behind() -> None:
    packing = ZipPacker().pack(files(("a.csv", ("x" * 300_000, "y" * 300_000))), NOON_MS)
    assert isinstance(packing, AsyncIterator)
    await anext(packing)
    await packing.aclose()  # type: ignore[attr-defined]
