"""Files that came with a form, fetched from Discord into a folder of their own until the answer is given."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.adapters.discord.failures import FAILURES
from bot.adapters.discord.forms import Attached
from bot.errors import BadOption, Unavailable
from bot.text import t

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class DiscordUpload:
    """A `bot.chat.context.Upload`."""

    name: str
    path: str


@asynccontextmanager
async def fetched(
    files: Mapping[str, Attached], fetch: Callable[[str], Awaitable[bytes]], incoming: Path, most: int
) -> AsyncIterator[Mapping[str, DiscordUpload]]:
    """The files by field name, on the disk as long as this lasts.

    `fetch` gives what is at an address; `most` is how many bytes a file can have. Raises `BadOption` for a file that
    is too large and `Unavailable` where Discord does not hand it over.
    """
    folder = Path(await asyncio.to_thread(tempfile.mkdtemp, dir=incoming))
    try:
        uploads: dict[str, DiscordUpload] = {}
        for field, file in files.items():
            if file.size > most:
                raise BadOption(
                    t(
                        "“{file}” is too large: here I can take up to {most} MiB.",
                        file=file.name,
                        most=most // MIB,
                    ),
                    field,
                )
            path = folder / str(len(uploads))
            try:
                data = await fetch(file.url)
            except FAILURES as error:
                raise Unavailable(t("Discord did not hand me the file. Please send it once more.")) from error
            await asyncio.to_thread(path.write_bytes, data)
            uploads[field] = DiscordUpload(file.name, str(path))
        yield uploads
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


def emptied(folder: Path) -> None:
    """Make the folder anew: what lies there was left by a process that died, and is somebody's own. Blocking."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
