"""Files that somebody put into a form: fetched from Slack, on our disk until the answer is given."""

from __future__ import annotations

import asyncio
import logging
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath
from urllib.parse import urlsplit

import aiohttp

from bot.adapters.slack.words import JSON, received
from bot.adapters.slack.workspaces import Workspaces
from bot.errors import BadOption, Unavailable
from bot.text import t

log = logging.getLogger(__name__)

# What Slack's own form takes (docs.slack.dev, file input element).
UPLOAD_MOST = 10 * 1024 * 1024
FETCH_S = 120.0
_CHUNK = 256 * 1024


@dataclass(frozen=True, slots=True)
class SlackUpload:
    """A `bot.chat.context.Upload`: the name the file had on the member's machine, and where it is now."""

    name: str
    path: str


class Incoming:
    """The folder of files on their way."""

    def __init__(self, folder: Path, workspaces: Workspaces, api_url: str) -> None:
        self._folder = folder
        self._workspaces = workspaces
        self._host = urlsplit(api_url).hostname or ""

    def empty(self) -> None:
        """Make the folder anew: what lies there was left by a process that died, and is somebody's own. Blocking."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True, mode=0o700)

    @asynccontextmanager
    async def fetched(self, team: str, files: Mapping[str, JSON]) -> AsyncIterator[Mapping[str, SlackUpload]]:
        """The files by field, deleted at the end of the block.

        Raises `BadOption` for one that is too large, `Unavailable` where Slack does not hand it out.
        """
        if not files:
            yield {}
            return
        folder = Path(await asyncio.to_thread(tempfile.mkdtemp, dir=self._folder))
        try:
            found = {}
            for n, (name, file) in enumerate(files.items()):
                path = folder / str(n)
                await self._fetch(team, name, file, path)
                found[name] = SlackUpload(
                    PurePath(received(str(file.get("name", "")))).name or "file", str(path)
                )
            yield found
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    async def _fetch(self, team: str, field: str, file: JSON, path: Path) -> None:
        url = str(file.get("url_private_download") or file.get("url_private") or "")
        grant = await self._workspaces.grant(team)
        host = urlsplit(url).hostname or ""
        if grant is None or not (host == self._host or host.endswith(f".{self._host}")):
            raise _not_handed_out()
        http = self._workspaces.http
        assert http is not None
        headers = {"Authorization": f"Bearer {grant.token}"}
        try:
            async with http.get(url, headers=headers, timeout=aiohttp.ClientTimeout(total=FETCH_S)) as answer:
                # Whoever may not read a file is sent the sign-in page, with 200.
                if answer.status != 200 or answer.content_type == "text/html":
                    log.warning("a file could not be fetched: %s, %s", answer.status, answer.content_type)
                    raise _not_handed_out()
                await _write(answer, field, path)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise _not_handed_out() from error


async def _write(answer: aiohttp.ClientResponse, field: str, path: Path) -> None:
    size = 0
    with path.open("wb") as out:
        async for chunk in answer.content.iter_chunked(_CHUNK):
            size += len(chunk)
            if size > UPLOAD_MOST:
                raise BadOption(
                    t("That file is larger than the {n} MB that can be sent here.", n=UPLOAD_MOST >> 20),
                    field,
                )
            await asyncio.to_thread(out.write, chunk)


def _not_handed_out() -> Unavailable:
    return Unavailable(
        t(
            "Slack did not hand me the file. Please send it again; whoever runs me can look whether I have files:read."
        )
    )
