"""What comes from outside, parsed at the door; what goes wrong, as a JSON sentence."""

from __future__ import annotations

import json
import logging
import re

from aiohttp import web

from bot.adapters.lounge.draw import JSON
from bot.adapters.lounge.guard import Handler
from bot.errors import BadOption, EarshotError, NotAllowed, NotFound, Stale
from bot.text import t

log = logging.getLogger(__name__)

_CONTROLS = re.compile(r"[\x00-\x1f\x7f]+")
_STATUS: tuple[tuple[type[EarshotError], int], ...] = (
    (NotFound, 404), (NotAllowed, 403), (Stale, 409), (EarshotError, 422),
)  # fmt: skip


@web.middleware
async def errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every failure as `{"error": sentence}`, with `field` where one is to blame. The outermost middleware."""
    try:
        return await handler(request)
    except EarshotError as error:
        status = next(status for kind, status in _STATUS if isinstance(error, kind))
        said = {"error": str(error.text)}
        if isinstance(error, BadOption) and error.option:
            said["field"] = error.option
        return web.json_response(said, status=status)
    except web.HTTPException as error:
        if request.path == "/":
            return web.Response(text=error.text, status=error.status)
        return web.json_response({"error": _SENTENCES.get(error.status) or error.text}, status=error.status)
    except Exception:
        log.exception("%s %s failed", request.method, request.rel_url.raw_path)
        return web.json_response({"error": "That went wrong on my side; the log says more."}, status=500)


_SENTENCES = {
    404: "There is nothing at this address.",
    405: "This address does not take that method.",
    413: "That is too much at once.",
    415: "Send this as application/json.",
}


async def json_body(request: web.Request) -> JSON:
    """The body as an object. Raises HTTP 415 for another content type (a foreign form), `BadOption`."""
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType
    try:
        body = json.loads(await request.text())
    except (ValueError, RecursionError):
        raise BadOption(t("The body is not JSON.")) from None
    if not isinstance(body, dict):
        raise BadOption(t("The body has to be a JSON object."))
    return body


def words(body: JSON, name: str, most: int) -> str:
    """A line of text from outside: no control characters, no half characters, not blank, not too long."""
    value = body.get(name)
    if not isinstance(value, str):
        raise BadOption(t("“{name}” is missing, or is not text.", name=name), name)
    said = _CONTROLS.sub(" ", value.encode("utf-8", "replace").decode()).strip()
    if not said:
        raise BadOption(t("“{name}” is empty.", name=name), name)
    if len(said) > most:
        raise BadOption(
            t("“{name}” can have {most} characters; this has {n}.", name=name, most=most, n=len(said)), name
        )
    return said


def number(digits: str, name: str) -> int:
    """Plain digits as a number. Raises `BadOption`."""
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > 15:
        raise BadOption(t("“{name}” has to be a whole number.", name=name), name)
    return int(digits)
