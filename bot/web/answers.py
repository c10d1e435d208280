"""Pages as answers to a browser."""

from __future__ import annotations

from aiohttp import web

from bot.errors import NotFound
from bot.text import t
from bot.web import pages


def html(page: str, status: int = 200) -> web.Response:
    """The page as it is."""
    return web.Response(text=page, status=status, content_type="text/html")


def gone(error: NotFound) -> web.Response:
    """A page for one member that is used up, or too old."""
    return html(pages.said_page(t("This page is not good any more"), error.text), 404)
