"""A zip that is made while it is sent (`ports.Packer`): never whole anywhere, in memory or on the disk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator
from datetime import UTC, datetime
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from bot.ports import TextFile


class _Outgoing:
    """What `zipfile` writes to: a file that only goes forward, emptied piece by piece."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing is held back."""

    def taken(self) -> bytes:
        """What was written since the last time."""
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken


class ZipPacker:
    """Packs in a worker thread, so that the loop stays free."""

    async def pack(self, files: AsyncIterable[TextFile], made_ms: int) -> AsyncIterator[bytes]:
        """See `ports.Packer`."""
        outgoing = _Outgoing()
        made = datetime.fromtimestamp(made_ms / 1000, UTC)
        with ZipFile(outgoing, "w", ZIP_DEFLATED) as packed:  # type: ignore[call-overload]
            async for name, pieces in files:
                entry = ZipInfo(name, made.timetuple()[:6])
                entry.compress_type = ZIP_DEFLATED
                entry.external_attr = 0o600 << 16
                with packed.open(entry, "w") as file:
                    async for text in pieces:
                        await asyncio.to_thread(_written, file, text)
                        if ready := outgoing.taken():
                            yield ready
        yield outgoing.taken()


def _written(file: IO[bytes], text: str) -> None:
    file.write(text.encode("utf-8", "replace"))
