"""The page that takes a file too large for a chat: streamed to the disk, read, and deleted whatever happens.

The token in the address is the only secret, good for one use: it is in no log, leaves with no referrer, and no other
site can guess an address to post to.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from bot.chat import Card
from bot.core.model import Identity, Member
from bot.errors import BadOption, EarshotError, NotFound, Unavailable, UserError
from bot.services.importing import ImportSummary
from bot.services.pages import Offer
from bot.services.uploading import UPLOAD_MOST, Uploading
from bot.text import t
from bot.web import pages
from bot.web.answers import gone, html

log = logging.getLogger(__name__)

_CHUNK = 256 * 1024
# What a form adds to its file.
_FORM_MOST = 64 * 1024
_TOO_LARGE = t(
    "That file is larger than 1 GB, and no export is that large. Choose the zip that Spotify sent you."
)


class Uploads:
    """`GET` and `POST /upload/{token}`.

    Files are kept in `folder`, which belongs to nobody else, while they are read. `told` makes a card of lines and
    fields from what was read; `whisper` says it to the member in chat as well.
    """

    def __init__(
        self,
        uploading: Uploading,
        folder: Path,
        told: Callable[[ImportSummary, Member], Card],
        whisper: Callable[[Identity, Card], Awaitable[None]],
    ) -> None:
        self._uploading = uploading
        self._folder = folder
        self._told = told
        self._whisper = whisper

    def add_to(self, app: web.Application) -> None:
        """Add the page to an application, which throws away at its start what a killed process left behind."""
        app.router.add_get("/upload/{token}", self.show, allow_head=False)
        app.router.add_post("/upload/{token}", self.receive)
        app.on_startup.append(self._clear)

    async def show(self, request: web.Request) -> web.Response:
        """The page with the member's name and a field for the file."""
        token = request.match_info["token"]
        try:
            offer = await self._uploading.look(token)
        except NotFound as error:
            return gone(error)
        return html(pages.upload_page(offer.member, token, None))

    async def receive(self, request: web.Request) -> web.Response:
        """A file was sent. Where it was the wrong one, the answer is a fresh page."""
        try:
            offer = await self._uploading.take(request.match_info["token"])
        except NotFound as error:
            return gone(error)
        try:
            async with self._brought(request) as path:
                card = await self._read(offer, path)
        except UserError as error:
            token = await self._uploading.token(offer.identity)
            return html(pages.upload_page(offer.member, token, error.text), 400)
        except EarshotError as error:
            log.warning("a file that was brought could not be read: %s", type(error).__name__)
            return html(pages.said_page(t("That went wrong"), error.text), 502)
        return html(pages.card_page(card))

    async def _read(self, offer: Offer, path: Path) -> Card:
        """What was read, which the member is told in chat too, for the page may have been closed meanwhile."""
        try:
            card = self._told(await self._uploading.read(offer, str(path)), offer.member)
        except UserError as error:
            await self._tell(offer.identity, Card(t("Your file could not be read"), footer=error.text))
            raise
        await self._tell(offer.identity, card)
        return card

    async def _tell(self, identity: Identity, card: Card) -> None:
        try:
            await self._whisper(identity, card)
        except EarshotError as error:
            log.warning("a member could not be told of their import: %s", type(error).__name__)

    @asynccontextmanager
    async def _brought(self, request: web.Request) -> AsyncIterator[Path]:
        """The file of the form on the disk, as long as it is needed. Raises `BadOption`, `Unavailable`."""
        folder = Path(await asyncio.to_thread(tempfile.mkdtemp, dir=self._folder))
        try:
            path = folder / "export"
            await _take_file(request, path)
            yield path
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    async def _clear(self, _: web.Application) -> None:
        await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)
        await asyncio.to_thread(self._folder.mkdir, mode=0o700, parents=True, exist_ok=True)


async def _take_file(request: web.Request, path: Path) -> None:
    """Write the file of the form to `path`."""
    if request.content_type != "multipart/form-data":
        raise BadOption(t("No file came with that."))
    if (request.content_length or 0) > UPLOAD_MOST + _FORM_MOST:
        raise BadOption(_TOO_LARGE)
    try:
        reader = await request.multipart()
        while (part := await reader.next()) is not None:
            # A browser sends an unchosen file as one without a name.
            if isinstance(part, BodyPartReader) and part.name == "file" and part.filename:
                await _write(part, path)
                return
    except (ConnectionError, ValueError, HttpProcessingError):
        raise BadOption(t("The file did not arrive whole: the connection broke off.")) from None
    raise BadOption(t("No file came with that. Choose the zip from Spotify, or one of its JSON files."))


async def _write(part: BodyPartReader, path: Path) -> None:
    written = 0
    with path.open("wb") as file:
        while chunk := await part.read_chunk(_CHUNK):
            written += len(chunk)
            if written > UPLOAD_MOST:
                raise BadOption(_TOO_LARGE)
            await asyncio.to_thread(_keep, file.write, chunk)


def _keep(write: Callable[[bytes], object], chunk: bytes) -> None:
    try:
        write(chunk)
    except OSError as error:
        raise Unavailable(
            t(
                "The file could not be kept here ({why}). Whoever runs me can help.",
                why=error.strerror or "error",
            )
        ) from error
