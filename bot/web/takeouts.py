"""The page that gives a member everything that is kept about them, once: packed while it is sent, kept nowhere.

Only a press gives it, so that whoever looks ahead at addresses in a chat neither gets it nor uses it up. The token in
the address is the only secret: it is in no log and leaves with no referrer.
"""

from __future__ import annotations

import logging

from aiohttp import web

from bot.errors import EarshotError, NotFound
from bot.services.takeout import Takeouts
from bot.web import pages
from bot.web.answers import gone, html

log = logging.getLogger(__name__)


class TakeoutPages:
    """`GET` and `POST /takeout/{token}`."""

    def __init__(self, takeouts: Takeouts) -> None:
        self._takeouts = takeouts

    def add_to(self, app: web.Application) -> None:
        """Add the page to an application."""
        app.router.add_get("/takeout/{token}", self.show, allow_head=False)
        app.router.add_post("/takeout/{token}", self.give)

    async def show(self, request: web.Request) -> web.Response:
        """The page with the member's name and a button."""
        token = request.match_info["token"]
        try:
            offer = await self._takeouts.look(token)
        except NotFound as error:
            return gone(error)
        return html(pages.takeout_page(offer.member, token))

    async def give(self, request: web.Request) -> web.StreamResponse:
        """The file. Where it breaks off in the middle, so does the connection: half a file is not taken for a whole."""
        try:
            offer = await self._takeouts.take(request.match_info["token"])
        except NotFound as error:
            return gone(error)
        response = web.StreamResponse(
            headers={
                "Content-Type": "application/zip",
                "Content-Disposition": f'attachment; filename="{self._takeouts.name()}"',
                "Cache-Control": "no-store",
                "X-Content-Type-Options": "nosniff",
                "Referrer-Policy": "no-referrer",
            }
        )
        await response.prepare(request)
        try:
            async for piece in self._takeouts.packed(offer.member):
                await response.write(piece)
        except ConnectionError:
            log.info("a takeout was not taken to its end")
        except Exception as error:
            log.log(
                logging.WARNING if isinstance(error, EarshotError) else logging.ERROR,
                "a takeout broke off: %s",
                type(error).__name__,
                exc_info=not isinstance(error, EarshotError),
            )
            if request.transport is not None:
                request.transport.abort()
        return response
